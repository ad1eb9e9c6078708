"""Paper and model side by side, and where the lithium is in every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..sheets import Cell, Sheet
from .case import CAPACITIES, HOSTS, Case
from .harvest import Harvest, thirds
from .observations import CLOSE, ELSEWHERE, EVEN, HEAVY, POROUS
from .plan import Plan
from .verdicts import Finding, Runs, tally

THIRDS = ("lowest third [%]", "middle third [%]", "uppermost third [%]", "on the collector [%]")
"""Heads of the columns that `places` fills."""


def places(run: Harvest, capacity: float) -> list[Cell]:
    """Shares in the thirds of the host, and on the collector [%]; a foil has neither."""
    if run.case.host == "Cu foil":
        return [None] * len(THIRDS)
    shares = [round(100 * share, 4) for share in thirds(run.layers(capacity))]
    return [*shares, round(100 * run.deposit(capacity)["share on collector"], 4)]


def sheet(found: Sequence[Finding]) -> Sheet:
    """The statements as a table."""
    rows: list[list[Cell]] = [
        [
            f.about.words, f"{f.about.paper} ({f.about.role})", f.about.told(f.usual),
            f"{f.range} {f.about.unit}", f.about.origin, f.verdict, f.inputs(True),
            f.inputs(False), f.about.why,
        ]
        for f in found
    ]  # fmt: skip
    return Sheet(
        title="Paper and model",
        columns=(
            "about", "in the paper", "in ours, usual inputs", "over all inputs", "ours is",
            "verdict", "holds for", "fails for", "what decides",
        ),
        rows=rows,
        note=f"{tally(found)}\n\nEven: each third of the height holds 33 % of the lithium within "
        f"{100 * EVEN:.0f} points. On top, at the bottom: more than {100 * HEAVY:.0f} %. Porous: "
        f"less than {100 * POROUS:.0f} % of the middle third's pores are full. Equal voltages: "
        f"within {100 * CLOSE:.0f} %.",
    )  # fmt: skip


def elsewhere() -> Sheet:
    """What else the paper says."""
    return Sheet(
        title="What else the paper says",
        columns=("about", "in the paper", "here", "since"),
        rows=[list(row) for row in ELSEWHERE],
    )


def profiles(hosts: Mapping[str, Harvest]) -> Sheet:
    """Where the lithium is, for each host and capacity, with the usual inputs."""
    rows: list[list[Cell]] = []
    for host in HOSTS:
        for capacity in CAPACITIES:
            deposit = hosts[host].deposit(capacity)
            rows.append([
                host, capacity, *places(hosts[host], capacity),
                deposit["coefficient of variation"], deposit["largest over mean"],
                100 * deposit["filled fraction of pores"],
                100 * hosts[host].interior(capacity),
                1e3 * hosts[host].at("Voltage [V]", capacity * (1 - 1e-9)),
                deposit["largest local current density [A.m-2]"],
            ])  # fmt: skip
    return Sheet(
        title="Where the lithium is",
        columns=(
            "host", "capacity [mA.h/cm2]", *THIRDS, "coefficient of variation [-]",
            "largest over mean [-]", "pores filled [%]", "of the middle third [%]",
            "voltage [mV]", "largest local current density [A/m2]",
        ),
        rows=rows,
        digits=3,
    )  # fmt: skip


def inputs(runs: Runs, plan: Plan) -> Sheet:
    """Every run over the inputs that the paper leaves open."""
    rows: list[list[Cell]] = []
    subjects = dict.fromkeys(case.subject for case in plan.varied)
    for case in (case for subject in subjects for case in plan.of(subject)):
        run = runs[case]
        changed = ", ".join(case.inputs.apart_from(plan.usual)) or "the usual inputs"
        rows.append([
            case.subject, changed, *places(run, 1.0),
            run.deposit(1.0)["coefficient of variation"], *places(run, 4.0),
            100 * run.deposit(4.0)["filled fraction of pores"], 100 * run.interior(4.0),
            1e3 * run.nucleation,
        ])  # fmt: skip
    return Sheet(
        title="Inputs varied",
        columns=(
            "host", "inputs", *(f"{head} at 1" for head in THIRDS),
            "coefficient of variation at 1 [-]", *(f"{head} at 4" for head in THIRDS),
            "pores filled at 4 [%]", "of the middle third at 4 [%]", "first minimum [mV]",
        ),
        rows=rows,
        note="At 1 and 4 mA.h/cm2; the minimum is that of the voltage below growth.",
        digits=3,
    )  # fmt: skip


def seeds(runs: Runs, plan: Plan) -> Sheet:
    """Mean over the frameworks of all seeds, its standard error, and their standard deviation."""
    rows: list[list[Cell]] = []
    for host in HOSTS:
        cases = [case for case in plan.of(host) if _only_seed(case, plan)]
        if len(cases) < 2:
            continue
        for capacity in (1.0, 4.0):
            shares = np.array([places(runs[case], capacity)[:3] for case in cases], dtype=float)
            spread = shares.std(axis=0, ddof=1)
            for name, mean, each in zip(THIRDS, shares.mean(axis=0), spread, strict=False):
                rows.append([
                    host, capacity, name, float(mean), float(each / np.sqrt(len(cases))),
                    float(each), len(cases),
                ])  # fmt: skip
    return Sheet(
        title="Other pieces of framework",
        columns=(
            "host", "capacity [mA.h/cm2]", "share", "mean", "its standard error",
            "standard deviation", "frameworks",
        ),
        rows=rows,
        digits=3,
    )  # fmt: skip


def _only_seed(case: Case, plan: Plan) -> bool:
    changed = case.inputs.apart_from(plan.usual)
    return case.size == plan.size and all(word.startswith("seed") for word in changed)
