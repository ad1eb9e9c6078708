"""How fine a mesh is: what the user gives, and what is chosen when nothing is given."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from ..errors import ShapeError


@dataclass(frozen=True)
class Sizing:
    """Wanted element sizes; whatever is None is chosen from the shape.

    Attributes:
        segments: elements around a pole (a film: layers through its thickness).
        interface: element size on the electrode's surface, across the pole [m]; goes before
            `segments`.
        core: largest size inside the electrode [m].
        bulk: largest size in the electrolyte [m].
        growth: how much the size grows per distance from the interface.
        elongation: length of elements along a pole over their width, 1 to 3.
    """

    segments: int | None = None
    interface: float | None = None
    core: float | None = None
    bulk: float | None = None
    growth: float = 0.5
    elongation: float | None = None

    def __post_init__(self) -> None:
        if self.segments is not None and (self.segments < 6 or self.segments != int(self.segments)):
            raise ShapeError(
                f"segments: expected a whole number of at least 6, got {self.segments}"
            )
        for key in ("interface", "core", "bulk"):
            value = getattr(self, key)
            if value is not None and (not isfinite(value) or value <= 0):
                raise ShapeError(f"{key}: expected a size above zero, got {value!r}")
        if not 0.1 <= self.growth <= 2:
            raise ShapeError(f"growth: expected 0.1 to 2, got {self.growth!r}")
        if self.elongation is not None and not 1 <= self.elongation <= 3:
            raise ShapeError(f"elongation: expected 1 to 3, got {self.elongation!r}")


class Sizes(NamedTuple):
    """Resolved sizes [m]; `along` is the interface size along the pole."""

    interface: float
    along: float
    core: float
    bulk: float
    growth: float
    elongation: float


def resolve(
    sizing: Sizing,
    *,
    perimeter: float,
    half_thickness: float,
    gap: float,
    segments: int,
    elongation: float,
) -> Sizes:
    """Fill in what the user left open.

    Args:
        perimeter: of a pole's section [m].
        half_thickness: from the core's middle to the surface [m].
        gap: free distance between poles [m].
        segments: elements around a pole if nothing else is said.
        elongation: the same for the elongation.
    """
    interface = sizing.interface or perimeter / (sizing.segments or segments)
    core = sizing.core or max(interface, min(1.3 * interface, 0.7 * half_thickness))
    bulk = sizing.bulk or max(2 * interface, min(6 * interface, gap))
    stretch = sizing.elongation or elongation
    return Sizes(interface, interface * stretch, core, bulk, sizing.growth, stretch)
