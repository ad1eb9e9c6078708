"""Looks for the step size at which a run meets an ending, one trial at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..endings import LOCATED

if TYPE_CHECKING:
    from ..endings import Ending, Reading

MOST_TRIALS = 60
"""Steps tried to locate an ending."""


@dataclass
class Bracket:
    """The regula falsi of Illinois (Dowell and Jarratt, doi:10.1007/BF01934364).

    Attributes:
        endings: What was met.
        units: Their margins at the step's start, which they are counted in.
        high: Size at which something is met [s].
        below: Margin there, below 0.
        low: Size at which nothing is met yet [s].
        above: Margin there, above 0.
        trial: The size to try next [s].
    """

    endings: list[Ending]
    units: list[float]
    high: float
    below: float
    low: float = 0.0
    above: float = 1.0
    trial: float = 0.0
    _near: float = 0.0
    _trials: int = 0
    _side: int = 0

    def __post_init__(self) -> None:
        self._near = LOCATED * self.high
        self._aim()

    def margin(self, reading: Reading) -> float:
        """The smallest of the margins."""
        pairs = zip(self.endings, self.units, strict=True)
        return min(ending.margin(reading) / unit for ending, unit in pairs)

    def reason(self, reading: Reading) -> str:
        """Which ending was located."""
        pairs = zip(self.endings, self.units, strict=True)
        return min(pairs, key=lambda pair: pair[0].margin(reading) / pair[1])[0].reason

    def narrow(self, margin: float) -> bool:
        """Take the margin at the trial; whether that is near enough."""
        last, self._trials = self.trial, self._trials + 1
        side = -1 if margin <= 0.0 else 1
        # a side that stays is given less weight, so that the other one moves too
        weight = 0.5 if side == self._side else 1.0
        if side < 0:
            self.high, self.below, self.above = last, margin, weight * self.above
        else:
            self.low, self.above, self.below = last, margin, weight * self.below
        self._side = side
        self._aim()
        return abs(self.trial - last) <= self._near or self._trials >= MOST_TRIALS

    def _aim(self) -> None:
        share = self.above / (self.above - self.below)
        self.trial = self.low + share * (self.high - self.low)
