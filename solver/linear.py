"""The linear solver: conjugate gradients, with a preconditioner chosen by how it serves.

The one place where PETSc's solver options are chosen. With a short time step, shift M + K is
close to a mass matrix: symmetric Gauss-Seidel (in Eisenstat's form, at the cost of the product
alone; `sweeps` for several ranks) needs no set-up and never goes stale while the surface's part
changes. With a long step its iterations grow, and a preconditioner that is set up once and kept
while it serves takes over for good: exact factors of each rank's part where they are cheap
(separate poles have next to no fill), algebraic multigrid beyond.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc
from .model import totals
from .sweeps import RELAXATION, Sweeps

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]

DIRECT_BELOW = 300
"""Unknowns below which a factorisation costs less than the iterations."""

PATIENCE = 40
"""Relaxed iterations for `USUAL_DIGITS` digits beyond which a kept preconditioner pays."""

IN_A_ROW = 4
"""Solves beyond `PATIENCE` that show it: one iterate of Newton's that went astray does not."""

FACTORS_BELOW = 60_000
"""Unknowns of one rank below which that is exact factors."""

LOOSEST = 0.1
USUAL_DIGITS = 4.0
MOST_ITERATIONS = 400
"""Beyond them the matrix is at fault, and a shorter time step the cure."""

_counter = itertools.count()


