"""What is cut off from the rest: loose solid, closed pores; and whether the rest percolates.

Nothing passes the box's sides in any of our equations, periodic or not: what hangs together only
through them is cut off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Ints
from ..measure import tet_volumes
from ..topology import Facets, pieces, unique_rows
from .bcc import Tets


class Islands(NamedTuple):
    """The pieces of a cut mesh.

    Attributes:
        loose: (m,) solid cells that nothing joins to the collector.
        closed: (m,) electrolyte cells, or loose solid within them, not joined to the top.
        solid_through: whether solid joined to the collector reaches the top.
        pore_through: whether electrolyte joined to the top reaches the collector.
        pieces: how many are loose or closed.
    """

    loose: np.ndarray
    closed: np.ndarray
    solid_through: bool
    pore_through: bool
    pieces: int


def find_islands(tets: Tets, every: Facets, solid: np.ndarray, top: float) -> Islands:
    """Pieces of solid and of electrolyte, joined through facets in the box.

    Args:
        tets: the cut mesh.
        every: all its facets.
        solid: (m,) whether a cell is solid.
        top: level of the box's top.
    """
    z = tets.points[tets.cells][:, :, 2]
    low, high = (z == 0).sum(axis=1) >= 3, (z == top).sum(axis=1) >= 3
    piece = pieces(every, solid)
    joined = np.isin(piece, piece[solid & low])
    loose = solid & ~joined
    count = len(np.unique(piece[loose]))
    pore = ~solid | loose
    piece = pieces(every, pore)
    # Above the top, if anything, there is electrolyte alone.
    open_to = np.isin(piece, piece[pore & high])
    closed = pore & ~open_to
    return Islands(
        loose=loose & ~closed,
        closed=closed & ~loose,
        solid_through=bool((joined & high).any()),
        pore_through=bool((pore & open_to & low).any()),
        pieces=count + len(np.unique(piece[closed])),
    )


def solid_volume(points: Floats, cells: Ints, solid: np.ndarray) -> float:
    """Volume of the chosen cells."""
    return float(tet_volumes(points, cells[solid]).sum())


def count_crowded_edges(masters: Ints, facets: Ints) -> int:
    """Edges where more than two facets of an interface meet: two sheets touch there."""
    edges = np.concatenate([masters[facets[:, pair]] for pair in ((0, 1), (1, 2), (0, 2))])
    group = unique_rows(edges)[1]
    return int((np.bincount(group) > 2).sum())
