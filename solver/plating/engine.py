"""Plating in time: what a walk through a protocol asks of a host and its books."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import SolverError
from ..checkpoint import Checkpoint, Fields
from ..control import ImposedRate
from ..controller import SmoothController
from ..endings import ElectrodeScale, Reading
from ..legs import Leg, begin_leg
from ..result import Event
from ..steps import CapacityLimit
from .books import PlatingBooks
from .march import attempt_step, consistent_state
from .pace import first_size, lithium
from .settings import PlatingSettings
from .state import State, Step
from .stored_state import fields_of, state_of

SMALLEST_STEP = 1e-9
"""Shortest time step tried [s]."""
RAMP = 1e-3
"""Unit of time in which a jump of the potential is smoothed [s]; see `legs`."""
CHECKPOINT_STEPS = 20
USED_UP = 1e-6
"""Share of all charge that went to and fro below which what is left of the lithium is nothing."""


class PlatingEngine:
    """A host on its way; see `contract.Engine`.

    Args:
        books: The books, which also hold model and protocol.
        settings: Accuracy and output.
    """

    region = "interface"
    checkpoint_steps = CHECKPOINT_STEPS
    shortest = SMALLEST_STEP

    def __init__(self, books: PlatingBooks, settings: PlatingSettings) -> None:
        self.books, self.settings, self.model = books, settings, books.model
        self.comm = self.model.comm
        self.sizes = SmoothController(longest=settings.max_step)
        footprint = books.copies * self.model.footprint
        # rates are currents of the meshed part [A]
        self._scale = ElectrodeScale(math.nan, books.copies, footprint, None)
        self.standing: State | None = None

    @property
    def state(self) -> State:
        """Where the run stands."""
        if self.standing is None:
            raise SolverError("the run has not begun")
        return self.standing

    def leg(self, index: int, *, start: float, before: float) -> Leg:
        """A protocol step that begins; a capacity at constant current is a time."""
        step = self.books.protocol.steps[index]
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
        others = tuple(end for end in step.terminations if end not in capacities)
        timed = replace(step, terminations=others, duration=min([*times, leg.end - start]))
        kept = begin_leg(index, timed, start=start, before=before, scale=self._scale, ramp=RAMP)
        return replace(kept, step=step)

    def begin(self) -> None:
        """A host has no state before its first protocol step."""

    def enter(self, leg: Leg) -> float:
        """Switch a leg on: the deposit stays, potential or current jump."""
        old = self.standing
        thickness = old.thickness if old else np.zeros(len(self.model.sites.nodes))
        self.standing = consistent_state(
            self.model, leg.control, time=leg.start, thickness=thickness, near=old
        )
        self.books.before = self.books.ledger.passed
        self.books.record(leg.index, self.state, 0.0)
        return first_size(self.model, self.state)

    def longest(self, leg: Leg) -> float:
        """Longest time step that was asked for [s]."""
        return self.settings.max_step

    def limit(self, leg: Leg) -> float:
        """Time in which half of the lithium dissolves [s]; no step can dissolve it all."""
        if isinstance(leg.control, ImposedRate) and leg.control.rate > 0.0:
            return 0.5 * lithium(self.model, self.state) / leg.control.rate
        return math.inf

    def attempt(self, leg: Leg, size: float) -> Step:
        """A time step from where it stands [s], not yet taken."""
        return attempt_step(
            self.model, leg.control, self.state, size=size, tolerance=self.settings.tolerance
        )

    def commit(self, leg: Leg, taken: Step) -> None:
        """Take a step: books, series, where it now stands, outputs."""
        imposed = leg.control.rate if isinstance(leg.control, ImposedRate) else None
        self.books.book(leg.index, taken, imposed=imposed)
        self.standing = taken.end
        self.books.record(leg.index, taken.end, taken.size)
        if self._output_is_due(leg):
            self.show(leg)

    def reading(self, taken: Step | None) -> Reading:
        """What endings look at, where it stands or at the end of a step."""
        return self.books.reading(taken.end if taken else self.state, taken)

    def over(self, leg: Leg) -> str | None:
        """A strip has ended where no lithium is left."""
        strips = isinstance(leg.control, ImposedRate) and leg.control.rate > 0.0
        if strips and lithium(self.model, self.state) < USED_UP * self.books.ledger.throughput:
            return f"no lithium is left, at {self.state.potential:.3f} V and rising"
        return None

    def time_is_up(self, leg: Leg) -> str:
        """Why a leg ends whose time has passed: it may stand for a capacity."""
        limits = [end for end in leg.step.terminations if isinstance(end, CapacityLimit)]
        if limits and (leg.step.duration is None or leg.end < leg.start + leg.step.duration):
            charge = self.books.passed() + abs(self.state.current) * (leg.end - self.state.time)
            return f"passed {abs(charge) / self.model.footprint / 36e3:.6g} mA.h/cm2"
        return f"after {leg.end - leg.start:.6g} s"

    def show(self, leg: Leg) -> None:
        """Hand out a snapshot of where it stands."""
        self.books.output(leg.index, self.state)

    def close(self, leg: Leg, reason: str) -> Event:
        """Note the end of a leg; a last snapshot where it is due."""
        if self.state.time > self.books.last_output * (1.0 + 1e-12):
            self.show(leg)
        return self.books.close(leg.index, self.state, reason)

    def share(self, leg: Leg) -> float:
        """Nothing but its time tells how much of a leg is done."""
        return 0.0

    def fields(self) -> Fields:
        """All arrays of the state."""
        return fields_of(self.model, self.state)

    def numbers(self) -> dict[str, Any]:
        """No numbers beside time and potential."""
        return {}

    def counts(self) -> dict[str, int]:
        """The model counts its own work."""
        return {}

    def restore(self, stored: Checkpoint) -> None:
        """Stand where a checkpoint stood."""
        self.standing = state_of(self.model, stored.progress, stored.fields)

    def forget(self) -> None:
        """Keep nothing that a resumed run would not have."""
        self.model.newton.forget()

    def place(self) -> tuple[str, str]:
        """Where it stands in words."""
        at = self.standing
        return (f"t = {at.time:.6g} s, {at.potential:.4f} V" if at else "the start"), ""

    def advice(self, leg: Leg) -> str:
        """What to do about a step that failed: lithium or room may be used up."""
        state, sites = self.standing, self.model.sites
        if state is None:
            return ""
        room = 1.0 - float(sites.areas @ state.thickness) / max(float(sites.rooms.sum()), 1e-300)
        if state.thickness.max() < 1e-9 and not getattr(leg.step, "lowers", True):
            return "; there is no lithium left to dissolve: end the step at a voltage"
        if room < 0.05:
            return "; the pores are full: plate less, or make them larger"
        return ""

    def _output_is_due(self, leg: Leg) -> bool:
        since = self.state.time - self.books.last_output
        every = self.settings.output_every
        if every is None:
            span = leg.end - leg.start
            every = self.settings.output_fraction * span if math.isfinite(span) else math.inf
        return since >= every * (1.0 - 1e-9)
