"""A DOLFINx mesh from arrays: in parallel by DOLFINx's own way, alone in a tenth of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import _fenics  # noqa: F401  (orders MPI ahead of the compiled modules)

import ufl  # isort: skip  (after the gate, which orders the imports)
from dolfinx import fem, mesh as dmesh  # isort: skip
from dolfinx.cpp.common import IndexMap  # isort: skip
from dolfinx.cpp.graph import AdjacencyList_int32  # isort: skip
from dolfinx.cpp.mesh import CellType, Mesh_float64, Topology, create_geometry  # isort: skip

if TYPE_CHECKING:
    from mpi4py import MPI


def make_mesh(
    comm: MPI.Comm, cells: NDArray[np.int64], points: NDArray[np.float64], element: Any
) -> dmesh.Mesh:
    """Tetrahedra spread over the ranks.

    Args:
        comm: The ranks.
        cells: (m, 4 or 10) nodes in DOLFINx's order; on the first rank, empty elsewhere.
        points: (n, 3) [m], likewise, each in some cell; near in memory what is near in space.
        element: The basix.ufl element of the geometry.
    """
    if comm.size > 1:
        return dmesh.create_mesh(comm, cells, element, points)
    # `create_mesh` looks for a good order of the cells, with all their neighbours; on one rank
    # the given order stays, and so there is nothing to look for.
    corner = np.zeros(len(points), dtype=bool)
    corner[cells[:, :4]] = True
    vertices = np.cumsum(corner, dtype=np.int32)[cells[:, :4]] - np.int32(1)
    topology = Topology(
        CellType.tetrahedron,
        IndexMap(comm, int(corner.sum())),
        IndexMap(comm, len(cells)),
        AdjacencyList_int32(np.ascontiguousarray(vertices)),
        np.arange(len(cells), dtype=np.int64),
    )
    layout = fem.coordinate_element(element.basix_element)._cpp_object
    if cells.shape[1] > 4:
        topology.create_entities(1)
    nodes, flat = np.arange(len(points)), np.ascontiguousarray(cells).ravel()
    geometry = create_geometry(topology, [layout], nodes, flat, points.ravel(), 3)
    return dmesh.Mesh(Mesh_float64(comm, topology, geometry), ufl.Mesh(element))
