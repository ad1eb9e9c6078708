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

if TYPE_CHECKING:
    from .march import State
    from .model import PlatingModel
    from .salt import SaltField

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
        size: Of the step [s]; 0 for an instant, in which nothing moves.
    """

    def __init__(self, model: PlatingModel, near: State | None, size: float) -> None:
        self._size = size
        self._salt = None if model.salt is None else _SaltTurns(model, model.salt, near)
        self._lattice = None
        if model.lattice is not None:
            self._lattice = _LatticeTurns(model, model.lattice, near, size)

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
        return None if self._lattice is None else self._lattice.law(activity, self._size)

    def move(self, found: Solution, reactions: Reactions) -> bool:
        """Take a turn; whether both fit the potentials."""
        if self._size == 0.0:
            return True
        turns = (turn for turn in (self._salt, self._lattice) if turn is not None)
        return all([turn.move(found, reactions, self._size) for turn in turns])


class _SaltTurns:
    """The salt over one step."""

    def __init__(self, model: PlatingModel, field: SaltField, near: State | None) -> None:
        self._model, self._field = model, field
        known = None if near is None else near.salt
        self._before = self.salt = field.rest if known is None else known

    def move(self, found: Solution, reactions: Reactions, size: float) -> bool:
        flow = self._model.salt_flow(found.u, self.salt)
        moved = self._field.stepped(self._before, flow, size)
        change, self.salt = self._field.change(moved, self.salt), moved
        return change < SALT_SETTLED


class _LatticeTurns:
    """The lattice over one step."""

    def __init__(
        self, model: PlatingModel, lattice: Lattice, near: State | None, size: float
    ) -> None:
        self._model, self._lattice, self._mixing = model, lattice, Mixing()
        known = None if near is None else near.content
        self._before = self.content = lattice.initial if known is None else known
        own = model.system.own
        self._potential = lattice.initial_potential if near is None else near.lattice_potential[own]
        self._free = np.zeros(len(own))
        if near is not None and size > 0.0:
            # as if the current went on, but not so that it has to
            self._free = np.clip(lattice.free(self._before, near.inserted[own], size), 0.0, 1.0)

    def law(self, activity: Array, size: float) -> Insertion:
        if size == 0.0:
            return self._lattice.law_at(self._potential, activity)
        return self._lattice.law_over(size, self._free, activity, guess=self._potential)

    def move(self, found: Solution, reactions: Reactions, size: float) -> bool:
        law = reactions.insertion
        assert law is not None
        parts = reactions.parts(found.at.drop)
        self._potential = parts.lattice_potential
        self.content = self._lattice.stepped(self._before, parts.inserted, size)
        gap = self._lattice.at_sites(self.content) - law.content(parts.lattice_potential)
        every = self._model.everywhere(gap * self._lattice.reacting)
        point = self._model.everywhere(self._free)
        self._free = self._mixing.onwards(point, every)[self._model.system.own]
        return bool(np.abs(every).max(initial=0.0) < CONTENT_SETTLED)
