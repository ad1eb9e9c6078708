"""One phase after another is cut out of the mesh that the phases before it left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Ints
from ..tags import REGIONS
from ..topology import TRIANGLE_EDGES, facets_of, find_rows
from .bcc import Tets
from .cutting import Crossings, Field, find_crossings, split_crossed
from .snapping import snap


class Body(NamedTuple):
    """A mesh with its regions and the surfaces that its vertices lie on.

    Attributes:
        tets: the mesh.
        tags: (m,) integers of `tags.REGIONS`.
        surfaces: (n,) bits of the level sets that a vertex lies on.
    """

    tets: Tets
    tags: Ints
    surfaces: Ints


def uncut(tets: Tets) -> Body:
    """Electrolyte everywhere."""
    tags = np.full(len(tets.cells), REGIONS["electrolyte"])
    return Body(tets, tags, np.zeros(len(tets.points), dtype=np.int64))


def cut_phase(
    body: Body, where: np.ndarray, values: Floats, field: Field, *, tag: int, surface: int
) -> Body:
    """Give `tag` to that part of some cells where a level set is negative.

    Args:
        body: what is there.
        where: (m,) the cells that may be cut.
        values: (n,) of the level set at their vertices; equal where vertices match.
        field: the level set.
        tag: of the new region.
        surface: number of the level set.
    """
    tets = body.tets
    crossings = find_crossings(tets, tets.cells[where], values, field)
    along = _on_surfaces(body, crossings)
    held = body.surfaces > 0
    free = ~held[crossings.edges] | along[:, None]
    points, values = snap(tets, values, crossings, field, free=free, held=held)
    tets = tets._replace(points=points)
    left = (values[crossings.edges] != 0).all(axis=1)
    crossings, along = crossings.chosen(left), along[left]
    carried = np.column_stack([body.tags, where])
    tets, carried = split_crossed(tets, crossings, carried)
    tags, where = carried[:, 0], carried[:, 1].astype(bool)
    a, b = crossings.edges.T
    inherited = np.where(along, body.surfaces[a] & body.surfaces[b], 0)
    surfaces = np.concatenate([body.surfaces, inherited])
    values = np.concatenate([values, np.zeros(len(crossings.edges))])
    touched = np.zeros(len(values), dtype=bool)
    touched[tets.cells[where]] = True
    surfaces[touched & (values == 0)] |= 1 << surface
    tags[where & _inside(tets, values, where, field)] = tag
    return Body(tets, tags, surfaces)


def _inside(tets: Tets, values: Floats, where: np.ndarray, field: Field) -> np.ndarray:
    """Cells on the negative side; of those that lie on the surface, by their middles."""
    at = values[tets.cells]
    inside = at.min(axis=1) < 0
    flat = np.flatnonzero((at == 0).all(axis=1) & where)
    if len(flat):
        inside[flat] = field(tets.points[tets.cells[flat]].mean(axis=1)) < 0
    return inside


def _on_surfaces(body: Body, crossings: Crossings) -> np.ndarray:
    """Whether each crossed edge is an edge of a surface that was cut before."""
    along = np.zeros(len(crossings.edges), dtype=bool)
    if not body.surfaces.any() or not len(along):
        return along
    every = facets_of(body.tets.cells)
    between = (every.second >= 0) & (body.tags[every.first] != body.tags[every.second])
    edges = every.nodes[between][:, TRIANGLE_EDGES].reshape(-1, 2)
    return find_rows(edges, crossings.edges) >= 0
