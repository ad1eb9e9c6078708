"""The whole reproduction: algebra, figures, runs, comparison, claims, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ...._files import write_text
from ..sheets import Sheet
from . import agreement, claims, electrons, figures, group, printed, readings
from .cases import ARRAY, ARRAY_KEY, CASES, CHEMISTRIES
from .counterpart import Counterpart, extra_sheet
from .harvest import Harvest
from .runs import run_all

REPORT = "report.md"


def reproduce(out: Path, *, force: bool, tell: Callable[[str], None]) -> list[Path]:
    """Do everything; the files written beside the runs.

    Args:
        out: The folder.
        force: Begin runs again that have failed.
        tell: Gets a line before each part, and the findings.

    Raises:
        SolverError: A run failed; the others are done.
    """
    tell("the paper's algebra and its figures 6 to 10")
    algebra = printed.table()
    paths = [algebra.write(out / "algebra.csv"), *figures.draw_algebra(out)]
    harvests = run_all(out, force=force, tell=tell)
    found = [Counterpart(of, harvests) for of in CHEMISTRIES]
    tell("an independent solution in one dimension, tables and figures")
    as_card = [
        case for case in CASES if case.faster == 1 and case.held in (None, case.chemistry.held)
    ]
    compared = [c for case in as_card for c in agreement.compare(harvests[case])]
    compared.append(agreement.together(Harvest(ARRAY, out / "runs" / ARRAY_KEY)))
    sheets = {
        "claims": claims.sheet(found),
        "readings": readings.sheet(found),
        **{f"counterpart-{one.chemistry.name}": one.sheet() for one in found},
        "electrons": electrons.sheet(found),
        "diffusivity": group.sheet(CHEMISTRIES),
        "overpotential": extra_sheet(found),
        "agreement": agreement.sheet(compared),
    }
    paths += [sheet.write(out / f"{name}.csv") for name, sheet in sheets.items()]
    drawn = [path for one in found for path in figures.draw_counterpart(out, one)]
    write_text(out / REPORT, _report(algebra, sheets, drawn))
    _tell_claims(found, tell)
    tell(f"3-D against 1-D: within {100 * max(c.difference for c in compared):.2f} %")
    return [*paths, *drawn, out / REPORT]


def _tell_claims(found: list[Counterpart], tell: Callable[[str], None]) -> None:
    judged = claims.claims(found)
    for claim in judged:
        tell(f"{claim.verdict}: {claim.words}")
        for name, ours in claim.ours.items():
            tell(f"    {name}: {ours}")
    tell(claims.count(judged))


def _report(algebra: Sheet, sheets: dict[str, Sheet], drawn: list[Path]) -> str:
    """All tables with the figures between them, as one Markdown page."""
    verdicts = Counter(row[4] for row in algebra.rows)
    counted = ", ".join(f"{count} '{verdict}'" for verdict, count in verdicts.items())
    pictures = [f"![{path.stem}]({path.name})\n" for path in drawn]
    pictures.append(f"![All 20 poles](runs/{ARRAY_KEY}/current_density.png)\n")
    tables = [sheet.markdown() for sheet in sheets.values()]
    return "\n".join(
        [
            "# Kattan and Saeed, computed again\n",
            f"Written by `nanotrode reproduce kattan`. Of {len(algebra.rows)} numbers of the "
            f"paper: {counted}.\n",
            algebra.markdown(),
            *(f"![Figure {n} anew](figure-{n}.png)\n" for n in range(6, 11)),
            tables[0],
            *pictures,
            *tables[1:],
        ]
    )
