"""The books of one reduced run: charge, series, fields that are due, events."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..endings import Reading

if TYPE_CHECKING:
    from ..endings import ElectrodeScale
    from ..result import Event
    from ..settings import OutputPlan

Array = NDArray[np.float64]


class Taken(NamedTuple):
    """A step of one run, taken or tried: its end, and what it saw on the way.

    Attributes:
        size: [s].
        time: At its end [s].
        potential: There [V].
        rate: Of the reaction there [1/s].
        mean, surface: Mean stoichiometries there.
        smallest, largest: Local current densities there [A m-2].
        error: Local error, in stoichiometry and volts.
        passed: Integral of the rate [-].
        failed: Whether it did not converge.
    """

    size: float
    time: float
    potential: float
    rate: float
    mean: float
    surface: float
    smallest: float
    largest: float
    error: float
    passed: float
    failed: bool


class Row(NamedTuple):
    """A row of the series, `passed` since the start in units of the mean stoichiometry."""

    at: Taken
    step: int
    passed: float
    dt: float


class Output(NamedTuple):
    """Coefficients (r,) at a time when the fields are due."""

    time: float
    step: int
    potential: float
    a: Array


@dataclass
class Ledger:
    """What has happened so far; charges are in units of the mean stoichiometry.

    Attributes:
        scale: The whole electrode's size.
        plan: When the fields are due.
        passed: Integral of the rate since the start.
        throughput: Integral of its magnitude.
        in_step: Integral of the rate within the protocol step under way.
    """

    scale: ElectrodeScale
    plan: OutputPlan
    passed: float = 0.0
    throughput: float = 0.0
    in_step: float = 0.0
    counts: dict[str, int] = field(
        default_factory=lambda: {"accepted": 0, "rejected": 0, "failed": 0}
    )
    rows: list[Row] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def reading(self, at: Taken | Row, passed: float = 0.0) -> Reading:
        """What an ending looks at, `passed` after the last booked step."""
        full, at = self.scale.full_charge, at if isinstance(at, Taken) else at.at
        return Reading(at.potential, -full * at.rate, -full * (self.in_step + passed))

    def book(self, taken: Taken) -> None:
        """Enter an accepted time step."""
        self.passed += taken.passed
        self.throughput += abs(taken.passed)
        self.in_step += taken.passed
        self.counts["accepted"] += 1

    def record(self, step: int, at: Taken, dt: float) -> None:
        """Add a row to the series."""
        self.rows.append(Row(at, step, self.passed, dt))

    def output(self, step: int, time: float, potential: float, a: Array) -> None:
        """Keep the coefficients of a field that is due."""
        self.outputs.append(Output(time, step, potential, a.copy()))

    def due(self, start: float, end: float) -> list[float]:
        """Times inside a step at which fields are due [s]."""
        every = self.plan.every
        if every is None:
            return []
        first = math.floor(start / every * (1.0 + 1e-12)) + 1
        last = math.floor(end / every * (1.0 + 1e-12))
        return [every * count for count in range(first, last + 1)]

    def changed_enough(self, mean: float) -> bool:
        """Whether the mean has changed so much since the last output that another is due."""
        if self.plan.every is not None:
            return False
        return abs(mean - float(self.outputs[-1].a[0])) >= self.plan.fraction
