"""The tables of studies.py: numbers of a study's cases in rows, and their place in the page."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

USED = "First discharge: utilisation [-]"
PEAK = "First discharge: peak local current density [A.m-2]"
UNEVEN = "End of discharge: variation of local current density [-]"
DEPOSIT = "End of plating: variation of the deposit [-]"
LASTS = "Duration [s]"
_NOTHING = 1e-9
"""Below which a variation is rounding."""
SHAPES = {"film": "film", "nanobelt-array": "belt", "nanowire-array": "wire"}


class Case(Protocol):
    """What a table is made of."""

    inputs: Mapping[str, Any]
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes:
        head: Its columns.
        rows: Texts.
        keys: How many columns, from the left, say which row it is.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1

    def markdown(self) -> str:
        """As Markdown."""
        lines = [self.head, ("---",) * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def put(page: Path, name: str, table: Table) -> None:
    """Write a table over the one that stands in a page under this name."""
    text = page.read_text("utf-8")
    found = _place(name).search(text)
    assert found is not None, f"{page}: expected '<!-- {name} -->' twice"
    new = f"{text[: found.start(1)]}{table.markdown()}\n{text[found.end(1) :]}"
    page.write_text(new, "utf-8")


def read(page: str, name: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table that stands in a page's text under this name."""
    found = _place(name).search(page)
    assert found is not None, f"expected '<!-- {name} -->' twice"
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in found[1].strip().splitlines()
    ]
    return lines[0], lines[2:]


