"""What can be meshed: frozen, validated descriptions in SI, with their closed forms.

Every shape stands on the collector z = 0. With a `headroom` the electrolyte fills the box up to
that height above the highest tip; without it (None) the electrode is meshed alone. Volumes,
areas and footprints are those of the meshed part; `multiplicity` says how many of them make the
whole electrode. Lengths [m], angles [rad].
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from math import cos, radians, sin, sqrt
from typing import ClassVar

import numpy as np

from ..errors import ShapeError
from . import placement as place
from .arrays import Floats
from .belts import NanobeltArray
from .checks import (
    SYMMETRIES,
    check_angle,
    check_choice,
    check_count,
    check_positive,
    check_symmetry,
)
from .section import Circle
from .standing import StandingArray
from .sweep import Sweep

__all__ = ["Film", "NanobeltArray", "NanowireArray"]

MAX_TILT = radians(45)


@dataclass(frozen=True)
class Film:
    """A flat film on the collector: the planar reference.

    Attributes:
        thickness: of the film [m].
        width: side of the square footprint [m]; by default a tenth of the thickness, since
            nothing varies sideways.
        headroom: electrolyte above the film [m], or None.
    """

    thickness: float
    width: float | None = None
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "thickness", "width", "headroom")

    @property
    def side(self) -> float:
        """Side of the square footprint [m]."""
        return self.thickness / 10 if self.width is None else self.width

    @property
    def footprint(self) -> float:
        """Collector area of the meshed part [m2]."""
        return self.side**2

    @property
    def multiplicity(self) -> float:
        """Copies of the meshed part in the whole electrode: a film counts as what is meshed."""
        return 1.0

    @property
    def corners(self) -> Floats:
        """The outline on the collector (4, 2), counter-clockwise [m]."""
        return self.side * np.array([(0.0, 0.0), (1, 0), (1, 1), (0, 1)])

    @property
    def height(self) -> float:
        """Of everything meshed [m]."""
        return self.thickness + (self.headroom or 0.0)

    @property
    def electrode_volume(self) -> float:
        """Volume of the film [m3]."""
        return self.footprint * self.thickness

    @property
    def interface_area(self) -> float:
        """Area that faces the electrolyte [m2]."""
        return self.footprint

    def describe(self) -> dict[str, object]:
        """What goes into a mesh's notes."""
        return {"kind": "film", **asdict(self)}


