"""The whole reproduction: algebra, figures, runs, comparison, claims, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ...._files import write_text
from ..sheets import Sheet
from . import agreement, claims, figures, printed
from .counterpart import Counterpart
from .electrodes import ARRAY_KEY, CASES, FEW, HELD, Case
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
    found = Counterpart(run_all(out, force=force, tell=tell))
    tell("an independent solution in one dimension, tables and figures")
    compared = [c for case in CASES[:6] for c in agreement.compare(found.harvests[case])]
    compared.append(agreement.together(Harvest(Case(FEW, held=HELD), out / "runs" / ARRAY_KEY)))
    sheets = {
        "claims": claims.sheet(found),
        "counterpart": found.sheet(),
        "overpotential": found.extra(),
        "agreement": agreement.sheet(compared),
    }
    paths += [sheet.write(out / f"{name}.csv") for name, sheet in sheets.items()]
    paths += figures.draw_counterpart(out, found)
    write_text(out / REPORT, _report(algebra, sheets))
    for claim in claims.claims(found):
        tell(f"{claim.verdict:<14} {claim.words}: {claim.ours}")
    tell(f"3-D against 1-D: within {100 * max(c.difference for c in compared):.2f} %")
    return [*paths, out / REPORT]


def _report(algebra: Sheet, sheets: dict[str, Sheet]) -> str:
    """All tables with the figures between them, as one Markdown page."""
    verdicts = Counter(row[4] for row in algebra.rows)
    counted = ", ".join(f"{count} '{verdict}'" for verdict, count in verdicts.items())
    return "\n".join(
        [
            "# Kattan and Saeed, computed again\n",
            f"Written by `nanotrode reproduce kattan`. Of {len(algebra.rows)} numbers of the "
            f"paper: {counted}.\n",
            algebra.markdown(),
            *(f"![Figure {n} anew](figure-{n}.png)\n" for n in range(6, 11)),
            sheets["claims"].markdown(),
            sheets["counterpart"].markdown(),
            "![Charging current over time](charging-current.png)\n",
            "![Charged at constant current](constant-current.png)\n",
            f"![All 20 poles](runs/{ARRAY_KEY}/current_density.png)\n",
            sheets["overpotential"].markdown(),
            sheets["agreement"].markdown(),
        ]
    )
