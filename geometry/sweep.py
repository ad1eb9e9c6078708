"""The analytic surface of one pole: a cross-section swept along a straight or bent axis.

    X(u, s) = c(a) + rho [p1(u) e1(a) + p2(u) e2(a)],   a = a(s), rho = rho(s)

with u around the pole and s up its side: on the shaft a = s, rho = 1; on a rounded tip (circular
sections only) s goes on as the arc length over the hemisphere. The axis leaves the collector at
the base point, leaning by `tilt` towards the section's second direction, bends by `bend` in the
same plane, while the section turns by `twist`. The pole is cut off by the collector, z = 0.
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
    def end(self) -> float:
        """The largest s: the flat tip's rim, or the apex of the rounded one."""
        return self.shaft + np.pi / 2 * self.tip_radius

    @property
    def elementary(self) -> bool:
        """Whether volume and side area have a plain closed form."""
        return self.twist == 0 and (self.bend == 0 or self.tilt == 0)

    @cached_property
    def volume(self) -> float:
        """Of the whole pole [m3]; exact, or integrated to about 1e-7.

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
        """Of the whole pole's side and tip [m2]; exact, or integrated to about 1e-7."""
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

    def position(self, u: Floats, s: Floats) -> Floats:
        """Points (n, 3) of the side and of a rounded tip."""
        u, s = np.broadcast_arrays(np.asarray(u, dtype=float), np.asarray(s, dtype=float))
        p = self.section.points(u)
        a, rho = s, np.ones_like(s)
        if self.tip_radius:
            angle = np.clip((s - self.shaft) / self.tip_radius, 0.0, np.pi / 2)
            stretch = getattr(self.section, "factor", 1.0)
            # A pushed-out tip keeps its top where it is: the hemisphere's centre sinks.
            sunk = self.tip_radius * (stretch - 1.0)
            on_tip = angle > 0
            a = np.where(
                on_tip,
                self.shaft - sunk + self.tip_radius * stretch * np.sin(angle),
                s * (1 - sunk / self.shaft),
            )
            rho = np.cos(angle)
        centre, e1, e2, _ = self.frame(a)
        return centre + rho[:, None] * (p[:, :1] * e1 + p[:, 1:] * e2)

    def foot(self, u: Floats) -> Floats:
        """The s at which the side meets the collector z = 0."""
        u = np.asarray(u, dtype=float)
        s = np.zeros_like(u)
        if self.tilt == 0:
            return s
        for _ in range(30):
            z = self.position(u, s)[:, 2]
            step = 1e-6 * self.length
            slope = (self.position(u, s + step)[:, 2] - z) / step
            s = s - z / slope
            if np.abs(z).max() < 1e-14 * self.length:
                break
        return s

    def surface_point(self, u: Floats, t: Floats) -> Floats:
        """Points at relative height t in [0, 1] of the side: 0 on the collector, 1 at the end."""
        return self.position(u, self.arc(u, t))

    def arc(self, u: Floats, t: Floats) -> Floats:
        """The s of relative height t; the slant of the foot fades out over the shaft."""
        u, t = np.asarray(u, dtype=float), np.asarray(t, dtype=float)
        s = t * self.end
        return s + self.foot(u) * np.clip(1 - s / self.shaft, 0.0, 1.0)


def _integrated(sweep: Sweep) -> tuple[float, float]:
    """Volume and exposed area of a flat-tipped pole, extrapolated from two fine grids."""
    coarse, fine = (np.array(_on_grid(sweep, n)) for n in (96, 192))
    volume, area = fine + (fine - coarse) / 3
    return float(volume), float(area)


def _on_grid(sweep: Sweep, n: int) -> tuple[float, float]:
    """The same by triangles on a grid of n layers, with their nodes on the surface."""
    u = sweep.section.nodes(sweep.section.perimeter / n, False)
    t = np.linspace(0, 1, n + 1)
    x = sweep.surface_point(np.tile(u, n + 1), np.repeat(t, len(u))).reshape(n + 1, len(u), 3)
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
