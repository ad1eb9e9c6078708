"""How a step in time weighs rates: those at its end, and those of before.

    y_1 = y_0 + dt [(1 - w) r + w f(y_1)]

With r the mean rate of the step before, dt_0 long, and w = (1 + q) / (1 + 2 q), q = dt / dt_0, this
is the second backward difference formula (BDF2): second order, L-stable, and to be solved as a step
of backward Euler, w dt long, from y_0 + (1 - w) dt r. With w = 1 it is backward Euler itself, with
w = 1/2 and r = f(y_0) the trapezoidal rule, which lets diffusion swing after a jump of the current.

A step's error is told from what separates it from the trapezoidal rule with the same rates,

    e = C dt [m - (f(y_0) + f(y_1)) / 2],    m = (y_1 - y_0) / dt,    C = k / (k - 1/12),

k dt^3 y''' being the error of BDF2, dt^3 y''' / 12 that of the trapezoidal rule; C = 1 for backward
Euler. A first step has no rates to compare with. It follows a jump of the current, after which the
content of a surface goes with 2 sqrt(t / pi), of which backward Euler finds sqrt(t).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_GROWTH = 2.0
"""Length of a step over the one before up to which BDF2 is taken: it is stable below 1 + sqrt 2."""

AFTER_JUMP = 2.0 / math.sqrt(math.pi) - 1.0
"""Error of a first step over its change."""


class Rates(NamedTuple):
    """How fast a field moved in a step, mean and at its end [its unit s-1]."""

    mean: Array
    end: Array


@dataclass(frozen=True)
class Past:
    """What the step before did.

    Attributes:
        size: Its length [s].
        plating, side, inserted: (sites,) mean current densities over it [A m-2].
        current: Mean of it [A].
        salt, content: (own nodes,) rates of the fields, where they are resolved.
    """

    size: float
    plating: Array
    side: Array
    inserted: Array
    current: float
    salt: Rates | None = None
    content: Rates | None = None


class Weights(NamedTuple):
    """A step of a length [s], and the share w of its end.

    A length of 0 is an instant, at which nothing moves.
    """

    size: float
    share: float = 1.0

    @property
    def length(self) -> float:
        """Of the step of backward Euler that is solved [s]."""
        return self.share * self.size

    def begin(self, before: Array, past: Rates | None) -> Array:
        """Where that step begins, for a field of before and its rates."""
        if self.share == 1.0 or past is None:
            return before
        return before + (1.0 - self.share) * self.size * past.mean

    def rates(self, before: Array, after: Array, past: Rates | None) -> Rates:
        """How fast a field moved."""
        mean = (after - before) / self.size
        if self.share == 1.0 or past is None:
            return Rates(mean, mean)
        return Rates(mean, (mean - (1.0 - self.share) * past.mean) / self.share)

    def error(self, now: Rates, past: Rates | None) -> Array:
        """Estimated error of a field at the end of the step, from its rates in both."""
        if past is None:
            return AFTER_JUMP * self.size * now.mean
        gap = self.size * (now.mean - 0.5 * (past.end + now.end))
        if self.share == 1.0:
            return np.asarray(gap)
        ratio = (1.0 - self.share) / (2.0 * self.share - 1.0)
        own = (1.0 + ratio) ** 2 / (6.0 * ratio * (1.0 + 2.0 * ratio))
        return np.asarray(own / (own - 1.0 / 12.0) * gap)


def bdf2(size: float, past: Past | None) -> Weights:
    """The weights of a step of a length [s]; backward Euler where there is no step to lean on."""
    if past is None or size > MOST_GROWTH * past.size * (1.0 + 1e-12):
        return Weights(size)
    ratio = size / past.size
    return Weights(size, (1.0 + ratio) / (1.0 + 2.0 * ratio))
