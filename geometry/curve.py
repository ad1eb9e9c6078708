"""From 4-node to 10-node tetrahedra, with the edges of the poles' sides on the true surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .arrays import Floats, Ints
from .lattice import Lattice
from .sweep import Sweep
from .topology import TRIANGLE_EDGES, edges_of, find_rows, unique_rows


class Curved(NamedTuple):
    """Edges that follow the true surface: their vertices (k, 2) and middles (k, 3) [m]."""

    edges: Ints
    middles: Floats


def elevate(points: Floats, cells: Ints, curved: Curved | None) -> tuple[Floats, Ints, Floats]:
    """Nodes, 10-node cells (VTK order), and how far each node is off its straight place.

    The vertices keep their numbers.
    """
    edges, per_cell = edges_of(cells)
    straight = points[edges].mean(axis=1)
    middles = straight.copy()
    if curved is not None:
        middles[find_rows(edges, curved.edges)] = curved.middles
    cells10 = np.hstack([cells, len(points) + per_cell])
    shift = np.vstack([np.zeros_like(points), middles - straight])
    return np.vstack([points, middles]), cells10, shift


def sides(lattice: Lattice, poles: Sequence[Sweep]) -> Curved:
    """The edges of the poles' sides, whose nodes come first, pole after pole."""
    pairs = lattice.triangles[:, TRIANGLE_EDGES].reshape(-1, 2)
    pairs = pairs[unique_rows(pairs)[0]]
    u, t = between(lattice.u[pairs]), lattice.t[pairs].mean(axis=1)
    middles = []
    for pole in poles:
        x = pole.point(u, t)
        x[(lattice.t[pairs] == 0).all(axis=1), 2] = 0.0
        middles.append(x)
    offsets = len(lattice.u) * np.arange(len(poles))
    return Curved((pairs + offsets[:, None, None]).reshape(-1, 2), np.vstack(middles))


def between(u: Floats) -> Floats:
    """The place around the pole (k,) in the middle of pairs (k, 2).

    A node on the axis has none of its own (nan), and u = 0 meets u = 1.
    """
    u = np.where(np.isnan(u), u[:, ::-1], u)
    gap = u[:, 1] - u[:, 0]
    return np.nan_to_num(u[:, 0] + (gap - np.round(gap)) / 2)
