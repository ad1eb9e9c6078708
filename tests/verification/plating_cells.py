"""Cells of plating with known currents: an octant of a sphere in a shell, and a box.

Meshed by hand: a structured triangulation of an octant of the unit sphere, swept through radii,
each prism cut into three tetrahedra.
"""

from __future__ import annotations

from dataclasses import replace

import boxes
import hosts
import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.tags import BOUNDARIES

INNER, SURFACE, OUTER = 0.5, 1.0, 2.0


def sphere_in_shell(count: int, *, length: float) -> ElectrodeMesh:
    """A conducting shell of radii 1/2 to 1 on a collector, in electrolyte that ends at radius 2.

    Args:
        count: Triangles along an edge of the octant.
        length: The radius 1 [m].
    """
    directions, triangles = _octant(count)
    layers = np.concatenate(
        [np.linspace(INNER, SURFACE, count // 2 + 1), np.linspace(SURFACE, OUTER, count + 1)[1:]]
    )
    points = (layers[:, None, None] * directions).reshape(-1, 3)
    cells = _upright(points, _prisms(triangles, len(directions), len(layers)))
    middles = np.linalg.norm(points[cells], axis=2).mean(axis=1)

    def outside(x: np.ndarray) -> np.ndarray:
        # a facet's middle lies below its corners' radius, and on a cut face inside the others
        flat = (x < 1e-9).any(axis=1)
        inner = np.linalg.norm(x, axis=1) < 0.5 * (INNER + SURFACE)
        curved = np.where(inner, BOUNDARIES["collector"], BOUNDARIES["separator"])
        return np.where(flat, BOUNDARIES["sides"], curved)

    mesh = hosts.tagged(points, cells, middles < SURFACE, outside=outside, footprint=1.0)
    return _scaled(mesh, length)


def box(counts: tuple[int, int, int], sides: tuple[float, float, float]) -> ElectrodeMesh:
    """Electrolyte alone on a collector, with the separator on top [m]."""
    unit = [np.linspace(0.0, side, n + 1) for side, n in zip(sides, counts, strict=True)]
    points = np.stack(np.meshgrid(*unit, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = boxes._cut_cubes(counts)
    small = 1e-9 * sides[2]

    def outside(x: np.ndarray) -> np.ndarray:
        low, high = x[:, 2] < small, x[:, 2] > sides[2] - small
        named = [BOUNDARIES["collector"], BOUNDARIES["separator"]]
        return np.select([low, high], named, BOUNDARIES["sides"])

    none = np.zeros(len(cells), dtype=bool)
    return hosts.tagged(points, cells, none, outside=outside, footprint=sides[0] * sides[1])


def _scaled(mesh: ElectrodeMesh, length: float) -> ElectrodeMesh:
    return replace(mesh, points=length * mesh.points, footprint=length**2 * mesh.footprint)


def _octant(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Directions and triangles of the octant of a sphere where all coordinates are positive."""
    corners = [(i, j) for i in range(count + 1) for j in range(count + 1 - i)]
    place = {corner: k for k, corner in enumerate(corners)}
    i, j = np.array(corners, dtype=float).T / count
    # great circles: angles, not chords, are shared out evenly along each edge
    weights = np.sin(0.5 * np.pi * np.column_stack([i, j, 1.0 - i - j]))
    directions = weights / np.linalg.norm(weights, axis=1)[:, None]
    triangles = []
    for i, j in corners:
        if i + j < count:
            triangles.append([place[i, j], place[i + 1, j], place[i, j + 1]])
        if i + j < count - 1:
            triangles.append([place[i + 1, j], place[i + 1, j + 1], place[i, j + 1]])
    return directions, np.array(triangles)


def _prisms(triangles: np.ndarray, stride: int, layers: int) -> np.ndarray:
    """Tetrahedra of triangles swept through layers; neighbours cut their common sides alike."""
    a, b, c = np.sort(triangles, axis=1).T
    cut = [(a, b, c, c + stride), (a, b, b + stride, c + stride)]
    cut.append((a, a + stride, b + stride, c + stride))
    one = np.vstack([np.column_stack(corners) for corners in cut])
    return (one + stride * np.arange(layers - 1)[:, None, None]).reshape(-1, 4)


def _upright(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The same cells, all of positive volume."""
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    turned = cells[:, [0, 1, 3, 2]]
    return np.where((np.linalg.det(edges) < 0)[:, None], turned, cells)
