"""How fine a mesh is: what the user gives, and what is chosen when nothing is given."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from .._arguments import check_fields
from ..errors import ShapeError
from .arrays import Floats
from .grading import Edge, depths

FIRST_LAYER = {1: 0.05, 2: 0.08}
"""By the elements' order: the first layer over the half thickness, when nothing is said."""
LARGEST_RATIO = {1: 1.5, 2: 2.2}
"""By order: of a layer's thickness to that of the one before, when nothing is said."""
LARGEST_LAYER = {1: 0.2, 2: 0.28}
"""By order: the thickest layer over the half thickness, and the core, when nothing is said."""
FIRST_OVER_DIFFUSION = {1: 0.07, 2: 0.113}
"""By order: the first layer over the length of diffusion in the protocol's fastest step."""
MOST_SEGMENTS = 10_000
LEAST_FIRST_LAYER, MOST_FIRST_LAYER = 0.01, 0.5


@dataclass(frozen=True)
class Sizing:
    """Wanted element sizes; whatever is None is chosen from the shape.

    Attributes:
        segments: elements around a pole (a film: layers through its thickness). More than by
            default make layers finer too, as a smaller `interface` does.
        interface: element size on the electrode's surface, across the pole [m]; goes before
            `segments`.
        core: largest size inside the electrode; in layers, of their thickness [m].
        bulk: largest size in the electrolyte [m].
        growth: how much the size grows per distance from the interface, without layers.
        elongation: length of elements along a pole over their width, 1 to 8; above 3 only in
            layers without electrolyte around them.
        first_layer: thickness of the layer of elements inside the interface [m].
        layers: their number, down to the core (of a film: down to the collector); 0 for none. By
            default as few as let each be at most a given factor thicker than the one before.
        diffusion_length: sqrt(D t) of the fastest step that the mesh is for [m]; the first layer
            becomes thinner for it, never thicker.
        refine: by what all these sizes, given or chosen, are divided; layers keep their grading.
    """

    segments: int | None = None
    interface: float | None = None
    core: float | None = None
    bulk: float | None = None
    growth: float = 0.5
    elongation: float | None = None
    first_layer: float | None = None
    layers: int | None = None
    diffusion_length: float | None = None
    refine: float = 1.0

    def __post_init__(self) -> None:
        check_fields(self, error=ShapeError)
        if self.segments is not None and not 6 <= self.segments <= MOST_SEGMENTS:
            raise ShapeError(
                f"segments: expected a whole number from 6 to {MOST_SEGMENTS}, got {self.segments}"
            )
        for key in ("interface", "core", "bulk", "first_layer", "diffusion_length"):
            value = getattr(self, key)
            if value is not None and (not isfinite(value) or value <= 0):
                raise ShapeError(f"{key}: expected a size above zero, got {value!r}")
        if not 0.1 <= self.growth <= 2:
            raise ShapeError(f"growth: expected 0.1 to 2, got {self.growth!r}")
        if not 0.25 <= self.refine <= 8:
            raise ShapeError(f"refine: expected 0.25 to 8, got {self.refine!r}")
        if self.elongation is not None and not 1 <= self.elongation <= 8:
            raise ShapeError(f"elongation: expected 1 to 8, got {self.elongation!r}")
        if self.layers is not None and (not 0 <= self.layers <= 100 or self.layers % 1):
            raise ShapeError(f"layers: expected a whole number from 0 to 100, got {self.layers!r}")


class Sizes(NamedTuple):
    """Resolved sizes [m].

    Attributes:
        interface: of elements on the surface, across the pole.
        along: of the same, along the pole.
        core: largest inside, without layers.
        bulk: largest in the electrolyte.
        growth: of the size over the distance from the interface.
        elongation: along over across.
        depths: of the layers' boundaries over the half thickness, from 0; None without layers.
        edge: at sharp edges, in layers; None where elements are not finer there.
    """

    interface: float
    along: float
    core: float
    bulk: float
    growth: float
    elongation: float
    depths: Floats | None
    edge: Edge | None = None


def resolve(
    sizing: Sizing,
    *,
    perimeter: float,
    half_thickness: float,
    gap: float,
    segments: int,
    elongation: float,
    layered: int | None,
) -> Sizes:
    """Fill in what the user left open.

    Args:
        sizing: what the user gives.
        perimeter: of a pole's section [m].
        half_thickness: from the core's middle to the surface [m].
        gap: free distance between poles [m].
        segments: elements around a pole if nothing else is said.
        elongation: the same for the elongation.
        layered: the order of the elements in layers, or None where there can be none.
    """
    interface = sizing.interface or perimeter / (sizing.segments or segments)
    core = sizing.core or max(interface, min(1.3 * interface, 0.7 * half_thickness))
    bulk = sizing.bulk or max(2 * interface, min(6 * interface, gap))
    interface, core, bulk = (size / sizing.refine for size in (interface, core, bulk))
    stretch = sizing.elongation or elongation
    levels = None
    if layered is not None:
        finer = perimeter / segments / sizing.refine / interface
        levels = choose_depths(sizing, half_thickness, layered, finer=max(1.0, finer))
    return Sizes(interface, interface * stretch, core, bulk, sizing.growth, stretch, levels)


def choose_depths(
    sizing: Sizing, half_thickness: float, order: int, *, finer: float = 1.0
) -> Floats:
    """Relative depths of a pole's layers; those between surface and axis are refined with it.

    Args:
        sizing: what the user gives.
        half_thickness: from the core's middle to the surface [m].
        order: of the elements.
        finer: how many times smaller than by default the elements on the surface are. Layers
            follow, unless their number is given; a first one that is given stays as it is.
    """
    first = choose_first_layer(sizing, half_thickness, order) / half_thickness
    ratio, largest = LARGEST_RATIO[order], LARGEST_LAYER[order] / finer
    if sizing.core is not None:
        largest = min(largest, max(sizing.core / half_thickness, LEAST_FIRST_LAYER))
    if sizing.layers is not None:
        return depths(first, layers=sizing.layers, refine=sizing.refine)
    if sizing.first_layer is None:
        return depths(first, ratio=ratio, largest=largest * finer, refine=sizing.refine * finer)
    ratio = 1.0 + (ratio - 1.0) / finer
    return depths(first, ratio=ratio, largest=largest, refine=sizing.refine)


def choose_first_layer(sizing: Sizing, half_thickness: float, order: int) -> float:
    """Thickness of the layer at the interface [m].

    By default a fixed part of the half thickness R, which is right for all but the first
    thousandths of R^2/D; for a protocol with a faster step, a fixed part of its length of
    diffusion. Both are measured: the wire of `benchmarks/`, its potential stepped, is within
    0.5 % in the current then. Never below a hundredth of R.
    """
    first = sizing.first_layer
    if first is None:
        first = FIRST_LAYER[order] * half_thickness
        if sizing.diffusion_length is not None:
            first = min(first, FIRST_OVER_DIFFUSION[order] * sizing.diffusion_length)
        first = max(first, LEAST_FIRST_LAYER * half_thickness)
    return min(first, MOST_FIRST_LAYER * half_thickness)
