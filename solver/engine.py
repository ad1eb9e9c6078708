"""Insertion in time: what a walk through a protocol asks of the model and its books."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import SolverError
from .checkpoint import Checkpoint, Fields
from .control import ImposedRate
from .controller import StepController
from .endings import Reading
from .journal import Journal
from .legs import Leg, begin_leg
from .nonlinear import Newton
from .pace import Reacting, first_step, settling_time, shortest_step
from .result import Event
from .settings import SolverSettings
from .stepping import Point, State, Step, attempt_step, consistent_state

FULL = 0.98
"""Stoichiometry of the surface beyond which it is nearly full; empty likewise."""


class InsertionEngine:
    """An insertion electrode on its way; see `contract.Engine`.

    Args:
        journal: The books, which also hold model, protocol and scale.
        newton: The stage solver.
        settings: Accuracy.
        initial_stoichiometry: Uniform at the start.
    """

    region = "electrode"

    def __init__(
        self,
        journal: Journal,
        newton: Newton,
        settings: SolverSettings,
        *,
        initial_stoichiometry: float,
    ) -> None:
        self.books, self.newton, self.settings = journal, newton, settings
        self.model = journal.model
        self.comm = self.model.comm
        self.checkpoint_steps = journal.plan.checkpoint_steps
        self.sizes = StepController(first=settings.max_step, longest=settings.max_step)
        self._initial = initial_stoichiometry
        self._depth = self.model.depth
        self.standing: State | None = None

    @property
    def state(self) -> State:
        """Where the run stands."""
        if self.standing is None:
            raise SolverError("the run has not begun")
        return self.standing

    @property
    def shortest(self) -> float:
        """Time step [s] below which the run fails."""
        return shortest_step(self._depth, self._reacting(), tolerance=self.settings.tolerance)

    def leg(self, index: int, *, start: float, before: float) -> Leg:
        """A protocol step that begins at a time [s], at a potential before it [V]."""
        step = self.books.protocol.steps[index]
        return begin_leg(index, step, start=start, before=before, scale=self.books.scale)

    def begin(self) -> None:
        """Stand at the start of the protocol, at rest."""
        u = np.full_like(self.model.lumped_mass, self._initial)
        self.books.initial_mean = self.model.mean(u)
        self.standing = consistent_state(self.model, ImposedRate(0.0), 0.0, u)

    def enter(self, leg: Leg) -> float:
        """Switch a leg on: the field stays, the potential or the current jumps."""
        old = self.state
        self.standing = consistent_state(self.model, leg.control, old.time, old.u)
        self.books.in_step = 0.0
        self.books.record(leg.index, self.state, 0.0)
        return first_step(
            self._depth,
            leg.control,
            self._reacting()._replace(rate=max(abs(self.state.at.rate), abs(old.at.rate))),
            jump=leg.jump,
            tolerance=self.settings.tolerance,
        )

    def longest(self, leg: Leg) -> float:
        """Longest time step of a leg [s]."""
        return leg.longest(self.settings.max_step)

    def limit(self, leg: Leg) -> float:
        """No limit but a leg's own."""
        return float("inf")

    def attempt(self, leg: Leg, size: float) -> Step:
        """A time step from where it stands [s], not yet taken."""
        return attempt_step(
            self.model,
            self.newton,
            leg.control,
            self.state,
            size=size,
            tolerance=self.settings.tolerance,
            settles=self._settles(leg, size),
        )

    def commit(self, leg: Leg, taken: Step) -> None:
        """Take a step: outputs, books, series, and where it now stands."""
        self.books.output_due(leg.index, taken)
        self.books.book(leg.index, taken)
        self.standing = taken.end
        self.books.record(leg.index, taken.end, taken.size)

    def reading(self, taken: Step | None) -> Reading:
        """What endings look at, where it stands or at the end of a step."""
        if taken is None:
            return self.books.reading(self.state)
        return self.books.reading(taken.end, taken.passed)

    def over(self, leg: Leg) -> None:
        """Nothing but time and endings ends a leg."""

    def time_is_up(self, leg: Leg) -> str:
        """Why a leg ends whose time has passed."""
        return f"after {leg.end - leg.start:.6g} s"

    def show(self, leg: Leg) -> None:
        """Hand out a snapshot of where it stands."""
        at = self.state
        self.books.output(leg.index, at.time, at.u, at.potential, at.at.rate)

    def close(self, leg: Leg, reason: str) -> Event:
        """Note the end of a leg; a last snapshot where it is due."""
        if self.state.time > self.books.last_output[0] * (1.0 + 1e-12):
            self.show(leg)
        error = self.books.judge(leg.index, self.state)
        return Event(self.state.time, leg.index, leg.step.text, reason, error)

    def share(self, leg: Leg) -> float:
        """How much of the material's window a leg has passed."""
        low, high = self.model.material.stoichiometry_limits
        return abs(self.books.in_step) / (high - low)

    # --- checkpoints -------------------------------------------------------------------

    def fields(self) -> Fields:
        """State, its rate where it is known, and the points that predict the next step."""
        gather, state = self.books.domain.gather, self.state
        u, f = gather(state.u), None if state.f is None else gather(state.f)
        past = [field for point in state.past if (field := gather(point.u)) is not None]
        if u is None:
            return {}
        found = {"u": u, "past": np.reshape(past, (len(past), len(u)))}
        return found if f is None else found | {"f": f}

    def numbers(self) -> dict[str, Any]:
        """The rate, whether a preconditioner is kept, and times and potentials of the past."""
        return {
            "rate": self.state.at.rate,
            "keeps": self.newton.keeps,
            "past": [(point.time, point.potential) for point in self.state.past],
        }

    def counts(self) -> dict[str, int]:
        """Newton and linear iterations so far."""
        return self.newton.counts

    def restore(self, stored: Checkpoint) -> None:
        """Stand where a checkpoint stood."""
        numbers, own = stored.progress, stored.progress.engine
        scatter, fields = self.books.domain.scatter, stored.fields
        u, f = scatter(fields["u"]), scatter(fields["f"]) if "f" in fields else None
        past = tuple(
            Point(time, scatter(field), potential)
            for (time, potential), field in zip(own["past"], fields["past"], strict=True)
        )
        at = replace(self.model.evaluate(u, numbers.potential), rate=own["rate"])
        content = self.model.apply_mass(u)
        self.standing = State(numbers.time, u, numbers.potential, at, content, f, past)
        self.newton.resume(keeps=own["keeps"], counts=numbers.counts)

    def forget(self) -> None:
        """Keep nothing that a resumed run would not have."""
        self.newton.forget()

    # --- failures ----------------------------------------------------------------------

    def place(self) -> tuple[str, str]:
        """Where it stands in words: before and after the protocol step."""
        low, high = self.model.surface_range(self.state.u)
        return (
            f"t = {self.state.time:.6g} s",
            f", at {self.state.potential:.4f} V with surface stoichiometries "
            f"{low:.4f} to {high:.4f}",
        )

    def advice(self, leg: Leg) -> str:
        """What to do about a step that failed, if the surface is at the end that it goes to."""
        return _advice(leg, self.state.at.rate, *self.model.surface_range(self.state.u))

    def _reacting(self) -> Reacting:
        at = self.state.at
        return Reacting(self.state.time, at.rate, at.uniform_slope, at.rate_slope)

    def _settles(self, leg: Leg, size: float) -> bool:
        """Whether a step so long [s] goes over what the mesh cannot follow after a jump."""
        jump, tolerance = leg.jump, self.settings.tolerance
        short = size <= settling_time(self._depth, jump=jump, tolerance=tolerance) * (1.0 + 1e-9)
        return self.state.f is None and short


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
