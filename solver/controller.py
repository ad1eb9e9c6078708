"""Chooses the sizes of time steps from the errors that they made."""

from __future__ import annotations

import math

LADDER = math.sqrt(2.0)
"""Ratio of neighbouring step sizes: sizes are rungs, so that equal ones share a matrix."""
SAFETY, MOST_GROWTH, MOST_CUT = 0.8, 8.0, 0.1
FAILURE_CUT = 0.25


class StepController:
    """Chooses step sizes on a ladder of fixed rungs.

    Args:
        first: Size to start from [s].
        longest: Largest size [s].
    """

    def __init__(self, *, first: float, longest: float = math.inf) -> None:
        self.restart(first, longest=longest)

    def restart(self, first: float, *, longest: float) -> None:
        """Start anew after a jump of the control, with a new largest size [s]."""
        self.longest = longest
        self.size = _rung(min(first, self.longest))

    def fit(self, remaining: float, *, limit: float = math.inf) -> float:
        """The size to try when `remaining` seconds are left: no sliver is left behind.

        Args:
            remaining: Of the protocol step [s].
            limit: Longest size now [s].
        """
        size = min(self.size, limit)
        if remaining <= 1.0001 * size:
            return remaining
        if remaining < 2.0 * size:
            return 0.5 * remaining
        return size

    def accept(self, error: float, taken: float) -> None:
        """Choose the next size after a good step; a step cut short by its end never shrinks it."""
        factor = min(MOST_GROWTH, SAFETY * max(error, 1e-12) ** (-1.0 / 3.0))
        wanted = min(factor * taken, self.longest)
        if taken < 0.999 * self.size:
            wanted = max(wanted, self.size)
        elif 1.0 <= factor < LADDER:
            wanted = self.size
        self.size = _rung(min(wanted, self.longest))

    def reject(self, error: float, tried: float) -> None:
        """Choose a smaller size after a step whose error was too large."""
        factor = max(MOST_CUT, SAFETY * error ** (-1.0 / 3.0))
        self.size = _rung(min(factor, 1.0 / LADDER) * tried)

    def fail(self, tried: float) -> None:
        """Choose a smaller size after a step that did not converge."""
        self.size = _rung(FAILURE_CUT * tried)


def _rung(size: float) -> float:
    """The largest rung not above a size; a hair's breadth of rounding does not change it."""
    if math.isinf(size):
        return size
    return LADDER ** math.floor(math.log(size, LADDER) + 1e-6)


class SmoothController:
    """Chooses step sizes that no matrix is kept for, and so may be any.

    Attributes:
        size: Wanted next [s].
        longest: Largest size [s].
    """

    SAFETY, MOST_GROWTH, MOST_CUT, FAILURE_CUT = 0.9, 2.0, 0.3, 0.25

    def __init__(self, *, longest: float = math.inf) -> None:
        self.size, self.longest = 0.0, longest

    def restart(self, first: float, *, longest: float) -> None:
        """Start anew after a jump of the control, with a new largest size [s]."""
        self.size, self.longest = min(first, longest), longest

    def fit(self, remaining: float, *, limit: float = math.inf) -> float:
        """See `StepController.fit`."""
        size = min(self.size, self.longest, limit)
        if math.isfinite(remaining) and size > 0.5 * remaining:
            return remaining if size >= remaining * (1.0 - 1e-9) else 0.5 * remaining
        return size

    def accept(self, error: float, taken: float) -> None:
        """Choose the next size after a good step."""
        factor = max(self._factor(error), self.MOST_CUT)
        self.size = max(self.size, taken) * min(self.MOST_GROWTH, factor)

    def reject(self, error: float, tried: float) -> None:
        """Choose a smaller size after a step whose error was too large."""
        self.size = tried * max(self.MOST_CUT, self._factor(error))

    def fail(self, tried: float) -> None:
        """Choose a smaller size after a step that did not converge."""
        self.size = tried * self.FAILURE_CUT

    def _factor(self, error: float) -> float:
        # the error shrinks with the square of the size
        return self.SAFETY / math.sqrt(max(error, 1e-12))
