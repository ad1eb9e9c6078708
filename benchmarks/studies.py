"""The ready studies, run anew, and their tables in docs/studies.md.

    python benchmarks/studies.py [NAME ...] [--quick] [--out runs/studies]

Without names all of them, one case after another in one process (some forty minutes); what is done
in the folder is not run again. The numbers of the page come from nowhere else: each table stands
between two comments with the study's name and is written over. With `--quick` a few coarse cases of
each are run and their tables printed, and the page stays as it is.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studies_picture import draw_curve
from studies_tables import DEPOSIT, TABLES, Table, put

from nanotrode.study.cases.case import Case, spelled
from nanotrode.study.cases.harvest import harvest
from nanotrode.study.cases.table import input_columns
from nanotrode.study.cases.task import make_task
from nanotrode.study.provenance import study_digest
from nanotrode.study.run import run_study
from nanotrode.study.sweep.bars import error_bars
from nanotrode.study.sweep.levels import levels_of
from nanotrode.study.sweep.plan import plan_sweep

ROOT = Path(__file__).resolve().parents[1]
STUDIES, PAGE = ROOT / "examples" / "studies", ROOT / "docs" / "studies.md"
PICTURE = ROOT / "docs" / "images" / "studies-one-curve.png"
SEARCH = "coat_optimum"

_NO_PAGES = "output.report=false"
_COARSE = ("sweep.error=false", "mesh.refine=1")
_FEW = ("sweep.over.geometry.seed=[2, 3]",)
_SIZE = 'sweep.over.geometry.particle_size=[["7 um", "10 um"]]'
QUICK: Mapping[str, Sequence[str]] = {
    "wire_count": (
        *_COARSE,
        "sweep.over.wires=[16, 36]",
        'sweep.over.geometry.radius=["1.125 um", "0.75 um"]',
        'sweep.over.geometry.pitch=["4.5 um", "3 um"]',
    ),
    "shapes_equal_volume": (*_COARSE, 'sweep.over.rate=["10C"]'),
    "shapes_equal_area": _COARSE,
    "belt_mesh": (
        "sweep.over.mesh.refine=[1, 1]",
        'sweep.over.drive=["10C", "1 mA/cm2"]',
        'sweep.over.geometry.width=["4.7125 um", "5.6375 um"]',
        'sweep.over.geometry.thickness=["1.5 um", "3 um"]',
        'sweep.over.geometry.length=["12.5 um", "6.25 um"]',
        'sweep.over.geometry.pitch=["6 um", "11.175 um"]',
    ),
    "one_curve": (
        "mesh.refine=1",
        'sweep.over.material.name=["NMC811", "LiFePO4"]',
        "sweep.over.initial.stoichiometry=[0.28, 0.02]",
        'sweep.over.end=["3 V", "2.5 V"]',
        'sweep.over.rate=["6.4C", "5.9C"]',
        'sweep.over.geometry.radius=["1.5 um", "60 nm"]',
        'sweep.over.geometry.length=["12.5 um", "500 nm"]',
        'sweep.over.geometry.pitch=["6 um", "240 nm"]',
    ),
    "framework": (*_FEW, _SIZE, 'geometry.width="15 um"', "sweep.over.geometry.porosity=[0.46]"),
    "framework_kinetics": (*_FEW, _SIZE),
    "framework_box": (*_FEW, _SIZE, 'sweep.over.geometry.width=["15 um"]'),
    "coat": (*_FEW, 'sweep.over.plating.coat_conductivity=["1 S/m"]'),
    SEARCH: ('sweep.over.plating.coat_conductivity=["1 S/m", "12 S/m", "150 S/m"]',),
}
"""What is set in a study's file for its quick form."""


class Done(NamedTuple):
    """One case that was run: what varies in it, as written, and its numbers by label."""

    inputs: Mapping[str, Any]
    numbers: Mapping[str, Any]


def run(name: str, out: Path, *, quick: bool) -> list[Done]:
    """All cases of a study, or its few, one after another in this process; what is done stays."""
    if not quick and name == SEARCH:
        return _search(out / name)
    path = STUDIES / f"{name}.toml"
    if name == SEARCH:  # its points are given instead of searched
        path = out / path.name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (STUDIES / path.name).read_text("utf-8")
        path.write_text(text[: text.index("[optimise]")] + "[sweep]\n[sweep.over]\n", "utf-8")
    plan = plan_sweep(path, [*(QUICK[name] if quick else ()), _NO_PAGES])
    return [_run_case(case, out, error=plan.table.error) for case in plan.cases]


def _run_case(case: Case, out: Path, *, error: bool) -> Done:
    """One case with its error bars, in folders that cases which are the same share."""
    assert case.study is not None
    found = {}
    for level in levels_of(case.study, error=error):
        folder = out / "cases" / study_digest(level.study)[:16]
        run_study(level.study, folder, resume=True)
        found[level.name] = harvest(make_task(folder, level.study))
    bars = error_bars(found[""], found.get("coarse"), found.get("loose")) if error else {}
    numbers = found[""] | {f"{label} error": bar for label, bar in bars.items()}
    print(spelled(case.inputs), flush=True)
    return Done(case.inputs, input_columns(case) | numbers)


def _search(out: Path) -> list[Done]:
    """The points of the search."""
    from nanotrode.study.optimise.problem import read_problem
    from nanotrode.study.optimise.run import run_optimise

    problem = read_problem(STUDIES / f"{SEARCH}.toml", ["optimise.jobs=1", _NO_PAGES])
    run_optimise(problem, out, show=True)
    with (out / "results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["objective"]]
    conductivity = "plating.coat_conductivity [S/m]"
    return [
        Done({}, {conductivity: float(row[conductivity]), DEPOSIT: float(row["objective"])})
        for row in rows
    ]


def main(words: Sequence[str] | None = None) -> dict[str, Table]:
    """Run what is asked for; the tables by the study's name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(QUICK))
    parser.add_argument("--quick", action="store_true", help="a few coarse cases, printed")
    parser.add_argument("--out", type=Path, default=Path("runs/studies"))
    given = parser.parse_args(words)
    if unknown := set(given.names) - set(QUICK):
        parser.error(f"got {', '.join(unknown)}, expected some of {', '.join(QUICK)}")
    tables = {}
    for name in given.names or QUICK:
        done = run(name, given.out / ("quick" if given.quick else ""), quick=given.quick)
        tables[name] = TABLES[name](done)
        if not given.quick:
            put(PAGE, name, tables[name])
            if name == "one_curve":
                draw_curve(PICTURE, done)
        print(f"{name}\n{tables[name].markdown()}")
    return tables


if __name__ == "__main__":
    main()
