"""The film as a regular lattice of tetrahedra: exact, and without Gmsh.

Each box of the lattice is cut into twelve around its middle, and neighbours mirror each other.
By this symmetry all corners of a level hold as much of the volume as of the area, so that a
problem in one dimension is solved nearly as such: nothing in the mesh favours a place sideways.
"""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError
from .arrays import Floats, Ints
from .finish import Raw, finish
from .grading import depths, graded
from .mesh import ElectrodeMesh
from .shapes import Film
from .sizing import FIRST_OVER_DIFFUSION, Sizing

# The sides of a box, each cut in two along the diagonal between two of the corners 0, 3, 5, 6;
# corner k = x + 2 y + 4 z. Its mirror image has the diagonals between the other four.
_SIDES = np.array(
    [
        *((0, 3, 1), (0, 3, 2), (0, 5, 1), (0, 5, 4), (0, 6, 2), (0, 6, 4)),
        *((5, 6, 4), (5, 6, 7), (3, 6, 2), (3, 6, 7), (3, 5, 1), (3, 5, 7)),
    ]
)
_MIRROR = np.array([1, 0, 3, 2, 5, 4, 7, 6])
# Flatter or longer lattice cells than this would have dihedral angles near ten degrees.
_MOST_ASPECT = 3.8
# Thin layers may be as flat as this: as long as nothing varies sideways, no angle does harm.
_THIN_ASPECT = 40.0
_LEAST_FIRST_LAYER = 0.002
_MOST_CELLS = 3_000_000
# From the interface downwards the layers' heights grow up to this many times.
_SPAN = 6.0
# Each at most this many times higher than the one above.
_RATIO = 1.2


def build_film(shape: Film, sizing: Sizing, *, order: int) -> ElectrodeMesh:
    """Layers through the thickness, fine at the interface; as few cells sideways as will do."""
    longest = _MOST_ASPECT * shape.side
    refine = sizing.refine
    usual = sizing.interface or shape.thickness / 3 / (sizing.segments or 24)
    usual = min(usual / refine, longest)
    finest = _first_layer(shape, sizing, usual)
    core = sizing.core / refine if sizing.core else _SPAN * usual
    coarsest = max(finest, min(core, shape.thickness / 4 / refine, longest))
    ratio = _RATIO ** (1.0 / refine)
    if sizing.layers:
        first = refine * finest / shape.thickness
        down = np.append(depths(first, layers=sizing.layers - 1, refine=refine), 1.0)
    else:
        down = graded(shape.thickness, finest, coarsest, ratio) / shape.thickness
    heights = shape.thickness * (1 - down[::-1])
    if shape.headroom is not None:
        bulk = min(sizing.bulk / refine if sizing.bulk else _SPAN * finest, longest)
        above = graded(shape.headroom, usual, max(usual, bulk), ratio)
        heights = np.concatenate([heights, shape.thickness + above[1:]])
    steps = np.diff(heights)
    aspect = _MOST_ASPECT if finest == usual and not sizing.layers else _THIN_ASPECT
    across = max(1, int(np.ceil(shape.side / (aspect * steps.min()))))
    count = len(_SIDES) * across**2 * len(steps)
    if count > _MOST_CELLS:
        raise ShapeError(
            f"width: a film {shape.side:g} m wide with these sizes needs {count} cells; nothing "
            f"varies sideways, so leave the width out, or give at most {10 * steps.min():.1g} m"
        )
    points, cells = box_lattice(np.linspace(0, shape.side, across + 1), heights)
    middle = points[cells, 2].mean(axis=1)
    electrode = middle < shape.thickness
    return finish(shape, Raw(points, cells, electrode, np.ones(len(cells), bool)), order=order)


def _first_layer(shape: Film, sizing: Sizing, usual: float) -> float:
    """Thickness of the layer at the interface [m]: thinner than usual for a fast protocol."""
    if sizing.first_layer is not None:
        return min(sizing.first_layer, shape.thickness / 2) / sizing.refine
    if sizing.diffusion_length is None or sizing.layers == 0:
        return usual
    wanted = FIRST_OVER_DIFFUSION[1] * sizing.diffusion_length
    return min(usual, max(wanted, _LEAST_FIRST_LAYER * shape.thickness) / sizing.refine)


def box_lattice(sideways: Floats, heights: Floats) -> tuple[Floats, Ints]:
    """Nodes and cells of a square column with the given levels."""
    n, m = len(sideways), len(heights)
    z, y, x = np.meshgrid(heights, sideways, sideways, indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    k, j, i = (
        axis.ravel()
        for axis in np.meshgrid(np.arange(m - 1), np.arange(n - 1), np.arange(n - 1), indexing="ij")
    )
    first = i + n * (j + n * k)
    corners = first[:, None] + [(c & 1) + n * ((c >> 1 & 1) + n * (c >> 2)) for c in range(8)]
    odd = (i + j + k) % 2 == 1
    corners[odd] = corners[odd][:, _MIRROR]
    middles = (points[corners[:, 0]] + points[corners[:, 7]]) / 2
    own = np.repeat(len(points) + np.arange(len(middles)), len(_SIDES))
    cells = np.column_stack([corners[:, _SIDES].reshape(-1, 3), own])
    return np.vstack([points, middles]), cells
