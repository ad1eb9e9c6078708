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

MOST_ITERATIONS = 2000
USUAL_DIGITS = 4.0

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
            ArithmeticError: PETSc gave up, with a new preconditioner too; says its reason.
        """
        self._ksp.setTolerances(rtol=tolerance, atol=0.0, divtol=1e10, max_it=MOST_ITERATIONS)
        reason = self._run(right, into)
        if reason < 0 and self._fresh_iterations is not None:
            self.forget()
            self._ksp.getPC().setReusePreconditioner(False)
            self._ksp.getOperators()[0].stateIncrease()
            reason = self._run(right, into)
        if reason < 0:
            self.forget()
            raise ArithmeticError(f"the linear solver stopped ({_name(reason)})")
        self._judge(tolerance)

    def _run(self, right: PETSc.Vec, into: PETSc.Vec) -> int:
        self._ksp.solve(right, into)
        self.iterations += self._ksp.getIterationNumber()
        return self._ksp.getConvergedReason()

    def _judge(self, tolerance: float) -> None:
        """Remember how the preconditioner served; go over to multigrid if it never will."""
        # loose solves need few iterations whatever the preconditioner: compare like with like
        digits = -math.log10(tolerance)
        effort = round(self._ksp.getIterationNumber() * USUAL_DIGITS / max(USUAL_DIGITS, digits))
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
        """Incomplete factors, of each rank's own block; a bad pivot is shifted, not fatal."""
        self._direct = False
        kind = "icc" if self._symmetric else "ilu"
        shift = "positive_definite" if self._symmetric else "nonzero"
        if self._parallel:
            inner = {"sub_pc_type": kind, "sub_pc_factor_shift_type": shift}
            self._set({"pc_type": "bjacobi", **inner})
        else:
            self._set({"pc_type": kind, "pc_factor_shift_type": shift})

    def use_multigrid(self) -> None:
        """Go over to smoothed-aggregation multigrid, for good."""
        self.multigrid = True
        self._fresh_iterations = None
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

    def _set(self, options: dict[str, str | int]) -> None:
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
