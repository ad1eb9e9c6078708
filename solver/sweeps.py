"""Symmetric Gauss-Seidel over several ranks, in Eisenstat's form, for conjugate gradients.

With A = L + D + U, its strict triangles and its diagonal, and M = (L + D) D^-1 (D + U), the
preconditioned system is

    (L + D)^-1 A (D + U)^-1 y = (L + D)^-1 b,     x = (D + U)^-1 y,

and since A = (L + D) + (D + U) - D, applying it takes the two triangular sweeps and no product
with A (Eisenstat, doi:10.1137/0902001). PETSc has this for one rank alone, and for several only
Gauss-Seidel inside each: cutting the sweeps there costs half as many iterations again.

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
        operator: (L + D)^-1 A (D + U)^-1, for the values last set.
    """

    def __init__(self, matrix: PETSc.Mat) -> None:
        at_cut = _at_cut(matrix)
        inner, cut = np.flatnonzero(~at_cut), np.flatnonzero(at_cut)
        self._order = np.concatenate([inner, cut])
        self._n_inner = len(inner)
        self._cuts = _Cuts(matrix, cut)
        self._where = [PETSc.IS().createGeneral(k.astype(np.int32)) for k in (inner, cut)]
        self._blocks: tuple[PETSc.Mat, PETSc.Mat] | None = None
        self._diagonal = matrix.createVecRight()
        self.operator = PETSc.Mat().createPython(matrix.getSizes(), self, comm=matrix.comm)
        self.operator.setUp()

    def set_values(self, matrix: PETSc.Mat) -> None:
        """Take a matrix's values."""
        own, (inner, cut) = matrix.getDiagonalBlock(), self._where
        old = self._blocks or (None, None)
        self._blocks = (
            own.createSubMatrix(inner, inner, old[0]),
            own.createSubMatrix(cut, inner, old[1]),
        )
        if old[0] is None:
            self._blocks[0].setOption(*_POINT_BY_POINT)
            self._right, self._solution = self._blocks[0].createVecs()
            self._coupled = self._blocks[1].createVecLeft()
        self._cuts.set_values(matrix)
        self._diagonal.array_w[:] = matrix.getDiagonal().array_r[self._order]

    def transform(self, b: Array) -> Array:
        """(L + D)^-1 b, of (owned,) in the matrix's order."""
        return self._forward(b[self._order])

    def recover(self, y: Array) -> Array:
        """X = (D + U)^-1 y, (owned,) in the matrix's order."""
        x = np.empty_like(y)
        x[self._order] = self._backward(y)
        return x

    def mult(self, operator: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Y = (L + D)^-1 A (D + U)^-1 x; PETSc calls it."""
        given = x.array_r
        swept = self._backward(given)
        rest = given - self._diagonal.array_r * swept
        np.add(swept, self._forward(rest), out=y.array_w)

    def apply(self, preconditioner: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Y = D x, the preconditioner of `operator`; PETSc calls it."""
        y.pointwiseMult(self._diagonal, x)

    def _forward(self, b: Array) -> Array:
        assert self._blocks is not None
        (inner, coupling), n, result = self._blocks, self._n_inner, np.empty_like(b)
        self._right.array_w[:] = b[:n]
        inner.SOR(self._right, self._solution, sortype=_FORWARD)
        result[:n] = self._solution.array_r
        coupling.mult(self._solution, self._coupled)
        result[n:] = self._cuts.sweep(b[n:] - self._coupled.array_r, _FORWARD)
        return result

    def _backward(self, b: Array) -> Array:
        assert self._blocks is not None
        (inner, coupling), n, result = self._blocks, self._n_inner, np.empty_like(b)
        result[n:] = self._coupled.array_w[:] = self._cuts.sweep(b[n:], _BACKWARD)
        coupling.multTranspose(self._coupled, self._right)
        self._right.array_w[:] = b[:n] - self._right.array_r
        inner.SOR(self._right, self._solution, sortype=_BACKWARD)
        result[:n] = self._solution.array_r
        return result


class _Cuts:
    """The equations of all ranks' unknowns at the cuts among each other, held by every rank."""

    def __init__(self, matrix: PETSc.Mat, own: NDArray[np.int64]) -> None:
        self._comm: MPI.Comm = matrix.comm.tompi4py()
        numbers = self._comm.allgather(own + matrix.getOwnershipRange()[0])
        self._counts = [len(part) for part in numbers]
        first = sum(self._counts[: self._comm.rank])
        self._mine = slice(first, first + len(own))
        self._where = PETSc.IS().createGeneral(
            np.concatenate(numbers).astype(np.int32), comm=PETSc.COMM_SELF
        )
        self._matrix = matrix.createSubMatrices(self._where)
        self._matrix[0].setOption(*_POINT_BY_POINT)
        self._right, self._solution = self._matrix[0].createVecs()

    def set_values(self, matrix: PETSc.Mat) -> None:
        """Take a matrix's values."""
        self._matrix = matrix.createSubMatrices(self._where, submats=self._matrix)

    def sweep(self, right: Array, direction: int) -> Array:
        """This rank's part of the solution with a triangle of the matrix."""
        self._comm.Allgatherv(right, (self._right.array_w, self._counts))
        self._matrix[0].SOR(self._right, self._solution, sortype=direction)
        return self._solution.array_r[self._mine]


def _at_cut(matrix: PETSc.Mat) -> NDArray[np.bool_]:
    """Which of this rank's rows couple to another rank."""
    first, last = matrix.getOwnershipRange()
    pointers, columns, _ = matrix.getValuesCSR()
    outside = np.concatenate([[0], np.cumsum((columns < first) | (columns >= last))])
    return np.diff(outside[pointers]) > 0
