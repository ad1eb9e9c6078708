"""From a shape to its mesh: the story of how poles, box and sizes become tagged tetrahedra.

1. one lattice of nodes and triangles for the poles' sides, corrected for its chords;
2. poles and box handed to Gmsh, squeezed along z by the wanted elongation, in units of O(1);
3. the cells stretched back, repaired where flat, tagged by what they are and where they lie;
4. for order 2, edges lifted onto the analytic surface.
"""

from __future__ import annotations

import logging

import numpy as np

from ..errors import MeshError
from .arrays import Floats
from .assemble import assemble_array, assemble_cell
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

log = logging.getLogger(__name__)

Shape = Film | NanowireArray


def build_mesh(shape: Shape, *, sizing: Sizing | None = None, order: int = 1) -> ElectrodeMesh:
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
    fine_from = max(0.0, shape.poles[0].shaft - 2 * shape.thinness)
    lattice, factor = corrected_lattice(shape.poles[0], sizes, fine_from=fine_from, order=order)
    lowest = min(float(pole.frame(np.array([fine_from]))[0][0, 2]) for pole in shape.poles)
    squeeze = Squeeze(sizes.interface, sizes.elongation, lowest)
    with gmsh_model("nanotrode") as model:
        raw = _mesh_in_gmsh(model, shape, sizes, lattice, factor, squeeze)
    return finish(shape, raw, lattice, order=order)


def choose_sizes(shape: NanowireArray, sizing: Sizing) -> Sizes:
    """Sizes [m] for an array: coarser around when there are very many poles."""
    many = shape.count > 50
    partial = shape.symmetry != "none"
    slender = shape.length > 8 * shape.thinness
    return resolve(
        sizing,
        perimeter=shape.poles[0].section.perimeter,
        half_thickness=shape.thinness,
        gap=shape.least_gap if shape.placement == "random" else shape.free_gap,
        segments=36 if partial else 12,
        elongation=1.0 if partial or not slender else 2.0,
    )


def corrected_lattice(
    pole: Sweep, sizes: Sizes, *, fine_from: float, order: int
) -> tuple[Lattice, float]:
    """The poles' lattice and how far curved pieces are pushed outwards to keep the volume."""
    lattice = make_lattice(
        pole, around=sizes.interface, along=sizes.along, fine_from=fine_from
    )
    if order == 2:
        return lattice, 1.0
    upright = Sweep(pole.section, pole.length, pole.tip_radius, twist=pole.twist, bend=pole.bend)
    part = pole.section.part
    wanted = part * pole.section.area * pole.shaft
    if pole.tip_radius:
        wanted += part * 2 / 3 * np.pi * pole.tip_radius**3
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
    model: GmshModel, shape: NanowireArray, sizes: Sizes, lattice: Lattice, factor: float,
    squeeze: Squeeze,
) -> Raw:
    sweeps = [pole.inflated(factor) for pole in shape.poles]
    points = [lattice.points(sweep) for sweep in sweeps]
    if shape.symmetry == "none":
        volumes = assemble_array(model, shape, lattice, [squeeze.forward(x) for x in points], squeeze)
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
