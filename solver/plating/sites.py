"""Where lithium can plate: the nodes of every surface that faces the electrolyte.

A site is a node together with the kind of surface it belongs to, since at an edge (the foot of
a particle, the rim of a coat) one node lies on two surfaces. Each has its part of the area, its
own deposit, and its own room: the electrolyte that lies nearer to it than to any other site. What
all sites may hold together is then just what the pores can hold, and what stands above the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ...errors import MeshError
from ...geometry.measure import tet_volumes, triangle_areas
from ...geometry.tags import BOUNDARIES, REGIONS
from ...geometry.topology import facets_of, find_rows

if TYPE_CHECKING:
    from ...geometry.mesh import ElectrodeMesh

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ON_PLANE = 1e-6
"""Distance from the collector's plane, as a share of the mesh's height, that is on it."""
SUB_POINT = 0.6
"""Weight of a corner in the point that stands for its quarter of a tetrahedron."""


class Kind(IntEnum):
    """What a site's surface is."""

    SOLID = 0
    COAT = 1
    COLLECTOR = 2


@dataclass(frozen=True)
class Sites:
    """All sites of a mesh; every rank holds them all.

    Attributes:
        nodes: (n,) the mesh's node of each.
        kinds: (n,) `Kind`.
        areas: (n,) [m2].
        heights: (n,) above the collector [m].
        rooms: (n,) electrolyte that is nearest to each [m3].
        rooms_inside: (n,) the part of it below the top of the host [m3].
        facets: (k, 3) sites at the corners of each reacting facet.
        points: (k, 3, 3) these corners [m].
        pore_cells: (m,) the mesh's electrolyte cells.
        nearest: (m, 4) the site that is nearest to each quarter of them.
        inside: (m, 4) whether the quarter lies below the top of the host.
        top: Height of the host [m].
    """

    nodes: Ints
    kinds: Ints
    areas: Array
    heights: Array
    rooms: Array
    rooms_inside: Array
    facets: Ints
    points: Array
    pore_cells: Ints
    nearest: Ints
    inside: NDArray[np.bool_]
    top: float

    @property
    def largest_thickness(self) -> Array:
        """(n,) mean thickness at which a site's room is full [m].

        Infinite where most of it lies above the host: lithium has no walls there.
        """
        free = self.rooms_inside < 0.5 * self.rooms
        return np.where(free, np.inf, self.rooms / self.areas)

    def filled(self, thickness: Array) -> Array:
        """(n,) share of each site's room below the host's top that a deposit (n,) [m] takes."""
        share = thickness * self.areas / np.maximum(self.rooms_inside, 1e-300)
        return np.where(self.rooms_inside > 0.0, np.minimum(share, 1.0), 0.0)

    def closed(self, thickness: Array) -> Array:
        """(m,) share of each electrolyte cell that a deposit (sites,) [m] closes.

        A site at the rim fills what it has below the host's top first; above it lithium has no
        walls, and pushes the electrolyte away.
        """
        return (self.filled(thickness)[self.nearest] * self.inside).mean(axis=1)


def find_sites(mesh: ElectrodeMesh) -> Sites:
    """The sites of a mesh with an electrode and an electrolyte.

    Raises:
        MeshError: There is no electrolyte, or nothing that it touches can react.
    """
    if "electrolyte" not in mesh.names:
        raise MeshError(
            "plating needs the electrolyte in the pores and above the host; "
            'give the geometry a headroom, such as headroom = "5 um"'
        )
    if "electrode" in mesh.names and "interface" not in mesh.names:
        raise MeshError("the mesh has no 'interface' between electrode and electrolyte")
    facets, kinds = _reacting_facets(mesh)
    if not len(facets):
        raise MeshError("nothing that touches the electrolyte can react; expected an interface")
    keys = kinds[:, None] * len(mesh.points) + facets
    unique, places = np.unique(keys, return_inverse=True)
    places = places.reshape(facets.shape)
    nodes, site_kinds = unique % len(mesh.points), unique // len(mesh.points)
    areas = np.repeat(triangle_areas(mesh.points, facets) / 3.0, 3)
    areas = np.bincount(places.ravel(), weights=areas, minlength=len(unique))
    floor = mesh.points[:, 2].min()
    host = mesh.cells[mesh.cell_tags != REGIONS["electrolyte"]]
    top = float(mesh.points[np.unique(host), 2].max(initial=floor))
    pores, nearest, inside, rooms, within = _rooms(mesh, nodes, areas, top)
    return Sites(
        nodes=nodes,
        kinds=site_kinds,
        areas=areas,
        heights=mesh.points[nodes, 2] - floor,
        rooms=rooms,
        rooms_inside=within,
        facets=places,
        points=mesh.points[facets],
        pore_cells=pores,
        nearest=nearest,
        inside=inside,
        top=top - floor,
    )


def _reacting_facets(mesh: ElectrodeMesh) -> tuple[Ints, Ints]:
    """The facets (k, 3) that face the electrolyte and react, and the kind of each."""
    by_tag = {
        BOUNDARIES["interface"]: Kind.SOLID,
        BOUNDARIES["coating"]: Kind.COAT,
        BOUNDARIES["collector"]: Kind.COLLECTOR,
    }
    wet = np.zeros(len(mesh.points), dtype=bool)
    wet[mesh.cells[mesh.cell_tags == REGIONS["electrolyte"]]] = True
    chosen = np.isin(mesh.facet_tags, list(by_tag)) & wet[mesh.facets[:, :3]].all(axis=1)
    facets, tags = mesh.facets[chosen, :3].astype(np.int64), mesh.facet_tags[chosen]
    on_floor = tags == BOUNDARIES["collector"]
    open_floor = np.ones(len(facets), dtype=bool)
    open_floor[on_floor] = _beside_electrolyte(mesh, facets[on_floor])
    kinds = np.array([by_tag[int(tag)] for tag in tags], dtype=np.int64)
    return facets[open_floor], kinds[open_floor]


def _beside_electrolyte(mesh: ElectrodeMesh, facets: Ints) -> NDArray[np.bool_]:
    """Which of the facets are sides of an electrolyte cell."""
    sides = facets_of(mesh.cells[mesh.cell_tags == REGIONS["electrolyte"]])
    return np.asarray(find_rows(sides.nodes, facets) >= 0)


def _rooms(
    mesh: ElectrodeMesh, nodes: Ints, areas: Array, top: float
) -> tuple[Ints, Ints, NDArray[np.bool_], Array, Array]:
    """The electrolyte's cells, the sites nearest to their quarters, and what each site gets."""
    pores = np.flatnonzero(mesh.cell_tags == REGIONS["electrolyte"])
    corners = mesh.points[mesh.cells[pores, :4]]
    middle = corners.sum(axis=1, keepdims=True)
    quarters = SUB_POINT * corners + (1.0 - SUB_POINT) / 3.0 * (middle - corners)
    _, nearest = cKDTree(mesh.points[nodes]).query(quarters.reshape(-1, 3))
    # the sites of one node share what is nearest to it by their areas
    first, group = np.unique(nodes, return_inverse=True)
    at_node = np.bincount(group, weights=areas)
    share = areas / at_node[group]
    volumes = np.repeat(tet_volumes(mesh.points, mesh.cells[pores]) / 4.0, 4)
    inside = quarters.reshape(-1, 3)[:, 2] < top
    node_of = group[nearest]
    rooms = share * np.bincount(node_of, weights=volumes, minlength=len(first))[group]
    within = share * np.bincount(node_of, weights=volumes * inside, minlength=len(first))[group]
    return pores, nearest.reshape(-1, 4), inside.reshape(-1, 4), rooms, within
