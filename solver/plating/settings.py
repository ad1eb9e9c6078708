"""How a plating run is solved and what it writes: choices that are not physics."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...units import positive


@dataclass(frozen=True)
class PlatingSettings:
    """Accuracy and output of a run.

    Attributes:
        tolerance: Error of the deposit allowed in one time step, root mean square over its mean;
            salt and lattice are allowed a fiftieth of it, over what they are at most.
        max_step: Longest time step [s].
        output_every: Time between outputs of the fields [s]; None goes by the fraction.
        output_fraction: Else the share of a protocol step between two outputs.
    """

    tolerance: float = 0.02
    max_step: float = math.inf
    output_every: float | None = None
    output_fraction: float = 0.1

    def __post_init__(self) -> None:
        for key in ("tolerance", "output_fraction"):
            positive(getattr(self, key), "", key=f"solver.{key}")
        for key in ("max_step", "output_every"):
            value = getattr(self, key)
            if value is not None:
                time = positive(value, "s", key=f"solver.{key}", infinite=True)
                object.__setattr__(self, key, time)
