"""Ohm's law for ions and electrons: the linear part of the system, L u + l V.

    div(kappa grad phi_l) = 0   in electrolyte and host,        phi_l given on the separator
    div(sigma grad phi_s) = 0   in the host,                    phi_s = V on the collector
    div_s(G grad_s phi_s) = i - (flux from the host)            along its surface

in weak form, for all v and w that vanish where a potential is given,

    int kappa grad phi_l . grad v dx - int i v dS = 0,
    int sigma grad phi_s . grad w dx + int G grad_s phi_s . grad_s w dS + int i w dS = 0.

Bulk matrices are DOLFINx's, on straight tetrahedra with one conductivity in each; the surface's
Laplacian is exact on flat triangles. What is given moves to the right, and the collector's V
becomes one column l.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..._fenics import PETSc
from ..domain import Domain
from .film import facet_laplacians
from .potentials import FIXED, Potentials
from .sites import Sites

import ufl  # isort: skip  (after the gate, which orders the imports)
from dolfinx import fem  # isort: skip

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Places(NamedTuple):
    """Entries of one matrix that find a place in the system.

    Attributes:
        rows, columns: Unknowns of the entries that stay.
        kept: Their positions among all entries.
        given: Positions of the entries whose column is given.
        given_rows: (given,) this rank's places of their rows.
        given_columns: (given,) nodes of their columns.
        corner: Positions of the entries between two given nodes.
    """

    rows: Ints
    columns: Ints
    kept: Ints
    given: Ints
    given_rows: Ints
    given_columns: Ints
    corner: Ints


class Bulk:
    """int k grad u . grad v dx for a conductivity k that differs from cell to cell.

    Attributes:
        matrix: Over the domain's nodes; always the same object.
        cells: (local cells,) place of each in a field of one value per cell.
        rows, columns: Of the entries of this rank's rows, global.
    """

    def __init__(self, domain: Domain) -> None:
        from dolfinx.fem.petsc import assemble_matrix

        self._assemble = assemble_matrix
        per_cell = fem.functionspace(domain.mesh, ("DG", 0))
        self._conductivity = fem.Function(per_cell)
        self.cells = per_cell.dofmap.list[:, 0]
        u, v = ufl.TrialFunction(domain.space), ufl.TestFunction(domain.space)
        dx = ufl.Measure("dx", domain=domain.mesh)
        self._form = fem.form(self._conductivity * ufl.inner(ufl.grad(u), ufl.grad(v)) * dx)
        self.matrix = self._assemble(self._form)
        self.matrix.assemble()
        starts, columns, _ = self.matrix.getValuesCSR()
        first = domain.global_range[0]
        self.rows = first + np.repeat(np.arange(len(starts) - 1), np.diff(starts)).astype(np.int64)
        self.columns = columns.astype(np.int64)

    def entries(self, conductivity: Array) -> Array:
        """Entries of this rank's rows [S], in the order of `rows` and `columns`.

        Args:
            conductivity: (local cells,) [S m-1].
        """
        return np.asarray(self.assembled(conductivity).getValuesCSR()[2], dtype=float)

    def assembled(self, conductivity: Array) -> PETSc.Mat:
        """The matrix of all nodes [S]; valid until the next call."""
        self._conductivity.x.array[self.cells] = conductivity
        self.matrix.zeroEntries()
        self._assemble(self.matrix, self._form)
        self.matrix.assemble()
        return self.matrix


class Conduction:
    """The linear part, with its matrix; conductivities may be changed at any time.

    Args:
        domain: The whole mesh, spread.
        potentials: Its unknowns.
        sites: Its reacting surfaces.
        separator: (nodes,) ion potential on the separator by the domain's global numbers [V]; 0
            everywhere if left out.

    Attributes:
        column: (size,) l, what 1 V of the collector adds to each equation [S].
        corner: What it adds to the current into the collector [S].
        given: (size,) what the separator's potential adds to each equation [A].
        drive: (size,) what gradients of the salt add [A].
    """

    def __init__(
        self,
        domain: Domain,
        potentials: Potentials,
        sites: Sites,
        *,
        separator: Array | None = None,
    ) -> None:
        self.comm: MPI.Comm = domain.comm
        self._potentials, self._separator = potentials, separator
        self.bulk = Bulk(domain)
        rows, columns = self.bulk.rows, self.bulk.columns
        self._ions = _placed(potentials, potentials.ions, rows, columns)
        self._electrons = _placed(potentials, potentials.electrons, rows, columns)
        facets = potentials.global_nodes[sites.nodes[sites.facets]]
        self._laplacians = facet_laplacians(sites.points)
        pairs = np.repeat(facets, 3, axis=1).ravel(), np.tile(facets, (1, 3)).ravel()
        self._surface = _placed(potentials, potentials.electrons, *pairs)
        blocks = (self._ions, self._electrons, self._surface)
        self.rows = np.concatenate([block.rows for block in blocks])
        self.columns = np.concatenate([block.columns for block in blocks])
        self.entries = np.zeros(len(self.rows))
        self.column = np.zeros(potentials.size)
        self.given = np.zeros(potentials.size)
        self.drive = np.zeros(potentials.size)
        self.corner = 0.0
        self.matrix = new_matrix(potentials, self.comm, self.rows, self.columns)
        self._in, self._out = self.matrix.createVecs()

    def set(self, *, kappa: Array, sigma: Array, sheet: Array) -> None:
        """Take conductivities.

        Args:
            kappa: (local cells,) of ions [S m-1].
            sigma: (local cells,) of electrons [S m-1].
            sheet: (facets,) sheet conductance of the reacting facets [S].
        """
        ionic, electronic = self.bulk.entries(kappa), self.bulk.entries(sigma)
        surface = (self._laplacians * sheet[:, None, None]).ravel()
        self.entries = np.concatenate(
            [ionic[self._ions.kept], electronic[self._electrons.kept], surface[self._surface.kept]]
        )
        self.matrix.setValuesCOO(self.entries, PETSc.InsertMode.INSERT_VALUES)
        size = self._potentials.size
        self.column, corner = np.zeros(size), 0.0
        for block, values in ((self._electrons, electronic), (self._surface, surface)):
            self.column += np.bincount(block.given_rows, values[block.given], minlength=size)
            corner += values[block.corner].sum()
        self.corner = self.comm.allreduce(corner)
        if self._separator is not None:
            block = self._ions
            known = ionic[block.given] * self._separator[block.given_columns]
            self.given = np.bincount(block.given_rows, known, minlength=size)

    def given_at(self, nodes: Ints) -> Array:
        """(n,) ion potential on the separator's nodes, by their global numbers [V]."""
        if self._separator is None:
            return np.zeros(len(nodes))
        return self._separator[nodes]

    def apply(self, u: Array, potential: float) -> Array:
        """(size,) L u + l V + what is given [A]."""
        self._in.array_w[:] = u
        self.matrix.mult(self._in, self._out)
        return self._out.array_r + potential * self.column + self.given + self.drive


