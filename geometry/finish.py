"""From raw tetrahedra to an ElectrodeMesh: sound, tagged, curved if asked, and checked."""

from __future__ import annotations

import logging
from typing import NamedTuple, Protocol

import numpy as np

from ..errors import MeshError
from .arrays import Floats, Ints
from .curve import Curved, elevate
from .measure import dihedral_range, oriented
from .mesh import ElectrodeMesh, facet_nodes
from .repair import Hold, repair
from .tags import BOUNDARIES, REGIONS
from .topology import Facets, facets_of
from .unfold import unfold

log = logging.getLogger(__name__)

# What every mesh should keep [deg].
_LEAST_ANGLE = 10.0


class Raw(NamedTuple):
    """Nodes and straight cells, before they are tagged.

    Attributes:
        points: (n, 3) [m].
        cells: (m, 4).
        electrode: (m,) whether a cell is electrode.
        built: (m,) whether a cell is as it was meant; the others are repaired where flat.
        curved: edges that follow the true surface, if any.
    """

    points: Floats
    cells: Ints
    electrode: np.ndarray
    built: np.ndarray
    curved: Curved | None = None


class Finished(Protocol):
    """What finishing needs to know of a shape."""

    @property
    def corners(self) -> Floats:
        """The outline on the collector (k, 2), counter-clockwise [m]."""
        ...

    @property
    def height(self) -> float:
        """Of everything meshed [m]."""
        ...

    @property
    def headroom(self) -> float | None:
        """Electrolyte above the highest tip [m]."""
        ...

    @property
    def footprint(self) -> float:
        """Collector area [m2]."""
        ...

    @property
    def multiplicity(self) -> float:
        """Copies of the meshed part."""
        ...

    def describe(self) -> dict[str, object]:
        """What goes into the notes."""
        ...


def finish(shape: Finished, raw: Raw, *, order: int) -> ElectrodeMesh:
    """Orient, number, tag and, for order 2, curve the cells.

    Raises:
        MeshError: if the mesh breaks what is promised of every mesh.
    """
    points = _flattened(raw.points, shape)
    cells = oriented(points, raw.cells)
    tags: Ints = np.where(raw.electrode, REGIONS["electrode"], REGIONS["electrolyte"]).astype(
        np.int32
    )
    facets, facet_tags = tag_facets(points, cells, tags, shape)
    if not raw.built.all():
        freedom = _freedom(points, facets, facet_tags, shape)
        points, cells, tags = _repaired(points, cells, tags, raw.built, freedom, facets)
    if order == 2:
        points, cells, shift = elevate(points, cells, raw.curved)
        facets = facet_nodes(cells, facets)
        freedom = _freedom(points - shift, facets, facet_tags, shape)
        points = unfold(points, cells, shift, freedom)
    mesh = ElectrodeMesh(
        points=points,
        cells=cells.astype(np.int32),
        cell_tags=tags,
        facets=facets.astype(np.int32),
        facet_tags=facet_tags,
        footprint=shape.footprint,
        multiplicity=shape.multiplicity,
        shape=shape.describe(),
    )
    check_sum(mesh, shape)
    return mesh


def _repaired(
    points: Floats, cells: Ints, tags: Ints, built: np.ndarray, freedom: Floats, kept: Ints
) -> tuple[Floats, Ints, Ints]:
    """Repair the cells that are not built; these come first then."""
    loose, tag = cells[~built], tags[~built]
    points, loose, tag = repair(points, loose, tag, Hold(freedom, kept))
    _warn_of_flat_cells(points, loose)
    return points, np.vstack([cells[built], loose]), np.concatenate([tags[built], tag])


