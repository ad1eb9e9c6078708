"""Quadratic cells as linear pieces, which can be cut and drawn."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Corners of the linear pieces that a quadratic cell is split into, in VTK's node order;
# pieces of a positive cell are positive.
_TETRA = np.array(
    [
        (0, 4, 6, 7),
        (4, 1, 5, 8),
        (6, 5, 2, 9),
        (7, 8, 9, 3),
        (4, 9, 5, 6),
        (4, 9, 8, 5),
        (4, 9, 7, 8),
        (4, 9, 6, 7),
    ]
)
_TRIANGLE = np.array([(0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5)])
_EDGES = ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3))


def linear_cells(cells: NDArray) -> NDArray:
    """Cells as linear ones, (m, 4) or (m, 3): quadratic ones are split at their middle nodes."""
    if cells.shape[1] in (3, 4):
        return cells
    split = _TETRA if cells.shape[1] == 10 else _TRIANGLE
    return cells[:, split].reshape(-1, split.shape[1])


def fine_pieces(points: NDArray, cells: NDArray, values: NDArray) -> tuple[NDArray, ...]:
    """Quadratic tetrahedra as 64 linear ones each, on which the field is still curved.

    Args:
        points: Nodes (n, 3).
        cells: (m, 4 | 10); linear ones come back as they are.
        values: Nodal field (n,).

    Returns:
        Points, linear cells and nodal values.
    """
    if cells.shape[1] == 4:
        return points, cells, values
    shape, pieces = _lattice()
    spots = np.einsum("qn,mnd->mqd", shape, points[cells]).reshape(-1, 3)
    field = (values[cells] @ shape.T).ravel()
    numbers = np.arange(len(spots)).reshape(len(cells), -1)[:, pieces].reshape(-1, 4)
    # Neighbours place their common nodes alike but for rounding.
    grain = 1e-6 * float(np.ptp(points[cells[:, :4]], axis=1).max())
    _, first, merged = np.unique(
        np.round(spots / grain).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    return spots[first], merged.ravel()[numbers], field[first]


@cache
def _lattice() -> tuple[NDArray, NDArray]:
    """Quadratic shape functions (q, 10) at the points of two splits, and the 64 pieces."""
    halves = np.vstack([np.eye(4), [(np.eye(4)[a] + np.eye(4)[b]) / 2 for a, b in _EDGES]])
    place: dict[tuple[float, ...], int] = {}
    pieces = []
    for corners in halves[_TETRA]:
        nodes = [*corners, *((corners[a] + corners[b]) / 2 for a, b in _EDGES)]
        local = np.array([place.setdefault(tuple(node), len(place)) for node in nodes])
        pieces.append(local[_TETRA])
    at = np.array(list(place))
    corner = at * (2 * at - 1)
    middle = np.column_stack([4 * at[:, a] * at[:, b] for a, b in _EDGES])
    return np.hstack([corner, middle]), np.vstack(pieces)