@dataclass(frozen=True)
class NanowireArray(StandingArray):
    """Round poles on the collector.

    Attributes:
        count: number of poles, any.
        radius: of each pole [m].
        length: along the axis, tip included [m].
        pitch: distance between neighbours' axes [m]; default 4 radii. In random placement the
            box's side is sqrt(count) pitch.
        placement: 'square', 'hexagonal' or 'random'. A hexagonal box is half a pitch wider than
            its rows, and as a symmetry cell it is the hexagon around one pole.
        tip: 'flat', or 'rounded' by a hemisphere.
        tilt: lean of the poles: of all in the same direction (the box grows by it), or in random
            placement the largest lean, each pole drawing its own.
        gap: least distance between two poles' surfaces [m]; default half a radius.
        seed: of the random placement.
        symmetry: 'none', 'quarter' (square, count = 1) or 'twelfth' (hexagonal, count = 1).
        headroom: electrolyte above the highest tip [m], or None.
    """

    kind: ClassVar[str] = "nanowire-array"

    count: int
    radius: float
    length: float
    pitch: float | None = None
    placement: str = "square"
    tip: str = "flat"
    tilt: float = 0.0
    gap: float | None = None
    seed: int = 0
    symmetry: str = "none"
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "radius", "length", "pitch", "gap", "headroom")
        check_count(self.count)
        check_choice("placement", self.placement, place.PLACEMENTS)
        check_choice("tip", self.tip, ("flat", "rounded"))
        check_symmetry(self.symmetry, self.placement, self.count, upright=self.tilt == 0)
        check_angle("tilt", self.tilt, MAX_TILT)
        if self.tip == "rounded" and self.length <= 1.1 * self.radius:
            raise ShapeError(
                f"length: {self.length:g} m is too short for a rounded tip of radius "
                f"{self.radius:g} m; expected more than 1.1 radius, or tip = 'flat'"
            )
        if self.length * cos(self.tilt) <= 2.5 * self.radius * sin(self.tilt):
            raise ShapeError(
                f"tilt: a pole of length {self.length:g} m and radius {self.radius:g} m that "
                f"leans {np.degrees(self.tilt):g} degrees has no side left; lengthen it"
            )
        self._check_pitch()
        self.layout  # noqa: B018  - overlap is refused when the shape is made

    def _check_pitch(self) -> None:
        foot = self.radius / cos(self.tilt)
        if self.placement != "random" and self.spacing < 2 * foot + self.least_gap * (1 - 1e-9):
            raise ShapeError(
                f"pitch: {self.spacing:g} m leaves less than the gap of {self.least_gap:g} m "
                f"between poles of radius {self.radius:g} m (poles overlap or nearly touch); "
                f"expected at least {2 * foot + self.least_gap:g} m"
            )

    @property
    def spacing(self) -> float:
        """The pitch, given or by default [m]."""
        return 4 * self.radius if self.pitch is None else self.pitch

    @property
    def least_gap(self) -> float:
        """The gap, given or by default [m]."""
        return self.radius / 2 if self.gap is None else self.gap

    @cached_property
    def layout(self) -> place.Layout:
        """Where the poles stand (whole array, without symmetry)."""
        if self.placement == "random":
            return place.random(
                self.count,
                sqrt(self.count) * self.spacing,
                radius=self.radius,
                length=self.length,
                gap=self.least_gap,
                tilt=self.tilt,
                seed=self.seed,
            )
        if self.placement == "hexagonal":
            regular = place.hexagonal(self.count, self.spacing)
        else:
            regular = place.square(self.count, (self.spacing, self.spacing))
        reach = self.length * sin(self.tilt)
        return place.leaning(regular, tilt=self.tilt, reach=reach) if self.tilt else regular

    @property
    def spacings(self) -> tuple[float, float]:
        """Pitch along x and along y [m]."""
        return self.spacing, self.spacing

    @cached_property
    def poles(self) -> tuple[Sweep, ...]:
        """The analytic surfaces of the poles in the meshed part."""
        section = Circle(self.radius, part=1 / SYMMETRIES[self.symmetry])
        tip = self.radius if self.tip == "rounded" else 0.0
        if self.symmetry != "none":
            return (Sweep(section, self.length, tip_radius=tip),)
        return tuple(
            Sweep(
                section,
                self.length,
                tip_radius=tip,
                tilt=p.tilt,
                base=(p.x, p.y),
                azimuth=p.azimuth,
            )
            for p in self.layout.poses
        )

    @property
    def top(self) -> float:
        """Height of the highest point [m]."""
        rounded = self.tip == "rounded"
        return max(
            (self.length - self.radius) * cos(p.tilt) + self.radius
            if rounded
            else self.length * cos(p.tilt) + self.radius * sin(p.tilt)
            for p in self.poles
        )

    @property
    def thinness(self) -> float:
        """From the middle of a pole to its surface [m]."""
        return self.radius

    @property
    def segments(self) -> int:
        """Elements around a pole when nothing else is said."""
        return {"none": 12, "quarter": 24, "twelfth": 36}[self.symmetry]

    @property
    def lean(self) -> float:
        """Largest angle between a pole and the vertical [rad]."""
        return self.tilt

    @property
    def free_gap(self) -> float:
        """Between neighbours' surfaces in a regular placement [m]."""
        return self.spacing - 2 * self.radius

    def skeleton(self) -> Floats:
        """Points (n, 3) on the poles' axes, a radius below the surface [m]."""
        along = np.linspace(0, 1, max(2, int(np.ceil(2 * self.length / self.radius))))
        points = []
        for pole in self.poles:
            points.append(pole.frame(along * max(0.0, pole.length - self.radius))[0])
        return np.vstack(points)
