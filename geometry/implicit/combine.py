"""Solids out of solids: union, intersection, difference, complement and shell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from .level_set import LevelSet


@dataclass(frozen=True)
class Union:
    """What lies in at least one of the parts; outside, the distances stay exact."""

    parts: tuple[LevelSet, ...]

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        found: Floats = self.parts[0](points)
        for part in self.parts[1:]:
            found = np.minimum(found, part(points))
        return found


@dataclass(frozen=True)
class Intersection:
    """What lies in all of the parts; inside, the distances stay exact."""

    parts: tuple[LevelSet, ...]

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        found: Floats = self.parts[0](points)
        for part in self.parts[1:]:
            found = np.maximum(found, part(points))
        return found


@dataclass(frozen=True)
class Complement:
    """What lies outside."""

    of: LevelSet

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        return -self.of(points)


@dataclass(frozen=True)
class Difference:
    """What lies in the first and not in the second."""

    kept: LevelSet
    taken: LevelSet

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        found: Floats = np.maximum(self.kept(points), -self.taken(points))
        return found


@dataclass(frozen=True)
class Shell:
    """A layer along a surface.

    Attributes:
        of: the solid whose surface it follows.
        inwards: how far it reaches into the solid [m].
        outwards: how far it reaches out of it [m].
    """

    of: LevelSet
    inwards: float = 0.0
    outwards: float = 0.0

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        value = self.of(points)
        found: Floats = np.maximum(value - self.outwards, -value - self.inwards)
        return found
