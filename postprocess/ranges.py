"""Ranges that colours and axes are fitted to: never so narrow that they show noise."""

from __future__ import annotations

from typing import NamedTuple

FLOOR = 0.01
"""Least range over the largest value: what varies by less counts as uniform."""

_NOTHING = {"A m-2": 1e-6, "V": 1e-6, "mol m-3": 1e-3, "um": 1e-6, "-": 1e-6}
"""Least range by unit, for what is zero but for rounding (assumed)."""


class Range(NamedTuple):
    """Two ends, and whether what lies between them counts as uniform."""

    low: float
    high: float
    uniform: bool

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high


def fit(low: float, high: float, *, unit: str = "", error: float = 0.0) -> Range:
    """The range from the lowest to the highest value, widened around its middle to the floor.

    Args:
        low: Lowest value.
        high: Highest value.
        unit: Of the values, as in a field's name.
        error: Estimated error of the values, in the same unit.
    """
    room = max(FLOOR * max(abs(low), abs(high)), _NOTHING.get(unit, 1e-30), error)
    if high - low >= room:
        return Range(low, high, False)
    middle = 0.5 * (low + high)
    return Range(middle - 0.5 * room, middle + 0.5 * room, True)


def uniformity(low: float, high: float) -> str:
    """What a legend says of values that count as uniform."""
    largest = max(abs(low), abs(high))
    if high <= low or largest == 0.0:
        return "uniform"
    return f"uniform within {100 * (high - low) / largest:.1g} %"
