"""How far the depth profiles depend on mesh and time step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..sheets import Cell, Sheet
from .harvest import Harvest, thirds
from .hosts import CHECKED, FIRST, SIZE, TOLERANCE, Case


@dataclass(frozen=True)
class Difference:
    """Two runs that differ in their mesh, or in their time steps.

    Attributes:
        host: Of both.
        what: What was refined.
        coarse, fine: The values before and after.
        points: Largest difference of the shares of thirds, in percentage points.
        variation: Difference of the coefficient of variation.
    """

    host: str
    what: str
    coarse: float
    fine: float
    points: float
    variation: float


def differences(
    runs: Mapping[Case, Harvest], hosts: Mapping[str, Harvest], refined: Sequence[Case]
) -> list[Difference]:
    """From coarse to usual to fine, for each host."""
    found = []
    for host in CHECKED:
        usual = hosts[host]
        mine = [runs[case] for case in refined if case.host == host]
        by_size = sorted(
            [usual, *(r for r in mine if r.case.size != SIZE)], key=lambda r: -r.case.size
        )
        by_time = sorted(
            [usual, *(r for r in mine if r.case.tolerance != TOLERANCE)],
            key=lambda r: -r.case.tolerance,
        )
        found += [_between(*pair, "elements [um]", "size") for pair in pairwise(by_size)]
        found += [_between(*pair, "tolerance of a step", "tolerance") for pair in pairwise(by_time)]
    return found


def sheet(found: Sequence[Difference]) -> Sheet:
    """The differences as a table."""
    rows: list[list[Cell]] = [
        [d.host, d.what, d.coarse, d.fine, d.points, d.variation] for d in found
    ]
    return Sheet(
        title="Mesh and time step",
        columns=(
            "host", "refined", "from", "to", "largest change of a third's share [points]",
            "change of the coefficient of variation",
        ),
        rows=rows,
        note="At 1 mA.h/cm2; another mesh is also another shape of the pores, by what a coarse "
        "one cannot show.",
        digits=3,
    )  # fmt: skip


def caption(found: Sequence[Difference]) -> str:
    """One line for the figure: what the last refinements change."""
    last: dict[tuple[str, str], float] = {(d.host, d.what): d.points for d in found}
    space = max(points for (_, what), points in last.items() if what.startswith("elements"))
    time = max(points for (_, what), points in last.items() if what.startswith("tolerance"))
    return (
        f"Shares of thirds change by at most {space:.1f} points from 1.5 to 1.1 um elements, and "
        f"by {time:.1f} from a step tolerance of 0.02 to 0.01 (at 1 mA h cm$^{{-2}}$)."
    )


def _between(coarse: Harvest, fine: Harvest, what: str, key: str) -> Difference:
    capacity = FIRST[-1]
    one, other = (thirds(run.layers(capacity)) for run in (coarse, fine))
    spreads = [run.deposit(capacity)["coefficient of variation"] for run in (coarse, fine)]
    return Difference(
        host=coarse.case.host,
        what=what,
        coarse=getattr(coarse.case, key),
        fine=getattr(fine.case, key),
        points=100 * float(np.abs(one - other).max()),
        variation=spreads[1] - spreads[0],
    )
