"""From 4-node to 10-node tetrahedra, with the edges of the poles' sides on the true surface."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from .arrays import Floats, Ints
from .lattice import Lattice
from .measure import jacobian_ratios
from .sweep import Sweep
from .topology import TRIANGLE_EDGES, edges_of, find_rows, unique_rows

log = logging.getLogger(__name__)

# A Jacobian that falls below this part of the cell's mean is mended.
_LEAST_JACOBIAN = 0.2
_PASSES = 15


def elevate(
    points: Floats, cells: Ints, lattice: Lattice | None, poles: Sequence[Sweep]
) -> tuple[Floats, Ints, Floats]:
    """Nodes, 10-node cells (VTK order), and how far each node is off its straight place.

    The vertices keep their numbers; the first of them must be those of the poles' lattices, pole
    after pole, on the true surface.
    """
    edges, per_cell = edges_of(cells)
    straight = points[edges].mean(axis=1)
    middles = straight.copy()
    if lattice is not None:
        pairs, u, t = _lattice_edges(lattice)
        n = len(lattice.u)
        for k, pole in enumerate(poles):
            x = pole.surface_point(u, t)
            x[(points[pairs + k * n, 2] == 0).all(axis=1), 2] = 0.0
            middles[find_rows(edges, pairs + k * n)] = x
    cells10 = np.hstack([cells, len(points) + per_cell])
    shift = np.vstack([np.zeros_like(points), middles - straight])
    return np.vstack([points, middles]), cells10, shift


def _lattice_edges(lattice: Lattice) -> tuple[Ints, Floats, Floats]:
    """The edges of a pole's side and the parameters of their middles."""
    pairs = lattice.triangles[:, TRIANGLE_EDGES].reshape(-1, 2)
    pairs = pairs[unique_rows(pairs)[0]]
    u = lattice.u[pairs]
    # The apex has no place of its own around the pole, and u = 0 meets u = 1.
    u = np.where(np.isnan(u), u[:, ::-1], u)
    gap = u[:, 1] - u[:, 0]
    u_mid = u[:, 0] + (gap - np.round(gap)) / 2
    return pairs, u_mid, lattice.t[pairs].mean(axis=1)


def unfold(nodes: Floats, cells: Ints, shift: Floats, freedom: Floats) -> Floats:
    """Mend badly bent cells; returns the nodes.

    First the free edges of such cells follow the curved ones; where that is not enough, the
    curved ones are bent back bit by bit, and what is still poor then is made straight.

    Args:
        nodes: (n, 3), vertices and edge nodes.
        cells: (m, 10), sound when straight.
        shift: (n, 3) how far each node is off its straight place.
        freedom: (n, 3, 3) projectors onto each node's allowed directions.
    """
    straight, shift, nodes = nodes - shift, shift.copy(), nodes.copy()
    given = shift.copy()
    poor = np.flatnonzero(jacobian_ratios(nodes, cells) < _LEAST_JACOBIAN)
    attempt = 0
    while len(poor):
        if attempt < _PASSES:
            moved = _follow(shift, cells[poor], freedom)
        else:
            # Ends at the latest with every edge straight: zeroed ones are never bent again.
            moved = np.unique(cells[poor][:, 4:])
            shift[moved] *= 0.7 if attempt < 2 * _PASSES else 0.0
        nodes[moved] = straight[moved] + shift[moved]
        # A poor cell without a free edge is not touched, and must not be forgotten.
        touched = np.union1d(poor, np.flatnonzero(np.isin(cells[:, 4:], moved).any(axis=1)))
        poor = touched[jacobian_ratios(nodes, cells[touched]) < _LEAST_JACOBIAN]
        attempt += 1
    _note_straightened(cells, given, shift, freedom)
    return nodes


def _note_straightened(cells: Ints, given: Floats, shift: Floats, freedom: Floats) -> None:
    """Log how many cells have lost some of their bend towards the true surface."""
    bound = (given != 0).any(axis=1) & (np.abs(freedom).max(axis=(1, 2)) == 0)
    lost = bound & (np.abs(shift - given).max(axis=1) > 0)
    if lost.any():
        log.info(
            "order 2: %d of %d curved edges (%d of %d cells) are straightened, some in part, to "
            "keep their cells from folding",
            int(lost.sum()),
            int(bound.sum()),
            int(lost[cells].any(axis=1).sum()),
            len(cells),
        )


def _follow(shift: Floats, poor: Ints, freedom: Floats) -> Ints:
    """Give free edges the mean shift of the poor cells around them; returns those changed."""
    local = poor[:, 4:]
    edges, place = np.unique(local, return_inverse=True)
    total = np.zeros((len(edges), 3))
    np.add.at(total, place.ravel(), np.repeat(shift[local].mean(axis=1), 6, axis=0))
    wanted = total / np.bincount(place.ravel())[:, None]
    free = np.abs(freedom[edges]).max(axis=(1, 2)) > 0
    moved = edges[free]
    shift[moved] = np.einsum("nij,nj->ni", freedom[moved], wanted[free])
    return moved
