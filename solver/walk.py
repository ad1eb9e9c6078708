"""Walks a protocol in time: switches each step on, takes time steps, finds the ends.

A walk knows no equation. An engine computes (`contract`), and books what came of it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from ..errors import SolverError
from .books import Books
from .checkpoint import Checkpoint, Progress
from .contract import Engine, Taken
from .control import ImposedRate
from .endings import AlreadyMet, Ending, Reading, locate
from .legs import Leg
from .model import StageFailure, on_root
from .settings import StepReport
from .stopping import Stop, Wish, never, shared_wish, stopped

log = logging.getLogger(__name__)

RUNAWAY = 10.0
"""Change of the potential within one protocol step beyond which no electrode carries its
current [V]: without a limit of the user's, a full host would go on for ever in tiny steps."""
ROUNDING = 1e-13
"""Share of a time within which it is reached."""


class Walk[T: Taken]:
    """One run of a protocol.

    Args:
        engine: What computes.
        progress: Called after each accepted time step.
        stop: Asked after each accepted time step, on all ranks.
    """

    def __init__(
        self, engine: Engine[T], progress: Callable[[StepReport], None], stop: Stop = never
    ) -> None:
        self.engine, self._progress, self._stop = engine, progress, stop
        self.books: Books = engine.books
        self.steps = self.books.protocol.steps

    def run(self, stored: Checkpoint | None) -> None:
        """Walk the protocol from its start, or from a checkpoint.

        Raises:
            Interrupted: The run was asked to stop; what was computed is saved.
            SolverError: A time step failed however small; what was computed is saved.
        """
        if stored is None:
            self.engine.begin()
        leg = self._restore(stored) if stored else None
        first = leg.index if leg else len(self.books.events)
        for index in range(first, len(self.steps)):
            # an amount that cannot be counted is refused at once
            self.engine.leg(index, start=0.0, before=0.0)
        for index in range(first, len(self.steps)):
            leg = leg or self._enter(index)
            reason = self._met_at_once(leg)
            while reason is None:
                reason = self._advance(leg)
            self._leave(leg, reason)
            leg = None

    @property
    def _time(self) -> float:
        at = self.engine.standing
        return at.time if at else 0.0

    @property
    def _potential(self) -> float:
        at = self.engine.standing
        return at.potential if at else 0.0

    def _enter(self, index: int) -> Leg:
        """Switch a protocol step on: the fields stay, the potential or the current jumps."""
        engine = self.engine
        leg = engine.leg(index, start=self._time, before=self._potential)
        try:
            first = engine.enter(leg)
        except StageFailure as failure:
            raise self._failure(leg, 0.0, str(failure)) from failure
        engine.sizes.restart(first, longest=engine.longest(leg))
        if self.books.outputs == 0:
            engine.show(leg)
        return leg

    def _met_at_once(self, leg: Leg) -> str | None:
        if leg.end <= self._time:
            return f"after {leg.end - leg.start:.6g} s at once"
        if self._time < leg.settled:
            return None
        reading = self.engine.reading(None)
        met = (ending.reason for ending in leg.endings if ending.margin(reading) <= 0.0)
        reason = next(met, None)
        return reason and f"{reason} at once"

    def _leave(self, leg: Leg, reason: str) -> None:
        event = self.engine.close(leg, reason)
        self.books.events.append(event)
        log.info(
            "step %d of %d, '%s': %s, at t = %.6g s, %.6f V",
            leg.index + 1, len(self.steps), leg.step.text, reason, self._time, self._potential,
        )  # fmt: skip
        self._save(leg.index + 1, None)
        if shared_wish(self.engine.comm, self._stop):
            raise stopped(self._time)

    # --- one time step -----------------------------------------------------------------

    def _advance(self, leg: Leg) -> str | None:
        """Take one accepted time step; the reason, if it ended the protocol step."""
        engine = self.engine
        reason = engine.over(leg)
        if reason is not None:
            return reason
        taken = self._good_step(leg)
        met = self._met(leg, taken)
        if met:
            try:
                taken, reason = self._locate(leg, taken, met)
            except StageFailure as failure:
                self._cut(leg, taken.size, str(failure))
                return None
        elif taken.end.time >= leg.end * (1.0 - ROUNDING):
            reason = engine.time_is_up(leg)
        elif self._ran_away(leg, taken):
            went = f"the potential ran away to {taken.end.potential:.1f} V"
            raise self._failure(leg, taken.size, went)
        engine.commit(leg, taken)
        self.books.counts["accepted"] += 1
        self._progress(self._report(leg, taken))
        if reason is None:
            self._save_when_due(leg)
        return reason

    def _ran_away(self, leg: Leg, taken: T) -> bool:
        moved = abs(taken.end.potential - leg.before)
        return moved > RUNAWAY and isinstance(leg.control, ImposedRate)

    def _met(self, leg: Leg, taken: T) -> list[Ending]:
        """The endings that a step meets; while the potential is on its way none counts."""
        if taken.end.time < leg.settled * (1.0 - ROUNDING):
            return []
        reading = self.engine.reading(taken)
        return [ending for ending in leg.endings if ending.margin(reading) <= 0.0]

    def _good_step(self, leg: Leg) -> T:
        """Try time steps until one converges with a small enough error."""
        engine, sizes = self.engine, self.engine.sizes
        while True:
            end = leg.settled if self._time < leg.settled else leg.end
            size = sizes.fit(end - self._time, limit=engine.limit(leg))
            try:
                step = engine.attempt(leg, size)
            except StageFailure as failure:
                self._cut(leg, size, str(failure))
                continue
            if step.error <= 1.0:
                sizes.accept(step.error, size)
                return step
            self.books.counts["rejected"] += 1
            sizes.reject(step.error, size)
            if sizes.size < engine.shortest:
                reason = f"the local error stays {step.error:.1e} times the tolerance"
                raise self._failure(leg, size, reason)

    def _cut(self, leg: Leg, size: float, reason: str) -> None:
        """Go on with a shorter time step after one that did not converge."""
        self.books.counts["failed"] += 1
        self.engine.sizes.fail(size)
        if self.engine.sizes.size < self.engine.shortest:
            raise self._failure(leg, size, reason)

    def _locate(self, leg: Leg, taken: T, met: list[Ending]) -> tuple[T, str]:
        """The step shortened so that it ends on the first of the endings that it met."""
        tried = {taken.size: taken}

        def reading(size: float) -> Reading:
            if size == 0.0:
                return self.engine.reading(None)
            if size not in tried:
                tried[size] = self.engine.attempt(leg, size)
            return self.engine.reading(tried[size])

        try:
            size, reason = locate(met, reading, taken.size)
        except AlreadyMet as mistake:
            raise self._failure(leg, taken.size, str(mistake)) from mistake
        return tried[size], reason

    # --- checkpoints and reports -------------------------------------------------------

    def _save(self, index: int, leg: Leg | None) -> None:
        """Write a checkpoint, after which what follows depends on nothing else."""
        self._write(index, leg)
        self.engine.forget()

    def _save_when_due(self, leg: Leg) -> None:
        """A checkpoint now and then, and where the run is asked to stop."""
        wish = shared_wish(self.engine.comm, self._stop)
        due = self.books.counts["accepted"] % self.engine.checkpoint_steps == 0
        if due or wish is Wish.NOW:
            self._save(leg.index, leg)
            if wish:
                raise stopped(self._time)

    def _write(self, index: int, leg: Leg | None) -> None:
        if self.books.folder is None:
            return
        engine = self.engine
        progress = Progress(
            time=self._time,
            potential=self._potential,
            step_index=index,
            step_start=leg.start if leg else None,
            step_potential=leg.before if leg else self._potential,
            next_size=engine.sizes.size,
            engine=engine.numbers(),
            **self.books.numbers(engine.counts()),
        )
        fields = engine.fields()
        on_root(engine.comm, lambda: self.books.write(progress, fields))

    def _restore(self, stored: Checkpoint) -> Leg | None:
        """Stand where a checkpoint stood; the leg that was under way."""
        numbers, engine = stored.progress, self.engine
        self.books.reopen(stored)
        engine.restore(stored)
        log.info("resumed at t = %.6g s", numbers.time)
        leg = None
        if numbers.step_start is not None:
            start, before = numbers.step_start, numbers.step_potential
            leg = engine.leg(numbers.step_index, start=start, before=before)
            engine.sizes.longest = engine.longest(leg)
        engine.sizes.size = numbers.next_size
        return leg

    def _report(self, leg: Leg, step: T) -> StepReport:
        time, share = step.end.time, self.engine.share(leg)
        if math.isfinite(leg.end) and leg.end > leg.start:
            share = max(share, (time - leg.start) / (leg.end - leg.start))
        return StepReport(
            time=time,
            voltage=step.end.potential,
            step_index=leg.index,
            step_text=leg.step.text,
            dt=step.size,
            fraction=(leg.index + min(share, 1.0)) / len(self.steps),
        )

    def _failure(self, leg: Leg, size: float, reason: str) -> SolverError:
        """Save what there is, and say where, when and why."""
        if self.engine.standing is not None:
            self._write(leg.index, leg)
        before, after = self.engine.place()
        return SolverError(
            f"the solve failed at {before} in protocol step {leg.index + 1} ('{leg.step.text}'), "
            f"region '{self.engine.region}'{after}: {reason}; last time step tried "
            f"{size:.2g} s{self.engine.advice(leg)}"
        )
