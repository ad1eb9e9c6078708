"""Prisms in a mesh of tetrahedra: layers under a surface, found again from the cells alone.

Layers are prisms that were cut in three. What lies below a node of the surface is its nearest
neighbour inside, and deeper down the neighbour straight on; where the three nodes below a triangle
make a prism with it whose tetrahedra are all there, it is one, and the triangle below is where
the next layer begins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Ints
from .topology import edges_of, facets_of, find_rows

Flags = NDArray[np.bool_]

_LEAST_SHARE = 0.5
"""Share of a layer's triangles that must bear prisms: fewer are chance, not a layer."""
_SAMPLE = 200
"""Triangles by which a surface without layers is told at a glance."""
_SIDES = np.array([(0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)])


class Prisms(NamedTuple):
    """Prisms, and the cells that they are made of.

    Attributes:
        corners: (n, 6) node numbers: a triangle, and the node below each of its corners.
        cells: (n, 3) the tetrahedra of each.
    """

    corners: Ints
    cells: Ints


def find_prisms(points: Floats, cells: Ints, surface: Ints) -> Prisms:
    """All prisms in the layers under a surface, from the outside inwards.

    Of order 2, those whose sides meet a tetrahedron that is in none are left out: what stands on
    a prism's side is no field on two tetrahedra's. Of order 1 that is no matter, since there only
    masses are a prism's, and within columns.

    Args:
        points: (p, 3) nodes [m].
        cells: (m, 4 or 10) tetrahedra of order 1 or 2.
        surface: (k, >= 3) triangles, each a facet of one cell.
    """
    front: Ints = surface[:, :3].astype(np.int64)
    search = _Search(points, cells, front)
    found: list[Prisms] = []
    sample = front[:: len(front) // _SAMPLE + 1]
    while len(front) and (found or search.is_layer(sample)):
        layer = search.below(front)
        if len(layer.corners) < _LEAST_SHARE * len(front):
            break
        found.append(layer)
        front = layer.corners[:, 3:]
    if not found:
        return Prisms(np.empty((0, 6), np.int64), np.empty((0, 3), np.int64))
    corners, own = (np.vstack(parts) for parts in zip(*found, strict=True))
    prisms = Prisms(corners, own)
    return prisms if cells.shape[1] == 4 else _closed(prisms, cells[:, :4])


class _Search:
    """What the search has passed on its way inwards."""

    def __init__(self, points: Floats, cells: Ints, surface: Ints) -> None:
        self._points, self._cells = points, cells[:, :4]
        self._passed, self._taken = np.zeros(len(points), bool), np.zeros(len(cells), bool)
        self._passed[surface] = True
        self._above = np.full(len(points), -1, dtype=np.int64)

    def is_layer(self, sample: Ints) -> bool:
        """Whether most of some triangles (k, 3) of a surface bear prisms."""
        return len(self._on(sample).corners) >= _LEAST_SHARE * len(sample)

    def below(self, front: Ints) -> Prisms:
        """The prisms on the triangles (k, 3) of a front, which is passed thereby."""
        self._passed[front] = True
        layer = self._on(front)
        self._taken[layer.cells] = True
        self._above[layer.corners[:, 3:]] = layer.corners[:, :3]
        return layer

    def _on(self, front: Ints) -> Prisms:
        at = np.zeros(len(self._points), dtype=bool)
        at[front] = True
        # a prism's cells have a corner on its upper triangle
        near = np.flatnonzero(at[self._cells].any(axis=1) & ~self._taken)
        cells = self._cells[near].astype(np.int64)
        below = _below(self._points, cells, at, self._passed | at, self._above)
        layer = _prisms_on(front, below, cells)
        return Prisms(layer.corners, near[layer.cells])


def _below(points: Floats, cells: Ints, at: Flags, passed: Flags, above: Ints) -> Ints:
    """(p,) what lies below each node at the front, of its neighbours not passed yet; -1 if none."""
    edges = edges_of(cells)[0]
    pairs = np.vstack([edges, edges[:, ::-1]])
    pairs = pairs[at[pairs[:, 0]] & ~passed[pairs[:, 1]]]
    start = pairs[:, 0]
    along = points[pairs[:, 1]] - points[start]
    away = np.linalg.norm(along, axis=1)
    column = above[start] >= 0
    before = (points[start] - points[above[start]])[column]
    turned = (along[column] * before).sum(axis=1) / np.linalg.norm(before, axis=1)
    away[column] = -turned / away[column]
    pairs = pairs[np.lexsort([away, start])]
    node, first = np.unique(pairs[:, 0], return_index=True)
    below = np.full(len(points), -1, dtype=np.int64)
    below[node] = pairs[first, 1]
    return below


def _prisms_on(front: Ints, below: Ints, cells: Ints) -> Prisms:
    """The prisms (numbered in `cells`) on the triangles of a front, of those that are all there."""
    corners = np.hstack([front, below[front]])
    lower = np.sort(corners[:, 3:], axis=1)
    corners = corners[(lower[:, 0] >= 0) & (np.diff(lower, axis=1) > 0).all(axis=1)]
    chain = _chain(corners, cells)
    whole = (chain >= 0).all(axis=1)
    corners, chain = corners[whole], chain[whole]
    alone = (np.bincount(chain.ravel(), minlength=len(cells))[chain] == 1).all(axis=1)
    return Prisms(corners[alone], chain[alone])


def _chain(corners: Ints, cells: Ints) -> Ints:
    """The three cells (n, 3) from each prism's triangle to the one below; -1 from where they end.

    Each hands on all nodes but one, whose place the node below it takes.
    """
    facets = facets_of(cells)
    upper, lower = corners[:, :3], corners[:, 3:]
    face, last = upper.copy(), np.full(len(corners), -1)
    chain = np.full((len(corners), 3), -1, dtype=np.int64)
    for k in range(3):
        at = find_rows(facets.nodes, face)
        first, second = facets.first[at], facets.second[at]
        cell = np.where(at < 0, -1, np.where(first == last, second, first))
        apex = cells[cell].sum(axis=1) - face.sum(axis=1)
        place = (lower == apex[:, None]) & (face == upper) & (cell >= 0)[:, None]
        face = np.where(place, lower, face)
        last = chain[:, k] = np.where(place.any(axis=1), cell, -1)
    return chain


def _closed(prisms: Prisms, cells: Ints) -> Prisms:
    """Without those that share a side with a tetrahedron that is in none, or with one of these."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    corners, own = prisms
    every, count = facets_of(cells), len(corners)
    owner = np.full(len(cells), count)
    owner[own] = np.arange(count)[:, None]
    one, other = [], []
    for side in _SIDES:
        # along whichever diagonal a side is cut, one of these is a facet of the mesh
        for triangle in (side[[0, 1, 2]], side[[0, 1, 3]]):
            at = find_rows(every.nodes, corners[:, triangle])
            at = at[at >= 0]
            at = at[every.second[at] >= 0]
            one.append(owner[every.first[at]])
            other.append(owner[every.second[at]])
    pairs = np.concatenate(one), np.concatenate(other)
    # what is in none counts as one prism more
    links = coo_matrix((np.ones(len(pairs[0]), dtype=bool), pairs), (count + 1, count + 1))
    part = connected_components(links, directed=False)[1]
    kept = part[:count] != part[count]
    return Prisms(corners[kept], own[kept])
