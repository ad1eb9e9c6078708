"""How far the depth profiles depend on mesh and time step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..sheets import Cell, Sheet
from .case import Case
from .harvest import Harvest, thirds
from .plan import Plan
from .verdicts import Runs

CAPACITIES = (1.0, 4.0)
"""Early, and when pores have closed [mA.h/cm2]."""
SPACE, TIME = "elements [um]", "tolerance of a step"


@dataclass(frozen=True)
class Difference:
    """Two runs that differ in their mesh, or in their time steps.

    Attributes:
        case: The finer one.
        what: What was refined.
        coarse, fine: The values before and after.
        capacity: [mA.h/cm2].
        points: Largest difference of the shares of thirds, in percentage points.
        variation: Difference of the coefficient of variation.
    """

    case: Case
    what: str
    coarse: float
    fine: float
    capacity: float
    points: float
    variation: float


def differences(runs: Runs, plan: Plan) -> list[Difference]:
    """From coarse to usual to fine, for each host and framework."""
    found = []
    bases = dict.fromkeys(
        replace(case, size=plan.size, tolerance=plan.host(case.host).tolerance)
        for case in plan.refined
    )
    for base in bases:
        for what, key in ((SPACE, "size"), (TIME, "tolerance")):
            same = [case for case in plan.refined if _but(case, base, key)]
            ordered = sorted((base, *same), key=lambda case: -getattr(case, key))
            found += [
                _between(runs[coarse], runs[fine], what, key, capacity)
                for coarse, fine in pairwise(ordered)
                for capacity in CAPACITIES
            ]
    return found


def sheet(found: Sequence[Difference]) -> Sheet:
    """The differences as a table."""
    rows: list[list[Cell]] = [
        [
            d.case.host, d.case.inputs.seed, d.what, d.coarse, d.fine, d.capacity, d.points,
            d.variation,
        ]
        for d in found
    ]  # fmt: skip
    return Sheet(
        title="Mesh and time step",
        columns=(
            "host", "seed", "refined", "from", "to", "capacity [mA.h/cm2]",
            "largest change of a third's share [points]",
            "change of the coefficient of variation",
        ),
        rows=rows,
        note="Another mesh is also another shape of the pores, by what a coarse one cannot show.",
        digits=3,
    )  # fmt: skip


def caption(found: Sequence[Difference]) -> str:
    """One line for the figure: what the last refinements change."""
    parts = [
        f"{_last(found, SPACE, capacity):.1f} and {_last(found, TIME, capacity):.1f} points at "
        f"{capacity:g} mA h cm$^{{-2}}$"
        for capacity in CAPACITIES
    ]
    return (
        f"The last refinement of mesh and of time step changes thirds by up to {', '.join(parts)}."
    )


def _last(found: Sequence[Difference], what: str, capacity: float) -> float:
    """Largest change by the finest mesh, or time step, that any host has [points]."""
    last = {
        (d.case.host, d.case.inputs.seed): d.points
        for d in found
        if d.what == what and d.capacity == capacity
    }
    return max(last.values(), default=0.0)


def _but(case: Case, base: Case, key: str) -> bool:
    """Whether only this differs."""
    return case != base and replace(case, **{key: getattr(base, key)}) == base


def _between(coarse: Harvest, fine: Harvest, what: str, key: str, capacity: float) -> Difference:
    one, other = (thirds(run.layers(capacity)) for run in (coarse, fine))
    spreads = [run.deposit(capacity)["coefficient of variation"] for run in (coarse, fine)]
    return Difference(
        case=fine.case,
        what=what,
        coarse=getattr(coarse.case, key),
        fine=getattr(fine.case, key),
        capacity=capacity,
        points=100 * float(np.abs(one - other).max()),
        variation=spreads[1] - spreads[0],
    )
