"""Symmetric Gauss-Seidel over several ranks, in Eisenstat's form, for conjugate gradients.

With A = L + D + U, its strict triangles and its diagonal, E = D / w (w: the over-relaxation),
and M a multiple of (L + E) D^-1 (E + U), the preconditioned system is

    (L + E)^-1 A (E + U)^-1 y = (L + E)^-1 b,     x = (E + U)^-1 y,

and since A = (L + E) + (E + U) - (2/w - 1) D, applying it takes the two triangular sweeps and no
product with A (Eisenstat, doi:10.1137/0902001). PETSc has this for one rank alone, and for
several only Gauss-Seidel inside each: cutting the sweeps there costs half as many iterations again.

Here nothing is cut. The unknowns are taken in another order: first those that couple to no
other rank, which all ranks sweep at once, then those at the cuts. The latter are few: every rank
holds their equations and sweeps them all.
"""

from __future__ import annotations

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from .._fenics import PETSc

Array = NDArray[np.float64]

RELAXATION = 1.15
"""Over-relaxation w: a tenth fewer iterations than 1 on large meshes, as many on small ones."""

# rows of one pattern would otherwise be swept as blocks, with another diagonal than D
_POINT_BY_POINT = (PETSc.Mat.Option.USE_INODES, False)
_FROM_ZERO = PETSc.Mat.SORType.ZERO_INITIAL_GUESS
_FORWARD = PETSc.Mat.SORType.FORWARD_SWEEP | _FROM_ZERO
_BACKWARD = PETSc.Mat.SORType.BACKWARD_SWEEP | _FROM_ZERO


