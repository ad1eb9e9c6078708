"""ElectrodeMesh: the tagged tetrahedra that geometry hands to the solver, as plain arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from typing import NamedTuple

import numpy as np

from .._arguments import check_is
from ..errors import MeshError
from .arrays import Floats, Ints
from .measure import tet_volumes, triangle_areas
from .quality import MeshQuality, measure_quality
from .tags import BOUNDARIES, REGIONS, boundary_tags, names_of
from .topology import TRIANGLE_EDGES, edges_of, facets_of, find_edges, find_rows


class Surface(NamedTuple):
    """One boundary of a mesh.

    Attributes:
        nodes: (s,) the mesh's node numbers on the boundary, ascending.
        facets: (k, 3 or 6) positions in `nodes`, VTK order.
    """

    nodes: Ints
    facets: Ints


@dataclass(frozen=True, eq=False)
class ElectrodeMesh:
    """Conformal, positively oriented tetrahedra with named regions and boundaries.

    Attributes:
        points: (n, 3) nodes [m].
        cells: (m, 4 or 10) node numbers, VTK order.
        cell_tags: (m,) integers of `tags.REGIONS`.
        facets: (k, 3 or 6) node numbers of the outer and interface facets, VTK order.
        facet_tags: (k,) integers of `tags.BOUNDARIES`.
        footprint: collector area of the meshed part [m2].
        multiplicity: copies of the meshed part in the whole electrode (4 for a quarter pole).
        shape: JSON-able description of what was meshed.
        parent_nodes: for a mesh made by `region`, its nodes' numbers in the mesh it came from.
    """

    points: Floats
    cells: Ints
    cell_tags: Ints
    facets: Ints
    facet_tags: Ints
    footprint: float
    multiplicity: float = 1.0
    shape: dict[str, object] = field(default_factory=dict)
    parent_nodes: Ints | None = None

    def __post_init__(self) -> None:
        if self.cells.shape[1] not in (4, 10):
            raise MeshError(f"cells need 4 or 10 nodes each, got {self.cells.shape[1]}")
        if len(self.cells) != len(self.cell_tags) or len(self.facets) != len(self.facet_tags):
            raise MeshError("every cell and every facet needs exactly one tag")

    @property
    def order(self) -> int:
        """Polynomial order of the elements' geometry: 1 straight, 2 curved."""
        return 1 if self.cells.shape[1] == 4 else 2

    @cached_property
    def names(self) -> dict[str, int]:
        """The regions and boundaries present, with their integers."""
        return names_of(set(self.cell_tags.tolist()), set(self.facet_tags.tolist()))

    def volume(self, region: str) -> float:
        """Volume of a region [m3]."""
        chosen = self.cell_tags == self._tag(region, REGIONS)
        return float(tet_volumes(self.points, self.cells[chosen]).sum())

    def area(self, boundary: str) -> float:
        """Area of a boundary [m2]."""
        return float(triangle_areas(self.points, self._facets_of(boundary)).sum())

    def boundary(self, name: str) -> Surface:
        """The facets of a boundary and the nodes on it."""
        facets = self._facets_of(name)
        nodes, local = np.unique(facets, return_inverse=True)
        return Surface(nodes, local.reshape(facets.shape))

    def region(self, name: str) -> ElectrodeMesh:
        """The cells of one region as a mesh of its own, with the facets that bound it."""
        cells = self.cells[self.cell_tags == self._tag(name, REGIONS)]
        nodes, local = np.unique(cells, return_inverse=True)
        renumber = np.full(len(self.points), -1, dtype=np.int32)
        renumber[nodes] = np.arange(len(nodes), dtype=np.int32)
        cells = local.reshape(cells.shape).astype(np.int32)
        every = facets_of(cells)
        mine = renumber[self.facets]
        inside = (mine >= 0).all(axis=1)
        # All nodes inside is not enough: the facet must be a facet of one of these cells.
        inside[inside] = find_rows(every.nodes, mine[inside][:, :3]) >= 0
        return ElectrodeMesh(
            points=self.points[nodes],
            cells=cells,
            cell_tags=self.cell_tags[self.cell_tags == self._tag(name, REGIONS)],
            facets=mine[inside],
            facet_tags=self.facet_tags[inside],
            footprint=self.footprint,
            multiplicity=self.multiplicity,
            shape=self.shape,
            parent_nodes=nodes,
        )

    def detached(self) -> ElectrodeMesh:
        """The same cells, without facets, joined only where they share one; see `detached`."""
        from .detached import detached

        return detached(self)

    def quality(self) -> MeshQuality:
        """Counts, angles and soundness of the mesh."""
        return measure_quality(self)

    def digest(self) -> str:
        """SHA-256 of the arrays: equal for equal meshes on every machine."""
        state = hashlib.sha256()
        for array, kind in (
            (self.points, "<f8"),
            (self.cells, "<i4"),
            (self.cell_tags, "<i4"),
            (self.facets, "<i4"),
            (self.facet_tags, "<i4"),
        ):
            state.update(str(array.shape).encode())
            state.update(np.ascontiguousarray(array, dtype=kind).tobytes())
        return state.hexdigest()

    def save(self, path: str | PathLike[str]) -> None:
        """Write a binary Gmsh .msh file (version 2.2, metres), all at once or not at all."""
        from .msh_file import write_msh

        write_msh(self, path)

    @staticmethod
    def load(path: str | PathLike[str]) -> ElectrodeMesh:
        """Read back what `save` wrote, bit for bit."""
        from .msh_file import read_msh

        check_is(path, (str, PathLike), "mesh", "the path of a .msh file")
        return read_msh(path)

    @staticmethod
    def from_file(
        path: str | PathLike[str],
        *,
        regions: Mapping[str, int | str],
        boundaries: Mapping[str, int | str],
        unit: float = 1.0,
        top: str | None = None,
    ) -> ElectrodeMesh:
        """Read a mesh that another program made; see `meshio_in.read_foreign`."""
        from .meshio_in import read_foreign

        return read_foreign(path, regions=regions, boundaries=boundaries, unit=unit, top=top)

    def _facets_of(self, boundary: str) -> Ints:
        self._tag(boundary, BOUNDARIES)
        return self.facets[np.isin(self.facet_tags, boundary_tags(boundary))]

    def _tag(self, name: str, table: dict[str, int]) -> int:
        if name not in table or name not in self.names:
            present = ", ".join(n for n in self.names if n in table)
            raise MeshError(f"the mesh has no '{name}'; it has: {present}")
        return table[name]


def facet_nodes(cells: Ints, facets: Ints) -> Ints:
    """Extend 3-node facets to the 6 nodes they have in 10-node `cells`."""
    edges, per_cell = edges_of(cells)
    middle = np.empty(len(edges), dtype=np.int32)
    middle[per_cell.ravel()] = cells[:, 4:].ravel()
    extra = [middle[find_edges(edges, facets[:, pair])] for pair in TRIANGLE_EDGES]
    return np.column_stack([facets, *extra]).astype(np.int32)
