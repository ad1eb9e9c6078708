"""One reduced run's way through its protocol: which step to try, and what to make of it.

The rules are those of `walk`'s. A walk computes nothing: it is told what its steps came to.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..control import ImposedPotential, ImposedRate
from ..controller import StepController
from ..legs import Leg, begin_leg
from ..pace import Depth, Reacting, first_step, settling_time, shortest_step
from ..result import Event
from ..walk import RUNAWAY
from .bracket import Bracket
from .ledger import Ledger, Taken

if TYPE_CHECKING:
    from ..endings import ElectrodeScale, Reading
    from ..simulation import Simulation

Array = NDArray[np.float64]


class Walk:
    """A run on its way.

    Args:
        run: What the user asked.
        scale: The whole electrode's size.
        depth: What sets its pace.

    Attributes:
        ledger: The books.
        leg: The protocol step under way.
        lost: Why it cannot go on, if so.
        finished: Whether it is at its end, good or bad.
    """

    def __init__(self, run: Simulation, scale: ElectrodeScale, depth: Depth) -> None:
        self.run, self._depth = run, depth
        self.ledger = Ledger(scale, run.output)
        self.potential = _ocp(run)
        self.time = 0.0
        self.lost: str | None = None
        self.finished = False
        longest = run.settings.max_step
        self._controller = StepController(first=longest, longest=longest)
        self._at = Reacting(0.0, 0.0, 0.0, 0.0)
        self._bracket: Bracket | None = None
        self._reason: str | None = None
        self.leg = self._next_leg()

    @property
    def rate_imposed(self) -> float:
        """The rate that the leg imposes [1/s]; NaN where it is the potential."""
        control = self.leg.control
        return control.rate if isinstance(control, ImposedRate) else math.nan

    def potential_imposed(self, time: float) -> float:
        """The potential that the leg imposes [V]; NaN where it is the rate."""
        control = self.leg.control
        return control.potential(time) if isinstance(control, ImposedPotential) else math.nan

    @property
    def left(self) -> bool:
        """Whether the leg has ended, and the next one is to begin."""
        return self._reason is not None and not self.finished

    def settles(self, size: float) -> bool:
        """Whether a step so long [s] goes over what the mesh cannot follow after a jump."""
        jump, tolerance = self.leg.jump, self.run.settings.tolerance
        return size <= settling_time(self._depth, jump=jump, tolerance=tolerance) * (1.0 + 1e-9)

    def enter(self, at: Taken, a: Array, *, relaxation: float, conductance: float) -> None:
        """The leg is switched on: the potential or the current has jumped.

        Args:
            at: Where it stands.
            a: Its coefficients.
            relaxation, conductance: See `pace.Reacting`.
        """
        ledger, leg = self.ledger, self.leg
        if at.failed:
            self._lose("no potential carries the imposed current")
        self.potential, ledger.in_step = at.potential, 0.0
        settings = self.run.settings
        rate = max(abs(at.rate), abs(self._at.rate))
        self._at = Reacting(at.time, rate, relaxation, conductance)
        first = first_step(
            self._depth, leg.control, self._at, jump=leg.jump, tolerance=settings.tolerance
        )
        self._controller.restart(first, longest=leg.longest(settings.max_step))
        ledger.record(leg.index, at, 0.0)
        if not ledger.outputs:
            ledger.output(leg.index, at.time, at.potential, a)
        met = self._met(ledger.reading(at))
        if leg.end <= at.time:
            met = f"after {leg.end - leg.start:.6g} s"
        self._reason = met and f"{met} at once"

    def leave(self, a: Array) -> None:
        """Note the end of the leg, and go on to the next one if there is one."""
        ledger, leg = self.ledger, self.leg
        assert self._reason is not None
        if self.time > ledger.outputs[-1].time * (1.0 + 1e-12):
            ledger.output(leg.index, self.time, self.potential, a)
        ledger.events.append(Event(self.time, leg.index, leg.step.text, self._reason))
        self._reason = None
        self.finished = len(ledger.events) == len(self.run.protocol.steps)
        if not self.finished:
            self.leg = self._next_leg()

    def next_size(self) -> float:
        """The step to try [s]."""
        if self._bracket is not None:
            return self._bracket.trial
        return self._controller.fit(self.leg.end - self.time)

    def judge(self, taken: Taken) -> bool:
        """Whether a tried step is to be taken; if not, the next one is shorter."""
        ledger, tolerance = self.ledger, self.run.settings.tolerance
        if taken.failed:
            self._bracket = None
            ledger.counts["failed"] += 1
            self._controller.fail(taken.size)
            self._check("Newton's method did not converge")
            return False
        if self._bracket is not None:
            margin = self._bracket.margin(ledger.reading(taken, taken.passed))
            return self._bracket.narrow(margin)
        if taken.error > tolerance:
            ledger.counts["rejected"] += 1
            self._controller.reject(taken.error / tolerance, taken.size)
            self._check("the local error stays too large")
            return False
        self._controller.accept(taken.error / tolerance, taken.size)
        return not self._overshoots(taken)

    def take(self, taken: Taken, a: Array) -> None:
        """Enter an accepted step into the books; see whether it ends the leg."""
        ledger, leg = self.ledger, self.leg
        self.time, self.potential = taken.time, taken.potential
        self._at = self._at._replace(time=taken.time, rate=taken.rate)
        ledger.book(taken)
        if self._bracket is not None:
            self._reason, self._bracket = self._bracket.reason(ledger.reading(taken)), None
        elif taken.time >= leg.end * (1.0 - 1e-14):
            self._reason = f"after {leg.end - leg.start:.6g} s"
        elif abs(taken.potential - leg.before) > RUNAWAY and isinstance(leg.control, ImposedRate):
            self._lose(f"the potential ran away to {taken.potential:.1f} V")
        ledger.record(leg.index, taken, taken.size)
        if ledger.changed_enough(taken.mean):
            ledger.output(leg.index, taken.time, taken.potential, a)

    def _next_leg(self) -> Leg:
        index = len(self.ledger.events)
        return begin_leg(
            index,
            self.run.protocol.steps[index],
            start=self.time,
            before=self.potential,
            scale=self.ledger.scale,
        )

    def _overshoots(self, taken: Taken) -> bool:
        """Whether a good step goes beyond an ending, which is then looked for."""
        ledger, reading = self.ledger, self.ledger.reading(taken, taken.passed)
        met = [ending for ending in self.leg.endings if ending.margin(reading) <= 0.0]
        if not met:
            return False
        now = ledger.reading(ledger.rows[-1])
        units = [ending.margin(now) for ending in met]
        if min(units) <= 0.0:
            self._lose("an ending held before the step")
        else:
            below = min(e.margin(reading) / unit for e, unit in zip(met, units, strict=True))
            self._bracket = Bracket(met, units, taken.size, below)
        return True

    def _met(self, reading: Reading) -> str | None:
        met = (ending.reason for ending in self.leg.endings if ending.margin(reading) <= 0.0)
        return next(met, None)

    def _check(self, reason: str) -> None:
        shortest = shortest_step(self._depth, self._at, tolerance=self.run.settings.tolerance)
        if self._controller.size < shortest:
            self._lose(reason)

    def _lose(self, reason: str) -> None:
        self.lost, self.finished = reason, True


def _ocp(run: Simulation) -> float:
    return float(np.asarray(run.material.ocp(np.array([run.initial_stoichiometry])))[0])
