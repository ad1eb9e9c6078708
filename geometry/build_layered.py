"""Poles filled with layers, and Gmsh's cells around them."""

from __future__ import annotations

import numpy as np

from ..errors import MeshError
from .arrays import Floats
from .curve import Curved
from .fill import fill_box, squeeze_for
from .finish import Raw
from .grading import Edge, graded
from .lattice import Lattice, even_levels, inflation, make_lattice, volume_above
from .layered import LayeredPole, fill_pole
from .measure import tet_volumes
from .sizing import Sizes
from .standing import StandingArray

_SLOPE = 1.5


def build_layered(shape: StandingArray, sizes: Sizes, *, fine_from: float, order: int) -> Raw:
    """Cells of the poles, and of the electrolyte if there is any.

    Args:
        shape: the poles, of one shape.
        sizes: with depths.
        fine_from: axis length above which cells in the electrolyte are not stretched [m].
        order: of the elements.

    Raises:
        MeshError: if the layers would overlap, or Gmsh gives up.
    """
    assert sizes.depths is not None
    pole, around, wet = shape.poles[0], sizes.interface, shape.headroom is not None
    if wet:
        levels = even_levels(pole, around=around, along=sizes.along, fine_from=fine_from)
    else:
        edge = sizes.edge or Edge(around)
        slope = _SLOPE ** (1.0 / edge.refine)
        levels = pole.shaft - graded(pole.shaft, edge.size, sizes.along, ratio=slope)[::-1]
    lattice = make_lattice(pole, levels, around=around, edge=sizes.edge, closed=True)
    layered = fill_pole(pole, lattice, sizes.depths)
    factor = inflation(pole, lattice) if order == 1 else 1.0
    nodes = [layered.points(each.inflated(factor)) for each in shape.poles]
    _check(layered, lattice, nodes)
    outside = None
    if wet:
        points = [x[: len(lattice.u)] for x in nodes]
        squeeze = squeeze_for(shape, sizes, lattice, points, fine_from)
        outside = fill_box(shape, sizes, lattice, points, squeeze)
    return _joined(shape, layered, len(lattice.u), nodes, outside)


def _check(layered: LayeredPole, lattice: Lattice, nodes: list[Floats]) -> None:
    """No cell may be turned inside out, nor two overlap."""
    for x in nodes:
        volumes = tet_volumes(x, layered.cells)
        inside = volume_above(x, lattice.triangles)
        if volumes.min() <= 0 or abs(volumes.sum() / inside - 1) > 1e-9:
            raise MeshError("layers of this pole would overlap")


def _joined(
    shape: StandingArray,
    layered: LayeredPole,
    skin: int,
    nodes: list[Floats],
    outside: Raw | None,
) -> Raw:
    """The poles' inner nodes follow those of the `skin` and of what is around them."""
    poles = np.arange(len(shape.poles))[:, None]
    deep = len(layered.u) - skin
    count = poles.size * skin if outside is None else len(outside.points)
    place = np.hstack([poles * skin + np.arange(skin), count + poles * deep + np.arange(deep)])
    cells = place[:, layered.cells].reshape(-1, 4)
    built = np.ones(len(cells), dtype=bool)
    shell = np.vstack([x[:skin] for x in nodes]) if outside is None else outside.points
    if outside is not None:
        cells = np.vstack([cells, outside.cells])
        built = np.append(built, np.zeros(len(outside.cells), dtype=bool))
    curved = Curved(
        place[:, layered.edges].reshape(-1, 2),
        np.vstack([layered.middles(pole) for pole in shape.poles]),
    )
    return Raw(np.vstack([shell, *(x[skin:] for x in nodes)]), cells, built, built, curved)
