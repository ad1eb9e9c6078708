"""Every run judges its own balance: charge that passed against what is stored.

In exact arithmetic both are equal whatever the mesh and the time steps, so that a gap is a fault
of the solver's, never of the user's accuracy. A small one is told, a large one fails the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import BalanceError
from ..notices import Notices

WARNED, FAILED = 1e-6, 1e-3
"""Gap, relative, above which a run is warned of, and above which it fails."""
AT_REST = 1e-6
"""Charge that went to and fro, over the capacity, below which a gap is measured against that."""


def relative_gap(gap: float, *, throughput: float, capacity: float) -> float:
    """A gap over the charge that went to and fro; over the capacity where next to none did."""
    return abs(gap) / (throughput if throughput > AT_REST * capacity else capacity)


@dataclass
class Balance:
    """Where a run's gap came from: the time step in which it grew most.

    Attributes:
        gap: So far, in the unit of the books.
        growth: Largest in one time step.
        time: When that step ended [s].
        step: The protocol step that it belongs to.
    """

    gap: float = 0.0
    growth: float = 0.0
    time: float = 0.0
    step: int = 0

    def note(self, gap: float, *, time: float, step: int) -> None:
        """Take the gap after a time step."""
        growth, self.gap = abs(gap - self.gap), gap
        if growth > self.growth:
            self.growth, self.time, self.step = growth, time, step

    def judge(self, error: float, steps: Sequence[str], notices: Notices) -> str | None:
        """Warn of a run that lost charge; returns what fails it, if it lost too much.

        Args:
            error: The relative gap at the end.
            steps: The protocol's steps in the user's words.
            notices: The run's.
        """
        if error <= WARNED:
            return None
        told = (
            f"the charge that passed and the charge stored differ by {error:.1e} of the charge "
            f"that went to and fro; the gap grew most at t = {self.time:.6g} s, in protocol step "
            f"{self.step + 1} ('{steps[self.step]}')"
        )
        notices.warn(told)
        return f"the run lost charge: {told}" if error > FAILED else None


def refuse(verdict: str | None) -> None:
    """End a run that lost too much charge, when all that it computed is kept.

    Raises:
        BalanceError: There is a verdict.
    """
    if verdict is not None:
        raise BalanceError(
            f"{verdict}. Its results are kept but not to be trusted; please report the study"
        )
