"""Mass and stiffness matrices of a domain, assembled once: tetrahedra, and prisms where layers are.

M_ij = int phi_i phi_j dx [m3], K_ij = int grad phi_i . grad phi_j dx [m].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc
from ..geometry.measure import tet_volumes
from ..geometry.prisms import find_prisms
from .prisms import PrismMatrices, in_columns, prism_matrices, prism_nodes

import ufl  # isort: skip  (after the gate, which orders the imports)
from dolfinx import fem  # isort: skip

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh
    from .domain import Domain

Array = NDArray[np.float64]
Ints = NDArray[np.integer]


ROW_BY_ROW = (PETSc.Mat.Option.USE_INODES, False)
"""Rows of one pattern, as a column's nodes have, are not to be taken as blocks, said before they
are first assembled: PETSc's Eisenstat form reads beyond its arrays then."""


class Layers(NamedTuple):
    """This rank's share of the prisms in a mesh.

    Attributes:
        nodes: (n, 6 or 18) nodes of the input.
        points: (n, 6 or 18, 3) where they are [m].
        volumes: (n,) of the tetrahedra of each [m3].
        cells: Cells of the input that are in a prism of any rank.
    """

    nodes: Ints
    points: Array
    volumes: Array
    cells: Ints


def find_layers(domain: Domain, arrays: ElectrodeMesh | None, boundary: str) -> Layers | None:
    """The prisms under a boundary, dealt out to the ranks; None where there are none.

    Args:
        domain: The distributed mesh.
        arrays: The mesh it was made of, on rank 0.
        boundary: Its name.
    """
    shares: list[Layers] | None = None
    if arrays is not None and domain.comm.rank == 0 and boundary in arrays.names:
        surface = arrays.boundary(boundary)
        prisms = find_prisms(arrays.points, arrays.cells, surface.nodes[surface.facets])
        if len(prisms.cells):
            nodes = prism_nodes(prisms, arrays.cells)
            volumes = tet_volumes(arrays.points, arrays.cells)[prisms.cells].sum(axis=1)
            parts = np.array_split(np.arange(len(nodes)), domain.comm.size)
            cells = np.sort(prisms.cells.ravel())
            shares = [Layers(nodes[p], arrays.points[nodes[p]], volumes[p], cells) for p in parts]
    if domain.comm.size == 1:
        return None if shares is None else shares[0]
    return domain.comm.scatter([None] * domain.comm.size if shares is None else shares)


def assemble_tetrahedra(domain: Domain) -> tuple[PETSc.Mat, PETSc.Mat]:
    """Mass and stiffness of all cells, of one pattern."""
    mass = _assembled(domain, 0, None)
    stiffness = mass.duplicate()  # one pattern serves both
    _assemble(stiffness, domain, 1, None)
    return mass, stiffness


def assemble_layers(domain: Domain, layers: Layers) -> tuple[PETSc.Mat, PETSc.Mat]:
    """Mass and stiffness with prisms for the cells of `layers`.

    Order 1 needs them for the mass alone, and there only along the layers' columns: of a field
    that depends on the depth, flat cells have the right stiffness however they are cut, and the
    matrices keep their pattern.
    """
    rest = np.flatnonzero(~np.isin(domain.input_cells, layers.cells)).astype(np.int32)
    made = prism_matrices(layers.points, layers.volumes)
    nodes = domain.unknown_of_node()[layers.nodes].astype(np.int32)
    if domain.order == 1:
        stiffness = _assembled(domain, 1, None)
        mass = stiffness.duplicate()
        _assemble(mass, domain, 0, rest)
        columns = nodes[:, [0, 3, 1, 4, 2, 5]].reshape(-1, 2)
        added = _pattern(domain, columns)
        added.setValuesCOO(in_columns(made.mass).ravel(), addv=PETSc.InsertMode.INSERT_VALUES)
        mass.axpy(1.0, added, PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN)
        return mass, stiffness
    return _on_prisms(domain, rest, nodes, made)


def _on_prisms(
    domain: Domain, rest: NDArray[np.int32], nodes: NDArray[np.int32], made: PrismMatrices
) -> tuple[PETSc.Mat, PETSc.Mat]:
    added = _pattern(domain, nodes)
    sums = []
    for which, entries in enumerate((made.mass, made.stiffness)):
        matrix = _assembled(domain, which, rest)
        added.setValuesCOO(entries.ravel(), addv=PETSc.InsertMode.INSERT_VALUES)
        matrix.axpy(1.0, added, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        sums.append(_row_by_row(matrix))
    return sums[0], sums[1]


def _row_by_row(matrix: PETSc.Mat) -> PETSc.Mat:
    """The same matrix, as `ROW_BY_ROW` says: the sum of two patterns has forgotten it."""
    result = PETSc.Mat().create(matrix.comm)
    result.setSizes(matrix.getSizes())
    result.setType(PETSc.Mat.Type.AIJ)
    result.setOption(*ROW_BY_ROW)
    result.setPreallocationCSR(matrix.getValuesCSR())
    result.assemble()
    return result


def assemble_stiffness(domain: Domain) -> PETSc.Mat:
    """The unit stiffness matrix of all cells alone."""
    return _assembled(domain, 1, None)


def _assembled(domain: Domain, which: int, cells: NDArray[np.int32] | None) -> PETSc.Mat:
    from dolfinx.fem.petsc import create_matrix

    matrix = create_matrix(fem.form(_form(domain, which, cells)))
    matrix.setOption(*ROW_BY_ROW)
    _assemble(matrix, domain, which, cells)
    return matrix


def _assemble(into: PETSc.Mat, domain: Domain, which: int, cells: NDArray[np.int32] | None) -> None:
    from dolfinx.fem.petsc import assemble_matrix

    assemble_matrix(into, fem.form(_form(domain, which, cells)))
    into.assemble()


def _form(domain: Domain, which: int, cells: NDArray[np.int32] | None) -> ufl.Form:
    """Mass (0) or stiffness (1) over some of this rank's cells, or over all."""
    if cells is None:
        cells = np.arange(len(domain.input_cells), dtype=np.int32)
    u, v = ufl.TrialFunction(domain.space), ufl.TestFunction(domain.space)
    # the cells are always listed, so that one compiled form serves any choice of them
    dx = ufl.Measure("dx", domain=domain.mesh, subdomain_data=[(1, cells)])
    # a curved cell's volume element is a polynomial of degree 3 (order - 1)
    curvature = 3 * (domain.order - 1)
    if which == 0:
        return u * v * dx(1, metadata={"quadrature_degree": 2 * domain.order + curvature})
    gradients = 2 * (domain.order - 1) + curvature
    return ufl.inner(ufl.grad(u), ufl.grad(v)) * dx(1, metadata={"quadrature_degree": gradients})


def _pattern(domain: Domain, nodes: NDArray[np.int32]) -> PETSc.Mat:
    """A matrix for sums of element matrices (n, k, k) at global unknowns (n, k), of any rank."""
    size = (domain.owned, domain.space.dofmap.index_map.size_global)
    matrix = PETSc.Mat().create(domain.comm)
    matrix.setSizes((size, size))
    matrix.setType(PETSc.Mat.Type.AIJ)
    width = nodes.shape[1]
    rows = np.repeat(nodes, width, axis=1).ravel()
    matrix.setPreallocationCOO(rows, np.tile(nodes, (1, width)).ravel())
    return matrix
