"""The electrode's mesh arrays as a distributed DOLFINx mesh with its function space.

Unknowns are nodal: the field's order is the mesh's order (isoparametric), so that each
unknown sits on one node of the input arrays. Fields therefore come and go in the input's
own numbering, whatever the number of ranks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc, require_compiler
from ..errors import MeshError
from ..geometry.tags import boundary_tags
from .dolfinx_mesh import Numbering, spread
from .operators import assemble_layers, assemble_stiffness, assemble_tetrahedra, find_layers

from dolfinx import fem  # isort: skip  (after the gate, which orders the imports)

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh

Array = NDArray[np.float64]


class Domain:
    """A mesh on its communicator, with a nodal function space over it.

    Args:
        arrays: The mesh, complete on rank 0; other ranks may pass None.
        comm: The communicator to spread it over.

    Attributes:
        mesh, space: The DOLFINx objects.
        owned: Number of unknowns that this rank owns.
        input_nodes: (owned,) node in `arrays` of each owned unknown.
        input_cells: (cells,) cell in `arrays` of each local cell.
        cell_tags: (cells,) integer of `geometry.tags.REGIONS` of each local cell.
    """

    def __init__(self, arrays: ElectrodeMesh | None, comm: MPI.Comm) -> None:
        require_compiler()
        self.comm, self._arrays = comm, arrays
        order = comm.bcast(arrays.order if arrays is not None else None)
        self.order: int = order
        self.n_nodes: int = comm.bcast(len(arrays.points) if arrays is not None else None)
        self.mesh, numbering = spread(arrays, comm)
        self._facets = self._own_facets(arrays, numbering)
        self.input_cells = numbering.cells[self.mesh.topology.original_cell_index]
        self.cell_tags = comm.bcast(arrays.cell_tags if arrays is not None else None)[
            self.input_cells
        ]
        self.space = fem.functionspace(self.mesh, ("Lagrange", order))
        self.owned = self.space.dofmap.index_map.size_local
        self.input_nodes = numbering.nodes[self._nodes_of_unknowns()]

    def _own_facets(self, arrays: ElectrodeMesh | None, numbering: Numbering) -> NDArray[np.int32]:
        """(facets, 3) local cell, facet's number in it, and tag, of this rank's tagged facets.

        They are found in the input and carried over with the cells: DOLFINx's own way makes
        every facet of the mesh first, which takes as long as the mesh.
        """
        found = self.comm.bcast(_facets_in_cells(arrays) if arrays is not None else None)
        original = numbering.cells[self.mesh.topology.original_cell_index]
        order = np.argsort(original)
        place = np.searchsorted(original, found[:, 0], sorter=order)
        place = order[np.minimum(place, len(order) - 1)]
        mine = original[place] == found[:, 0]
        own = np.column_stack([place[mine], found[mine, 1:]]).astype(np.int32)
        return own[np.lexsort(own.T[::-1])]

    def _nodes_of_unknowns(self) -> NDArray[np.int64]:
        """The node given to DOLFINx of each unknown: both use the Lagrange layout in a cell."""
        unknowns = self.space.dofmap.list.ravel()
        nodes = self.mesh.geometry.dofmaps[0].ravel()
        node_of = np.full(unknowns.max(initial=-1) + 1, -1, dtype=np.int64)
        node_of[unknowns] = self.mesh.geometry.input_global_indices[nodes]
        return node_of[: self.owned]

    @property
    def global_range(self) -> tuple[int, int]:
        """First and one-past-last global number of this rank's unknowns."""
        return self.space.dofmap.index_map.local_range

    def global_unknowns(self, local: NDArray[np.int32]) -> NDArray[np.int32]:
        """Global numbers of local unknowns, any shape."""
        flat = self.space.dofmap.index_map.local_to_global(local.ravel().astype(np.int32))
        return flat.reshape(local.shape).astype(np.int32)

    def integration_facets(self, boundary: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The owned cells that touch a named boundary, with the facet's number in its cell."""
        own = self._facets[np.isin(self._facets[:, 2], boundary_tags(boundary))]
        return own[:, 0].copy(), own[:, 1].copy()

    def gather(self, owned: Array) -> Array | None:
        """A field over the input's nodes on rank 0; None elsewhere.

        Args:
            owned: (owned,) values of this rank's unknowns.
        """
        if self.comm.size == 1:
            pieces = [(self.input_nodes, owned)]
        else:
            pieces = self.comm.gather((self.input_nodes, owned))
        if self.comm.rank != 0:
            return None
        field = np.empty(self.n_nodes)
        for nodes, values in pieces:
            field[nodes] = values
        return field

    def scatter(self, field: Array | None) -> Array:
        """This rank's part of a field over the input's nodes, given on rank 0."""
        if self.comm.size > 1:
            field = self.comm.bcast(field)
        assert field is not None
        return np.ascontiguousarray(field[self.input_nodes])

    def unknown_of_node(self) -> NDArray[np.int64]:
        """(n_nodes,) global number of the unknown on each node of the input."""
        own = self.input_nodes, self.global_range[0] + np.arange(self.owned)
        pieces = [own] if self.comm.size == 1 else self.comm.allgather(own)
        unknown = np.empty(self.n_nodes, dtype=np.int64)
        for nodes, numbers in pieces:
            unknown[nodes] = numbers
        return unknown

    def assemble_operators(self, *, layers_under: str | None = None) -> tuple[PETSc.Mat, PETSc.Mat]:
        """Mass matrix [m3] and unit stiffness matrix [m] (PETSc AIJ) of one pattern.

        Args:
            layers_under: A boundary under which layers are taken for the prisms that they were
                before they were cut into tetrahedra; see `operators`.
        """
        layers = find_layers(self, self._arrays, layers_under) if layers_under else None
        if layers is None:
            return assemble_tetrahedra(self)
        return assemble_layers(self, layers)

    def assemble_stiffness(self) -> PETSc.Mat:
        """The unit stiffness matrix alone; see `assemble_operators`."""
        return assemble_stiffness(self)


def alone() -> MPI.Comm:
    """The communicator of this process by itself."""
    from mpi4py import MPI

    return MPI.COMM_SELF


def _facets_in_cells(arrays: ElectrodeMesh) -> NDArray[np.int64]:
    """(facets, 3) cell, facet's number in it, and tag; of two cells that share one, the first.

    Raises:
        MeshError: A tagged facet belongs to no cell.
    """
    on_facets = np.zeros(len(arrays.points), dtype=bool)
    on_facets[arrays.facets[:, :3]] = True
    number = np.cumsum(on_facets, dtype=np.uint64)
    near = np.flatnonzero(on_facets[arrays.cells[:, :4]].sum(axis=1) >= 3)
    # facet k lies opposite corner k
    corners = arrays.cells[near][:, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]].reshape(-1, 3)
    outer = np.flatnonzero(on_facets[corners].all(axis=1))
    sides, wanted = (_keys(number[c]) for c in (corners[outer], arrays.facets[:, :3]))
    order = np.argsort(sides, kind="stable")
    place = np.searchsorted(sides, wanted, sorter=order)
    if (place == len(order)).any() or (sides[order[place]] != wanted).any():
        raise MeshError("a tagged facet is not a side of any cell")
    found = outer[order[place]]
    return np.column_stack([near[found // 4], found % 4, arrays.facet_tags]).astype(np.int64)


def _keys(corners: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(n,) one number for each unordered triple of positive numbers, up to two million."""
    a, b, c = np.sort(corners, axis=1).T
    return (a << np.uint64(42)) | (b << np.uint64(21)) | c
