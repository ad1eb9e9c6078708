"""Who touches whom in a mesh of tetrahedra: facets, edges, and what lies on both sides.

Everything is computed from the cells' vertices (the first four nodes), vectorised.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Ints

# VTK's order: the edge nodes of a 10-node tetrahedron and of a 6-node triangle.
TET_EDGES = np.array([(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)])
TRIANGLE_EDGES = np.array([(0, 1), (1, 2), (0, 2)])
# Local facets of a positively oriented tetrahedron, normals outwards.
TET_FACETS = np.array([(1, 2, 3), (0, 3, 2), (0, 1, 3), (0, 2, 1)])


class Facets(NamedTuple):
    """All facets of a mesh, each once.

    Attributes:
        nodes: (k, 3) vertices, ordered with the normal out of the first cell.
        first: (k,) index of one cell.
        second: (k,) index of the other cell, -1 on the outside.
        crowded: number of facets that more than two cells share (0 in a sound mesh).
    """

    nodes: Ints
    first: Ints
    second: Ints
    crowded: int


def unique_rows(rows: Ints) -> tuple[Ints, Ints]:
    """Index of the first occurrence of each distinct row, and each row's group number."""
    keys = pack(np.sort(rows, axis=1))
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    return first, group.ravel()


def pack(rows: Ints) -> np.ndarray:
    """One sortable key per row of up to three non-negative integers below 2^21 or two below 2^31.

    Larger three-column rows fall back to a structured key.
    """
    rows = np.ascontiguousarray(rows, dtype=np.int64)
    top = int(rows.max(initial=0)) + 1
    if float(top) ** rows.shape[1] < 2.0**63:
        keys = rows[:, 0].copy()
        for column in rows.T[1:]:
            keys = keys * top + column
        return keys
    return rows.view([("", rows.dtype)] * rows.shape[1]).ravel()


def facets_of(cells: Ints) -> Facets:
    """Every facet of `cells` (m, >= 4) with the one or two cells that hold it."""
    corners = cells[:, :4]
    nodes = corners[:, TET_FACETS].reshape(-1, 3)
    owner = np.repeat(np.arange(len(cells)), 4)
    first, group = unique_rows(nodes)
    count = np.bincount(group, minlength=len(first))
    # Of a facet's two cells, `first` is the earlier one; the sum of owners gives the other.
    total = np.bincount(group, weights=owner, minlength=len(first)).astype(np.int64)
    one = owner[first]
    second = np.where(count == 2, total - one, -1)
    return Facets(nodes[first], one, second, int((count > 2).sum()))


def edges_of(cells: Ints) -> tuple[Ints, Ints]:
    """The edges (e, 2) of the cells, sorted, and per cell the six edge numbers in VTK's order."""
    pairs = np.sort(cells[:, :4][:, TET_EDGES].reshape(-1, 2), axis=1)
    first, group = unique_rows(pairs)
    return pairs[first], group.reshape(-1, 6)


def find_edges(edges: Ints, pairs: Ints) -> Ints:
    """Position in `edges` of each node pair; -1 where there is no such edge."""
    return find_rows(edges, pairs)


def find_rows(rows: Ints, wanted: Ints) -> Ints:
    """Position in `rows` of each row of `wanted`, whatever the order of its entries; -1 if none."""
    joined = pack(np.sort(np.vstack([rows, wanted]), axis=1))
    have, want = joined[: len(rows)], joined[len(rows) :]
    order = np.argsort(have, kind="stable")
    place = np.searchsorted(have, want, sorter=order)
    place = order[np.minimum(place, len(rows) - 1)]
    return np.where(have[place] == want, place, -1)


def pieces(every: Facets, phase: np.ndarray) -> Ints:
    """The number of the piece that each cell belongs to: cells of one phase, joined by facets.

    Args:
        every: all facets of the cells.
        phase: (m,) what a cell is.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    inner = every.second >= 0
    first, second = every.first[inner], every.second[inner]
    same = phase[first] == phase[second]
    n = len(phase)
    graph = coo_matrix((np.ones(int(same.sum()), bool), (first[same], second[same])), (n, n))
    return connected_components(graph, directed=False)[1]
