"""Walks a protocol in time: plate, strip, rest, hold, sweep; every end hit where it is."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...errors import SolverError
from ..control import ImposedRate
from ..endings import AlreadyMet, ElectrodeScale, Ending, Reading, locate
from ..legs import Leg, begin_leg
from ..model import StageFailure
from ..settings import StepReport
from ..steps import CapacityLimit
from ..stopping import Stop, Wish, never, shared_wish, stopped
from .books import Books
from .checkpoint import Checkpoint
from .march import attempt_step, consistent_state
from .pace import first_size, lithium
from .settings import PlatingSettings
from .state import State, Step
from .stored_state import state_of

log = logging.getLogger(__name__)

SMALLEST_STEP = 1e-9
"""Shortest time step tried [s]."""
SAFETY, MOST_GROWTH, MOST_CUT, FAILURE_CUT = 0.9, 2.0, 0.3, 0.25
RAMP = 1e-3
"""Unit of time in which a jump of the potential is smoothed [s]; see `legs`."""
CHECKPOINT_STEPS = 20
USED_UP = 1e-6
"""Share of all charge that went to and fro below which what is left of the lithium is nothing."""


class Timeline:
    """One run of a protocol.

    Args:
        books: The books, which also hold model and protocol.
        settings: Accuracy and output.
        progress: Called after each accepted time step.
        stop: Asked after each accepted time step, on all ranks.
    """

    def __init__(
        self,
        books: Books,
        settings: PlatingSettings,
        progress: Callable[[StepReport], None],
        stop: Stop = never,
    ) -> None:
        self.books, self.settings = books, settings
        self.model, self.protocol = books.model, books.protocol
        footprint = books.copies * self.model.footprint
        # rates are currents of the meshed part [A]
        self._scale = ElectrodeScale(math.nan, books.copies, footprint, None)
        self._progress, self._stop = progress, stop
        self._size = 0.0
        self._passed_before = 0.0
        self._state: State | None = None

    @property
    def state(self) -> State:
        """Where the run stands."""
        if self._state is None:
            raise SolverError("the run has not begun")
        return self._state

    def run(self, stored: Checkpoint | None) -> State:
        """Walk the protocol from its start, or from a checkpoint, and return the last state.

        Raises:
            Interrupted: The run was asked to stop; what was computed is saved.
            SolverError: A time step failed however small; what was computed is saved.
        """
        leg = self._restore(stored) if stored else None
        first = leg.index if leg else len(self.books.events)
        for index in range(first, len(self.protocol.steps)):
            leg = leg or self._enter(index)
            reason = self._met_at_once(leg)
            while reason is None:
                reason = self._advance(leg)
            self._leave(leg, reason)
            leg = None
        return self.state

    def _enter(self, index: int) -> Leg:
        """Switch a protocol step on: the deposit stays, potential or current jump."""
        books, old = self.books, self._state
        time, before = (old.time, old.potential) if old else (0.0, 0.0)
        leg = self._leg(index, time, before)
        thickness = old.thickness if old else np.zeros(len(self.model.sites.nodes))
        try:
            self._state = consistent_state(
                self.model, leg.control, time=time, thickness=thickness, near=old
            )
        except StageFailure as failure:
            raise self._failure(leg, 0.0, str(failure)) from failure
        self._passed_before = books.ledger.passed
        self._size = min(first_size(self.model, self.state), self.settings.max_step)
        books.record(index, self.state, 0.0)
        if books.outputs == 0:
            books.output(index, self.state)
        return leg

    def _leg(self, index: int, start: float, before: float) -> Leg:
        """A protocol step that begins; a capacity at constant current is a time."""
        step = self.protocol.steps[index]
        leg = begin_leg(index, step, start=start, before=before, scale=self._scale, ramp=RAMP)
        if not isinstance(leg.control, ImposedRate) or leg.control.rate == 0.0:
            return leg
        capacities = [end for end in step.terminations if isinstance(end, CapacityLimit)]
        times = [
            end.coulombs(footprint=self._scale.footprint)
            / (self.books.copies * abs(leg.control.rate))
            for end in capacities
        ]
        if not times:
            return leg
        others = [end for end in step.terminations if end not in capacities]
        kept = begin_leg(
            index,
            replace(step, terminations=tuple(others), duration=min([*times, leg.end - start])),
            start=start,
            before=before,
            scale=self._scale,
            ramp=RAMP,
        )
        return replace(kept, step=step)

    def _met_at_once(self, leg: Leg) -> str | None:
        if leg.end <= self.state.time:
            return f"after {leg.end - leg.start:.6g} s at once"
        if self.state.time < leg.settled:
            return None
        reading = self.books.reading(self.state, passed=self._passed(None))
        met = (ending.reason for ending in leg.endings if ending.margin(reading) <= 0.0)
        reason = next(met, None)
        return reason and f"{reason} at once"

    def _passed(self, step: Step | None) -> float:
        """Charge passed in this protocol step, positive in plating [C]."""
        more = -step.passed if step else 0.0
        return self.books.ledger.passed - self._passed_before + more

    def _advance(self, leg: Leg) -> str | None:
        """Take one accepted time step; the reason, if it ended the protocol step."""
        books, reason = self.books, None
        if self._is_used_up(leg):
            return f"no lithium is left, at {self.state.potential:.3f} V and rising"
        taken = self._good_step(leg)
        met = self._met(leg, taken) if taken.end.time >= leg.settled * (1.0 - 1e-13) else []
        if met:
            try:
                taken, reason = self._locate(leg, taken, met)
            except StageFailure as failure:
                self._cut(leg, taken.size, str(failure))
                return None
        elif taken.end.time >= leg.end * (1.0 - 1e-13):
            reason = self._time_is_up(leg)
        imposed = leg.control.rate if isinstance(leg.control, ImposedRate) else None
        books.book(leg.index, taken, imposed=imposed)
        self._state = taken.end
        books.record(leg.index, taken.end, taken.size)
        if self._output_is_due(leg):
            books.output(leg.index, taken.end)
        self._progress(self._report(leg, taken))
        if reason is None:
            self._save_when_due(leg)
        return reason

    def _good_step(self, leg: Leg) -> Step:
        """Try time steps until one converges with a small enough error."""
        while True:
            size = min(self._size, self.settings.max_step, self._longest(leg))
            end = leg.settled if self.state.time < leg.settled else leg.end
            left = end - self.state.time
            if math.isfinite(left) and size > 0.5 * left:
                size = left if size >= left * (1.0 - 1e-9) else 0.5 * left
            try:
                step = self._attempt(leg, size)
            except StageFailure as failure:
                self._cut(leg, size, str(failure))
                continue
            factor = SAFETY / math.sqrt(max(step.error, 1e-12))
            if step.error <= 1.0:
                self._size = max(self._size, size) * min(MOST_GROWTH, max(factor, MOST_CUT))
                return step
            self.books.counts["rejected"] += 1
            self._size = size * max(MOST_CUT, factor)
            if self._size < SMALLEST_STEP:
                reason = f"the local error stays {step.error:.1e} times the tolerance"
                raise self._failure(leg, size, reason)

    def _attempt(self, leg: Leg, size: float) -> Step:
        return attempt_step(
            self.model, leg.control, self.state, size=size, tolerance=self.settings.tolerance
        )

    def _is_used_up(self, leg: Leg) -> bool:
        strips = isinstance(leg.control, ImposedRate) and leg.control.rate > 0.0
        return strips and lithium(self.model, self.state) < USED_UP * self.books.ledger.throughput

    def _longest(self, leg: Leg) -> float:
        """Time in which half of the lithium dissolves [s]; no step can dissolve it all."""
        if isinstance(leg.control, ImposedRate) and leg.control.rate > 0.0:
            return 0.5 * lithium(self.model, self.state) / leg.control.rate
        return math.inf

    def _cut(self, leg: Leg, size: float, reason: str) -> None:
        """Go on with a shorter time step after one that did not converge."""
        self.books.counts["failed"] += 1
        self._size = size * FAILURE_CUT
        if self._size < SMALLEST_STEP:
            raise self._failure(leg, size, reason)

    def _met(self, leg: Leg, taken: Step) -> list[Ending]:
        reading = self.books.reading(taken.end, passed=self._passed(taken))
        return [ending for ending in leg.endings if ending.margin(reading) <= 0.0]

    def _locate(self, leg: Leg, taken: Step, met: list[Ending]) -> tuple[Step, str]:
        """The step shortened so that it ends on the first of the endings that it met."""
        tried, start = {taken.size: taken}, self.state

        def reading(size: float) -> Reading:
            if size == 0.0:
                return self.books.reading(start, passed=self._passed(None))
            if size not in tried:
                tried[size] = self._attempt(leg, size)
            return self.books.reading(tried[size].end, passed=self._passed(tried[size]))

        try:
            size, reason = locate(met, reading, taken.size)
        except AlreadyMet as mistake:
            raise self._failure(leg, taken.size, str(mistake)) from mistake
        return tried[size], reason

    def _time_is_up(self, leg: Leg) -> str:
        limits = [end for end in leg.step.terminations if isinstance(end, CapacityLimit)]
        if limits and (leg.step.duration is None or leg.end < leg.start + leg.step.duration):
            charge = self._passed(None) + abs(self.state.current) * (leg.end - self.state.time)
            return f"passed {abs(charge) / self.model.footprint / 36e3:.6g} mA.h/cm2"
        return f"after {leg.end - leg.start:.6g} s"

    def _output_is_due(self, leg: Leg) -> bool:
        since = self.state.time - self.books.last_output
        every = self.settings.output_every
        if every is None:
            span = leg.end - leg.start
            every = self.settings.output_fraction * span if math.isfinite(span) else math.inf
        return since >= every * (1.0 - 1e-9)

    def _leave(self, leg: Leg, reason: str) -> None:
        books, state = self.books, self.state
        if state.time > books.last_output * (1.0 + 1e-12):
            books.output(leg.index, state)
        log.info(
            "step %d of %d, '%s': %s, at t = %.6g s, %.4f V",
            leg.index + 1, len(self.protocol.steps), leg.step.text, reason, state.time,
            state.potential,
        )  # fmt: skip
        books.close(leg.index, state, reason)
        self._save(leg.index + 1, None)
        if shared_wish(self.model.comm, self._stop):
            raise stopped(state.time)

    def _save_when_due(self, leg: Leg) -> None:
        """A checkpoint now and then, and where the run is asked to stop."""
        wish = shared_wish(self.model.comm, self._stop)
        due = self.books.counts["accepted"] % CHECKPOINT_STEPS == 0
        if due or wish is Wish.NOW:
            self._save(leg.index, leg)
            if wish:
                raise stopped(self.state.time)

    def _save(self, index: int, leg: Leg | None) -> None:
        """Write a checkpoint, after which what follows depends on nothing else."""
        self.books.save(
            self.state,
            step_index=index,
            step_start=leg.start if leg else None,
            step_potential=leg.before if leg else self.state.potential,
            step_passed=self._passed_before,
            next_size=self._size,
        )
        self.model.newton.forget()

    def _restore(self, stored: Checkpoint) -> Leg | None:
        """The state of a checkpoint, and the leg that was under way."""
        numbers = stored.progress
        self.books.reopen(stored)
        self._state = state_of(self.model, numbers, stored.fields)
        self._size, self._passed_before = numbers.next_size, numbers.step_passed
        log.info("resumed at t = %.6g s", numbers.time)
        if numbers.step_start is None:
            return None
        return self._leg(numbers.step_index, numbers.step_start, numbers.step_potential)

    def _report(self, leg: Leg, step: Step) -> StepReport:
        share = 0.0
        if math.isfinite(leg.end) and leg.end > leg.start:
            share = (step.end.time - leg.start) / (leg.end - leg.start)
        return StepReport(
            time=step.end.time,
            voltage=step.end.potential,
            step_index=leg.index,
            step_text=leg.step.text,
            dt=step.size,
            fraction=(leg.index + min(share, 1.0)) / len(self.protocol.steps),
        )

    def _failure(self, leg: Leg, size: float, reason: str) -> SolverError:
        """Save what there is, and say where, when and why."""
        state, hint = self._state, ""
        lowers = getattr(leg.step, "lowers", True)
        if state is not None:
            self._save(leg.index, leg)
            room = 1.0 - float(self.model.sites.areas @ state.thickness) / max(
                float(self.model.sites.rooms.sum()), 1e-300
            )
            if state.thickness.max() < 1e-9 and not lowers:
                hint = "; there is no lithium left to dissolve: end the step at a voltage"
            elif room < 0.05:
                hint = "; the pores are full: plate less, or make them larger"
        where = f"t = {state.time:.6g} s, {state.potential:.4f} V" if state else "the start"
        return SolverError(
            f"the solve failed at {where} in protocol step {leg.index + 1} ('{leg.step.text}'), "
            f"region 'interface': {reason}; last time step tried {size:.2g} s{hint}"
        )
