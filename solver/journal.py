"""The books of a run: charge passed, series, events, snapshots and checkpoints."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .accuracy import UNRESOLVED, UNSURE, Accuracy
from .balance import relative_gap
from .books import Books
from .domain import Domain
from .endings import ElectrodeScale, Reading
from .insertion import InsertionModel
from .settings import OutputPlan
from .stepping import State
from .stepping import Step as TimeStep
from .steps import ConstantCurrent, Rest

Array = NDArray[np.float64]
log = logging.getLogger(__name__)

QUIET = 1e-3
"""Share of a run's largest current below which there is nothing to resolve."""


OF_J = ("Min", "Max", "Error of")


class Peak(NamedTuple):
    """The largest local current density of a protocol step, and its error there [A m-2]."""

    step: int
    size: float
    error: float


NO_PEAK = Peak(-1, 0.0, 0.0)


@dataclass(kw_only=True)
class Journal(Books):
    """The books of insertion; amounts of charge are in units of the mean stoichiometry.

    Attributes:
        domain: The electrode.
        model: Its equations.
        scale: The whole electrode's size.
        plan: When fields are handed out.
        snapshot: Called on all ranks with (index, time, label, potential, current [A], field),
            the field over the mesh's nodes on rank 0 and None elsewhere.
        watch: Gets each accepted time step.
        passed: Integral of the rate since the start, positive in delithiation.
        throughput: Integral of its magnitude.
        in_step: Integral of the rate within the protocol step under way.
        initial_mean: Mean stoichiometry at the start.
    """

    domain: Domain
    model: InsertionModel
    scale: ElectrodeScale
    plan: OutputPlan
    snapshot: Callable[[int, float, str, float, float, Array | None], None]
    watch: Callable[[TimeStep], None] | None = None
    initial_mean: float = 0.0
    passed: float = 0.0
    throughput: float = 0.0
    in_step: float = 0.0
    last_output: tuple[float, float] = (0.0, 0.0)
    _strongest: float = 0.0
    _peak: Peak = NO_PEAK

    def charge_error(self, u: Array) -> float:
        """|charge passed - ions stored| over the charge that has gone to and fro.

        In a rest it is over the capacity: see `balance`.
        """
        stored = self.model.mean(u) - self.initial_mean
        low, high = self.model.material.stoichiometry_limits
        return relative_gap(self.passed + stored, throughput=self.throughput, capacity=high - low)

    def reading(self, state: State, passed: float = 0.0) -> Reading:
        """What an ending looks at, `passed` after the last booked step."""
        full = self.scale.full_charge
        return Reading(
            potential=state.potential,
            current=-full * state.at.rate,
            charge=-full * (self.in_step + passed),
        )

    def book(self, index: int, step: TimeStep) -> None:
        """Enter an accepted time step of a protocol step."""
        self.passed += step.passed
        self.throughput += abs(step.passed)
        self.in_step += step.passed
        gap = self.passed + self.model.mean(step.end.u) - self.initial_mean
        self.balance.note(gap, time=step.end.time, step=index)
        if self.watch is not None:
            self.watch(step)

    def record(self, index: int, state: State, dt: float) -> None:
        """Add a row to the series."""
        model, scale = self.model, self.scale
        mean = model.mean(state.u)
        current = -scale.full_charge * state.at.rate
        capacity = -scale.full_charge * self.passed / 3600.0
        smallest, largest = model.current_range(state.at)
        error = self._accuracy.of_current(state, imposed=self._imposed(index))
        self._look_at(index, current, max(abs(smallest), abs(largest)), error)
        self.recorder.add(
            time=state.time,
            step=index,
            cycle=self.protocol.cycles[index],
            voltage=state.potential,
            current=current,
            current_density=current / scale.footprint / 10.0,
            capacity=capacity,
            areal_capacity=capacity / scale.footprint / 10.0,
            mean=mean,
            surface=model.surface_mean(state.u),
            ocp=float(np.asarray(model.material.ocp(np.array([mean])))[0]),
            smallest=smallest,
            largest=largest,
            error=error,
            dt=dt,
        )

    def judge(self, index: int, state: State) -> float | None:
        """Estimate what the mesh made of a protocol step that ends here, and warn of too much.

        Returns:
            The error of the surface's mean stoichiometry; None where hardly a current flows.
        """
        text = self.protocol.steps[index].text
        rest = isinstance(self.protocol.steps[index], Rest)
        if rest or abs(self.scale.full_charge * state.at.rate) <= QUIET * self._strongest:
            return None
        error, peak = self._accuracy.of_surface(state), self._peak
        if error > UNSURE:
            self._warn_once(
                f"'{text}': the mesh is too coarse for it",
                f"at its end the mean stoichiometry of the surface is uncertain by "
                f"{min(error, 1.0):.2g}{' or more' if error > 1.0 else ''}: make mesh.refine "
                "larger, or the first layer thinner",
            )
        if self._imposed(index) and peak.error > UNRESOLVED * peak.size:
            self._warn_once(
                f"'{text}': the largest local current density is not resolved by the mesh",
                f"{peak.size:.3g} A/m2 is uncertain by {peak.error:.2g} A/m2",
            )
        return error

    def _warn_once(self, what: str, how_much: str) -> None:
        """Warn of what a step of the protocol meets again in each cycle, with its first numbers."""
        if not any(told.startswith(what) for told in self.notices.texts):
            self.notices.warn(f"{what}; {how_much}")

    def _look_at(self, index: int, current: float, size: float, error: float) -> None:
        """Keep in mind what `judge` asks for, so that it need not read the series again."""
        self._strongest = max(self._strongest, abs(current))
        if index != self._peak.step or size > self._peak.size:
            self._peak = Peak(index, size, error)

    def _imposed(self, index: int) -> bool:
        return isinstance(self.protocol.steps[index], ConstantCurrent | Rest)

    @cached_property
    def _accuracy(self) -> Accuracy:
        return Accuracy(self.domain, self.model)

    def output_due(self, index: int, step: TimeStep) -> None:
        """Write the snapshots that fall into an accepted time step."""
        if self.plan.every is None:
            mean = self.model.mean(step.end.u)
            if abs(mean - self.last_output[1]) >= self.plan.fraction:
                self.output(index, step.end.time, step.end.u, step.end.potential, step.end.at.rate)
            return
        due = (np.floor(step.start.time / self.plan.every * (1 + 1e-12)) + 1) * self.plan.every
        while due <= step.end.time * (1.0 + 1e-12):
            u, potential = step.interpolate(due)
            rate = self.model.evaluate(u, potential).rate
            self.output(index, due, u, potential, rate)
            due += self.plan.every

    def output(self, index: int, time: float, u: Array, potential: float, rate: float) -> None:
        """Write one snapshot."""
        full_field = self.domain.gather(u)
        label = self.protocol.steps[index].text
        current = -self.scale.full_charge * rate
        self.snapshot(self.outputs, time, label, potential, current, full_field)
        self.outputs += 1
        self.last_output = (time, self.model.mean(u))

    def own(self) -> dict[str, Any]:
        """Charges, and the last snapshot."""
        return {
            "initial_mean": self.initial_mean,
            "passed": self.passed,
            "throughput": self.throughput,
            "in_step": self.in_step,
            "last_output": self.last_output,
        }

    def reopen_own(self, numbers: dict[str, Any]) -> None:
        """Take up what `own` kept, and what `judge` asks for."""
        self.initial_mean, self.passed = numbers["initial_mean"], numbers["passed"]
        self.throughput, self.in_step = numbers["throughput"], numbers["in_step"]
        time, mean = numbers["last_output"]
        self.last_output = (time, mean)
        series = self.recorder.series
        keys = ("Step", "Current [A]", *(f"{what} local current density [A.m-2]" for what in OF_J))
        for step, current, low, high, error in zip(*(series[key] for key in keys), strict=True):
            self._look_at(int(step), current, max(abs(low), abs(high)), error)
