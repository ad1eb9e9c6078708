"""How a reaction dies down as what it uses up runs short in a time step, be it lithium or room.

    x + p s(x) = x_0,      x >= 0

says what is left, x, of x_0 when the reaction alone would take p [m], and takes the share s(x) of
it, which rises from 0 to 1. There is one root, between 0 and x_0, however large p is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDING = 8.0 * float(np.finfo(float).eps)
MOST_ITERATIONS = 60


class Slope(NamedTuple):
    """A quantity (n,) and its derivative, which is never negative."""

    value: Array
    slope: Array


class Shortage(Protocol):
    """A law s(x)."""

    def share(self, left: Array) -> Slope:
        """Its value s and slope over x (n,) [m]."""

    def left(self, before: Array, pull: Array) -> Array:
        """(n,) the root x [m], for x_0 = before and p = pull [m], neither negative."""


@dataclass(frozen=True)
class Last:
    """s = x / (x + x_l): all there is, but for the last layers.

    Attributes:
        thickness: x_l [m].
    """

    thickness: float

    def share(self, left: Array) -> Slope:
        """See `Shortage`."""
        last = self.thickness
        return Slope(left / (left + last), last / (left + last) ** 2)

    def left(self, before: Array, pull: Array) -> Array:
        """The positive root of a quadratic equation."""
        last = self.thickness
        half = 0.5 * (last + pull - before)
        root = np.sqrt(half**2 + before * last)
        # the form without cancellation, on either side
        return np.where(half > 0.0, before * last / (np.abs(half) + root), root - half)


@dataclass(frozen=True)
class Covered:
    """s = 1 - exp(-x / x_0): what lithium of a mean thickness x covers.

    Attributes:
        thickness: x_0 [m].
    """

    thickness: float

    def share(self, left: Array) -> Slope:
        """See `Shortage`."""
        relative = left / self.thickness
        return Slope(-np.expm1(-relative), np.exp(-relative) / self.thickness)

    def left(self, before: Array, pull: Array) -> Array:
        """By Newton's method, which comes from below: the left side of the equation is concave.

        Where it starts, s is taken for 1 or for its first tangent, both of which are more.
        """
        found = np.maximum(before - pull, before / (1.0 + pull / self.thickness))
        for _ in range(MOST_ITERATIONS):
            share = self.share(found)
            step = (before - found - pull * share.value) / (1.0 + pull * share.slope)
            found = found + step
            if (np.abs(step) <= ROUNDING * found).all():
                break
        return np.clip(found, 0.0, before)
