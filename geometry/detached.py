"""Cells that share no more than an edge or a vertex, set apart: a line conducts nothing.

Continuous elements would let a current pass there all the same, the more the coarser they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .arrays import Ints
from .topology import facets_of

if TYPE_CHECKING:
    from .mesh import ElectrodeMesh

_AT_ONCE = 1_000_000
"""Facets that are looked at together: bounds the memory."""


def detached(part: ElectrodeMesh) -> ElectrodeMesh:
    """The same cells, without facets; a node has a copy for each group of cells joined there."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = _same_corners(part.cells)
    size = part.cells.size
    joined = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    count, copy = connected_components(joined, directed=False)
    original = np.empty(count, dtype=np.int64)
    original[copy] = part.cells.ravel()
    # in the order that the nodes had
    order = np.argsort(original, kind="stable")
    number = np.empty(count, dtype=np.int32)
    number[order] = np.arange(count, dtype=np.int32)
    none = np.empty((0, part.facets.shape[1]), np.int32)
    return replace(
        part,
        points=part.points[original[order]],
        cells=number[copy].reshape(part.cells.shape),
        facets=none,
        facet_tags=none[:, 0],
        parent_nodes=None,
    )


def _same_corners(cells: Ints) -> tuple[Ints, Ints]:
    """Positions in the raveled cells of the nodes that two cells share through a facet."""
    from .mesh import facet_nodes

    every = facets_of(cells)
    inner = every.second >= 0
    nodes = every.nodes[inner]
    if cells.shape[1] > 4:
        nodes = facet_nodes(cells, nodes)
    found = []
    for start in range(0, len(nodes), _AT_ONCE):
        chosen = slice(start, start + _AT_ONCE)
        found.append([_corner(cells, c[inner][chosen], nodes[chosen]) for c in every[1:3]])
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    one, other = zip(*found, strict=True)
    return np.concatenate(one), np.concatenate(other)


def _corner(cells: Ints, chosen: Ints, nodes: Ints) -> Ints:
    """Position of each node (k, 3 or 6) of a facet in its cell, in the raveled cells."""
    place = (cells[chosen][:, None, :] == nodes[:, :, None]).argmax(axis=2)
    found: Ints = (chosen[:, None] * cells.shape[1] + place).ravel()
    return found