def new_matrix(potentials: Potentials, comm: MPI.Comm, rows: Ints, columns: Ints) -> PETSc.Mat:
    """A matrix over the unknowns, to be filled with values for these places (COO)."""
    size = (potentials.size, potentials.total)
    matrix = PETSc.Mat().create(comm)
    matrix.setSizes((size, size))
    matrix.setType(PETSc.Mat.Type.AIJ)
    matrix.setPreallocationCOO(rows.astype(PETSc.IntType), columns.astype(PETSc.IntType))
    return matrix


def _placed(potentials: Potentials, numbers: Ints, rows: Ints, columns: Ints) -> Places:
    """Sort entries, given by the nodes (global numbers) of their rows and columns."""
    row, column = numbers[rows], numbers[columns]
    place = potentials.local(row)
    mine = place >= 0
    kept = np.flatnonzero(mine & (column >= 0))
    given = np.flatnonzero(mine & (column == FIXED))
    own = potentials.own_nodes
    on_rank = (rows >= own.start) & (rows < own.stop)
    corner = np.flatnonzero(on_rank & (row == FIXED) & (column == FIXED))
    return Places(
        rows=row[kept],
        columns=column[kept],
        kept=kept,
        given=given,
        given_rows=place[given],
        given_columns=columns[given],
        corner=corner,
    )
