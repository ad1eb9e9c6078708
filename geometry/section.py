"""Cross-sections of poles: closed curves parametrised by u in [0, 1), counter-clockwise.

A section may stand for a part of itself (`part` of the turn, from u = 0), which is how the
symmetry cells cut it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from .arrays import Floats


class Section(Protocol):
    """What a sweep needs to know of its cross-section."""

    @property
    def part(self) -> float:
        """The part of the turn that is meshed: 1, 1/4 or 1/12."""
        ...

    @property
    def perimeter(self) -> float:
        """Length of the whole curve [m]."""
        ...

    @property
    def area(self) -> float:
        """Area inside the whole curve [m2]."""
        ...

    @property
    def half_thickness(self) -> float:
        """From the middle to the nearest point of the curve [m]."""
        ...

    def points(self, u: Floats) -> Floats:
        """Points (n, 2) of the curve [m]."""
        ...

    def shrink(self, w: Floats) -> Floats:
        """Factors (n, 2) that bring the curve to the relative depth w; at 1 it has no inside."""
        ...

    def nodes(self, size: float, odd: bool) -> Floats:
        """Parameters of a ring's nodes at most about `size` apart; odd rings may be staggered."""
        ...

    def inflated(self, factor: float) -> Section:
        """The section with its curved pieces pushed outwards, to make up for their chords."""
        ...


@dataclass(frozen=True)
class Circle:
    """A circle of `radius` [m]; `factor` is the push of its nodes outwards."""

    radius: float
    part: float = 1.0
    factor: float = 1.0

    @property
    def perimeter(self) -> float:
        """Length of the whole curve [m]."""
        return 2 * np.pi * self.radius

    @property
    def area(self) -> float:
        """Area inside the whole curve [m2]."""
        return np.pi * self.radius**2

    @property
    def half_thickness(self) -> float:
        """The radius [m]."""
        return self.radius

    def shrink(self, w: Floats) -> Floats:
        """Concentric circles, down to the centre."""
        return np.column_stack([1 - w, 1 - w])

    def points(self, u: Floats) -> Floats:
        """Points (n, 2) of the circle [m]."""
        angle = 2 * np.pi * np.asarray(u, dtype=float)
        return self.radius * self.factor * np.column_stack([np.cos(angle), np.sin(angle)])

    def nodes(self, size: float, odd: bool) -> Floats:
        """Evenly spaced parameters; those of odd rings of a whole circle are staggered."""
        count = self.perimeter * self.part / size
        if self.part < 1:
            return np.linspace(0, self.part, max(2, round(count)) + 1)
        n = max(6, round(count))
        # Staggered rings follow a cylinder better than straight ones for the same cells.
        return (np.arange(n) + (0.5 if odd else 0.0)) / n

    def inflated(self, factor: float) -> Circle:
        """The circle with its nodes pushed outwards."""
        return replace(self, factor=factor)


@dataclass(frozen=True)
class Rectangle:
    """A rectangle `width` x `thickness` [m] with corners rounded at `edge_radius` [m].

    u = 0 is the middle of the right side; each quarter of u is a quarter of the curve.
    """

    width: float
    thickness: float
    edge_radius: float = 0.0
    part: float = 1.0
    factor: float = 1.0

    @property
    def _pieces(self) -> tuple[float, float, float]:
        r = self.edge_radius
        return self.thickness / 2 - r, np.pi / 2 * r, self.width / 2 - r

    @property
    def perimeter(self) -> float:
        """Length of the whole curve [m]."""
        return 4 * sum(self._pieces)

    @property
    def area(self) -> float:
        """Area inside the whole curve [m2]."""
        return self.width * self.thickness - (4 - np.pi) * self.edge_radius**2

    @property
    def half_thickness(self) -> float:
        """Half the shorter side [m]."""
        return self.thickness / 2

    def shrink(self, w: Floats) -> Floats:
        """All sides move inwards alike, down to a part of the middle line."""
        return np.column_stack([1 - w * self.thickness / self.width, 1 - w])

    def points(self, u: Floats) -> Floats:
        """Points (n, 2) of the rounded rectangle [m]."""
        u = np.mod(np.asarray(u, dtype=float), 1.0) * 4
        quadrant = np.floor(u + 1e-12).astype(int) % 4
        along = np.clip(u - np.floor(u + 1e-12), 0, 1)
        along = np.where(quadrant % 2, 1 - along, along) * self.perimeter / 4
        side, arc, _ = self._pieces
        r, tiny = self.edge_radius, 1e-9 * self.perimeter
        angle = np.clip((along - side) / max(r, tiny), 0, np.pi / 2)
        on_arc = (along > side + tiny) & (along < side + arc - tiny)
        reach = np.where(on_arc, r * self.factor, r)
        x = self.width / 2 - r + reach * np.cos(angle) - np.maximum(along - side - arc, 0)
        y = np.minimum(along, side) + reach * np.sin(angle)
        if r == 0:
            x = self.width / 2 - np.maximum(along - side, 0)
            y = np.minimum(along, side)
        return np.column_stack(
            [np.where((quadrant == 1) | (quadrant == 2), -x, x), np.where(quadrant >= 2, -y, y)]
        )

    def nodes(self, size: float, odd: bool) -> Floats:
        """Parameters with a node in every corner, or at both ends of every arc."""
        side, arc, top = self._pieces
        quarter = [np.zeros(1)]
        start = 0.0
        for k, length in enumerate((side, arc, top)):
            if length > 1e-9 * self.perimeter:
                least = 2 if k == 1 else 1
                n = max(least, int(np.ceil(length / size - 0.1)))
                quarter.append(start + length * np.arange(1, n + 1) / n)
            start += length
        first = np.concatenate(quarter) / self.perimeter
        if self.part < 1:
            return first
        half = np.concatenate([first[:-1], (0.5 - first[::-1])[:-1]])
        return np.concatenate([half, half + 0.5])

    def inflated(self, factor: float) -> Rectangle:
        """The rectangle with the nodes of its arcs pushed outwards."""
        return replace(self, factor=factor)
