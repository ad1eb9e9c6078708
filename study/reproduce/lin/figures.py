"""The figures of the reproduction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ....postprocess import hosts as drawn
from ..regimes import RegimeStudy, draw_maps
from ..sheets import Sheet
from .case import CAPACITIES, HOSTS, KINETIC, Case
from .harvest import Harvest, thirds
from .observations import PRINTED
from .plan import FRAMEWORKS, Plan
from .verdicts import Runs, body, on_grid

MARKS = {
    "LLTO, grain\nboundaries": (2e-3, 1e-6),
    "LLTO, grains": (0.1, 1e-6),
    "activated": (1.0, 1e-5),
}
"""Ionic and electronic conductivity of bodies to be named in the map [S m-1]."""
NOTE = "A bare gyroid column of 42 µm, no barrier, 0.5 mA cm$^{-2}$; a coat adds to the electrons."


def usual(runs: Runs, plan: Plan) -> dict[str, Harvest]:
    """The paper's hosts with the usual inputs."""
    return {host: runs[plan.host(host)] for host in HOSTS}


def draw(out: Path, runs: Runs, plan: Plan, caption: str) -> list[Path]:
    """Draw depth profiles, first voltages, and what the inputs decide."""
    hosts = usual(runs, plan)
    return [
        drawn.plot_profiles(
            out / "depth-profiles.png", [_profile(hosts[h]) for h in FRAMEWORKS], caption=caption
        ),
        drawn.plot_first_voltages(
            out / "first-voltages.png", [_curve(hosts[host]) for host in HOSTS]
        ),
        drawn.plot_shares(out / "inputs.png", _panels(runs, plan), xlabel="i$_0$  [A m$^{-2}$]"),
    ]


def regimes(out: Path, study: RegimeStudy, tell: Callable[[str], None]) -> list[Path]:
    """The map of what conductivities alone decide, unless it stands there already."""
    path, points = out / "regimes.png", out / "regimes.csv"
    if path.exists() and points.exists():
        return [path, points]
    maps = study.run(
        lambda done, all_: tell(f"{done} of {all_} points") if done % 27 == 0 else None
    )
    rows = [
        [found.exchange, ionic, electronic, *found.at(row, column)]
        for found in maps
        for row, electronic in enumerate(found.electronic)
        for column, ionic in enumerate(found.ionic)
    ]
    sheet = Sheet(
        title="What conductivities alone decide",
        columns=(
            "i0 [A/m2]", "ions [S/m]", "electrons [S/m]", "height of the centroid [-]",
            "coefficient of variation [-]", "share on the collector [-]",
        ),
        rows=rows,
    )  # fmt: skip
    return [draw_maps(maps, path, marks=MARKS, note=NOTE), sheet.write(points)]


def _profile(run: Harvest) -> drawn.Profile:
    return drawn.Profile(
        name=run.case.host,
        capacities=CAPACITIES,
        layers=[run.layers(c) for c in CAPACITIES],
        collector=[run.deposit(c)["share on collector"] for c in CAPACITIES],
        filled=[run.deposit(c)["filled fraction of pores"] for c in CAPACITIES],
    )


def _curve(run: Harvest) -> drawn.Curve:
    return drawn.Curve(
        name=run.case.host,
        capacity=run.series["Areal capacity [mA.h.cm-2]"],
        voltage=run.series["Voltage [V]"],
        printed=PRINTED[run.case.host] * 1e-3,
    )


def _panels(runs: Runs, plan: Plan) -> list[drawn.Shares]:
    """A panel for each host and body, bars for the exchange current densities."""
    groups: dict[str, list[Case]] = {}
    for case in sorted(plan.varied, key=lambda case: (HOSTS.index(case.host), body(case))):
        if case.host in FRAMEWORKS and on_grid(case, plan.usual, law=case.inputs.law):
            law = "" if case.inputs.law == KINETIC else f"barrier as {case.inputs.law}"
            title = "\n".join(filter(None, (case.subject, body(case), law)))
            groups.setdefault(title, []).append(case)
    return [
        drawn.Shares(
            title=title,
            labels=[f"{case.inputs.exchange:g}" for case in ordered],
            shares=[_bar(runs[case]) for case in ordered],
        )
        for title, cases in groups.items()
        for ordered in [sorted(cases, key=lambda case: case.inputs.exchange)]
        if len(ordered) > 1
    ]


def _bar(run: Harvest) -> Mapping[str, float]:
    low, middle, high = thirds(run.layers(1.0))
    return {
        "on the collector": run.deposit(1.0)["share on collector"],
        "lowest third": float(low),
        "middle third": float(middle),
        "uppermost third": float(high),
    }
