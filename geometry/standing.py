"""What all arrays of standing poles share: the box, the symmetry cell, the copies."""

from __future__ import annotations

from dataclasses import asdict
from math import pi, tan
from typing import Any, ClassVar, cast

import numpy as np

from .arrays import Floats
from .checks import SYMMETRIES
from .placement import Layout
from .sweep import Sweep


class StandingArray:
    """Measures of the meshed part that follow from the layout, the pitch and the symmetry.

    A subclass is a frozen dataclass with `count`, `length`, `symmetry` and `headroom`, and says
    where its poles stand (`layout`, `spacings`), what they are (`poles`) and how high (`top`).
    """

    kind: ClassVar[str]
    count: int
    length: float
    symmetry: str
    headroom: float | None

    @property
    def layout(self) -> Layout:
        """Where the poles of the whole array stand."""
        raise NotImplementedError

    @property
    def spacings(self) -> tuple[float, float]:
        """Distances between neighbours along x and y [m]."""
        raise NotImplementedError

    @property
    def poles(self) -> tuple[Sweep, ...]:
        """The analytic surfaces of the poles in the meshed part."""
        raise NotImplementedError

    @property
    def top(self) -> float:
        """Height of the highest point [m]."""
        raise NotImplementedError

    @property
    def thinness(self) -> float:
        """From the middle of a pole to its surface [m]."""
        raise NotImplementedError

    def skeleton(self) -> Floats:
        """Points (n, 3) inside the poles, `thinness` away from the surface [m]."""
        raise NotImplementedError

    @property
    def multiplicity(self) -> float:
        """Copies of the meshed part in the whole electrode."""
        return float(SYMMETRIES[self.symmetry])

    @property
    def height(self) -> float:
        """Of everything meshed [m]."""
        return self.top + (self.headroom or 0.0)

    @property
    def corners(self) -> Floats:
        """The meshed part's outline on the collector (k, 2), counter-clockwise [m].

        A symmetry cell begins at the pole's axis, which stands at the origin.
        """
        x, y = self.spacings[0] / 2, self.spacings[1] / 2
        if self.symmetry == "quarter":
            return np.array([(0, 0), (x, 0), (x, y), (0, y)])
        if self.symmetry == "twelfth":
            return np.array([(0, 0), (x, 0), (x, x * tan(pi / 6))])
        w, d = self.layout.width, self.layout.depth
        return np.array([(0, 0), (w, 0), (w, d), (0, d)])

    @property
    def footprint(self) -> float:
        """Collector area of the meshed part [m2]."""
        x, y = self.corners.T
        return float(0.5 * (x * np.roll(y, -1) - np.roll(x, -1) * y).sum())

    @property
    def electrode_volume(self) -> float:
        """Of the meshed part [m3], exact."""
        return self.count * self.poles[0].volume / self.multiplicity

    @property
    def interface_area(self) -> float:
        """Of the meshed part [m2], exact."""
        return self.count * self.poles[0].exposed_area / self.multiplicity

    def describe(self) -> dict[str, object]:
        """What goes into a mesh's notes."""
        return {"kind": self.kind, **asdict(cast(Any, self))}
