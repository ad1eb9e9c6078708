"""The linear solver of plating: conjugate gradients, preconditioned by exact factors or multigrid.

Exact factors of small systems are kept while they serve, since from step to step only the
surface's slopes change. Large ones are split by field: one multigrid cycle for the ions, one for
the electrons, one more for the ions, which is symmetric. What couples the fields is the reaction's
slope alone, so their iterations do not grow with the mesh.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..._fenics import PETSc
from ..model import StageFailure
from .potentials import Potentials

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]

FACTORS_BELOW = 60_000
"""Unknowns below which exact factors are made."""
STALE = 15
"""Iterations beyond which kept factors are made anew."""
MOST_ITERATIONS = 500
RELATIVE = 1e-7

_counter = itertools.count()


class Solver:
    """Solves A x = b for one matrix whose values change.

    Attributes:
        solves, iterations: So far.
        most: Iterations of the longest solve.
    """

    def __init__(self, potentials: Potentials, comm: MPI.Comm) -> None:
        self.solves = self.iterations = self.most = 0
        self._potentials, self._comm = potentials, comm
        self._direct = potentials.total < FACTORS_BELOW
        self._ksp = PETSc.KSP().create(comm)
        self._ksp.setType(PETSc.KSP.Type.CG)
        self._ksp.setNormType(PETSc.KSP.NormType.NATURAL)
        self._prefix = f"nanotrode_plating_{next(_counter)}_"
        self._ksp.setOptionsPrefix(self._prefix)
        self._ksp.setTolerances(rtol=RELATIVE, atol=0.0, divtol=1e30, max_it=MOST_ITERATIONS)
        self._matrix: PETSc.Mat | None = None
        self._kept = False
        self._serves = False

    def set_matrix(self, matrix: PETSc.Mat) -> None:
        """Take new values."""
        if self._matrix is None:
            self._matrix = matrix
            self._vectors = matrix.createVecs()
            self._configure()
        self._ksp.setOperators(matrix)
        self._keep(self._serves)

    def solve(self, right: Array, *, guess: Array | None = None) -> Array:
        """The solution (size,).

        Raises:
            StageFailure: No convergence.
        """
        solution, b = self._vectors
        b.array_w[:] = right
        self._ksp.setInitialGuessNonzero(guess is not None)
        if guess is not None:
            solution.array_w[:] = guess
        self._ksp.solve(b, solution)
        if self._ksp.getConvergedReason() < 0 and self._kept:
            self._count()
            self._keep(False)
            self._ksp.solve(b, solution)
        if self._ksp.getConvergedReason() < 0:
            raise StageFailure(
                f"the linear solver stopped after {self._ksp.getIterationNumber()} iterations "
                f"(PETSc: {self._ksp.getConvergedReason()})"
            )
        self._count()
        self._serves = self._direct
        return np.array(solution.array_r)

    def _count(self) -> None:
        taken = self._ksp.getIterationNumber()
        self.solves += 1
        self.iterations += taken
        self.most = max(self.most, taken)

    def _keep(self, kept: bool) -> None:
        self._kept = kept
        self._ksp.getPC().setReusePreconditioner(kept)
        self._ksp.setTolerances(max_it=STALE if kept else MOST_ITERATIONS)

    def _configure(self) -> None:
        options = PETSc.Options()
        chosen = _factors() if self._direct else _multigrid()
        for key, value in chosen.items():
            options[self._prefix + key] = value
        if not self._direct:
            part = self._potentials
            n = part.n_ions
            ions = PETSc.IS().createStride(n, part.first, 1, comm=self._comm)
            electrons = PETSc.IS().createStride(part.size - n, part.first + n, 1, comm=self._comm)
            self._ksp.getPC().setType(PETSc.PC.Type.FIELDSPLIT)
            self._ksp.getPC().setFieldSplitIS(("ions", ions), ("electrons", electrons))
        self._ksp.setFromOptions()
        for key in chosen:
            options.delValue(self._prefix + key)


def _factors() -> dict[str, str]:
    return {"pc_type": "cholesky", "pc_factor_mat_solver_type": "mumps"}


def _multigrid() -> dict[str, str | float]:
    options: dict[str, str | float] = {"pc_fieldsplit_type": "symmetric_multiplicative"}
    for field in ("ions", "electrons"):
        options |= {
            f"fieldsplit_{field}_ksp_type": "preonly",
            f"fieldsplit_{field}_pc_type": "gamg",
            f"fieldsplit_{field}_pc_gamg_agg_nsmooths": 1,
            f"fieldsplit_{field}_mg_levels_ksp_type": "chebyshev",
            f"fieldsplit_{field}_mg_levels_pc_type": "jacobi",
            f"fieldsplit_{field}_mg_levels_ksp_max_it": 2,
        }
    return options