def _planes(shape: Finished) -> tuple[Floats, Floats]:
    """Outward normals (k, 2) of the lateral planes and their offsets: n.x = d on the plane."""
    along = np.roll(shape.corners, -1, axis=0) - shape.corners
    normals = np.column_stack([along[:, 1], -along[:, 0]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return normals, np.einsum("ij,ij->i", normals, shape.corners)


def _flattened(points: Floats, shape: Finished) -> Floats:
    """Put nodes that are on an outer plane, up to rounding, exactly there."""
    near = 1e-9 * max(shape.height, float(np.ptp(shape.corners, axis=0).max()))
    points = points.copy()
    for level in (0.0, shape.height):
        points[np.abs(points[:, 2] - level) < near, 2] = level
    for normal, offset in zip(*_planes(shape), strict=True):
        away = points[:, :2] @ normal - offset
        close = np.abs(away) < near
        points[close, :2] -= away[close, None] * normal
    return points


def tag_facets(points: Floats, cells: Ints, cell_tags: Ints, shape: Finished) -> tuple[Ints, Ints]:
    """The outer facets and those between regions, with their tags, from cells and coordinates.

    Facets that two regions share are an interface; outer ones lie on the collector, the
    separator, a lateral plane or a cut, or else are the bare surface of solids alone. Normals
    point out of the solid or, between two, out of the one with the lower tag.
    """
    every = facets_of(cells)
    if every.crowded:
        raise MeshError(f"{every.crowded} facets belong to more than two cells")
    outer = every.second < 0
    between = ~outer & (cell_tags[every.first] != cell_tags[every.second])
    one, two = cell_tags[every.first], cell_tags[every.second]
    tags = np.zeros(len(every.nodes), dtype=np.int32)
    tags[between] = _between_tags(one[between], two[between])
    tags[outer] = _outer_tags(points, every, outer, shape)
    if getattr(shape, "cut_at_bottom", False):  # the pores go on there: there is no bare collector
        wet = outer & (one == REGIONS["electrolyte"]) & (tags == BOUNDARIES["collector"])
        tags[wet] = BOUNDARIES["sides"]
    bare = outer & (tags == 0)
    if shape.headroom is None:
        tags[bare] = _between_tags(one[bare], np.full(int(bare.sum()), REGIONS["electrolyte"]))
    elif bare.any():
        raise MeshError(f"{int(bare.sum())} outer facets lie on none of the box's planes")
    kept = outer | between
    nodes = every.nodes.copy()
    turn = between & _comes_second(one, two)
    nodes[turn] = nodes[turn][:, [0, 2, 1]]
    return nodes[kept], tags[kept]


def _between_tags(one: Ints, two: Ints) -> Ints:
    """Tags of the facets that two regions share."""
    electrolyte = (one == REGIONS["electrolyte"]) | (two == REGIONS["electrolyte"])
    electrode = (one == REGIONS["electrode"]) | (two == REGIONS["electrode"])
    return np.select(
        [electrolyte & electrode, electrolyte],
        [BOUNDARIES["interface"], BOUNDARIES["binder-surface"]],
        BOUNDARIES["contact"],
    ).astype(np.int32)


def _comes_second(one: Ints, two: Ints) -> np.ndarray:
    """Whether the first cell's region is the electrolyte or, of two solids, the later one."""
    electrolyte = REGIONS["electrolyte"]
    return (one == electrolyte) | ((two != electrolyte) & (one > two))


def _outer_tags(points: Floats, every: Facets, outer: np.ndarray, shape: Finished) -> Ints:
    x = points[every.nodes[outer]]
    near = 1e-9 * max(shape.height, float(np.ptp(shape.corners, axis=0).max()))
    tags = np.zeros(len(x), dtype=np.int32)
    for normal, offset in zip(*_planes(shape), strict=True):
        on = (np.abs(x[:, :, :2] @ normal - offset) < near).all(axis=1)
        tags[on] = BOUNDARIES["sides"]
    top = None if shape.headroom is None else BOUNDARIES["separator"]
    if getattr(shape, "cut_at_top", False):
        top = BOUNDARIES["sides"]
    if top is not None:
        tags[(np.abs(x[:, :, 2] - shape.height) < near).all(axis=1)] = top
    tags[(np.abs(x[:, :, 2]) < near).all(axis=1)] = BOUNDARIES["collector"]
    return tags


def _freedom(points: Floats, facets: Ints, facet_tags: Ints, shape: Finished) -> Floats:
    """Where vertices may move: anywhere inside, along one outer plane, or not at all."""
    near = 1e-9 * max(shape.height, float(np.ptp(shape.corners, axis=0).max()))
    freedom = np.zeros((len(points), 3, 3))
    freedom[:, :2, :2] = np.eye(2)
    inner = (points[:, 2] > near) & (points[:, 2] < shape.height - near)
    freedom[inner, 2, 2] = 1.0
    touched = np.zeros(len(points), dtype=int)
    for normal, offset in zip(*_planes(shape), strict=True):
        on = np.abs(points[:, :2] @ normal - offset) < near
        freedom[on, :2, :2] -= np.outer(normal, normal)
        touched += on
    freedom[touched > 1, :2, :2] = 0.0
    freedom[np.unique(facets[facet_tags == BOUNDARIES["interface"]])] = 0.0
    return freedom


def _warn_of_flat_cells(points: Floats, cells: Ints) -> None:
    smallest, _ = dihedral_range(points, cells)
    flat = int((smallest < _LEAST_ANGLE).sum())
    if flat:
        log.warning(
            "%d of %d cells stay flat: the worst dihedral angle is %.1f degrees (wanted %g)",
            flat,
            len(cells),
            smallest.min(),
            _LEAST_ANGLE,
        )


def check_sum(mesh: ElectrodeMesh, shape: Finished) -> None:
    """Together the regions fill the box."""
    if shape.headroom is None:
        return
    total = sum(mesh.volume(name) for name in REGIONS if name in mesh.names)
    box = shape.footprint * shape.height
    if abs(total / box - 1) > 1e-8:
        raise MeshError(f"the cells fill {total:g} m3 of a box of {box:g} m3")
