"""From a shape to its mesh: the story of how poles, box and sizes become tagged tetrahedra.

1. one lattice of nodes and triangles for the poles' surfaces, corrected for its chords;
2. the poles filled with layers from the surface inwards, where they can be (`layered`);
3. what is left handed to Gmsh, squeezed along z by the wanted elongation, in units of O(1);
4. its cells stretched back, repaired where flat, tagged by what they are and where they lie;
5. for order 2, edges lifted onto the analytic surface and, in layers, onto its copies.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from types import NoneType

import numpy as np

from .._arguments import check_has, check_is
from .._messages import quoted
from ..errors import MeshError, ShapeError
from .belts import NanobeltArray
from .build_layered import build_layered
from .curve import sides
from .fill import fill_box, squeeze_for
from .film import build_film
from .finish import Raw, finish
from .grading import Edge
from .implicit.image import Image
from .implicit.shape import ImplicitShape
from .lattice import even_levels, inflation, make_lattice
from .mesh import ElectrodeMesh
from .shapes import Film, NanowireArray
from .sizing import Sizes, Sizing, resolve

log = logging.getLogger(__name__)

PoleArray = NanowireArray | NanobeltArray
Shape = Film | PoleArray | ImplicitShape

_ON_EDGE = 0.2
"""Elements at a layered belt's sharp edges, across them, over those amid its faces."""
_AROUND = {1: 2 / 3, 2: 0.5}
"""By order: elements around a belt in layers over those around one without."""


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
    example = "a shape, such as Film(thickness=100e-9)"
    check_has(shape, "electrode_volume", "shape", example, error=ShapeError)
    check_is(sizing, (Sizing, NoneType), "sizing", "such as Sizing(segments=12)", error=ShapeError)
    if isinstance(order, bool) or not isinstance(order, int) or order not in (1, 2):
        raise MeshError(f"order: expected 1 or 2, got {quoted(order)}")
    sizing = sizing or Sizing()
    if isinstance(shape, Film):
        return build_film(shape, sizing, order=order)
    if isinstance(shape, Image) and not shape.smoothing:
        from .implicit.voxel_mesh import mesh_voxels

        return mesh_voxels(shape, sizing, order=order)
    if not isinstance(shape, PoleArray):
        from .implicit.build import build_implicit

        return build_implicit(shape, sizing, order=order)
    sizes = choose_sizes(shape, sizing, order=order)
    if sizes.depths is not None:
        try:
            fine_from = _fine_from(shape, sizes)
            return finish(
                shape, build_layered(shape, sizes, fine_from=fine_from, order=order), order=order
            )
        except MeshError as error:
            log.info("no layers after all: %s", error)
            sizes = choose_sizes(shape, replace(sizing, layers=0), order=order)
    return finish(shape, _plain(shape, sizes, order=order), order=order)


def choose_sizes(shape: PoleArray, sizing: Sizing, *, order: int) -> Sizes:
    """Sizes [m] for an array: cells are stretched along slender poles that stand nearly upright."""
    perimeter = shape.poles[0].section.perimeter
    layered = sizing.layers != 0 and takes_layers(shape)
    # A pole shorter than it is thick still gets two elements over its height.
    segments = max(_segments(shape, order, layered), int(np.ceil(2 * perimeter / shape.length)))
    elongation, most = _elongation(shape, layered)
    if sizing.elongation is not None:
        sizing = replace(sizing, elongation=min(sizing.elongation, most))
    sizes = resolve(
        sizing,
        perimeter=perimeter,
        half_thickness=shape.thinness,
        gap=shape.free_gap,
        segments=segments,
        elongation=elongation,
        layered=order if layered else None,
    )
    along, edge, turn = sizes.along, None, shape.poles[0].twist + shape.poles[0].bend
    if turn:
        # Between two rings a twisted or bent side is cut short by its chords.
        along = min(along, np.radians(6) / turn * shape.length)
    if layered and isinstance(shape, NanobeltArray) and shape.headroom is None:
        edge = Edge(_ON_EDGE * sizes.interface, sizing.refine)
    return sizes._replace(along=along, edge=edge)


def _elongation(shape: PoleArray, layered: bool) -> tuple[float, float]:
    """Usual and largest length of cells along a pole over their width.

    Beside a layered pole only Gmsh's cells in the electrolyte set a bound, by their angles.
    """
    slenderness = shape.length / shape.thinness
    if layered and shape.headroom is None:
        return (6.0 if shape.lean == 0 else 3.0), 8.0
    round_layers = layered and isinstance(shape, NanowireArray)
    if shape.symmetry != "none" or slenderness <= (6 if round_layers else 16):
        return 1.0, 3.0
    if layered and shape.lean == 0 and slenderness > 16:
        return 3.0, 3.0
    return (
        2.0 if shape.lean < np.radians(25) else 1.5 if shape.lean < np.radians(50) else 1.0
    ), 3.0


def _segments(shape: PoleArray, order: int, layered: bool) -> int:
    """Elements around a pole: as few as eight curved ones follow a round one to a thousandth."""
    if layered and isinstance(shape, NanobeltArray):
        return shape.segments if shape.edge_radius else round(_AROUND[order] * shape.segments)
    few = layered and order == 2 and shape.symmetry == "none"
    return 8 if few else shape.segments


def takes_layers(shape: PoleArray) -> bool:
    """Whether the poles are not too short, nor rounded or twisted belts in electrolyte.

    Rounding and twist decide how fine these are all around: in layers they would have six times
    as many nodes, or flat cells beside them.
    """
    shaped = isinstance(shape, NanobeltArray) and bool(shape.edge_radius or shape.twist)
    if shaped and shape.headroom is not None:
        return False
    return shape.length >= 2 * shape.thinness


def _fine_from(shape: PoleArray, sizes: Sizes) -> float:
    """The axis length above which nothing is stretched: two half thicknesses below the tip.

    What a short pole has below that joins the rest, or its first ring would be too low.
    """
    below = shape.poles[0].shaft - 2 * shape.thinness
    return below if below > 0.75 * sizes.along else 0.0


def _plain(shape: PoleArray, sizes: Sizes, *, order: int) -> Raw:
    """Gmsh's cells on both sides of the poles' surfaces."""
    pole, fine_from = shape.poles[0], _fine_from(shape, sizes)
    levels = even_levels(pole, around=sizes.interface, along=sizes.along, fine_from=fine_from)
    lattice = make_lattice(pole, levels, around=sizes.interface)
    factor = inflation(pole, lattice) if order == 1 else 1.0
    points = [lattice.points(pole.inflated(factor)) for pole in shape.poles]
    squeeze = squeeze_for(shape, sizes, lattice, points, fine_from)
    raw = fill_box(shape, sizes, lattice, points, squeeze)
    return raw._replace(curved=sides(lattice, shape.poles))
