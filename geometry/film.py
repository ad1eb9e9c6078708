"""The film as a regular lattice of tetrahedra: exact, and without Gmsh."""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError
from .arrays import Floats, Ints
from .finish import Raw, finish
from .mesh import ElectrodeMesh
from .shapes import Film
from .sizing import Sizing

# A unit cube in six tetrahedra around the diagonal 0-7; corner k = x + 2 y + 4 z.
_KUHN = np.array(
    [(0, 1, 3, 7), (0, 5, 1, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 4, 5, 7), (0, 6, 4, 7)]
)
# Flatter or longer lattice cells than this would have dihedral angles below ten degrees.
_MOST_ASPECT = 4.0
_MOST_CELLS = 3_000_000


def build_film(shape: Film, sizing: Sizing, *, order: int) -> ElectrodeMesh:
    """Layers through the thickness, fine at the interface; as few cells sideways as will do."""
    finest = sizing.interface or 0.4 * shape.thickness / (sizing.segments or 24)
    coarsest = min(sizing.core or 4 * finest, shape.thickness / 4)
    heights = shape.thickness - graded(shape.thickness, finest, max(finest, coarsest))[::-1]
    if shape.headroom is not None:
        bulk = sizing.bulk or 4 * finest
        above = graded(shape.headroom, finest, max(finest, bulk))
        heights = np.concatenate([heights, shape.thickness + above[1:]])
    steps = np.diff(heights)
    sideways = _MOST_ASPECT * steps.min() * 0.95
    across = max(1, int(np.ceil(shape.side / sideways)))
    count = 6 * across**2 * (len(heights) - 1)
    if count > _MOST_CELLS:
        raise ShapeError(
            f"width: a film {shape.side:g} m wide with these sizes needs {count} cells; nothing "
            f"varies sideways, so leave the width out, or give at most {10 * steps.min():.1g} m"
        )
    points, cells = box_lattice(np.linspace(0, shape.side, across + 1), heights)
    middle = points[cells, 2].mean(axis=1)
    return finish(shape, Raw(points, cells, middle < shape.thickness), None, order=order)


def graded(length: float, first: float, largest: float, ratio: float = 1.2) -> Floats:
    """Levels from 0 to `length` with steps growing from about `first` to at most `largest`."""
    steps = [min(first, length)]
    while sum(steps) < length:
        steps.append(min(steps[-1] * ratio, largest))
    levels = np.concatenate([[0.0], np.cumsum(steps)])
    levels *= length / levels[-1]
    levels[-1] = length
    return levels


def box_lattice(sideways: Floats, heights: Floats) -> tuple[Floats, Ints]:
    """Nodes and cells of a square column with the given levels."""
    n, m = len(sideways), len(heights)
    z, y, x = np.meshgrid(heights, sideways, sideways, indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    k, j, i = np.meshgrid(np.arange(m - 1), np.arange(n - 1), np.arange(n - 1), indexing="ij")
    first = (i + n * (j + n * k)).ravel()
    corners = np.array([(c & 1) + n * ((c >> 1 & 1) + n * (c >> 2)) for c in range(8)])
    return points, (first[:, None, None] + corners[_KUHN]).reshape(-1, 4)
