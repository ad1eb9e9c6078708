"""Volumes, areas and angles of straight and curved simplices, vectorised over cells.

Curved (order-2) elements are integrated with rules exact for their polynomial Jacobians
(tetrahedra: degree 3) or, for areas, of degree 5.
"""

from __future__ import annotations

import numpy as np

from ..errors import MeshError
from .arrays import Floats, Ints
from .topology import TET_EDGES, TET_FACETS

# Degree 3, five points (barycentric coordinates, weights sum to 1).
_TET_POINTS = np.array(
    [[1 / 4] * 4] + [np.where(np.arange(4) == k, 1 / 2, 1 / 6) for k in range(4)]
)
_TET_WEIGHTS = np.array([-4 / 5] + [9 / 20] * 4)
# Degree 5, seven points (Radon).
_A, _B = (6 - np.sqrt(15)) / 21, (6 + np.sqrt(15)) / 21
_TRI_POINTS = np.array(
    [[1 / 3] * 3]
    + [np.where(np.arange(3) == k, 1 - 2 * _A, _A) for k in range(3)]
    + [np.where(np.arange(3) == k, 1 - 2 * _B, _B) for k in range(3)]
)
_TRI_WEIGHTS = np.array(
    [9 / 40] + [(155 - np.sqrt(15)) / 1200] * 3 + [(155 + np.sqrt(15)) / 1200] * 3
)


def tet_volumes(points: Floats, cells: Ints) -> Floats:
    """Signed volume of each cell, of its straight version if it has 4 nodes."""
    if cells.shape[1] == 4:
        a, b, c = (points[cells[:, k]] - points[cells[:, 0]] for k in (1, 2, 3))
        return np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0
    return curved_determinants(points, cells, _TET_POINTS) @ _TET_WEIGHTS / 6.0


def oriented(points: Floats, cells: Ints) -> Ints:
    """The 4-node cells turned so that their volumes are positive.

    Raises:
        MeshError: if a cell has none.
    """
    volumes = tet_volumes(points, cells)
    if (volumes == 0).any():
        raise MeshError(f"{int((volumes == 0).sum())} cells have no volume")
    return np.where((volumes < 0)[:, None], cells[:, [0, 2, 1, 3]], cells)


def curved_determinants(points: Floats, cells: Ints, where: Floats | None = None) -> Floats:
    """Determinants of the Jacobian of 10-node cells, (m, q).

    `where` holds barycentric coordinates; default: the vertices, the edge midpoints and the
    points of the volume rule, which together show a folded element.
    """
    if where is None:
        where = np.vstack(
            [np.eye(4), (np.eye(4)[TET_EDGES[:, 0]] + np.eye(4)[TET_EDGES[:, 1]]) / 2]
        )
        where = np.vstack([where, _TET_POINTS])
    x = points[cells]
    result = np.empty((len(cells), len(where)))
    for q, barycentric in enumerate(where):
        jacobian = np.einsum("mni,nj->mij", x, tet10_gradients(barycentric))
        result[:, q] = np.linalg.det(jacobian)
    return result


def jacobian_ratios(points: Floats, cells: Ints) -> Floats:
    """Per 10-node cell the least Jacobian determinant over their mean: 1 straight, < 0 folded."""
    determinants = curved_determinants(points, cells)
    return determinants.min(axis=1) / np.abs(determinants.mean(axis=1))


def tet10_gradients(b: Floats) -> Floats:
    """Reference gradients (10, 3) of the quadratic shape functions at barycentric point `b`."""
    slopes = np.array([[-1.0, -1.0, -1.0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    vertex = (4 * b[:, None] - 1) * slopes
    i, j = TET_EDGES.T
    return np.vstack([vertex, 4 * (b[i, None] * slopes[j] + b[j, None] * slopes[i])])


def triangle_areas(points: Floats, facets: Ints) -> Floats:
    """Area of each 3- or 6-node triangle."""
    x = points[facets]
    if facets.shape[1] == 3:
        return 0.5 * np.linalg.norm(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]), axis=1)
    slopes = np.array([[-1.0, -1.0], [1, 0], [0, 1]])
    total = np.zeros(len(facets))
    i, j = np.array([(0, 1), (1, 2), (0, 2)]).T
    for b, weight in zip(_TRI_POINTS, _TRI_WEIGHTS, strict=True):
        vertex = (4 * b[:, None] - 1) * slopes
        edge = 4 * (b[i, None] * slopes[j] + b[j, None] * slopes[i])
        tangents = np.einsum("mni,nj->mji", x, np.vstack([vertex, edge]))
        total += weight * np.linalg.norm(np.cross(tangents[:, 0], tangents[:, 1]), axis=1)
    return total / 2.0


def _dihedral_cosines(points: Floats, cells: Ints) -> Floats:
    """Cosines of the six dihedral angles of each cell's straight version, (6, m)."""
    x = points[cells[:, :4]].transpose(1, 2, 0)
    normals = []
    for a, b, c in TET_FACETS:
        normal = _cross(x[b] - x[a], x[c] - x[a])
        length = np.sqrt((normal * normal).sum(axis=0))
        normals.append(normal / np.maximum(length, np.finfo(float).tiny))
    pairs = [(i, j) for i in range(4) for j in range(i)]
    cosines = np.stack([-(normals[i] * normals[j]).sum(axis=0) for i, j in pairs])
    return np.clip(cosines, -1.0, 1.0)


def _cross(a: Floats, b: Floats) -> Floats:
    """Cross product of vectors in the columns of (3, m) arrays."""
    return np.stack(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


def dihedral_range(points: Floats, cells: Ints) -> tuple[Floats, Floats]:
    """Per cell the smallest and the largest dihedral angle of its straight version [deg]."""
    cosines = _dihedral_cosines(points, cells)
    smallest, largest = cosines.max(axis=0), cosines.min(axis=0)
    return np.degrees(np.arccos(smallest)), np.degrees(np.arccos(largest))


def worst_angles(points: Floats, cells: Ints) -> Floats:
    """Per cell the smaller of its least dihedral angle and 180 degrees minus its largest [deg].

    An inverted cell counts as minus one.
    """
    x = points[cells[:, :4]].transpose(1, 2, 0)
    volume = (_cross(x[1] - x[0], x[2] - x[0]) * (x[3] - x[0])).sum(axis=0)
    extreme = np.abs(_dihedral_cosines(points, cells)).max(axis=0)
    return np.where(volume > 0, np.degrees(np.arccos(extreme)), -1.0)


def gamma(points: Floats, cells: Ints) -> Floats:
    """Radius ratio 3 r_in / R_circ of each cell's straight version: 1 regular, 0 flat."""
    x = points[cells[:, :4]]
    a, b, c = x[:, 1] - x[:, 0], x[:, 2] - x[:, 0], x[:, 3] - x[:, 0]
    volume = np.abs(np.einsum("ij,ij->i", a, np.cross(b, c))) / 6.0
    area = sum(
        0.5 * np.linalg.norm(np.cross(x[:, j] - x[:, i], x[:, k] - x[:, i]), axis=1)
        for i, j, k in TET_FACETS
    )
    square = [np.einsum("ij,ij->i", v, v)[:, None] for v in (a, b, c)]
    centre = square[0] * np.cross(b, c) + square[1] * np.cross(c, a) + square[2] * np.cross(a, b)
    circum = np.linalg.norm(centre, axis=1)
    return 108.0 * volume**2 / np.maximum(area * circum, np.finfo(float).tiny)
