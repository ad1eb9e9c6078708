"""A reduced run's books as a Result, its fields made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from ...materials.origins import origins_of
from ..assumptions import Tested, examine, poles_of
from ..balance import relative_gap
from ..recorder import COLUMNS, ERROR
from ..result import Result, Snapshot
from ..summary import describe_electrode
from ..window import check_rates, extrapolated
from .model import Family

if TYPE_CHECKING:
    from ...geometry.mesh import ElectrodeMesh
    from ..domain import Domain
    from .walk import Walk

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ReducedSnapshots(Sequence[Snapshot]):
    """Fields as coefficients, so that a sweep of hundreds of runs stays small in memory."""

    walk: Walk
    family: Family
    row: int
    domain: Domain
    electrode: ElectrodeMesh

    def __len__(self) -> int:
        return len(self.walk.ledger.outputs)

    @overload
    def __getitem__(self, index: int) -> Snapshot: ...
    @overload
    def __getitem__(self, index: slice) -> list[Snapshot]: ...
    def __getitem__(self, index: int | slice) -> Snapshot | list[Snapshot]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        output, run = self.walk.ledger.outputs[index], self.walk.run
        number = range(len(self))[index]
        rates = self.family.rates(
            np.array([self.row]), output.a[None, :], np.array([output.potential])
        )
        return run.snapshot(
            self.electrode,
            number,
            output.time,
            run.protocol.steps[output.step].text,
            output.potential,
            -self.walk.ledger.scale.full_charge * float(rates.forcing[0, 0]),
            np.asarray(self.domain.gather(self.family.model.basis @ output.a)),
        )


def series_of(walk: Walk) -> dict[str, Array]:
    """The time series, with the columns of a full run but for the error that is not estimated."""
    run, ledger = walk.run, walk.ledger
    scale = ledger.scale
    table = np.array([(*row.at[1:8], row.step, row.passed, row.dt) for row in ledger.rows])
    time, voltage, rate, mean, surface, smallest, largest, step, passed, dt = table.T
    current, capacity = -scale.full_charge * rate, -scale.full_charge * passed / 3600.0
    cycles = np.array(run.protocol.cycles, dtype=float)
    columns = (
        time, step, cycles[step.astype(int)], voltage, current, current / scale.footprint / 10.0,
        capacity, capacity / scale.footprint / 10.0, mean, surface, run.material.ocp(mean),
        smallest, largest, dt,
    )  # fmt: skip
    names = (name for name in COLUMNS if name != ERROR)
    return dict(zip(names, columns, strict=True))


def result_of(
    walk: Walk, family: Family, row: int, domain: Domain, electrode: ElectrodeMesh
) -> Result:
    """A finished walk as a Result; its summary has the keys of a full run's."""
    run, series = walk.run, series_of(walk)
    scale = walk.ledger.scale
    tested = examine(run.material, series, scale, poles_of(electrode))
    odd = [*check_rates(run.protocol, scale), *extrapolated(run.material, series)]
    return Result(
        series=series,
        events=walk.ledger.events,
        summary=_summary(walk, family, tested, [*odd, *tested.warnings]),
        mesh=electrode,
        parent=walk.run.mesh,
        snapshots=ReducedSnapshots(walk, family, row, domain, electrode),
    )


def _summary(walk: Walk, family: Family, tested: Tested, odd: list[str]) -> dict[str, Any]:
    ledger, model = walk.ledger, family.model
    scale, mean = ledger.scale, ledger.rows[-1].at.mean
    copies = scale.capacity / (walk.run.material.capacity_density * model.volume)
    return {
        "material": walk.run.material.name,
        "warnings": [*walk.run.warnings(), *odd],
        **origins_of(walk.run.material).as_table(),
        "unknowns": model.rank,
        "electrode": describe_electrode(
            scale, volume=copies * model.volume, area=copies * model.area
        ),
        "conservation": {
            "charge balance error": charge_error(walk),
            "charge throughput [A.h]": scale.full_charge * ledger.throughput / 3600.0,
            "mean stoichiometry": mean,
        },
        "assumptions": tested.as_table(),
        "steps": [{"step": e.text, "ended": e.reason, "time [s]": e.time} for e in ledger.events],
        "work": ledger.counts,
    }


def charge_error(walk: Walk) -> float:
    """As `journal.Journal.charge_error`."""
    ledger, (low, high) = walk.ledger, walk.run.material.stoichiometry_limits
    gap = ledger.passed + ledger.rows[-1].at.mean - walk.run.initial_stoichiometry
    return relative_gap(gap, throughput=ledger.throughput, capacity=high - low)
