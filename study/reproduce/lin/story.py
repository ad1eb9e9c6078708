"""The whole reproduction: four hosts, what decides between them, rates, and the regime map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...._files import write_text
from ....postprocess import hosts as drawn
from ..regimes import RegimeStudy, draw_map
from ..runner import run_studies
from ..sheets import Sheet
from . import convergence, table
from .causes import cause_sheet, rate_sheet
from .harvest import Harvest
from .hosts import ALL, CAPACITIES, FIGURES, HOSTS, REFINED, SWAPS

REPORT = "report.md"
MARKS = {
    "LLTO, grains": (0.1, 1e-6),
    "LLTO, lithiated": (1.0, 1e-5),
}
"""Ionic and electronic conductivity of bodies to be named in the map [S m-1]."""
NOTE = "A bare gyroid column of 42 um, no barrier, 0.5 mA cm$^{-2}$; a coat adds to the electrons."


def reproduce(out: Path, *, force: bool, tell: Callable[[str], None]) -> list[Path]:
    """Do everything; the files written beside the runs.

    Args:
        out: The folder.
        force: Begin runs again that have failed.
        tell: Gets a line before each part, and the findings.

    Raises:
        SolverError: A run failed; the others are done.
    """
    run_studies({case.key: case.study for case in ALL}, out, force=force, tell=tell)
    runs = {case: Harvest(case, out / "runs" / case.key) for case in ALL}
    hosts = {case.host: runs[case] for case in FIGURES}
    refined = convergence.differences(runs, hosts, REFINED)
    sheets = {
        "paper-and-model": table.sheet(hosts),
        "profiles": table.profiles(hosts),
        "causes": cause_sheet(runs, hosts, SWAPS),
        "convergence": convergence.sheet(refined),
        "rates": rate_sheet(runs, hosts),
    }
    tell("regime map, 81 points")
    regimes = _regimes(out)
    tell("tables and figures")
    paths = [sheet.write(out / f"{name}.csv") for name, sheet in sheets.items()]
    paths += [*_figures(out, hosts, convergence.caption(refined)), *regimes]
    write_text(out / REPORT, _report(sheets))
    for finding in table.findings(hosts):
        tell(f"{finding.verdict:<14} {finding.words}: {finding.ours}")
    return [*paths, out / REPORT]


def _figures(out: Path, hosts: dict[str, Harvest], caption: str) -> list[Path]:
    profiles = [
        drawn.Profile(
            name=host,
            capacities=CAPACITIES,
            layers=[hosts[host].layers(c) for c in CAPACITIES],
            collector=[hosts[host].deposit(c)["share on collector"] for c in CAPACITIES],
            filled=[hosts[host].deposit(c)["filled fraction of pores"] for c in CAPACITIES],
        )
        for host in HOSTS
        if host != "Cu foil"
    ]
    curves = [
        drawn.Curve(
            name=host,
            capacity=hosts[host].series["Areal capacity [mA.h.cm-2]"],
            voltage=hosts[host].series["Voltage [V]"],
            read_off=table.OVERPOTENTIALS[host] * 1e-3,
        )
        for host in HOSTS
    ]
    return [
        drawn.plot_profiles(out / "depth-profiles.png", profiles, caption=caption),
        drawn.plot_first_voltages(out / "first-voltages.png", curves),
    ]


def _regimes(out: Path) -> list[Path]:
    """The map of what conductivities alone decide, unless it stands there already."""
    path = out / "regimes.png"
    if path.exists():
        return [path]
    return [draw_map(RegimeStudy().run(), path, marks=MARKS, note=NOTE)]


def _report(sheets: dict[str, Sheet]) -> str:
    """All tables with the figures between them, as one Markdown page."""
    return "\n".join(
        [
            "# Lin et al., from one model\n",
            "Written by `nanotrode reproduce lin`. Lin et al., Nanoscale 17, 1282 (2025), "
            "doi:10.1039/d4nr04455j: four hosts for lithium, in which only geometry and material "
            "data change.\n",
            sheets["paper-and-model"].markdown(),
            "![Where the lithium is](depth-profiles.png)\n",
            sheets["profiles"].markdown(),
            "![The first voltages](first-voltages.png)\n",
            sheets["causes"].markdown(),
            "![What conductivities alone decide](regimes.png)\n",
            sheets["rates"].markdown(),
            sheets["convergence"].markdown(),
        ]
    )
