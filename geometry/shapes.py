"""What can be meshed: frozen, validated descriptions in SI, with their closed forms.

Every shape stands on the collector z = 0. With a `headroom` the electrolyte fills the box up to
that height above the highest tip; without it (None) the electrode is meshed alone. Volumes,
areas and footprints are those of the meshed part; `multiplicity` says how many of them make the
whole electrode. Lengths [m], angles [rad].
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from math import cos, isfinite, pi, radians, sin, sqrt, tan

import numpy as np

from ..errors import ShapeError
from . import placement as place
from .arrays import Floats
from .section import Circle
from .sweep import Sweep

SYMMETRIES: dict[str, int] = {"none": 1, "quarter": 4, "twelfth": 12}
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
        return self.side**2

    @property
    def multiplicity(self) -> float:
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
        return self.footprint * self.thickness

    @property
    def interface_area(self) -> float:
        return self.footprint

    def describe(self) -> dict[str, object]:
        return {"kind": "film", **asdict(self)}


@dataclass(frozen=True)
class NanowireArray:
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
        check_count(self.count)
        check_positive(self, "radius", "length", "pitch", "gap", "headroom")
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
                f"leans {np.degrees(self.tilt):g} degrees has no side left; lengthen it or lean less"
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
                self.count, sqrt(self.count) * self.spacing, radius=self.radius,
                length=self.length, gap=self.least_gap, tilt=self.tilt, seed=self.seed,
            )
        if self.placement == "hexagonal":
            regular = place.hexagonal(self.count, self.spacing)
        else:
            regular = place.square(self.count, (self.spacing, self.spacing))
        reach = self.length * sin(self.tilt)
        return place.leaning(regular, tilt=self.tilt, reach=reach) if self.tilt else regular

    @property
    def multiplicity(self) -> float:
        return float(SYMMETRIES[self.symmetry])

    @cached_property
    def corners(self) -> Floats:
        """The meshed part's outline on the collector (k, 2), counter-clockwise [m]."""
        return outline(self.symmetry, self.layout, self.spacing)

    @property
    def footprint(self) -> float:
        return polygon_area(self.corners)

    @cached_property
    def poles(self) -> tuple[Sweep, ...]:
        """The analytic surfaces of the poles in the meshed part."""
        section = Circle(self.radius, part=1 / SYMMETRIES[self.symmetry])
        tip = self.radius if self.tip == "rounded" else 0.0
        if self.symmetry != "none":
            return (Sweep(section, self.length, tip_radius=tip),)
        return tuple(
            Sweep(section, self.length, tip_radius=tip, tilt=p.tilt, base=(p.x, p.y),
                  azimuth=p.azimuth)
            for p in self.layout.poses
        )

    @property
    def top(self) -> float:
        """Height of the highest point [m]."""
        rounded = self.tip == "rounded"
        return max(
            (self.length - self.radius) * cos(p.tilt) + self.radius if rounded
            else self.length * cos(p.tilt) + self.radius * sin(p.tilt)
            for p in self.poles
        )

    @property
    def height(self) -> float:
        """Of everything meshed [m]."""
        return self.top + (self.headroom or 0.0)

    @property
    def thinness(self) -> float:
        """From the middle of a pole to its surface [m]."""
        return self.radius

    @property
    def free_gap(self) -> float:
        """Between neighbours' surfaces in a regular placement [m]."""
        return self.spacing - 2 * self.radius

    def skeleton(self) -> Floats:
        """Points (n, 3) on the poles' axes, a radius below the surface [m]."""
        along = np.linspace(0, 1, max(2, int(np.ceil(2 * self.length / self.radius))))
        points = []
        for pole in self.poles:
            points.append(pole.frame(along * (pole.length - self.radius))[0])
        return np.vstack(points)

    @property
    def electrode_volume(self) -> float:
        """Exact for leaning poles too: the slanted foot gives and takes the same."""
        r, shaft = self.radius, self.length - (self.radius if self.tip == "rounded" else 0)
        tip = 2 / 3 * pi * r**3 if self.tip == "rounded" else 0.0
        return self.count * (pi * r**2 * shaft + tip) / self.multiplicity

    @property
    def interface_area(self) -> float:
        r, shaft = self.radius, self.length - (self.radius if self.tip == "rounded" else 0)
        tip = 2 * pi * r**2 if self.tip == "rounded" else pi * r**2
        return self.count * (2 * pi * r * shaft + tip) / self.multiplicity

    def describe(self) -> dict[str, object]:
        return {"kind": "nanowire-array", **asdict(self)}


def outline(symmetry: str, layout: place.Layout, pitch: float) -> Floats:
    """The box's corners, or those of a symmetry cell with the pole's axis at the origin."""
    half = pitch / 2
    if symmetry == "quarter":
        return np.array([(0, 0), (half, 0), (half, half), (0, half)])
    if symmetry == "twelfth":
        return np.array([(0, 0), (half, 0), (half, half * tan(pi / 6))])
    w, d = layout.width, layout.depth
    return np.array([(0, 0), (w, 0), (w, d), (0, d)])


def polygon_area(corners: Floats) -> float:
    """Area inside a counter-clockwise polygon (k, 2)."""
    x, y = corners.T
    return float(0.5 * (x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def check_positive(shape: object, *keys: str) -> None:
    """Lengths must be finite and positive; None stands for 'not given'."""
    for key in keys:
        value = getattr(shape, key)
        for number in value if isinstance(value, tuple) else (value,):
            if number is None:
                continue
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise ShapeError(f"{key}: expected a length in metres, got {number!r}")
            if not isfinite(number) or number <= 0:
                raise ShapeError(f"{key}: expected a length above zero, got {number:g} m")


def check_count(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ShapeError(f"count: expected a whole number of poles, at least 1, got {count!r}")


def check_choice(key: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ShapeError(f"{key}: expected one of {', '.join(choices)}, got {value!r}")


def check_angle(key: str, value: float, largest: float) -> None:
    if not isfinite(value) or not 0 <= value <= largest:
        raise ShapeError(
            f"{key}: expected 0 to {np.degrees(largest):.0f} degrees, got {np.degrees(value):g}"
        )


def check_symmetry(symmetry: str, placement: str, count: int, *, upright: bool) -> None:
    """A symmetry cell needs one upright pole and the placement that has that symmetry."""
    check_choice("symmetry", symmetry, tuple(SYMMETRIES))
    if symmetry == "none":
        return
    needed = "square" if symmetry == "quarter" else "hexagonal"
    if placement != needed or count != 1 or not upright:
        raise ShapeError(
            f"symmetry: '{symmetry}' needs placement = '{needed}', count = 1 and a pole without "
            f"tilt, twist or bend; got placement = '{placement}', count = {count}"
        )
