"""From a shape to its mesh: the story of how poles, box and sizes become tagged tetrahedra.

1. one lattice of nodes and triangles for the poles' sides, corrected for its chords;
2. poles and box handed to Gmsh, squeezed along z by the wanted elongation, in units of O(1);
3. the cells stretched back, repaired where flat, tagged by what they are and where they lie;
4. for order 2, edges lifted onto the analytic surface.
"""

from __future__ import annotations

import numpy as np

from ..errors import MeshError
from .arrays import Floats
from .assemble import assemble_array, assemble_cell
from .belts import NanobeltArray
from .film import build_film
from .finish import Raw, finish
from .lattice import Lattice, enclosed, make_lattice
from .mesh import ElectrodeMesh
from .session import GmshModel, Tetrahedra, gmsh_model
from .shapes import Film, NanowireArray
from .size_field import size_grid
from .sizing import Sizes, Sizing, resolve
from .squeeze import Squeeze
from .sweep import Sweep

PoleArray = NanowireArray | NanobeltArray
Shape = Film | PoleArray


def build_mesh(shape: Shape, *, sizing: Sizing | None = None, order: int = 2) -> ElectrodeMesh:
    """Mesh a shape; the same shape and sizing give the same mesh.

    Args:
        shape: what to mesh.
        sizing: element sizes; by default chosen from the shape.
        order: 1 for straight elements (their nodes moved out a little, so that the volume is
            kept), 2 for curved ones with their nodes on the surface.

    Raises:
        MeshError: if Gmsh gives up, or the mesh breaks a promise.

    Example:
        >>> mesh = build_mesh(Film(thickness=1e-6))
        >>> round(mesh.volume("electrode") / 1e-20, 6)
        1.0
    """
    if order not in (1, 2):
        raise MeshError(f"order: expected 1 or 2, got {order!r}")
    sizing = sizing or Sizing()
    if isinstance(shape, Film):
        return build_film(shape, sizing, order=order)
    sizes = choose_sizes(shape, sizing)
    fine_from = _fine_from(shape, sizes)
    lattice, factor = corrected_lattice(shape.poles[0], sizes, fine_from=fine_from, order=order)
    points = [lattice.points(pole.inflated(factor)) for pole in shape.poles]
    upper = lattice.t >= fine_from / shape.poles[0].end * (1 - 1e-9)
    kink = max(0.0, min(float(x[upper, 2].min()) for x in points))
    squeeze = Squeeze(sizes.interface, sizes.elongation, kink)
    with gmsh_model("nanotrode") as model:
        raw = _mesh_in_gmsh(model, shape, sizes, lattice, points, squeeze)
    return finish(shape, raw, lattice, order=order)


def choose_sizes(shape: PoleArray, sizing: Sizing) -> Sizes:
    """Sizes [m] for an array: cells are stretched along slender poles that stand nearly upright."""
    slender = shape.length > 16 * shape.thinness and shape.symmetry == "none"
    perimeter = shape.poles[0].section.perimeter
    # A pole shorter than it is thick still gets two elements over its height.
    segments = max(shape.segments, int(np.ceil(2 * perimeter / shape.length)))
    upright = 2.0 if shape.lean < np.radians(25) else 1.5 if shape.lean < np.radians(50) else 1.0
    return resolve(
        sizing,
        perimeter=perimeter,
        half_thickness=shape.thinness,
        gap=shape.free_gap,
        segments=segments,
        elongation=upright if slender else 1.0,
    )


def _fine_from(shape: PoleArray, sizes: Sizes) -> float:
    """The axis length above which nothing is stretched: two half thicknesses below the tip.

    What a short pole has below that joins the rest, or its first ring would be too low.
    """
    below = shape.poles[0].shaft - 2 * shape.thinness
    return below if below > 0.75 * sizes.along else 0.0


def corrected_lattice(
    pole: Sweep, sizes: Sizes, *, fine_from: float, order: int
) -> tuple[Lattice, float]:
    """The poles' lattice and how far curved pieces are pushed outwards to keep the volume."""
    along = sizes.along
    if pole.twist:
        # Between two rings a twisted side is cut short by its chords.
        along = min(along, np.radians(6) / pole.twist * pole.length)
    lattice = make_lattice(pole, around=sizes.interface, along=along, fine_from=fine_from)
    if order == 2:
        return lattice, 1.0
    upright = Sweep(pole.section, pole.length, pole.tip_radius, twist=pole.twist, bend=pole.bend)
    part = pole.section.part
    wanted = part * upright.volume
    at, values = [1.0, 1.02], []
    values.append(enclosed(upright, lattice)[0] / wanted - 1)
    for _ in range(4):
        values.append(enclosed(upright.inflated(at[-1]), lattice)[0] / wanted - 1)
        if abs(values[-1] - values[-2]) < 1e-12:
            return lattice, 1.0 if abs(values[0] - values[-1]) < 1e-12 else at[-1]
        slope = (values[-1] - values[-2]) / (at[-1] - at[-2])
        at.append(at[-1] - values[-1] / slope)
    return lattice, at[-1]


def _mesh_in_gmsh(
    model: GmshModel,
    shape: PoleArray,
    sizes: Sizes,
    lattice: Lattice,
    points: list[Floats],
    squeeze: Squeeze,
) -> Raw:
    if shape.symmetry == "none":
        volumes = assemble_array(
            model, shape, lattice, [squeeze.forward(x) for x in points], squeeze
        )
    else:
        volumes = assemble_cell(model, shape, lattice, squeeze.forward(points[0]), squeeze)
    grid = size_grid(shape, sizes, squeeze)
    cells = model.mesh(*grid)
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
    others = np.setdiff1d(np.arange(len(cells.points)), place)
    order = np.concatenate([place, others])
    renumber = np.empty(len(order), dtype=np.int64)
    renumber[order] = np.arange(len(order))
    points = np.concatenate([sides, squeeze.back(cells.points[others])])
    return Raw(points, renumber[cells.cells], np.isin(cells.volumes, volumes))
