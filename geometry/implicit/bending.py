"""Order 2: the middles of the surfaces' edges are put on the level sets."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Ints
from ..curve import Curved, elevate
from ..repair import Hold
from ..topology import TRIANGLE_EDGES, edges_of, find_rows, unique_rows
from ..unfold import unfold
from .bcc import AXES, X_WALL, Y_WALL
from .snapping import gradients
from .surfaces import OnSurfaces

_DIFFERENCE = 0.02
_STEPS = 2
# The middle leaves its chord by this part of the edge's length at most.
_FARTHEST = 0.2


def bend(
    hold: Hold, x: Floats, points: Floats, cells: Ints, walls: Ints, *, unit: float
) -> tuple[Floats, Ints]:
    """Nodes [m] and 10-node cells, none of them folded.

    Args:
        hold: the level sets and the facets.
        x: (n, 3) vertices in units of the spacing.
        points: (n, 3) the same [m].
        cells: (m, 4).
        walls: (<= n,) bits of the axes along which vertices may not move.
        unit: the spacing [m].
    """
    assert isinstance(hold.onto, OnSurfaces)
    walls = np.concatenate([walls, np.zeros(len(x) - len(walls), dtype=walls.dtype)])
    surfaces = np.zeros(len(x), dtype=np.int64)
    surfaces[: len(hold.onto.surfaces)] = hold.onto.surfaces
    pairs = hold.kept[:, TRIANGLE_EDGES].reshape(-1, 2)
    pairs = pairs[unique_rows(pairs)[0]]
    on = surfaces[pairs[:, 0]] & surfaces[pairs[:, 1]]
    barred = _barred(points, walls, pairs)
    # Straight on the sides, so that opposite ones match even where cells are unfolded.
    keep = (on > 0) & (on & (on - 1) == 0) & (barred & (X_WALL | Y_WALL) == 0)
    pairs, on, barred = pairs[keep], on[keep], barred[keep]
    shift = _shift(hold.onto, x[pairs], on, barred)
    curved = Curved(pairs, points[pairs].mean(axis=1) + unit * shift)
    nodes, cells10, shifts = elevate(points, cells, curved)
    freedom = _freedom(points, walls, cells10, hold.kept)
    return unfold(nodes, cells10, shifts, freedom, shaken=0), cells10


def _barred(points: Floats, walls: Ints, pairs: Ints) -> Ints:
    """Bits of the axes along which an edge's middle may not move."""
    a, b = pairs.T
    same = (points[a] == points[b]) @ AXES
    return walls[a] & walls[b] & same


def _shift(onto: OnSurfaces, ends: Floats, on: Ints, barred: Ints) -> Floats:
    """How far (k, 3) the middles of edges (k, 2, 3) are from their surfaces."""
    middles = ends.mean(axis=1)
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    places = middles.copy()
    for k, field in enumerate(onto.fields):
        mine = np.flatnonzero(on == 1 << k)
        for _ in range(_STEPS if len(mine) else 0):
            here = places[mine]
            slope = gradients(here, field, _DIFFERENCE)
            slope[(barred[mine][:, None] & AXES) > 0] = 0.0
            square = np.maximum((slope**2).sum(axis=1), 1e-6)
            places[mine] = here - (field(here) / square)[:, None] * slope
    shift = places - middles
    far = np.linalg.norm(shift, axis=1) > _FARTHEST * length
    shift[far] = 0.0
    return shift


def _freedom(points: Floats, walls: Ints, cells: Ints, facets: Ints) -> Floats:
    """Projectors for the edges' middles: free inside, along the top and bottom, else fixed."""
    edges, _ = edges_of(cells)
    barred = _barred(points, walls, edges)
    free = (barred[:, None] & AXES) == 0
    free[(barred & (X_WALL | Y_WALL)) > 0] = False
    surface = find_rows(edges, facets[:, TRIANGLE_EDGES].reshape(-1, 2))
    flat = barred[surface] > 0
    free[surface[~flat]] = False
    every = np.vstack([np.zeros((len(points), 3), dtype=bool), free])
    return every[:, :, None] * np.eye(3)