class LinearSolver:
    """Solves A x = b for one matrix whose values change, to a tolerance given each time.

    Args:
        comm: The matrix's communicator.
        size: Global number of unknowns.
        symmetric: Conjugate gradients if True, else GMRES.

    Attributes:
        iterations: Iterations so far.
        keeps: Whether a kept preconditioner has taken over.
    """

    def __init__(self, comm: MPI.Comm, *, size: int, symmetric: bool) -> None:
        self.iterations = 0
        self.keeps = False
        self._symmetric = symmetric
        self._matrix: PETSc.Mat | None = None
        self._vectors: tuple[PETSc.Vec, PETSc.Vec] | None = None
        self._comm = comm
        self._prefix = f"nanotrode_{next(_counter)}_"
        self._ksp = PETSc.KSP().create(comm)
        self._ksp.setType("cg" if symmetric else "gmres")
        if symmetric:
            self._ksp.setNormType(PETSc.KSP.NormType.NATURAL)
        # what a kept preconditioner needed when it was new, and lately; None: make a new one
        self._first_effort: int | None = None
        self._last_effort = 0
        self._struggles = 0
        alone = self._ksp.comm.size == 1
        self._exact = "cholesky" if symmetric else "lu"
        self._share = size // self._ksp.comm.size
        # several ranks' own form of Eisenstat's; made with the first matrix
        self._sweeps: Sweeps | None = None
        self._sweeping = symmetric and not alone
        if size < DIRECT_BELOW and alone:
            self._set({"pc_type": self._exact})
        elif symmetric and alone:
            self._set({"pc_type": "eisenstat", "pc_eisenstat_omega": RELAXATION})
        elif not symmetric:
            self._set({"pc_type": "sor", "pc_sor_local_symmetric": 1})

    def set_matrix(self, matrix: PETSc.Mat, diagonal_only: bool = False) -> None:
        """Take new values; a kept preconditioner stays while it serves.

        Args:
            matrix: The matrix; always the same object.
            diagonal_only: Whether nothing else has changed since the last call.
        """
        if self._symmetric:
            matrix.setOption(PETSc.Mat.Option.SYMMETRIC, True)
            matrix.setOption(PETSc.Mat.Option.SPD, True)
        if self._first_effort is not None and self._last_effort > 2 * self._first_effort + 4:
            self._first_effort = None
        keep = self.keeps and self._first_effort is not None
        self._matrix = matrix
        if self._vectors is None:
            self._vectors = matrix.createVecs()
        if self._sweeping:
            self._set_sweeps(matrix, diagonal_only)
            return
        self._ksp.setOperators(matrix)
        self._ksp.getPC().setReusePreconditioner(keep)

    def _set_sweeps(self, matrix: PETSc.Mat, diagonal_only: bool) -> None:
        if self._sweeps is None:
            diagonal_only = False
            self._sweeps = Sweeps(matrix)
            self._ksp.getPC().setType(PETSc.PC.Type.PYTHON)
            self._ksp.getPC().setPythonContext(self._sweeps)
            self._ksp.setOperators(self._sweeps.operator)
        self._sweeps.set_values(matrix, diagonal_only=diagonal_only)

    def forget(self) -> None:
        """Renew the preconditioner at the next matrix, whatever came before."""
        self._first_effort = None

    def solve(self, right: Array, *, tolerance: float) -> Array:
        """The solution (owned,) to a relative tolerance, from zero; `right` is left as it came.

        Raises:
            ArithmeticError: PETSc gave up, with a new preconditioner too; says its reason.
        """
        solution = np.empty_like(right)
        self._ksp.setTolerances(rtol=tolerance, atol=0.0, divtol=1e10, max_it=MOST_ITERATIONS)
        reason = self._run(right, solution)
        if reason < 0 and self.keeps and self._first_effort is not None:
            self.forget()
            self._ksp.getPC().setReusePreconditioner(False)
            self._ksp.getOperators()[0].stateIncrease()
            reason = self._run(right, solution)
        if reason < 0:
            self.forget()
            raise ArithmeticError(f"the linear solver stopped ({_name(reason)})")
        self._judge(tolerance)
        return solution

    def improve(self, guess: Array, right: Array, *, tolerance: float) -> Array:
        """The solution from a guess, to a tolerance relative to the right-hand side.

        Raises:
            ArithmeticError: See `solve`.
        """
        assert self._vectors is not None
        assert self._matrix is not None
        (product, x), weights = self._vectors, 1.0 / self._matrix.getDiagonal().array_r
        x.array_w[:] = guess
        self._matrix.mult(x, product)
        left = right - product.array_r
        before, after = totals(self._comm, right @ (weights * right), left @ (weights * left))
        reduction = math.sqrt(after / before) if before > 0.0 else 0.0
        if reduction <= tolerance:
            return guess
        if reduction >= 1.0:
            return self.solve(right, tolerance=tolerance)
        return guess + self.solve(left, tolerance=min(tolerance / reduction, LOOSEST))

    def start_keeping(self) -> None:
        """Go over to a preconditioner that is kept, for good."""
        self.keeps, self._sweeping, self._sweeps = True, False, None
        self.forget()
        if self._share < FACTORS_BELOW:
            ordering = {"sub_pc_factor_mat_ordering_type": "nd"}
            self._set({"pc_type": "bjacobi", "sub_pc_type": self._exact, **ordering})
            return
        self._set(
            {
                "pc_type": "gamg",
                "pc_gamg_agg_nsmooths": 1,
                # Gauss-Seidel needs no bounds of the spectrum, which the surface keeps moving
                "mg_levels_ksp_type": "richardson",
                "mg_levels_ksp_max_it": 1,
                "mg_levels_pc_type": "sor",
                "mg_levels_pc_sor_symmetric": 1,
            }
        )

    def _run(self, right: Array, into: Array) -> int:
        """One solve, on the arrays themselves."""
        assert self._vectors is not None
        b, x = self._vectors
        b.placeArray(right if self._sweeps is None else self._sweeps.transform(right))
        x.placeArray(into)
        self._ksp.solve(b, x)
        b.resetArray()
        x.resetArray()
        if self._sweeps is not None:
            into[:] = self._sweeps.recover(into)
        self.iterations += self._ksp.getIterationNumber()
        return self._ksp.getConvergedReason()

    def _judge(self, tolerance: float) -> None:
        """Remember how the preconditioner served; go over to a kept one if it never will."""
        # loose solves need few iterations whatever the preconditioner: compare like with like
        digits = -math.log10(tolerance)
        effort = round(self._ksp.getIterationNumber() * USUAL_DIGITS / max(USUAL_DIGITS, digits))
        self._last_effort = effort
        if self._first_effort is None:
            self._first_effort = effort
        self._struggles = self._struggles + 1 if effort > PATIENCE else 0
        if self._struggles == IN_A_ROW and not self.keeps:
            self.start_keeping()

    def _set(self, options: dict[str, str | float]) -> None:
        """Hand options to PETSc under this solver's own prefix."""
        database = PETSc.Options()
        for key, value in options.items():
            database[self._prefix + key] = value
        self._ksp.setOptionsPrefix(self._prefix)
        self._ksp.setFromOptions()


def _name(reason: int) -> str:
    names = {
        value: key
        for key, value in vars(PETSc.KSP.ConvergedReason).items()
        if isinstance(value, int)
    }
    return names.get(reason, str(reason)).lower().replace("_", " ")
