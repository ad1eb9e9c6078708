"""Walks a protocol in time: switches each step on, takes time steps, finds the ends."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np

from ..errors import SolverError
from .checkpoint import Checkpoint, Progress
from .control import ImposedRate
from .controller import StepController
from .endings import AlreadyMet, Ending, Reading, locate
from .journal import Journal
from .legs import Leg, begin_leg
from .model import StageFailure
from .nonlinear import Newton
from .pace import Reacting, first_step, settling_time, shortest_step
from .result import Event
from .settings import SolverSettings, StepReport
from .stepping import Point, State, attempt_step, consistent_state
from .stepping import Step as TimeStep
from .stopping import Stop, Wish, never, shared_wish, stopped

log = logging.getLogger(__name__)

FULL = 0.98
"""Stoichiometry of the surface beyond which it is nearly full; empty likewise."""
RUNAWAY = 10.0
"""Change of the potential within one protocol step beyond which no electrode carries its
current [V]: without a limit of the user's, a full host would go on for ever in tiny steps."""


class Timeline:
    """One run of a protocol.

    Args:
        journal: The books, which also hold model, protocol and scale.
        newton: The stage solver.
        settings: Accuracy.
        progress: Called after each accepted time step.
        stop: Asked after each accepted time step, on all ranks.
    """

    def __init__(
        self,
        journal: Journal,
        newton: Newton,
        settings: SolverSettings,
        progress: Callable[[StepReport], None],
        stop: Stop = never,
    ) -> None:
        self.journal, self.newton, self.settings = journal, newton, settings
        self.model, self.protocol = journal.model, journal.protocol
        self._progress, self._stop = progress, stop
        self._depth = self.model.depth
        self._controller = StepController(first=settings.max_step, longest=settings.max_step)
        self._state: State | None = None

    @property
    def state(self) -> State:
        """Where the run stands."""
        if self._state is None:
            raise SolverError("the run has not begun")
        return self._state

    def run(self, initial_stoichiometry: float, stored: Checkpoint | None) -> State:
        """Walk the protocol from its start, or from a checkpoint, and return the last state.

        Raises:
            Interrupted: The run was asked to stop; what was computed is saved.
            SolverError: A time step failed however small; what was computed is saved.
        """
        leg = None
        if stored is None:
            self._begin(initial_stoichiometry)
        else:
            leg = self._restore(stored)
        first = leg.index if leg else len(self.journal.events)
        for index in range(first, len(self.protocol.steps)):
            self._leg(index, 0.0, 0.0)  # an amount that cannot be counted is refused at once
        for index in range(first, len(self.protocol.steps)):
            leg = leg or self._enter(index)
            reason = self._already_met(leg)
            while reason is None:
                reason = self._advance(leg)
            self._leave(leg, reason)
            leg = None
        return self.state

    def _begin(self, initial_stoichiometry: float) -> None:
        u = np.full_like(self.model.lumped_mass, initial_stoichiometry)
        self.journal.initial_mean = self.model.mean(u)
        rest = ImposedRate(0.0)
        self._state = consistent_state(self.model, rest, 0.0, u)

    def _restore(self, stored: Checkpoint) -> Leg | None:
        """The state of a checkpoint, and the leg that was under way."""
        journal, numbers = self.journal, stored.progress
        journal.reopen(stored)
        scatter = journal.domain.scatter
        u, f = scatter(stored.u), None if stored.f is None else scatter(stored.f)
        past = tuple(
            Point(time, scatter(field), potential)
            for (time, potential), field in zip(numbers.past, stored.past, strict=True)
        )
        at = replace(self.model.evaluate(u, numbers.potential), rate=numbers.rate)
        content = self.model.apply_mass(u)
        self._state = State(numbers.time, u, numbers.potential, at, content, f, past)
        self._controller.size = numbers.next_size
        self.newton.resume(keeps=numbers.keeps, counts=numbers.counts)
        log.info("resumed at t = %.6g s", numbers.time)
        if numbers.step_start is None:
            return None
        leg = self._leg(numbers.step_index, numbers.step_start, numbers.step_potential)
        self._controller.longest = leg.longest(self.settings.max_step)
        return leg

    def _enter(self, index: int) -> Leg:
        """Switch a protocol step on: the field stays, the potential or the current jumps."""
        journal, old = self.journal, self.state
        leg = self._leg(index, old.time, old.potential)
        try:
            self._state = consistent_state(self.model, leg.control, old.time, old.u)
        except StageFailure as failure:
            raise self._failure(leg, 0.0, str(failure)) from failure
        journal.in_step = 0.0
        self._controller.restart(
            self._first_step(leg, old), longest=leg.longest(self.settings.max_step)
        )
        journal.record(index, self.state, 0.0)
        if journal.outputs == 0:
            self._output(leg)
        return leg

    def _first_step(self, leg: Leg, old: State) -> float:
        """How long the leg's first time step is [s]."""
        rate = max(abs(self.state.at.rate), abs(old.at.rate))
        return first_step(
            self._depth,
            leg.control,
            self._reacting()._replace(rate=rate),
            jump=leg.jump,
            tolerance=self.settings.tolerance,
        )

    @property
    def _shortest(self) -> float:
        """Time step [s] below which the run fails."""
        return shortest_step(self._depth, self._reacting(), tolerance=self.settings.tolerance)

    def _reacting(self) -> Reacting:
        at = self.state.at
        return Reacting(self.state.time, at.rate, at.uniform_slope, at.rate_slope)

    def _leg(self, index: int, start: float, before: float) -> Leg:
        return begin_leg(
            index,
            self.protocol.steps[index],
            start=start,
            before=before,
            scale=self.journal.scale,
        )

    def _already_met(self, leg: Leg) -> str | None:
        if leg.end <= self.state.time:
            return f"after {leg.end - leg.start:.6g} s at once"
        met = self._met(leg)
        return met and f"{met} at once"

    def _met(self, leg: Leg) -> str | None:
        """Why the leg ends where the run stands, if it does."""
        reading = self.journal.reading(self.state)
        met = (ending.reason for ending in leg.endings if ending.margin(reading) <= 0.0)
        return next(met, None)

    def _leave(self, leg: Leg, reason: str) -> None:
        journal, state = self.journal, self.state
        if state.time > journal.last_output[0] * (1.0 + 1e-12):
            self._output(leg)
        log.info(
            "step %d of %d, '%s': %s, at t = %.6g s, %.6f V",
            leg.index + 1, len(self.protocol.steps), leg.step.text, reason, state.time,
            state.potential,
        )  # fmt: skip
        error = journal.judge(leg.index, state)
        journal.events.append(Event(state.time, leg.index, leg.step.text, reason, error))
        self._save(leg.index + 1, None)
        if shared_wish(self.model.comm, self._stop):
            raise stopped(state.time)

    def _save(self, index: int, leg: Leg | None) -> None:
        """Write a checkpoint, after which what follows depends on nothing else."""
        self.journal.save(self.state, self._progress_of(index, leg))
        self.newton.forget()

    def _save_when_due(self, leg: Leg) -> None:
        """A checkpoint now and then, and where the run is asked to stop."""
        wish = shared_wish(self.model.comm, self._stop)
        due = self.journal.counts["accepted"] % self.journal.plan.checkpoint_steps == 0
        if due or wish is Wish.NOW:
            self._save(leg.index, leg)
            if wish:
                raise stopped(self.state.time)

    # --- one time step -----------------------------------------------------------------

    def _advance(self, leg: Leg) -> str | None:
        """Take one accepted time step; the reason, if it ended the protocol step."""
        journal = self.journal
        taken, reason = self._good_step(leg), None
        moved = abs(taken.end.potential - leg.before)
        met = [e for e in leg.endings if e.margin(journal.reading(taken.end, taken.passed)) <= 0]
        if met:
            try:
                taken, reason = self._locate(leg, taken, met)
            except StageFailure as failure:
                self._cut(leg, taken.size, str(failure))
                return None
        elif taken.end.time >= leg.end * (1.0 - 1e-14):
            reason = f"after {leg.end - leg.start:.6g} s"
        elif moved > RUNAWAY and isinstance(leg.control, ImposedRate):
            went = f"the potential ran away to {taken.end.potential:.1f} V"
            raise self._failure(leg, taken.size, went)
        journal.output_due(leg.index, taken)
        journal.book(leg.index, taken)
        self._state = taken.end
        journal.record(leg.index, taken.end, taken.size)
        self._progress(self._report(leg, taken))
        if reason is None:
            self._save_when_due(leg)
        return reason

    def _good_step(self, leg: Leg) -> TimeStep:
        """Try time steps until one converges with a small enough error."""
        controller, counts = self._controller, self.journal.counts
        while True:
            size = controller.fit(leg.end - self.state.time)
            try:
                step = self._attempt(leg, size)
            except StageFailure as failure:
                self._cut(leg, size, str(failure))
                continue
            if step.error <= 1.0:
                controller.accept(step.error, size)
                return step
            counts["rejected"] += 1
            controller.reject(step.error, size)
            if controller.size < self._shortest:
                reason = f"the local error stays {step.error:.1e} times the tolerance"
                raise self._failure(leg, size, reason)

    def _cut(self, leg: Leg, size: float, reason: str) -> None:
        """Go on with a shorter time step after one that did not converge."""
        self.journal.counts["failed"] += 1
        self._controller.fail(size)
        if self._controller.size < self._shortest:
            raise self._failure(leg, size, reason)

    def _attempt(self, leg: Leg, size: float) -> TimeStep:
        return attempt_step(
            self.model,
            self.newton,
            leg.control,
            self.state,
            size=size,
            tolerance=self.settings.tolerance,
            settles=self._settles(leg, size),
        )

    def _settles(self, leg: Leg, size: float) -> bool:
        """Whether a step so long [s] goes over what the mesh cannot follow after a jump."""
        jump, tolerance = leg.jump, self.settings.tolerance
        short = size <= settling_time(self._depth, jump=jump, tolerance=tolerance) * (1.0 + 1e-9)
        return self.state.f is None and short

    def _locate(self, leg: Leg, taken: TimeStep, met: list[Ending]) -> tuple[TimeStep, str]:
        """The step shortened so that it ends on the first of the endings that it met."""
        journal, start = self.journal, self.state
        tried = {taken.size: taken}

        def reading(size: float) -> Reading:
            if size == 0.0:
                return journal.reading(start)
            if size not in tried:
                tried[size] = self._attempt(leg, size)
            return journal.reading(tried[size].end, tried[size].passed)

        try:
            size, reason = locate(met, reading, taken.size)
        except AlreadyMet as mistake:
            raise self._failure(leg, taken.size, str(mistake)) from mistake
        return tried[size], reason

    # --- reports -----------------------------------------------------------------------

    def _output(self, leg: Leg) -> None:
        state = self.state
        self.journal.output(leg.index, state.time, state.u, state.potential, state.at.rate)

    def _report(self, leg: Leg, step: TimeStep) -> StepReport:
        window = self.model.material.stoichiometry_limits
        share = abs(self.journal.in_step) / (window[1] - window[0])
        if math.isfinite(leg.end) and leg.end > leg.start:
            share = max(share, (step.end.time - leg.start) / (leg.end - leg.start))
        return StepReport(
            time=step.end.time,
            voltage=step.end.potential,
            step_index=leg.index,
            step_text=leg.step.text,
            dt=step.size,
            fraction=(leg.index + min(share, 1.0)) / len(self.protocol.steps),
        )

    def _progress_of(self, index: int, leg: Leg | None) -> Progress:
        journal, state = self.journal, self.state
        return Progress(
            time=state.time,
            potential=state.potential,
            rate=state.at.rate,
            step_index=index,
            step_start=leg.start if leg else None,
            step_potential=leg.before if leg else state.potential,
            in_step=journal.in_step,
            passed=journal.passed,
            throughput=journal.throughput,
            initial_mean=journal.initial_mean,
            balance=astuple(journal.balance),
            next_size=self._controller.size,
            outputs=journal.outputs,
            last_output=journal.last_output,
            counts=journal.counts | self.newton.counts,
            wall=journal.wall,
            keeps=self.newton.keeps,
            past=[(point.time, point.potential) for point in state.past],
            events=journal.events,
            warnings=journal.notices.texts,
        )

    def _failure(self, leg: Leg, size: float, reason: str) -> SolverError:
        """Save what there is, and say where, when and why."""
        state = self.state
        self.journal.save(state, self._progress_of(leg.index, leg))
        low, high = self.model.surface_range(state.u)
        hint = _advice(leg, state.at.rate, low, high)
        return SolverError(
            f"the solve failed at t = {state.time:.6g} s in protocol step {leg.index + 1} "
            f"('{leg.step.text}'), region 'electrode', at {state.potential:.4f} V with surface "
            f"stoichiometries {low:.4f} to {high:.4f}: {reason}; last time step tried "
            f"{size:.2g} s{hint}"
        )


def _advice(leg: Leg, rate: float, low: float, high: float) -> str:
    """What to do about a step that failed, if the surface is at the end that it goes to."""
    imposed = leg.control.rate if isinstance(leg.control, ImposedRate) else rate
    filled, emptied = imposed < 0.0 and high > FULL, imposed > 0.0 and low < 1.0 - FULL
    if not (filled or emptied):
        return ""
    return (
        f"; the surface is nearly {'full' if filled else 'empty'}, so the current cannot be "
        "sustained: end the step at a voltage less far out"
    )