class Sweeps:
    """The transformed system of a symmetric matrix; also the context of its PETSc operator.

    Its vectors hold each rank's inner unknowns first, then those at its cuts.

    Args:
        matrix: Pattern and layout.

    Attributes:
        operator: (L + E)^-1 A (E + U)^-1, for the values last set.
    """

    def __init__(self, matrix: PETSc.Mat) -> None:
        at_cut = _at_cut(matrix)
        inner, cut = np.flatnonzero(~at_cut), np.flatnonzero(at_cut)
        self._order = np.concatenate([inner, cut])
        self._n_inner = len(inner)
        self._cuts = _Cuts(matrix, cut)
        own, rows = matrix.getDiagonalBlock(), _indices(cut)
        # the inner unknowns that couple to the cuts
        columns = own.createSubMatrix(rows, _indices(inner)).getValuesCSR()[1]
        self._beside = np.unique(columns)
        self._where = _indices(inner), rows, _indices(inner[self._beside])
        self._inner = own.createSubMatrix(self._where[0], self._where[0])
        self._coupling = own.createSubMatrix(self._where[1], self._where[2])
        self._inner.setOption(*_POINT_BY_POINT)
        self._right, self._solution = self._inner.createVecs()
        self._near, self._coupled = self._coupling.createVecs()
        self._diagonal = matrix.createVecRight()
        self._swept, self._rest = np.empty(len(at_cut)), np.empty(len(at_cut))
        self.operator = PETSc.Mat().createPython(matrix.getSizes(), self, comm=matrix.comm)
        self.operator.setUp()

    def set_values(self, matrix: PETSc.Mat, *, diagonal_only: bool = False) -> None:
        """Take a matrix's values: all, or those on the diagonal where the rest is as before."""
        self._diagonal.array_w[:] = matrix.getDiagonal().array_r[self._order]
        if diagonal_only:
            self._right.array_w[:] = self._diagonal.array_r[: self._n_inner]
            self._inner.setDiagonal(self._right)
            self._cuts.set_diagonal(self._diagonal.array_r[self._n_inner :])
            return
        own, (inner, cut, beside) = matrix.getDiagonalBlock(), self._where
        own.createSubMatrix(inner, inner, self._inner)
        own.createSubMatrix(cut, beside, self._coupling)
        self._cuts.set_values(matrix)

    def transform(self, b: Array) -> Array:
        """(L + E)^-1 b, of (owned,) in the matrix's order."""
        return self._forward(b[self._order], np.empty_like(b))

    def recover(self, y: Array) -> Array:
        """X = (E + U)^-1 y, (owned,) in the matrix's order."""
        x = np.empty_like(y)
        x[self._order] = self._backward(y, self._swept)
        return x

    def mult(self, operator: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Y = (L + E)^-1 A (E + U)^-1 x; PETSc calls it."""
        given, into = x.array_r, y.array_w
        swept = self._backward(given, self._swept)
        np.multiply(self._diagonal.array_r, swept, out=into)
        into *= 1.0 - 2.0 / RELAXATION
        np.add(given, into, out=self._rest)
        self._forward(self._rest, into)
        into += swept

    def apply(self, preconditioner: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Y = D x, the preconditioner of `operator`; PETSc calls it."""
        y.pointwiseMult(self._diagonal, x)

    def _forward(self, b: Array, into: Array) -> Array:
        n = self._n_inner
        self._sweep_inner(b[:n], into[:n], _FORWARD)
        self._near.array_w[:] = into[self._beside]
        self._coupling.mult(self._near, self._coupled)
        into[n:] = self._cuts.sweep(b[n:] - self._coupled.array_r, _FORWARD)
        return into

    def _backward(self, b: Array, into: Array) -> Array:
        n, right = self._n_inner, self._rest
        into[n:] = self._coupled.array_w[:] = self._cuts.sweep(b[n:], _BACKWARD)
        self._coupling.multTranspose(self._coupled, self._near)
        right[:] = b
        right[self._beside] -= self._near.array_r
        self._sweep_inner(right[:n], into[:n], _BACKWARD)
        return into

    def _sweep_inner(self, b: Array, into: Array, direction: int) -> None:
        """One triangle of the inner block, on the arrays themselves."""
        self._right.placeArray(b)
        self._solution.placeArray(into)
        self._inner.SOR(self._right, self._solution, omega=RELAXATION, sortype=direction)
        self._right.resetArray()
        self._solution.resetArray()


class _Cuts:
    """The equations of all ranks' unknowns at the cuts among each other, held by every rank."""

    def __init__(self, matrix: PETSc.Mat, own: NDArray[np.int64]) -> None:
        self._comm: MPI.Comm = matrix.comm.tompi4py()
        numbers = self._comm.allgather(own + matrix.getOwnershipRange()[0])
        self._counts = [len(part) for part in numbers]
        first = sum(self._counts[: self._comm.rank])
        self._mine = slice(first, first + len(own))
        self._where = _indices(np.concatenate(numbers))
        self._matrix = matrix.createSubMatrices(self._where)
        self._matrix[0].setOption(*_POINT_BY_POINT)
        self._right, self._solution = self._matrix[0].createVecs()

    def set_values(self, matrix: PETSc.Mat) -> None:
        """Take a matrix's values."""
        self._matrix = matrix.createSubMatrices(self._where, submats=self._matrix)

    def set_diagonal(self, own: Array) -> None:
        """Take a matrix's diagonal, of which this rank gives its part."""
        self._comm.Allgatherv(own, (self._right.array_w, self._counts))
        self._matrix[0].setDiagonal(self._right)

    def sweep(self, right: Array, direction: int) -> Array:
        """This rank's part of the solution with a triangle of the matrix."""
        self._comm.Allgatherv(right, (self._right.array_w, self._counts))
        self._matrix[0].SOR(self._right, self._solution, omega=RELAXATION, sortype=direction)
        return self._solution.array_r[self._mine]


def _indices(numbers: NDArray[np.integer]) -> PETSc.IS:
    return PETSc.IS().createGeneral(numbers.astype(np.int32), comm=PETSc.COMM_SELF)


def _at_cut(matrix: PETSc.Mat) -> NDArray[np.bool_]:
    """Which of this rank's rows couple to another rank."""
    first, last = matrix.getOwnershipRange()
    pointers, columns, _ = matrix.getValuesCSR()
    outside = np.concatenate([[0], np.cumsum((columns < first) | (columns >= last))])
    return np.diff(outside[pointers]) > 0
