"""What is imposed on the one scalar unknown: the potential, or the current.

Both are one equation for V beside the field's, so that a change of protocol step changes
numbers only: nothing is recompiled, and no outer loop looks for the potential.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImposedPotential:
    """V = start + slope (t - t_start), reached from `before` in a short ramp where one is set.

    Attributes:
        start: Potential [V] at `t_start`.
        slope: [V/s]; 0 holds it.
        t_start: [s].
        before: Potential [V] that the ramp sets out from.
        ramp: How long it takes [s]; 0 jumps.
    """

    start: float
    slope: float = 0.0
    t_start: float = 0.0
    before: float = 0.0
    ramp: float = 0.0

    def potential(self, time: float) -> float:
        """The potential [V] imposed at a time [s]."""
        elapsed = time - self.t_start
        target = self.start + self.slope * elapsed
        if elapsed >= self.ramp:
            return target
        return target + (1.0 - elapsed / self.ramp) * (self.before - target)


@dataclass(frozen=True)
class ImposedRate:
    """The reaction's rate over the electrode equals `rate` [1/s], positive in delithiation."""

    rate: float


Control = ImposedPotential | ImposedRate
