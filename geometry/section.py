"""Cross-sections of poles: closed curves parametrised by u in [0, 1), counter-clockwise.

A section may stand for a part of itself (`part` of the turn, from u = 0), which is how the
symmetry cells cut it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from .arrays import Flags, Floats
from .grading import Edge, apart

_SQUARE = 1.2
"""Ratio of its sides below which a rectangle is filled towards a point."""

_TO_SIDE = 0.643
"""Share of an arc whose nodes come to where its short side does; no fraction that nodes have."""


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

    @property
    def staggered(self) -> bool:
        """Whether no node of a ring is straight above one of the ring below."""
        ...

    def nodes(self, size: float, odd: bool, *, edge: Edge | None = None) -> Floats:
        """Parameters of a ring's nodes at most about `size` apart, at sharp edges as `edge` says.

        Odd rings may be staggered.
        """
        ...

    def middle(self, u: Floats, ring: Floats, least: float) -> Floats:
        """Parameters that stand for where points come to at depth 1; nan if that is one place.

        They are of nodes of the `ring` that come to places at least `least` apart [m].
        """
        ...

    def bent(self, u: Floats) -> Flags:
        """Whether points are between the ends of a curved piece."""
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

    def nodes(self, size: float, odd: bool, *, edge: Edge | None = None) -> Floats:
        """Evenly spaced parameters; those of odd rings of a whole circle are staggered."""
        count = self.perimeter * self.part / size
        if self.part < 1:
            return np.linspace(0, self.part, max(2, round(count)) + 1)
        n = max(6, round(count))
        # Staggered rings follow a cylinder better than straight ones for the same cells.
        return (np.arange(n) + (0.5 if odd else 0.0)) / n

    @property
    def staggered(self) -> bool:
        """Of a whole circle."""
        return self.part == 1

    def middle(self, u: Floats, ring: Floats, least: float) -> Floats:
        """The centre, wherever they come from."""
        return np.full(len(u), np.nan)

    def bent(self, u: Floats) -> Flags:
        """Everywhere."""
        return np.ones(len(u), dtype=bool)

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

    @property
    def edge(self) -> float:
        """Parameter of the first corner, or of the middle of its arc."""
        side, arc, _ = self._pieces
        return (side + arc / 2) / self.perimeter

    @property
    def _round(self) -> bool:
        """Whether it is so nearly a square that it has a middle point, not a line."""
        return self.width <= _SQUARE * self.thickness

    def shrink(self, w: Floats) -> Floats:
        """All sides move inwards alike, down to a part of the middle line, or to the middle."""
        across = 1.0 if self._round else self.thickness / self.width
        return np.column_stack([1 - w * across, 1 - w])

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

    @property
    def staggered(self) -> bool:
        """Never: each ring has nodes in the corners."""
        return False

    def middle(self, u: Floats, ring: Floats, least: float) -> Floats:
        """Of two points that meet the upper one, of a short side its upper corner."""
        if self._round:
            return np.full(len(u), np.nan)
        node, place = self._upper(ring), self._reach(self._upper(ring))
        order = np.argsort(place)
        chosen = order[apart(place[order], max(least, 1e-6 * self.perimeter))]
        borders = (place[chosen][1:] + place[chosen][:-1]) / 2
        return node[chosen][np.searchsorted(borders, self._reach(self._upper(u)))]

    def _upper(self, u: Floats) -> Floats:
        """Parameters on the upper side or at the ends of its arcs, which come close together."""
        low, arc = (piece / self.perimeter for piece in self._pieces[:2])
        u = np.minimum(u, 1 - u)
        within = np.minimum(u, 0.5 - u)
        within = np.where(within < low + _TO_SIDE * arc, low, np.maximum(within, low + arc))
        return np.where(u < 0.25, within, 0.5 - within)

    def bent(self, u: Floats) -> Flags:
        """On an arc."""
        side, arc, _ = self._pieces
        within = 0.25 - np.abs(np.mod(u, 0.5) - 0.25)
        return np.abs(within - self.edge) < (arc / 2 - 1e-6 * side) / self.perimeter

    def _reach(self, u: Floats) -> Floats:
        """Along the middle line, to where points come at depth 1 [m]."""
        return self.points(u)[:, 0] * self.shrink(np.ones(len(u)))[:, 0]

    def nodes(
        self, size: float, odd: bool, *, edge: Edge | None = None, narrowed: float = 1.0
    ) -> Floats:
        """Parameters with a node in every corner, or at both ends of every arc.

        Short sides that are `narrowed`, on a tip, need fewer.
        """
        side, arc, top = self._pieces
        quarter, least = [np.zeros(1)], 1e-9 * self.perimeter
        bent = max(2, int(np.ceil(arc / size - 0.1)))
        edge = edge or Edge(size)
        edge = edge._replace(size=max(edge.size, arc / bent))
        if side > least:
            quarter.append((side - edge.levels(narrowed * side, size) / narrowed)[-2::-1])
        if arc > least:
            quarter.append(side + arc * np.arange(1, bent + 1) / bent)
        if top > least:
            quarter.append(side + arc + edge.levels(top, size)[1:])
        first = np.concatenate(quarter) / self.perimeter
        if self.part < 1:
            return first
        half = np.concatenate([first[:-1], (0.5 - first[::-1])[:-1]])
        return np.concatenate([half, half + 0.5])

    def inflated(self, factor: float) -> Rectangle:
        """The rectangle with the nodes of its arcs pushed outwards."""
        return replace(self, factor=factor)
