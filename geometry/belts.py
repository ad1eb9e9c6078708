"""Flat belts standing on the collector: straight, leaning, bent or twisted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import pi, radians, sqrt
from typing import ClassVar

import numpy as np

from ..errors import ShapeError
from . import placement as place
from .arrays import Floats
from .checks import (
    SYMMETRIES,
    check_angle,
    check_choice,
    check_count,
    check_positive,
    check_symmetry,
)
from .clearance import Cloud, check_clearance, random_layout
from .section import Rectangle
from .standing import StandingArray
from .sweep import Sweep

_MOST_POINTS = 2_000_000
"""By which the surface of a belt is compared with that of another: 800 MB at most."""

MAX_LEAN = radians(90)


@dataclass(frozen=True)
class NanobeltArray(StandingArray):
    """Belts on the collector, their width along x and their thickness along y.

    Attributes:
        count: number of belts, any.
        width: of the section [m].
        thickness: of the section [m].
        length: along the axis [m].
        pitch: distance between neighbours' axes [m], one number or (along x, along y); default
            the room that a belt takes plus `gap`. In random placement the side of the box is
            sqrt(count) times the larger one.
        placement: 'square', 'hexagonal' or 'random' (each belt turned about its own vertical).
        edge_radius: rounding of the four long edges [m]; costs cells.
        tip: 'flat', the only one that belts have.
        tilt: lean of all belts towards their flat side [rad].
        twist: turn of the section from foot to tip [rad].
        bend: change of direction from foot to tip, towards the flat side [rad].
        gap: least distance between two belts' surfaces [m]; default two thicknesses.
        seed: of the random placement.
        symmetry: 'none' or 'quarter' (square, count = 1, a belt neither leaning, twisted nor bent).
        headroom: electrolyte above the highest tip [m], or None.
    """

    kind: ClassVar[str] = "nanobelt-array"

    count: int
    width: float
    thickness: float
    length: float
    pitch: float | tuple[float, float] | None = None
    placement: str = "square"
    edge_radius: float = 0.0
    tip: str = "flat"
    tilt: float = 0.0
    twist: float = 0.0
    bend: float = 0.0
    gap: float | None = None
    seed: int = 0
    symmetry: str = "none"
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_count(self.count)
        check_positive(self, "width", "thickness", "length", "pitch", "gap", "headroom")
        check_choice("placement", self.placement, place.PLACEMENTS)
        check_choice("symmetry", self.symmetry, ("none", "quarter"))
        if self.tip != "flat":
            raise ShapeError(f"tip: belts have flat tips, got {self.tip!r}")
        for key, largest in (("tilt", radians(45)), ("twist", 2 * pi), ("bend", MAX_LEAN)):
            check_angle(key, getattr(self, key), largest)
        upright = self.tilt == self.twist == self.bend == 0
        check_symmetry(self.symmetry, self.placement, self.count, upright=upright)
        self._check_section()
        self._check_axis()
        self.layout  # noqa: B018  - overlap is refused when the shape is made

    def _check_section(self) -> None:
        if self.thickness > self.width:
            raise ShapeError(
                f"thickness: {self.thickness:g} m is more than the width of {self.width:g} m; "
                "expected thickness <= width"
            )
        if not 0 <= self.edge_radius <= self.thickness / 2:
            raise ShapeError(
                f"edge_radius: expected 0 to half the thickness ({self.thickness / 2:g} m), "
                f"got {self.edge_radius:g} m"
            )

    def _check_axis(self) -> None:
        reach = (self.width if self.twist else self.thickness) / 2
        if self.bend and self.length / self.bend < 2 * reach:
            raise ShapeError(
                f"bend: {np.degrees(self.bend):g} degrees over a length of {self.length:g} m folds "
                f"a belt that reaches {reach:g} m to each side; bend less or lengthen it"
            )
        if self.lean > MAX_LEAN:
            raise ShapeError(
                f"bend: tilt and bend together turn the tip by {np.degrees(self.lean):g} degrees; "
                "expected at most 90"
            )
        rim = self._upright.point(np.linspace(0, 1, 65), 1.0)[:, 2]
        room = min(self.thickness, self.length) / 2
        if rim.min() < reach * np.tan(self.tilt) + room:
            raise ShapeError(
                f"length: a belt of {self.length:g} m with this tilt and bend comes back to the "
                "collector; lengthen it or lean less"
            )

    @property
    def lean(self) -> float:
        """Largest angle between a belt's axis and the vertical [rad]."""
        return self.tilt + self.bend

    @property
    def thinness(self) -> float:
        """From the middle sheet of a belt to its flat sides [m]."""
        return self.thickness / 2

    @property
    def least_gap(self) -> float:
        """The gap, given or by default [m]."""
        return 2 * self.thickness if self.gap is None else self.gap

    @property
    def free_gap(self) -> float:
        """A typical distance between neighbours [m]."""
        if self.placement == "random":
            return self.least_gap
        room = self._cloud.high - self._cloud.low
        return max(self.least_gap, min(self.spacings[0] - room[0], self.spacings[1] - room[1]))

    @property
    def segments(self) -> int:
        """Elements around a belt without layers by default: three across its thickness."""
        return round(2 * (self.width + self.thickness) / (self.thickness / 3))

    @property
    def _section(self) -> Rectangle:
        return Rectangle(self.width, self.thickness, self.edge_radius)

    @cached_property
    def _upright(self) -> Sweep:
        """One belt with its foot at the origin, whole."""
        return Sweep(self._section, self.length, tilt=self.tilt, twist=self.twist, bend=self.bend)

    @cached_property
    def _cloud(self) -> Cloud:
        """Points on its surface, close enough to find any overlap."""
        step = min(self.least_gap / 2, self.thickness)
        around = max(16, int(np.ceil(self._upright.section.perimeter / step)))
        along = max(8, int(np.ceil(self.length / step)))
        u = np.union1d(
            np.linspace(0, 1, min(around, _MOST_POINTS), endpoint=False),
            self._upright.section.nodes(self.width, False),
        )
        if len(u) * along > _MOST_POINTS:
            least = self.least_gap * sqrt(len(u) * along / _MOST_POINTS)
            raise ShapeError(
                f"gap, thickness: {self.least_gap:g} m and {self.thickness:g} m are too fine to be "
                f"kept on a belt of {self.width:g} m by {self.length:g} m; expected at least "
                f"{least:.2g} m of both"
            )
        t = np.linspace(0, 1, along + 1)
        points = self._upright.point(np.tile(u, len(t)), np.repeat(t, len(u)))
        return Cloud(points, points.min(axis=0), points.max(axis=0))

    @property
    def spacings(self) -> tuple[float, float]:
        """Pitch along x and along y, given or by default [m]."""
        if isinstance(self.pitch, tuple | list):
            return float(self.pitch[0]), float(self.pitch[1])
        if self.pitch is not None:
            return self.pitch, self.pitch
        room = self._cloud.high - self._cloud.low + self.least_gap
        if self.placement == "hexagonal":
            # Rows are sqrt(3)/2 of the pitch apart, and a shifted row must not be touched.
            side = max(room[0], room[1] * 2 / sqrt(3))
            return side, side
        if self.placement == "random":
            turning = 2 * float(np.linalg.norm(self._cloud.points[:, :2], axis=1).max())
            return 1.5 * (turning + self.least_gap), 1.5 * (turning + self.least_gap)
        return float(room[0]), float(room[1])

    @cached_property
    def layout(self) -> place.Layout:
        """Where the belts stand (whole array, without symmetry)."""
        if self.placement == "random":
            side = sqrt(self.count) * max(self.spacings)
            return random_layout(self._cloud, self.count, side, gap=self.least_gap, seed=self.seed)
        if self.placement == "hexagonal":
            regular = place.hexagonal(self.count, self.spacings[0])
        else:
            regular = place.square(self.count, self.spacings)
        check_clearance(self._cloud, regular, gap=self.least_gap)
        return self._boxed(regular)

    def _boxed(self, layout: place.Layout) -> place.Layout:
        """The layout moved, and its box grown where needed, so that all belts are inside."""
        bases = np.array([(p.x, p.y) for p in layout.poses])
        low = bases.min(axis=0) + self._cloud.low[:2]
        high = bases.max(axis=0) + self._cloud.high[:2]
        box = np.maximum([layout.width, layout.depth], high - low + self.least_gap)
        moved = bases + (box - (high - low)) / 2 - low
        poses = tuple(
            pose._replace(x=float(x), y=float(y))
            for pose, (x, y) in zip(layout.poses, moved, strict=True)
        )
        return place.Layout(poses, float(box[0]), float(box[1]))

    @cached_property
    def poles(self) -> tuple[Sweep, ...]:
        """The analytic surfaces of the belts in the meshed part."""
        part = 1 / SYMMETRIES[self.symmetry]
        if part < 1:
            return (replace(self._upright, section=replace(self._section, part=part)),)
        return tuple(
            replace(self._upright, base=(p.x, p.y), azimuth=p.azimuth) for p in self.layout.poses
        )

    @property
    def top(self) -> float:
        """Height of the highest point [m]."""
        return float(self._cloud.high[2])

    def skeleton(self) -> Floats:
        """Points (n, 3) on the belts' middle sheets, half a thickness below the surface [m]."""
        step, reach = self.thickness / 2, (self.width - self.thickness) / 2
        across = np.linspace(-reach, reach, max(2, int(np.ceil(2 * reach / step)) + 1))
        along = np.linspace(
            0, max(0.0, self.length - self.thinness), max(2, int(np.ceil(self.length / step)))
        )
        points = []
        for pole in self.poles:
            centre, e1, _, _ = pole.frame(np.repeat(along, len(across)))
            points.append(centre + np.tile(across, len(along))[:, None] * e1)
        return np.vstack(points)
