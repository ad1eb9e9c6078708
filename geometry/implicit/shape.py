"""What the mesher of implicit shapes needs to know of a shape, and what most of them share."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar, Protocol, cast

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_positive
from .level_set import LevelSet

Phases = tuple[tuple[str, LevelSet], ...]


class ImplicitShape(Protocol):
    """A shape whose solids are given by level sets in a box on the collector z = 0."""

    @property
    def kind(self) -> str:
        """Its name in a study file."""
        ...

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the solid, without headroom [m]."""
        ...

    @property
    def headroom(self) -> float | None:
        """Electrolyte above the box [m]; None keeps the solid alone."""
        ...

    @property
    def periodic(self) -> bool:
        """Whether opposite sides in x and in y continue each other."""
        ...

    @property
    def porosity(self) -> float | None:
        """Wanted connected porosity of the box, or None: as the level set has it."""
        ...

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]."""
        ...

    @property
    def corners(self) -> Floats:
        """The outline on the collector (4, 2), counter-clockwise [m]."""
        ...

    @property
    def height(self) -> float:
        """Of everything meshed [m]."""
        ...

    @property
    def footprint(self) -> float:
        """Collector area of the meshed part [m2]."""
        ...

    @property
    def multiplicity(self) -> float:
        """Copies of the meshed part in the whole electrode."""
        ...

    @property
    def electrode_volume(self) -> float | None:
        """Volume of the solid [m3], or None when only a mesh can tell."""
        ...

    def phases(self) -> Phases:
        """Pairs (region, level set) that are cut one after another.

        The first takes its region out of the electrolyte where its level set is negative, each
        later one its region out of the first. They hold in the box alone: above it the mesher
        ends every solid with a flat top.
        """
        ...

    def describe(self) -> dict[str, object]:
        """What goes into a mesh's notes."""
        ...


class ImplicitBox:
    """Measures of the meshed part that follow from the box.

    A subclass is a frozen dataclass; one with coated solids also has a method `coated`, see
    `coating`.
    """

    kind: ClassVar[str]

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the solid, without headroom [m]."""
        raise NotImplementedError

    @property
    def corners(self) -> Floats:
        """The outline on the collector (4, 2), counter-clockwise [m]."""
        x, y, _ = self.size
        return np.array([(0.0, 0.0), (x, 0), (x, y), (0, y)])

    @property
    def height(self) -> float:
        """Of everything meshed [m]."""
        headroom: float | None = getattr(self, "headroom", None)
        return self.size[2] + (headroom or 0.0)

    @property
    def footprint(self) -> float:
        """Collector area of the meshed part [m2]."""
        return self.size[0] * self.size[1]

    @property
    def multiplicity(self) -> float:
        """Copies of the meshed part in the whole electrode: a box counts as what is meshed."""
        return 1.0

    @property
    def electrode_volume(self) -> float | None:
        """Volume of the solid at the wanted porosity [m3]; None when only a mesh can tell."""
        porosity: float | None = getattr(self, "porosity", None)
        return None if porosity is None else (1 - porosity) * float(np.prod(self.size))

    def describe(self) -> dict[str, object]:
        """What goes into a mesh's notes."""
        periodic: bool = getattr(self, "periodic", False)
        return {"kind": self.kind, "periodic": periodic, **asdict(cast(Any, self))}


class ImplicitLayer(ImplicitBox):
    """A piece of a layer: as wide and as thick as it is said to be."""

    width: float | tuple[float, float]
    thickness: float
    sides: str

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the solid, without headroom [m]."""
        x, y = self.width if isinstance(self.width, tuple) else (self.width, self.width)
        return x, y, self.thickness

    @property
    def periodic(self) -> bool:
        """Whether opposite sides in x and in y continue each other."""
        return self.sides == "periodic"


def check_share(shape: object, *keys: str, low: float = 0.0, high: float = 1.0) -> None:
    """Shares must lie strictly between two bounds; None stands for 'not given'."""
    for key in keys:
        value = getattr(shape, key)
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low < value < high:
            raise ShapeError(f"{key}: expected between {low:g} and {high:g}, got {value!r}")


def check_range(shape: object, *keys: str) -> None:
    """Two positive numbers (smallest, largest)."""
    for key in keys:
        value = getattr(shape, key)
        if not isinstance(value, tuple) or len(value) != 2:
            raise ShapeError(f"{key}: expected two numbers, smallest and largest, got {value!r}")
        check_positive(shape, key, any_size=True)
        if value[0] > value[1]:
            raise ShapeError(f"{key}: the smallest, {value[0]:g}, is more than the largest")


def check_seed(shape: object, *keys: str) -> None:
    """Whole numbers from zero on."""
    for key in keys:
        value = getattr(shape, key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ShapeError(f"{key}: expected a whole number from 0 on, got {value!r}")
