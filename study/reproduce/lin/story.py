"""The whole reproduction: four hosts, for which inputs the paper's statements hold, the map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...._files import write_text
from ..regimes import COARSE_MAP, RegimeStudy
from ..runner import run_studies
from ..sheets import Sheet
from . import convergence, figures, table
from .causes import cause_sheet, rate_sheet
from .harvest import Harvest
from .observations import OBSERVATIONS
from .plan import quick as quick_plan
from .plan import whole
from .verdicts import findings, tally

REPORT = "report.md"


def reproduce(
    out: Path, *, force: bool, tell: Callable[[str], None], quick: bool = False
) -> list[Path]:
    """Do everything; the files written beside the runs.

    Args:
        out: The folder.
        force: Begin runs again that have failed.
        tell: Gets a line before each part, and the findings.
        quick: A few coarse runs through every part, whose numbers mean nothing.

    Raises:
        SolverError: A run failed; the others are done.
    """
    plan = quick_plan() if quick else whole()
    run_studies({case.key: case.study for case in plan.cases}, out, force=force, tell=tell)
    runs = {case: Harvest(case, out / "runs" / case.key) for case in plan.cases}
    found = findings(runs, plan, OBSERVATIONS)
    refined = convergence.differences(runs, plan)
    hosts = figures.usual(runs, plan)
    sheets = {
        "paper-and-model": table.sheet(found),
        "elsewhere": table.elsewhere(),
        "profiles": table.profiles(hosts),
        "inputs": table.inputs(runs, plan),
        "causes": cause_sheet(runs, plan),
        "frameworks": table.seeds(runs, plan),
        "convergence": convergence.sheet(refined),
        "rates": rate_sheet(runs, plan),
    }
    tell("the regime map")
    paths = figures.regimes(out, COARSE_MAP if quick else RegimeStudy(), tell)
    tell("tables and figures")
    paths += [sheet.write(out / f"{name}.csv") for name, sheet in sheets.items()]
    paths += figures.draw(out, runs, plan, convergence.caption(refined))
    write_text(out / REPORT, _report(sheets))
    for finding in found:
        usual = finding.about.told(finding.usual)
        tell(f"{finding.verdict:<17} {finding.about.words}: {usual}")
    tell(tally(found))
    return [*paths, out / REPORT]


def _report(sheets: dict[str, Sheet]) -> str:
    """All tables with the figures between them, as one Markdown page."""
    return "\n".join(
        [
            "# Lin et al., from one model\n",
            "Written by `nanotrode reproduce lin`. Lin et al., Nanoscale 17, 1282 (2025), "
            "doi:10.1039/d4nr04455j: four hosts for lithium, in which only geometry and material "
            "data change.\n",
            sheets["paper-and-model"].markdown(),
            sheets["elsewhere"].markdown(),
            "![Where the lithium is, over what the paper leaves open](inputs.png)\n",
            sheets["inputs"].markdown(),
            "![Where the lithium is](depth-profiles.png)\n",
            sheets["profiles"].markdown(),
            "![The first voltages](first-voltages.png)\n",
            sheets["causes"].markdown(),
            "![What conductivities alone decide](regimes.png)\n",
            sheets["rates"].markdown(),
            sheets["frameworks"].markdown(),
            sheets["convergence"].markdown(),
        ]
    )
