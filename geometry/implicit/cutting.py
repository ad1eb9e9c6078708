"""A mesh of tetrahedra cut along a level set: every crossed edge is halved at its crossing.

All cells around an edge are halved together, the edges one after another in one order for the
whole mesh; so neighbours agree on every facet, whatever part of their edges is crossed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Ints
from ..topology import TET_EDGES, find_rows, unique_rows
from .bcc import AXES, Tets

Field = Callable[[Floats], Floats]

# Steps of the root finding along an edge.
_STEPS = 4


class Crossings(NamedTuple):
    """Edges whose ends lie on different sides.

    Attributes:
        edges: (k, 2) vertices, the one with the lower master first.
        where: (k,) the crossing's place, 0 at the first vertex, 1 at the second.
        group: (k,) equal for edges that match across periodic sides.
    """

    edges: Ints
    where: Floats
    group: Ints

    def points(self, points: Floats) -> Floats:
        """Coordinates (k, 3) of the crossings."""
        first, second = points[self.edges[:, 0]], points[self.edges[:, 1]]
        return first + self.where[:, None] * (second - first)

    def chosen(self, which: np.ndarray) -> Crossings:
        """Part of the crossings."""
        group = np.unique(self.group[which], return_inverse=True)[1]
        return Crossings(self.edges[which], self.where[which], group)


def find_crossings(tets: Tets, cells: Ints, values: Floats, field: Field) -> Crossings:
    """Where the level set crosses the edges of `cells`; `values` (n,) are known at vertices."""
    side = np.sign(values).astype(np.int8)[cells]
    mixed = cells[(side.min(axis=1) < 0) & (side.max(axis=1) > 0)]
    pairs = mixed[:, TET_EDGES].reshape(-1, 2)
    pairs = pairs[values[pairs[:, 0]] * values[pairs[:, 1]] < 0]
    pairs = pairs[unique_rows(pairs)[0]]
    turn = tets.masters[pairs[:, 0]] > tets.masters[pairs[:, 1]]
    pairs[turn] = pairs[turn][:, ::-1]
    first, group = unique_rows(tets.masters[pairs])
    where = _roots(tets.points[pairs[first]], values[pairs[first]], field)
    return Crossings(pairs, where[group], group)


def _roots(ends: Floats, values: Floats, field: Field) -> Floats:
    """Places (k,) of the zero between two ends (k, 2, 3): false position, kept in its bracket."""
    low, high = np.zeros(len(ends)), np.ones(len(ends))
    at_low, at_high = values[:, 0].copy(), values[:, 1].copy()
    where = at_low / (at_low - at_high)
    for _ in range(_STEPS):
        here = field(ends[:, 0] + where[:, None] * (ends[:, 1] - ends[:, 0]))
        left = (here < 0) == (at_low < 0)
        # Illinois: an end that stays twice counts half, or one side would creep.
        at_high = np.where(left, at_high / 2, here)
        at_low = np.where(left, here, at_low / 2)
        low, high = np.where(left, where, low), np.where(left, high, where)
        gap = at_low - at_high
        step = np.divide(at_low, gap, out=np.full(len(gap), 0.5), where=gap != 0)
        where = low + (high - low) * np.clip(step, 0.0, 1.0)
    return where


def split_crossed(tets: Tets, crossings: Crossings, carried: Ints) -> tuple[Tets, Ints]:
    """Tetrahedra none of which has vertices on both sides.

    Args:
        tets: the mesh.
        crossings: the edges to halve.
        carried: (m, ...) whatever belongs to the cells.

    Returns:
        The new mesh, whose first vertices are the old ones and then one for each crossing, and
        what its cells carry.
    """
    if not len(crossings.edges):
        return tets, carried
    n = len(tets.points)
    ends = np.zeros(n, dtype=bool)
    ends[crossings.edges] = True
    touched = np.flatnonzero(ends[tets.cells].sum(axis=1) >= 2)
    cells = tets.cells[touched]
    cut = find_rows(crossings.edges, cells[:, TET_EDGES].reshape(-1, 2)).reshape(-1, 6)
    crossed = (cut >= 0).any(axis=1)
    touched, cells, cut = touched[crossed], cells[crossed], cut[crossed]
    parts, origin = _halved(cells, cut, _order(tets.points, crossings), n)
    whole = np.ones(len(tets.cells), dtype=bool)
    whole[touched] = False
    points = np.vstack([tets.points, crossings.points(tets.points)])
    a, b = crossings.edges.T
    same = (tets.points[a] == tets.points[b]) @ AXES
    walls = np.concatenate([tets.walls, tets.walls[a] & tets.walls[b] & same])
    first = np.unique(crossings.group, return_index=True)[1]
    # The master of a crossing is the one whose ends are masters.
    own = np.flatnonzero((tets.masters[a] == a) & (tets.masters[b] == b))
    first[crossings.group[own]] = own
    masters = np.concatenate([tets.masters, n + first[crossings.group]])
    new = Tets(points, np.vstack([tets.cells[whole], parts]), walls, masters)
    return new, np.concatenate([carried[whole], carried[touched[origin]]])


def _order(points: Floats, crossings: Crossings) -> Ints:
    """Rank (k,) in which edges are halved: long ones first, matching ones alike."""
    first = np.unique(crossings.group, return_index=True)[1]
    ends = points[crossings.edges[first]]
    scale = np.round(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1), 6)[crossings.group]
    rank = np.empty(len(scale), dtype=np.int64)
    rank[np.lexsort((crossings.group, -scale))] = np.arange(len(scale))
    return rank


def _halved(cells: Ints, cut: Ints, rank: Ints, n: int) -> tuple[Ints, Ints]:
    """Cells halved until no crossed edge is left, and which cell each came from."""
    origin = np.arange(len(cells))
    done, done_origin = [cells[:0]], [origin[:0]]
    last = len(rank)
    ranked = np.append(rank, last)
    while len(cells):
        order = ranked[cut]
        slot = order.argmin(axis=1)
        rows = np.arange(len(cells))
        left = order[rows, slot] < last
        done.append(cells[~left])
        done_origin.append(origin[~left])
        cells, cut, origin, slot = cells[left], cut[left], origin[left], slot[left]
        rows = rows[: len(cells)]
        middle = n + cut[rows, slot]
        halves, cuts = [], []
        for end in (0, 1):
            vertex = TET_EDGES[slot, end]
            half = cells.copy()
            half[rows, vertex] = middle
            halves.append(half)
            gone = (TET_EDGES[None] == vertex[:, None, None]).any(axis=2)
            cuts.append(np.where(gone, -1, cut))
        cells, cut, origin = np.vstack(halves), np.vstack(cuts), np.tile(origin, 2)
    return np.vstack(done), np.concatenate(done_origin)
