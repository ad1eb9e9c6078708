"""The linear solver: conjugate gradients with a preconditioner kept while it serves.

The one place where PETSc's solver options are chosen. With a short step, shift M + K is
close to a mass matrix and an incomplete factorisation made once is the fastest; with a long
one its iterations grow, and algebraic multigrid takes over. The choice is made from what was
measured: iterations since the preconditioner was new.
"""

from __future__ import annotations

import itertools
import math

from .._fenics import PETSc

DIRECT_BELOW = 800
"""Unknowns below which a factorisation costs less than the iterations."""

PATIENCE = 60
"""Iterations of a fresh incomplete factorisation beyond which multigrid is tried."""

_counter = itertools.count()


class LinearSolver:
    """Solves A x = b for one matrix whose values change, to a tolerance given each time.

    Args:
        comm: The matrix's communicator.
        size: Global number of unknowns.
        symmetric: Conjugate gradients if True, else GMRES.
    """

    def __init__(self, comm: object, *, size: int, symmetric: bool) -> None:
        self._symmetric = symmetric
        self._prefix = f"nanotrode_{next(_counter)}_"
        self._ksp = PETSc.KSP().create(comm)
        self._ksp.setType("cg" if symmetric else "gmres")
        if symmetric:
            self._ksp.setNormType(PETSc.KSP.NormType.NATURAL)
        self._parallel = self._ksp.comm.size > 1
        self._fresh_iterations: int | None = None
        self._last_iterations = 0
        self.multigrid = False
        self.iterations = 0
        if size < DIRECT_BELOW and not self._parallel:
            self._use_direct()
        else:
            self._use_incomplete()

    def set_matrix(self, matrix: PETSc.Mat) -> None:
        """Take new values; the preconditioner stays if it still serves."""
        if self._symmetric:
            matrix.setOption(PETSc.Mat.Option.SYMMETRIC, True)
            matrix.setOption(PETSc.Mat.Option.SPD, True)
        worn = (
            self._fresh_iterations is None
            or self._direct
            or self._last_iterations > 2 * self._fresh_iterations + 4
        )
        self._ksp.setOperators(matrix)
        self._ksp.getPC().setReusePreconditioner(not worn)
        if worn:
            self._fresh_iterations = None

    def forget(self) -> None:
        """Renew the preconditioner at the next matrix, whatever came before."""
        self._fresh_iterations = None

    def vectors(self) -> tuple[PETSc.Vec, PETSc.Vec]:
        """A right-hand side and a solution for the matrix last set."""
        return self._ksp.getOperators()[0].createVecs()

    def solve(self, right: PETSc.Vec, into: PETSc.Vec, *, tolerance: float) -> None:
        """Solve to a relative tolerance, from zero.

        Raises:
            ArithmeticError: PETSc gave up; the message is its reason.
        """
        self._ksp.setTolerances(rtol=tolerance, atol=0.0, divtol=1e10, max_it=2000)
        self._ksp.solve(right, into)
        count = self._ksp.getIterationNumber()
        self.iterations += count
        reason = self._ksp.getConvergedReason()
        if reason < 0:
            self._fresh_iterations = None
            raise ArithmeticError(f"the linear solver stopped ({_name(reason)})")
        # loose solves need few iterations whatever the preconditioner: compare like with like
        effort = round(count * 4.0 / max(4.0, _digits(tolerance)))
        self._last_iterations = effort
        if self._fresh_iterations is None:
            self._fresh_iterations = effort
            if effort > PATIENCE and not self.multigrid and not self._direct:
                self.use_multigrid()

    def _use_direct(self) -> None:
        self._direct = True
        preconditioner = self._ksp.getPC()
        preconditioner.setType("cholesky" if self._symmetric else "lu")
        preconditioner.setFactorOrdering("nd")

    def _use_incomplete(self) -> None:
        self._direct = False
        self._set({"pc_type": "bjacobi" if self._parallel else self._incomplete})
        if self._parallel:
            self._set({"sub_pc_type": self._incomplete})

    @property
    def _incomplete(self) -> str:
        return "icc" if self._symmetric else "ilu"

    def use_multigrid(self) -> None:
        """Go over to smoothed-aggregation multigrid, for good."""
        self.multigrid = True
        self._fresh_iterations = None
        self._set(
            {
                "pc_type": "gamg",
                "pc_gamg_agg_nsmooths": 1,
                "mg_levels_ksp_type": "chebyshev",
                "mg_levels_pc_type": "jacobi",
            }
        )

    def _set(self, options: dict[str, str | int]) -> None:
        """Hand options to PETSc under this solver's own prefix."""
        database = PETSc.Options()
        for key, value in options.items():
            database[self._prefix + key] = value
        self._ksp.setOptionsPrefix(self._prefix)
        self._ksp.setFromOptions()


def _digits(tolerance: float) -> float:
    return -math.log10(tolerance)


def _name(reason: int) -> str:
    names = {
        value: key
        for key, value in vars(PETSc.KSP.ConvergedReason).items()
        if isinstance(value, int)
    }
    return names.get(reason, str(reason)).lower().replace("_", " ")
