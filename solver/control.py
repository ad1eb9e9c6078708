"""What is imposed on the one scalar unknown: the potential, or the current.

Both are one equation for V beside the field's, so that a change of protocol step changes
numbers only: nothing is recompiled, and no outer loop looks for the potential.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImposedPotential:
    """V = start + slope (t - t_start).

    Attributes:
        start: Potential [V] at `t_start`.
        slope: [V/s]; 0 holds it.
        t_start: [s].
    """

    start: float
    slope: float = 0.0
    t_start: float = 0.0

    def potential(self, time: float) -> float:
        """The potential [V] imposed at a time [s]."""
        return self.start + self.slope * (time - self.t_start)


@dataclass(frozen=True)
class ImposedRate:
    """The reaction's rate over the electrode equals `rate` [1/s], positive in delithiation."""

    rate: float


Control = ImposedPotential | ImposedRate
