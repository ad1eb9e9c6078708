"""The ends of a potential: what keeps a host from being emptied or filled without limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .laws import Constant, Formula, Table

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guarded:
    """A potential that climbs steeply where the host is all but empty and falls where full.

    A fitted potential is finite at x = 0 and x = 1, and could then empty or fill a host without
    limit. Within `width` of either end this law adds `height` (1 - distance/width)^2, upwards at
    x = 0 and downwards at x = 1; outside [-width, 1 + width] it goes on as a tangent.

    Attributes:
        law: The potential without the guard [V].
        width: Reach of the guard in x.
        height: Potential added at x = 0 [V].
    """

    law: Formula | Table | Constant
    width: float = 1e-4
    height: float = 1.0

    @property
    def is_constant(self) -> bool:
        """Never: the ends differ."""
        return False

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at `x`."""
        return self.evaluate(x)[0]

    def evaluate(self, x: npt.ArrayLike) -> tuple[Array, Array]:
        """Return the values and the slopes at `x`."""
        x = np.asarray(x, dtype=np.float64)
        value, slope = self.law.evaluate(x)
        if x.size == 0 or (x.min() >= self.width and x.max() <= 1.0 - self.width):
            return value, slope
        low, high = self._depth(x), self._depth(1.0 - x)
        value = value + self.height * (_square(low) - _square(high))
        factor = -2.0 * self.height / self.width
        return value, slope + factor * (np.minimum(low, 2.0) + np.minimum(high, 2.0))

    def integral(self, x: npt.ArrayLike) -> Array:
        """Return the integral of the law without its guard, which weighs less than 1e-4 V."""
        return self.law.integral(x)

    def _depth(self, distance: Array) -> Array:
        return np.maximum(1.0 - distance / self.width, 0.0)


def _square(depth: Array) -> Array:
    """Return depth^2 up to depth 2 and its tangent beyond."""
    inner = np.minimum(depth, 2.0)
    return inner * (2.0 * depth - inner)
