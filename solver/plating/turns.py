"""Fields that take turns with the potentials until both fit: the salt and the lattice.

Each begins an instant with a guess that the potentials are solved with, and is then moved by the
currents found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .insertion import Insertion
from .lattice import Lattice
from .mixing import Mixing
from .newton import Solution
from .reactions import Reactions
from .scheme import Weights

if TYPE_CHECKING:
    from .model import PlatingModel
    from .salt import SaltField
    from .state import State

Array = NDArray[np.float64]

SALT_SETTLED = 1e-6
"""Change of the salt, over that at rest, at which it fits the potentials."""
CONTENT_SETTLED = 1e-6
"""Distance of the lattice's content at the surface from that of the insertion law."""


class Turns:
    """Both fields over one step, as they are known by now; None where one is not resolved.

    Args:
        model: The host.
        near: Where the run stood, if it has begun.
        salt, content: The steps that they take; of no length at an instant.
    """

    def __init__(
        self, model: PlatingModel, near: State | None, *, salt: Weights, content: Weights
    ) -> None:
        self._moving = content.size > 0.0
        self._salt = None if model.salt is None else _SaltTurns(model, model.salt, near, salt)
        self._lattice = None
        if model.lattice is not None:
            self._lattice = _LatticeTurns(model, model.lattice, near, content)

    @property
    def salt(self) -> Array | None:
        """(own nodes,) concentration of the electrolyte [mol m-3]."""
        return None if self._salt is None else self._salt.salt

    @property
    def content(self) -> Array | None:
        """(own nodes,) content of the lattice."""
        return None if self._lattice is None else self._lattice.content

    def insertion(self, activity: Array) -> Insertion | None:
        """The insertion law at sites of an activity (own sites,)."""
        return None if self._lattice is None else self._lattice.law(activity)

    def move(self, found: Solution, reactions: Reactions) -> bool:
        """Take a turn; whether both fit the potentials."""
        if not self._moving:
            return True
        turns = (turn for turn in (self._salt, self._lattice) if turn is not None)
        return all([turn.move(found, reactions) for turn in turns])


class _SaltTurns:
    """The salt over one step."""

    def __init__(
        self, model: PlatingModel, field: SaltField, near: State | None, step: Weights
    ) -> None:
        self._model, self._field, self._length = model, field, step.length
        known = None if near is None else near.salt
        self.salt = field.rest if known is None else known
        past = near.past.salt if near is not None and near.past is not None else None
        self._before = step.begin(self.salt, past)
        self._mixing = Mixing(model.comm)

    def move(self, found: Solution, reactions: Reactions) -> bool:
        flow = self._model.salt_flow(found.u, self.salt)
        moved = self._field.stepped(self._before, flow, self._length)
        gap = moved - self.salt
        if self._field.size(gap) < SALT_SETTLED:
            self._field.check(moved)
            self.salt = moved
            return True
        # where little is left, reactions flee from it: what one turn takes the next gives back
        self.salt = self._mixing.onwards(self.salt, gap)
        return False


class _LatticeTurns:
    """The lattice over one step."""

    def __init__(
        self, model: PlatingModel, lattice: Lattice, near: State | None, step: Weights
    ) -> None:
        self._model, self._lattice, self._length = model, lattice, step.length
        self._mixing = Mixing()
        known = None if near is None else near.content
        self.content = lattice.initial if known is None else known
        past = near.past.content if near is not None and near.past is not None else None
        self._before = step.begin(self.content, past)
        own = model.system.own
        self._potential = lattice.initial_potential if near is None else near.lattice_potential[own]
        self._free = np.zeros(len(own))
        if near is not None and step.size > 0.0:
            # as if the current went on, but not so that it has to
            free = lattice.free(self._before, near.inserted[own], self._length)
            self._free = np.clip(free, 0.0, 1.0)

    def law(self, activity: Array) -> Insertion:
        if self._length == 0.0:
            return self._lattice.law_at(self._potential, activity)
        return self._lattice.law_over(self._length, self._free, activity, guess=self._potential)

    def move(self, found: Solution, reactions: Reactions) -> bool:
        law = reactions.insertion
        assert law is not None
        parts = reactions.parts(found.at.drop)
        self._potential = parts.lattice_potential
        self.content = self._lattice.stepped(self._before, parts.inserted, self._length)
        gap = self._lattice.at_sites(self.content) - law.content(parts.lattice_potential)
        every = self._model.everywhere(gap * self._lattice.reacting)
        point = self._model.everywhere(self._free)
        self._free = self._mixing.onwards(point, every)[self._model.system.own]
        return bool(np.abs(every).max(initial=0.0) < CONTENT_SETTLED)
