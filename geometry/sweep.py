"""The analytic surface of one pole: a cross-section swept along a straight or bent axis.

    X(u, t, w) = c(a) + p1 e1(a) + p2 e2(a)

with the point p of the section at u around the pole, and a along its axis. The relative height t
is 0 on the collector, 1 where the tip begins and 2 at its apex, on a hemisphere (circular sections
only) or in the middle of a flat tip. The axis leaves the collector at the base point, leaning by
`tilt` towards the section's second direction, bends by `bend` in the same plane, while the section
turns by `twist`. The pole is cut off by the collector, z = 0.

The relative depth w leads inwards over concentric copies of the surface, from 0 to 1 on the axis
(of a belt: on its middle sheet). The section shrinks; a hemisphere does so about its centre, and
a flat tip sinks by as much as the side moves inwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .arrays import Floats
from .section import Section


@dataclass(frozen=True)
class Sweep:
    """One pole; lengths [m], angles [rad].

    Attributes:
        section: the cross-section.
        length: along the axis, from the collector to the end of the tip.
        tip_radius: radius of the hemisphere at the end, 0 for a flat tip.
        base: where the axis meets the collector.
        azimuth: turn of the whole pole about the vertical through its base.
    """

    section: Section
    length: float
    tip_radius: float = 0.0
    tilt: float = 0.0
    twist: float = 0.0
    bend: float = 0.0
    base: tuple[float, float] = (0.0, 0.0)
    azimuth: float = 0.0

    @property
    def shaft(self) -> float:
        """Length of the side up to where the tip begins [m]."""
        return self.length - self.tip_radius

    @property
    def crown(self) -> float:
        """How far the middle stays below the tip: as far as from the side, if there is room [m]."""
        return self.tip_radius or min(self.section.half_thickness, self.length / 2)

    @property
    def elementary(self) -> bool:
        """Whether volume and side area have a plain closed form."""
        return self.twist == 0 and (self.bend == 0 or self.tilt == 0)

    @cached_property
    def volume(self) -> float:
        """Of the whole pole [m3]; exact, or integrated: to about 1e-7, with rounded edges 2e-4.

        A section whose centroid is on the axis sweeps out area times length, straight, bent or
        twisted, and what a slanted foot takes on one side it gives on the other.
        """
        if self.bend == 0 or self.tilt == 0:
            tip = 2 / 3 * np.pi * self.tip_radius**3
            if self.twist == 0 or self.tilt == 0:
                return self.section.area * self.shaft + tip
        return _integrated(self)[0]

    @cached_property
    def exposed_area(self) -> float:
        """Of the whole pole's side and tip [m2]; exact, or integrated like the volume."""
        if not self.elementary:
            return _integrated(self)[1]
        tip = 2 * np.pi * self.tip_radius**2 if self.tip_radius else self.section.area
        return self.section.perimeter * self.shaft + tip

    def inflated(self, factor: float) -> Sweep:
        """The pole with the curved pieces of its section pushed outwards."""
        return replace(self, section=self.section.inflated(factor))

    def frame(self, a: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Axis point, section directions and tangent at axis length `a`, each (n, 3)."""
        a = np.asarray(a, dtype=float)
        turned = self.bend * np.clip(a / self.length, 0.0, None)
        lean = self.tilt + turned
        zero = np.zeros_like(a)
        if self.bend == 0:
            y, z = a * np.sin(self.tilt), a * np.cos(self.tilt)
        else:
            radius = self.length / self.bend
            before = np.minimum(a, 0.0)
            y = radius * (np.cos(self.tilt) - np.cos(lean)) + before * np.sin(self.tilt)
            z = radius * (np.sin(lean) - np.sin(self.tilt)) + before * np.cos(self.tilt)
        wide = np.column_stack([zero + 1, zero, zero])
        thick = np.column_stack([zero, np.cos(lean), -np.sin(lean)])
        tangent = np.column_stack([zero, np.sin(lean), np.cos(lean)])
        turn = self.twist * a / self.length
        c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
        e1, e2 = c * wide + s * thick, c * thick - s * wide
        centre = self._placed(np.column_stack([zero, y, z])) + np.array([*self.base, 0.0])
        return centre, self._placed(e1), self._placed(e2), self._placed(tangent)

    def _placed(self, x: Floats) -> Floats:
        c, s = np.cos(self.azimuth), np.sin(self.azimuth)
        return np.column_stack([c * x[:, 0] - s * x[:, 1], s * x[:, 0] + c * x[:, 1], x[:, 2]])

    def point(self, u: Floats, t: Floats | float, w: Floats | float = 0.0) -> Floats:
        """Points (n, 3) on the surface, or at relative depths w inside [m]."""
        x = self.placed(*self.unbent(u, t, w))
        x[np.broadcast_to(t, len(x)) == 0, 2] = 0.0
        return x

    def unbent(
        self, u: Floats, t: Floats | float, w: Floats | float = 0.0
    ) -> tuple[Floats, Floats]:
        """The same as points p (n, 2) of the section and axis lengths a (n,)."""
        u, t, w = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (u, t, w)))
        up, side = np.clip(t - 1, 0.0, 1.0), np.minimum(t, 1.0)
        if self.tip_radius:
            angle = np.pi / 2 * up
            shrink = self.section.shrink(w) * np.cos(angle)[:, None]
            # A pushed-out tip keeps its top where it is: the hemisphere's centre sinks.
            stretch = getattr(self.section, "factor", 1.0)
            centre = self.length - self.tip_radius * stretch
            a = side * centre + self.tip_radius * stretch * (1 - w) * np.sin(angle)
        else:
            shrink = self.section.shrink(w + (1 - w) * up)
            a = side * (self.length - w * self.crown)
        p = self.section.points(u) * shrink
        return p, a + self._foot(p) * (1 - side)

    def placed(self, p: Floats, a: Floats) -> Floats:
        """The section's points p (n, 2) at axis length a."""
        centre, e1, e2, _ = self.frame(a)
        return centre + p[:, :1] * e1 + p[:, 1:] * e2

    def _foot(self, p: Floats) -> Floats:
        """The axis length at which the line of the section's points p meets the collector."""
        a = np.zeros(len(p))
        if self.tilt == 0:
            return a
        step = 1e-6 * self.length
        for _ in range(30):
            z = self.placed(p, a)[:, 2]
            a = a - z * step / (self.placed(p, a + step)[:, 2] - z)
            if np.abs(z).max() < 1e-14 * self.length:
                break
        return a


def _integrated(sweep: Sweep) -> tuple[float, float]:
    """Volume and exposed area of a flat-tipped pole, extrapolated from two fine grids."""
    coarse, fine = (np.array(_on_grid(sweep, n)) for n in (96, 192))
    volume, area = fine + (fine - coarse) / 3
    return float(volume), float(area)


def _on_grid(sweep: Sweep, n: int) -> tuple[float, float]:
    """The same by triangles on a grid of n layers, with their nodes on the surface."""
    u = sweep.section.nodes(sweep.section.perimeter / n, False)
    t = np.linspace(0, 1, n + 1)
    x = sweep.point(np.tile(u, n + 1), np.repeat(t, len(u))).reshape(n + 1, len(u), 3)
    right = np.roll(x, -1, axis=1)
    a, b, c, d = x[:-1], right[:-1], right[1:], x[1:]
    triangles = [np.stack(corners, axis=2).reshape(-1, 3, 3) for corners in ((a, b, c), (a, c, d))]
    top = x[-1]
    middle = np.broadcast_to(top.mean(axis=0), top.shape)
    triangles.append(np.stack([top, np.roll(top, -1, axis=0), middle], axis=1))
    corners = np.vstack(triangles)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    volume = (normal[:, 2] * corners[:, :, 2].mean(axis=1)).sum()
    return float(volume), float(np.linalg.norm(normal, axis=1).sum())
