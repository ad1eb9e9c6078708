"""Mesh arrays as a DOLFINx mesh over the ranks, in a fraction of the time of DOLFINx's own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import _fenics  # noqa: F401  (orders MPI ahead of the compiled modules)
from .shares import Share, cut

import basix.ufl  # isort: skip
import ufl  # isort: skip
from dolfinx import fem, mesh as dmesh  # isort: skip
from dolfinx.cpp.common import IndexMap  # isort: skip
from dolfinx.cpp.graph import AdjacencyList_int32  # isort: skip
from dolfinx.cpp.mesh import Mesh_float64, Topology, create_geometry  # isort: skip
from dolfinx.graph import adjacencylist  # isort: skip
from dolfinx.io.utils import cell_perm_vtk, distribute_entity_data  # isort: skip
from dolfinx.mesh import CellType, GhostMode, MeshTags  # isort: skip

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh


_TAG = 731
"""Of the messages in which the ranks tell each other whose ghosts they hold; any number."""


class Numbering(NamedTuple):
    """The order in which a mesh is given to DOLFINx.

    Attributes:
        nodes: (n,) nodes of the input.
        cells: (m,) cells of the input.
    """

    nodes: NDArray[np.int64]
    cells: NDArray[np.int64]


def along_a_curve(arrays: ElectrodeMesh) -> Numbering:
    """Nodes and cells along Morton's curve: what is near is then near in memory.

    A mesher's own order makes DOLFINx take a third longer over a large mesh.
    """
    low, extent = arrays.points.min(axis=0), np.ptp(arrays.points, axis=0).max()
    place = ((arrays.points - low) * (1023 / extent)).astype(np.uint32)
    code = np.zeros(len(place), dtype=np.uint32)
    for bit in range(10):
        for axis in range(3):
            code |= ((place[:, axis] >> bit) & 1) << (3 * bit + axis)
    nodes = np.argsort(code, kind="stable")
    rank = np.empty_like(nodes)
    rank[nodes] = np.arange(len(nodes))
    return Numbering(nodes, np.argsort(rank[arrays.cells[:, :4]].min(axis=1), kind="stable"))


class TaggedMesh(NamedTuple):
    """A whole mesh, all regions, with what its cells and facets are.

    Attributes:
        mesh: Cells at the cuts between ranks are known on both sides, so that integrals over
            facets inside the mesh can be assembled.
        cell_tags: Integers of `geometry.tags.REGIONS`.
        facet_tags: Integers of `geometry.tags.BOUNDARIES`, outer and interface facets.
        names: The regions and boundaries present, with their integers.
    """

    mesh: dmesh.Mesh
    cell_tags: MeshTags
    facet_tags: MeshTags
    names: dict[str, int]


def spread(
    arrays: ElectrodeMesh | None, comm: MPI.Comm, *, ghosts: bool = False
) -> tuple[dmesh.Mesh, Numbering]:
    """The mesh spread over the ranks, and the order in which it was given to DOLFINx.

    Args:
        arrays: The mesh, complete on rank 0; other ranks may pass None.
        comm: The ranks.
        ghosts: Whether ranks also hold the cells beyond their cuts.
    """
    order = comm.bcast(arrays.order if arrays is not None else None)
    numbering = comm.bcast(along_a_curve(arrays) if arrays is not None else None)
    cells, points = _on_root(arrays, numbering, order, comm)
    element = basix.ufl.element("Lagrange", "tetrahedron", order, shape=(3,))
    if ghosts and comm.size > 1:
        partitioner = dmesh.create_cell_partitioner(GhostMode.shared_facet, 2)
        return dmesh.create_mesh(comm, cells, element, points, partitioner), numbering
    return _sewn(comm, _handed_out(cells, points, comm), element), numbering


def spread_tagged(arrays: ElectrodeMesh | None, comm: MPI.Comm) -> TaggedMesh:
    """The whole mesh with its tags, spread over the ranks.

    Args:
        arrays: The mesh, complete on rank 0; other ranks may pass None.
        comm: The ranks.
    """
    mesh, numbering = spread(arrays, comm, ghosts=True)
    regions = comm.bcast(arrays.cell_tags if arrays is not None else None)
    original = numbering.cells[mesh.topology.original_cell_index]
    every = np.arange(len(original), dtype=np.int32)
    cell_tags = dmesh.meshtags(mesh, 3, every, regions[original].astype(np.int32))
    facets, tags = np.empty((0, 3), np.int64), np.empty(0, np.int32)
    if arrays is not None and comm.rank == 0:
        from_vtk = cell_perm_vtk(CellType.triangle, arrays.facets.shape[1])
        facets = _inverse(numbering.nodes)[arrays.facets][:, from_vtk]
        tags = arrays.facet_tags.astype(np.int32)
    width = comm.bcast(facets.shape[1])
    own, values = distribute_entity_data(
        mesh, 2, np.ascontiguousarray(facets.reshape(-1, width), dtype=np.int64), tags
    )
    mesh.topology.create_connectivity(2, 3)
    facet_tags = dmesh.meshtags_from_entities(
        mesh, 2, adjacencylist(own), values.astype(np.int32, copy=False)
    )
    names = comm.bcast(arrays.names if arrays is not None else None)
    return TaggedMesh(mesh, cell_tags, facet_tags, names)


def _on_root(
    arrays: ElectrodeMesh | None, numbering: Numbering, order: int, comm: MPI.Comm
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cells and points in DOLFINx order on rank 0, empty elsewhere."""
    cell_nodes = 4 if order == 1 else 10
    if comm.rank != 0 or arrays is None:
        return np.empty((0, cell_nodes), np.int64), np.empty((0, 3))
    from_vtk = cell_perm_vtk(CellType.tetrahedron, cell_nodes)
    cells = _inverse(numbering.nodes)[arrays.cells[numbering.cells][:, from_vtk]]
    return np.ascontiguousarray(cells), np.ascontiguousarray(arrays.points[numbering.nodes])


def _inverse(order: NDArray[np.int64]) -> NDArray[np.int64]:
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank


def _handed_out(cells: NDArray[np.int64], points: NDArray[np.float64], comm: MPI.Comm) -> Share:
    """This rank's share of a mesh that is complete on rank 0."""
    if comm.rank != 0:
        return comm.recv(source=0)
    shares = cut(cells, points, parts=comm.size)
    own = next(shares)
    for rank, share in enumerate(shares, start=1):
        comm.send(share, dest=rank)
    return own


def _sewn(comm: MPI.Comm, share: Share, element: Any) -> dmesh.Mesh:
    """The ranks' shares as one mesh, each in its own order.

    `create_mesh` would look for a partition and a good order of the cells, with all their
    neighbours; here there is nothing to look for.
    """
    topology = Topology(
        CellType.tetrahedron,
        IndexMap(comm, share.n_own, share.ghosts, share.owners, _TAG),
        IndexMap(comm, len(share.cells)),
        AdjacencyList_int32(np.ascontiguousarray(share.vertices)),
        share.original,
    )
    layout = fem.coordinate_element(element.basix_element)._cpp_object
    if share.cells.shape[1] > 4:
        topology.create_entities(1)
    geometry = create_geometry(
        topology, [layout], share.nodes, share.cells.ravel(), share.points.ravel(), 3
    )
    return dmesh.Mesh(Mesh_float64(comm, topology, geometry), ufl.Mesh(element))