def _place(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", re.DOTALL)


def within(value: float, bar: float | None) -> str:
    """A number and its error bar, to the digits that the bar leaves."""
    if abs(value) < _NOTHING:
        return "0"
    if bar is None or not bar > 0:
        return f"{value:.4g}"
    first = math.floor(math.log10(bar))
    digits = max(0, -first + (1 if bar < 2 * 10**first else 0))
    return f"{value:.{digits}f} ± {bar:.{digits}f}"


def _with_bar(case: Case, label: str) -> str:
    bar = case.numbers.get(f"{label} error")
    return within(case.numbers[label], None if bar is None else float(bar))


def _over_seeds(cases: Sequence[Case], label: str) -> tuple[str, str, str]:
    """Mean with the standard error, standard deviation, and number of cases."""
    values = [case.numbers[label] for case in cases]
    deviation = statistics.stdev(values)
    error = deviation / math.sqrt(len(values))
    return within(statistics.fmean(values), error), f"{deviation:.2g}", f"{len(values)}"


def _by(cases: Sequence[Case], *keys: str) -> list[tuple[tuple[str, ...], list[Case]]]:
    """Cases that agree in these inputs, in the order of the sweep."""

    def values(case: Case) -> tuple[str, ...]:
        return tuple(_text(case.inputs[key]) for key in keys)

    order = {value: place for place, value in enumerate(dict.fromkeys(map(values, cases)))}
    ordered = sorted(cases, key=lambda case: order[values(case)])
    return [(value, list(group)) for value, group in groupby(ordered, key=values)]


def _text(value: Any) -> str:
    return " to ".join(map(str, value)) if isinstance(value, list) else str(value)


def group_of(rate: str, radius: float, material: str) -> float:
    """C-rate times R2/D [-], from "10C" and a radius [m]."""
    from nanotrode.materials import library

    diffusivity = float(library.load(material).diffusivity(0.5))
    return float(rate.removesuffix("C")) / 3600 * radius**2 / diffusivity


def _wire_count(cases: Sequence[Case]) -> Table:
    head = ("wires", "radius", "10C R²/D", "utilisation", "peak local current density [A/m²]")
    return Table(
        head,
        tuple(
            (
                str(case.inputs["wires"]),
                case.inputs["geometry.radius"],
                f"{group_of('10C', case.numbers['geometry.radius [m]'], 'NMC811'):.2g}",
                _with_bar(case, USED),
                _with_bar(case, PEAK),
            )
            for case in cases
        ),
        keys=3,
    )


def _shape(case: Case) -> str:
    return SHAPES[case.inputs["geometry"]["kind"]]


def _equal_volume(cases: Sequence[Case]) -> Table:
    head = ("rate", "shape", "utilisation", "variation of the current at the end")
    return Table(
        head,
        tuple(
            (case.inputs["rate"], _shape(case), _with_bar(case, USED), _with_bar(case, UNEVEN))
            for case in cases
        ),
        keys=2,
    )


def _equal_area(cases: Sequence[Case]) -> Table:
    head = ("shape", "utilisation", "lasts [s]")
    return Table(
        head,
        tuple((_shape(case), _with_bar(case, USED), _with_bar(case, LASTS)) for case in cases),
    )


def _belt_mesh(cases: Sequence[Case]) -> Table:
    head = ("belt at", "refine", "unknowns", "utilisation", "variation of the current", PEAK_HEAD)
    return Table(
        head,
        tuple(
            (
                case.inputs["drive"],
                str(case.inputs["mesh.refine"]),
                f"{case.numbers['unknowns']:.0f}",
                *(f"{case.numbers[label]:.4g}" for label in (USED, UNEVEN, PEAK)),
            )
            for case in cases
        ),
        keys=2,
    )


PEAK_HEAD = "peak local current density [A/m²]"


def _one_curve(cases: Sequence[Case]) -> Table:
    return Table(
        ("C-rate R²/D", "material", "radius", "rate", "utilisation"),
        tuple(
            (
                f"{curve_point(case)[0]:.2g}",
                case.inputs["material.name"],
                case.inputs["geometry.radius"],
                case.inputs["rate"],
                f"{case.numbers[USED]:.4f}",
            )
            for case in cases
        ),
        keys=4,
    )


def curve_point(case: Case) -> tuple[float, float]:
    """C-rate times R2/D, and utilisation."""
    material, radius = case.inputs["material.name"], case.numbers["geometry.radius [m]"]
    return group_of(case.inputs["rate"], radius, material), case.numbers[USED]


def _seeded(keys: Mapping[str, str]) -> Callable[[Sequence[Case]], Table]:
    """A table over seeds, a row for all that agree in these inputs (key -> head)."""

    def make(cases: Sequence[Case]) -> Table:
        ends = ("the deposit varies by", "standard deviation", "n")
        return Table(
            (*keys.values(), *ends),
            tuple((*value, *_over_seeds(group, DEPOSIT)) for value, group in _by(cases, *keys)),
            keys=len(keys),
        )

    return make


def _coat_optimum(cases: Sequence[Case]) -> Table:
    points = sorted(
        (case.numbers["plating.coat_conductivity [S/m]"] * 100e-9, case.numbers[DEPOSIT])
        for case in cases
    )
    return Table(
        ("sheet conductance [S]", "the deposit varies by"),
        tuple((f"{sheet:.2e}", f"{varies:.4f}") for sheet, varies in points),
        keys=0,
    )


_SIZES = {"geometry.particle_size": "particles"}
TABLES: Mapping[str, Callable[[Sequence[Any]], Table]] = {
    "wire_count": _wire_count,
    "shapes_equal_volume": _equal_volume,
    "shapes_equal_area": _equal_area,
    "belt_mesh": _belt_mesh,
    "one_curve": _one_curve,
    "framework": _seeded({"geometry.porosity": "porosity"} | _SIZES),
    "framework_kinetics": _seeded(
        {"plating.exchange_current_density": "exchange current density"} | _SIZES
    ),
    "framework_box": _seeded({"geometry.width": "box"} | _SIZES),
    "coat": _seeded(
        {"plating.coat_conductivity": "coat conducts", "geometry.coverage": "coverage"}
    ),
    "coat_optimum": _coat_optimum,
}
