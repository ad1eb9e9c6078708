"""The cut lattice repaired, tagged and handed over in metres."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...errors import MeshError
from ..arrays import Floats, Ints
from ..finish import check_sum, tag_facets
from ..measure import worst_angles
from ..mesh import ElectrodeMesh, facet_nodes
from ..repair import Hold, repair
from ..tags import BOUNDARIES, REGIONS
from .bcc import AXES
from .bending import bend
from .cutting import Field
from .phases import Body
from .shape import ImplicitShape
from .surfaces import OnSurfaces

log = logging.getLogger(__name__)

# Least angle [deg] that is promised, and what the repair aims at.
PROMISED = 15.0
_TARGET = 15.5
_RELEASES = 4


def finish_implicit(
    shape: ImplicitShape,
    body: Body,
    fields: Sequence[Field],
    notes: dict[str, object],
    *,
    unit: float,
    order: int,
) -> ElectrodeMesh:
    """Repair, tag and scale a cut lattice.

    Args:
        shape: what is meshed.
        body: the cut lattice, in units of the spacing.
        fields: the level sets, in the same units.
        notes: for the mesh's description.
        unit: the spacing [m].
        order: of the elements.

    Raises:
        MeshError: if the mesh breaks what is promised.
    """
    if shape.headroom is None:
        body = _solids_alone(body)
    points = _in_metres(body, shape, unit)
    facets, facet_tags = tag_facets(points, body.tets.cells, body.tags, shape)
    hold = Hold(
        _freedom(body.tets.walls),
        facets,
        body.tets.masters,
        OnSurfaces(fields, _still_on(body, facets, facet_tags)),
    )
    before = worst_angles(body.tets.points, body.tets.cells)
    x, cells, tags, hold, released = _repaired(body, hold, fields)
    _check_angles(x * unit, cells)
    points = _moved(points, x, body, unit)
    if order == 2:
        points, cells = bend(hold, x, points, cells, body.tets.walls, unit=unit)
        facets = facet_nodes(cells, facets)
    mesh = ElectrodeMesh(
        points=points,
        cells=cells.astype(np.int32),
        cell_tags=tags.astype(np.int32),
        facets=facets.astype(np.int32),
        facet_tags=facet_tags,
        footprint=shape.footprint,
        multiplicity=shape.multiplicity,
        shape={
            **shape.describe(),
            **notes,
            "worst_angle_before_repair": float(before.min()),
            "vertices_off_surface": released,
        },
    )
    check_sum(mesh, shape)
    mesh.shape["connected_porosity"] = 1 - _solid_volume(mesh) / float(np.prod(shape.size))
    return mesh


def _repaired(
    body: Body, hold: Hold, fields: Sequence[Field]
) -> tuple[Floats, Ints, Ints, Hold, int]:
    """Vertices, cells and tags after repair, what holds them, and how many left their surface.

    Where a flat cell is stuck, as the last resort its vertices may leave their surface.
    """
    x, cells, tags = body.tets.points, body.tets.cells, body.tags
    surfaces, masters = body.surfaces, body.tets.masters
    if isinstance(hold.onto, OnSurfaces):
        surfaces = hold.onto.surfaces.copy()
    held = surfaces > 0
    for _ in range(_RELEASES):
        hold = replace(hold, onto=OnSurfaces(fields, surfaces))
        x, cells, tags = repair(x, cells, tags, hold, target=_TARGET, split_below=PROMISED)
        poor = worst_angles(x, cells) < PROMISED
        if not poor.any():
            break
        near = np.zeros(len(x), dtype=bool)
        near[cells[poor]] = True
        near = near[: len(held)]
        near[masters[near]] = True
        surfaces = np.where(near[masters], 0, surfaces)
    return x, cells, tags, hold, int((held & (surfaces == 0)).sum())


def _solid_volume(mesh: ElectrodeMesh) -> float:
    """Of all regions but the electrolyte [m3]."""
    return sum(
        mesh.volume(name) for name in REGIONS if name in mesh.names and name != "electrolyte"
    )


def _solids_alone(body: Body) -> Body:
    """The solids' cells, with only their vertices."""
    solid = body.tags != REGIONS["electrolyte"]
    cells = body.tets.cells[solid]
    nodes = np.unique(cells)
    renumber = np.full(len(body.tets.points), -1)
    renumber[nodes] = np.arange(len(nodes))
    tets = body.tets
    # A vertex and its master have the same cells around, across the sides, or none.
    masters = renumber[tets.masters[nodes]]
    masters = np.where(masters < 0, np.arange(len(nodes)), masters)
    tets = tets._replace(
        points=tets.points[nodes],
        cells=renumber[cells],
        walls=tets.walls[nodes],
        masters=masters,
    )
    return Body(tets, body.tags[solid], body.surfaces[nodes])


def _in_metres(body: Body, shape: ImplicitShape, unit: float) -> Floats:
    """Places [m], on the box's faces exactly."""
    points = body.tets.points * unit
    x, y, z = shape.size
    for axis, planes in enumerate(([0.0, x], [0.0, y], [0.0, z, shape.height])):
        on = np.flatnonzero((body.tets.walls & AXES[axis]) > 0)
        far = np.abs(points[on, axis][:, None] - np.array(planes))
        points[on, axis] = np.array(planes)[far.argmin(axis=1)]
    return points


def _moved(points: Floats, x: Floats, body: Body, unit: float) -> Floats:
    """Places [m] after repair, still on the faces, from `x` in units of the spacing."""
    n = len(points)
    free = (body.tets.walls[:, None] & AXES) == 0
    changed = (x[:n] != body.tets.points) & free
    return np.vstack([np.where(changed, x[:n] * unit, points), x[n:] * unit])


def _freedom(walls: Ints) -> Floats:
    """Projectors (n, 3, 3) onto the directions along a vertex's walls."""
    free = (walls[:, None] & AXES) == 0
    return free[:, :, None] * np.eye(3)


def _still_on(body: Body, facets: Ints, facet_tags: Ints) -> Ints:
    """Bits of the surfaces that vertices lie on, without surfaces that islands took along."""
    inner = np.isin(facet_tags, [BOUNDARIES[n] for n in ("interface", "contact", "binder-surface")])
    on = np.zeros(len(body.surfaces), dtype=bool)
    on[facets[inner]] = True
    together = np.zeros(len(on), dtype=bool)
    together[body.tets.masters[on]] = True
    return np.where(together[body.tets.masters], body.surfaces, 0)


def _check_angles(points: Floats, cells: Ints) -> None:
    """Every angle is as promised, or the worst place is told."""
    angles = worst_angles(points, cells)
    poor = np.flatnonzero(angles < PROMISED)
    if not len(poor):
        return
    worst = poor[angles[poor].argmin()]
    x, y, z = points[cells[worst]].mean(axis=0)
    raise MeshError(
        f"{len(poor)} of {len(cells)} cells have dihedral angles beyond {PROMISED:g} to "
        f"{180 - PROMISED:g} degrees after repair; the worst, {angles[worst]:.1f}, is at "
        f"({x:.3g}, {y:.3g}, {z:.3g}) m; another element size will do"
    )
