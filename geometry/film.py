"""The film as columns of prisms, each cut into three tetrahedra: exact, and without Gmsh.

The solver finds the prisms again (`prisms`), so that a problem in one dimension is solved as such:
nothing in the mesh favours a place sideways.
"""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError
from .arrays import Floats, Ints
from .finish import Raw, finish
from .grading import depths, graded
from .layered import split_prisms
from .mesh import ElectrodeMesh
from .shapes import Film
from .sizing import FIRST_OVER_DIFFUSION, Sizing

_SEGMENTS = 24
"""Layers that a film has at least, if nothing is said."""
_CELLS = 6  # of a box of the lattice
# Longer lattice cells than this would have dihedral angles near ten degrees.
_LONGEST = 3.8
# Where a width is asked for, cells may be as flat as this; else they may be as flat as they get:
# nothing varies sideways, and prisms know no sideways error.
_FLATTEST = 40.0
_LEAST_FIRST_LAYER = 1e-7
_MOST_CELLS = 3_000_000
# From the interface downwards the layers' heights grow up to this many times.
_SPAN = 6.0
# Each at most this many times higher than the one above.
_RATIO = 1.1


def build_film(shape: Film, sizing: Sizing, *, order: int) -> ElectrodeMesh:
    """Layers through the thickness, fine at the interface; as few cells sideways as will do."""
    longest = _LONGEST * shape.side
    refine = sizing.refine
    default = shape.thickness / 6 / _SEGMENTS
    usual = sizing.interface or shape.thickness / 6 / (sizing.segments or _SEGMENTS)
    # as `refine` does; a number of layers that is given stays, and so does what it starts from
    finer = 1.0 if sizing.layers else max(1.0, default / usual)
    usual = min(usual / refine, longest)
    finest = _first_layer(shape, sizing, usual, finer)
    core = sizing.core / refine if sizing.core else _SPAN * usual
    coarsest = max(finest, min(core, shape.thickness / 4 / refine, longest))
    ratio = _RATIO ** (1.0 / (refine * finer))
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
    across = 1 if shape.width is None else int(np.ceil(shape.width / (_FLATTEST * steps.min())))
    count = _CELLS * across**2 * len(steps)
    if count > _MOST_CELLS:
        raise ShapeError(
            f"width: a film {shape.side:g} m wide with these sizes needs {count} cells; nothing "
            f"varies sideways, so leave the width out, or give at most {10 * steps.min():.1g} m"
        )
    points, cells = box_lattice(np.linspace(0, shape.side, across + 1), heights)
    middle = points[cells, 2].mean(axis=1)
    electrode = middle < shape.thickness
    return finish(shape, Raw(points, cells, electrode, np.ones(len(cells), bool)), order=order)


def _first_layer(shape: Film, sizing: Sizing, usual: float, finer: float) -> float:
    """Thickness of the layer at the interface [m]: thinner than usual for a fast protocol."""
    if sizing.first_layer is not None:
        return min(sizing.first_layer, shape.thickness / 2) / sizing.refine
    if sizing.diffusion_length is None or sizing.layers == 0:
        return usual
    wanted = 0.5 * FIRST_OVER_DIFFUSION[1] * sizing.diffusion_length
    wanted = max(wanted, _LEAST_FIRST_LAYER * shape.thickness)
    return min(usual, wanted / (sizing.refine * finer))


def box_lattice(sideways: Floats, heights: Floats) -> tuple[Floats, Ints]:
    """Nodes and cells of a square column with the given levels: prisms, each cut in three."""
    n, m = len(sideways), len(heights)
    z, y, x = np.meshgrid(heights, sideways, sideways, indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    j, i = (axis.ravel() for axis in np.meshgrid(range(n - 1), range(n - 1), indexing="ij"))
    corners = (i + n * j)[:, None] + np.array([0, 1, n + 1, n])
    # neighbours mirror each other, so that no direction is preferred
    odd = (i + j) % 2 == 1
    corners[odd] = np.roll(corners[odd], 1, axis=1)
    level = np.vstack([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    cells = [split_prisms(level + k * n * n, level + (k + 1) * n * n, level) for k in range(m - 1)]
    return points, np.vstack(cells)
