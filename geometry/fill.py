"""What Gmsh fills: the box around the poles and, where they are not layered, the poles."""

from __future__ import annotations

import numpy as np

from ..errors import MeshError
from .arrays import Floats
from .assemble import assemble_array, assemble_cell
from .finish import Raw
from .lattice import Lattice
from .session import Tetrahedra, gmsh_model
from .size_field import size_grid
from .sizing import Sizes
from .squeeze import Squeeze
from .standing import StandingArray


def fill_box(
    shape: StandingArray,
    sizes: Sizes,
    lattice: Lattice,
    points: list[Floats],
    squeeze: Squeeze,
) -> Raw:
    """Cells between the poles' surfaces and the box, and inside unless these are in layers.

    The lattices' nodes lead, pole after pole.
    """
    hollow = sizes.depths is not None
    with gmsh_model("nanotrode") as model:
        squeezed = [squeeze.forward(x) for x in points]
        if shape.symmetry == "none":
            volumes = assemble_array(model, shape, lattice, squeezed, squeeze, hollow=hollow)
        else:
            volumes = assemble_cell(model, shape, lattice, squeezed[0], squeeze, hollow=hollow)
        cells = model.mesh(*size_grid(shape, sizes, squeeze))
        return _lattice_first(cells, np.concatenate(points), volumes, squeeze)


def _lattice_first(cells: Tetrahedra, sides: Floats, volumes: list[int], squeeze: Squeeze) -> Raw:
    """Undo the squeeze and Gmsh's numbering: the lattices' nodes lead, exact as they went in.

    Raises:
        MeshError: if Gmsh moved or lost one of them.
    """
    from scipy.spatial import cKDTree

    distance, place = cKDTree(cells.points).query(squeeze.forward(sides))
    if distance.max() > 1e-6 or len(np.unique(place)) != len(sides):
        raise MeshError("Gmsh moved nodes of the poles' surfaces")
    others = np.setdiff1d(cells.cells, place)
    order = np.concatenate([place, others])
    renumber = np.full(len(cells.points), -1, dtype=np.int64)
    renumber[order] = np.arange(len(order))
    points = np.concatenate([sides, squeeze.back(cells.points[others])])
    built = np.zeros(len(cells.cells), dtype=bool)
    return Raw(points, renumber[cells.cells], np.isin(cells.volumes, volumes), built)


def squeeze_for(
    shape: StandingArray, sizes: Sizes, lattice: Lattice, points: list[Floats], fine_from: float
) -> Squeeze:
    """The squeeze up to the lowest node above the axis length `fine_from` [m]."""
    upper = lattice.t >= fine_from / shape.poles[0].shaft * (1 - 1e-9)
    kink = max(0.0, min(float(x[upper, 2].min()) for x in points))
    return Squeeze(sizes.interface, sizes.elongation, kink)
