"""Shapes made of other shapes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from ...errors import ShapeError
from ..checks import check_choice, check_positive
from ..shapes import Film, NanobeltArray, NanowireArray
from .combine import Difference, Intersection, Shell, Union
from .level_set import LevelSet
from .poles import Combinable, Slab, level_set_of
from .shape import ImplicitBox, Phases, check_share

_OPERATIONS = ("union", "intersection", "difference", "shell")


@dataclass(frozen=True)
class Combination(ImplicitBox):
    """A solid made of the solids of other shapes.

    All stand on the collector; each ends at its own height. They share one footprint, but for
    films, which fill any.

    Attributes:
        operation: 'union', 'intersection', 'difference' (the first without the others), or
            'shell': a layer on the surface of one shape, which itself becomes electrolyte.
        parts: the shapes; their headrooms and wanted porosities don't count.
        shell: thickness of the shell [m].
        outwards: share of the shell that lies outside the shape's surface, 0 to 1.
        porosity: connected porosity that is reached by moving the surface, or None.
        headroom: electrolyte above the highest part [m], or None.
    """

    kind: ClassVar[str] = "combination"

    operation: str
    parts: tuple[Combinable, ...]
    shell: float | None = None
    outwards: float = 0.5
    porosity: float | None = None
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_choice("operation", self.operation, _OPERATIONS)
        check_positive(self, "shell", "headroom")
        check_share(self, "porosity")
        shell = self.operation == "shell"
        if shell != (self.shell is not None):
            raise ShapeError(
                f"shell: its thickness goes with operation = 'shell', got {self.shell}"
            )
        if not 0 <= self.outwards <= 1:
            raise ShapeError(f"outwards: expected 0 to 1, got {self.outwards:g}")
        if not isinstance(self.parts, tuple) or (len(self.parts) != 1 if shell else not self._many):
            wanted = "one shape" if shell else "two shapes or more"
            raise ShapeError(f"parts: expected {wanted} for '{self.operation}'")
        for part in self.parts:
            level_set_of(part)
        self.size  # noqa: B018  - footprints that differ are refused when the shape is made

    @property
    def _many(self) -> bool:
        return len(self.parts) > 1

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the solid, without headroom [m].

        Raises:
            ShapeError: The parts have different footprints.
        """
        boxes = [_box(part) for part in self.parts]
        wide = [box for box, part in zip(boxes, self.parts, strict=True) if _bounded(part)]
        x, y, _ = (wide or boxes)[0]
        for box in wide:
            if not np.allclose(box[:2], (x, y), rtol=1e-9, atol=0.0):
                raise ShapeError(
                    f"parts: one is {x:g} m x {y:g} m wide, another {box[0]:g} m x {box[1]:g} m; "
                    "expected the same footprint"
                )
        heights = [box[2] for box in boxes]
        pick = {"union": max, "intersection": min}.get(self.operation, lambda all: all[0])
        return x, y, float(pick(heights))

    @property
    def periodic(self) -> bool:
        """Whether opposite sides in x and in y continue each other."""
        return all(not _bounded(p) or bool(getattr(p, "periodic", False)) for p in self.parts)

    @property
    def cut_at_top(self) -> bool:
        """Whether a part that ends at the top goes on above it, as a cut-out image does."""
        top = self.size[2] * (1 - 1e-9)
        ends = [getattr(p, "cut_at_top", False) for p in self.parts if _box(p)[2] >= top]
        return self.headroom is None and any(ends)

    @property
    def percolates(self) -> bool:
        """Whether solid and pores must lead from the collector to the top.

        Films close the pores and poles end below the top: with one of them neither need.
        """
        return not any(isinstance(p, Film | NanowireArray | NanobeltArray) for p in self.parts)

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]: that of the finest part."""
        sizes = [_resolution(part) for part in self.parts]
        return min([*sizes, self.shell / 2] if self.shell else sizes)

    def phases(self) -> Phases:
        """The combined solid."""
        top = self.size[2]
        solids = [_ended(part, top) for part in self.parts]
        if self.operation == "shell":
            out = self.outwards * (self.shell or 0.0)
            return (("electrode", Shell(solids[0], (self.shell or 0.0) - out, out)),)
        if self.operation == "difference":
            return (("electrode", reduce(Difference, solids)),)
        join = Union if self.operation == "union" else Intersection
        return (("electrode", join(tuple(solids))),)

    def describe(self) -> dict[str, object]:
        """What goes into a mesh's notes."""
        return {**super().describe(), "parts": [part.describe() for part in self.parts]}


def _bounded(part: Combinable) -> bool:
    return not isinstance(part, Film)


def _box(part: Combinable) -> tuple[float, float, float]:
    """Width, depth and height of a shape, without its headroom [m]."""
    x, y = part.corners.max(axis=0)
    return float(x), float(y), part.height - (part.headroom or 0.0)


def _ended(part: Combinable, top: float) -> LevelSet:
    """A part's solid, cut off flat at its own height where the box is higher."""
    solid, own = level_set_of(part), _box(part)[2]
    if own >= top * (1 - 1e-9) or isinstance(part, Film | NanowireArray | NanobeltArray):
        return solid
    return Intersection((solid, Slab(own)))


def _resolution(part: Combinable) -> float:
    if isinstance(part, Film):
        return part.thickness / 4
    if isinstance(part, NanowireArray | NanobeltArray):
        return part.thinness / 2
    return part.resolution
