"""Vertices close to a level set are put on it, so that no cell is cut into slivers.

A vertex moves to the nearest crossing along one of its edges, if that keeps it on the box's faces
and on surfaces cut earlier; else along the faces by the level set's gradient; else it stays and
counts as being on the level set. Lengths are in units of the lattice's spacing.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Ints
from ..measure import worst_angles
from .bcc import AXES, Tets
from .cutting import Crossings, Field

# Parts of a long and a short edge of the lattice within which a crossing is too close
# (Labelle and Shewchuk 2007, for the lattice's best angles).
_NEAR_LONG, _NEAR_SHORT = 0.25, 0.41
# No cell gets flatter than this [deg], unless it was before.
_LEAST_ANGLE = 8.0
_DIFFERENCE = 0.02
_FARTHEST = 0.3


def snap(
    tets: Tets,
    values: Floats,
    crossings: Crossings,
    field: Field,
    *,
    free: np.ndarray,
    held: np.ndarray,
) -> tuple[Floats, Floats]:
    """New points, and values that are zero where a vertex is on the level set.

    Args:
        tets: the mesh.
        values: (n,) of the level set at the vertices.
        crossings: all crossed edges of the cells that are cut.
        field: the level set.
        free: (k, 2) whether each end of a crossed edge may slide along it.
        held: (n,) vertices on surfaces cut earlier, which only slide along free edges.
    """
    n = len(tets.points)
    target, distance = _nearest(tets, crossings, free)
    close = np.zeros(n, dtype=bool)
    near = _near(tets.points, crossings)
    for end in (0, 1):
        part = crossings.where if end == 0 else 1 - crossings.where
        close[crossings.edges[part < near, end]] = True
    close = _with_matching(close, tets.masters)
    shift = np.where((close & np.isfinite(distance))[:, None], target - tets.points, 0.0)
    rest = np.flatnonzero(close & ~np.isfinite(distance) & ~held)
    shift[rest] = _slide(tets.points[rest], tets.walls[rest], values[rest], field)
    # Matching vertices shift alike.
    shift = shift[tets.masters]
    values = np.where(close, 0.0, values)
    return tets.points + _harmless(tets, shift), values


def _near(points: Floats, crossings: Crossings) -> Floats:
    length = np.linalg.norm(points[crossings.edges[:, 1]] - points[crossings.edges[:, 0]], axis=1)
    return np.where(length > 0.93, _NEAR_LONG, _NEAR_SHORT)


def _nearest(tets: Tets, crossings: Crossings, free: np.ndarray) -> tuple[Floats, Floats]:
    """For each vertex the closest crossing that it may slide to, within half an edge."""
    places = crossings.points(tets.points)
    near = _near(tets.points, crossings)
    target = tets.points.copy()
    distance = np.full(len(target), np.inf)
    for end in (0, 1):
        vertex = crossings.edges[:, end]
        part = crossings.where if end == 0 else 1 - crossings.where
        same = tets.points[crossings.edges[:, 0]] == tets.points[crossings.edges[:, 1]]
        fixed = (tets.walls[vertex, None] & AXES) > 0
        may = (part < near) & free[:, end] & (same | ~fixed).all(axis=1)
        vertex, place = vertex[may], places[may]
        far = np.linalg.norm(place - tets.points[vertex], axis=1)
        # Rounded, or matching vertices might choose differently among equals.
        order = np.lexsort((crossings.group[may], np.round(far, 9), vertex))
        vertex, place, far = vertex[order], place[order], far[order]
        first = np.unique(vertex, return_index=True)[1]
        first = first[far[first] < distance[vertex[first]]]
        target[vertex[first]], distance[vertex[first]] = place[first], far[first]
    return target, distance


def _with_matching(close: np.ndarray, masters: Ints) -> np.ndarray:
    """A vertex counts as close if one that matches it does."""
    every = np.zeros(len(close), dtype=bool)
    every[masters[close]] = True
    return every[masters]


def _slide(points: Floats, walls: Ints, values: Floats, field: Field) -> Floats:
    """One Newton step along the walls; none where it would go far."""
    gradient = gradients(points, field, _DIFFERENCE)
    gradient[(walls[:, None] & AXES) > 0] = 0.0
    square = (gradient**2).sum(axis=1)
    step = -values[:, None] * gradient / np.maximum(square, 1e-30)[:, None]
    step[np.linalg.norm(step, axis=1) > _FARTHEST] = 0.0
    return step


def gradients(points: Floats, field: Field, step: float) -> Floats:
    """Central differences (n, 3) of a level set."""
    result = np.empty_like(points)
    for axis in range(3):
        offset = step * np.eye(3)[axis]
        result[:, axis] = (field(points + offset) - field(points - offset)) / (2 * step)
    return result


def _harmless(tets: Tets, shift: Floats) -> Floats:
    """Shifts without those that would flatten a cell."""
    shift = shift.copy()
    moved = (shift != 0).any(axis=1)
    around = tets.cells[moved[tets.cells].any(axis=1)]
    least = np.minimum(_LEAST_ANGLE, worst_angles(tets.points, around) - 0.1)
    while len(around):
        flat = worst_angles(tets.points + shift, around) < least
        if not flat.any():
            break
        stopped = np.zeros(len(shift), dtype=bool)
        stopped[around[flat]] = True
        shift[_with_matching(stopped, tets.masters)] = 0.0
        # What no longer moves cannot do harm.
        keep = (shift[around] != 0).any(axis=(1, 2))
        around, least = around[keep], least[keep]
    return shift
