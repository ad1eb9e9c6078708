"""The coordinates in which Gmsh meshes: of order one, and squeezed along slender poles.

Cells that are regular there come out elongated along the poles. Around the tips and above them
nothing is squeezed. The map is linear below and above the height `kink`, so planes that do not
cross it stay planes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats


@dataclass(frozen=True)
class Squeeze:
    """The map and its inverse.

    Attributes:
        unit: length that becomes one [m].
        elongation: squeeze along z below the kink.
        kink: height above which nothing is squeezed [m].
    """

    unit: float
    elongation: float
    kink: float

    def forward(self, points: Floats) -> Floats:
        """From metres to Gmsh's coordinates, (n, 3)."""
        result = np.asarray(points, dtype=float) / self.unit
        z, kink = result[:, 2], self.kink / self.unit
        result[:, 2] = np.minimum(z, kink) / self.elongation + np.maximum(z - kink, 0.0)
        return result

    def back(self, points: Floats) -> Floats:
        """From Gmsh's coordinates to metres, (n, 3)."""
        result = np.array(points, dtype=float)
        z, kink = result[:, 2], self.kink / self.unit / self.elongation
        result[:, 2] = np.minimum(z, kink) * self.elongation + np.maximum(z - kink, 0.0)
        return result * self.unit
