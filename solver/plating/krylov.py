"""The linear solver of plating: conjugate gradients, preconditioned by multigrid or exact factors.

The matrix is the Laplacian of one network of conductors: ions' and electrons' nodes, joined at the
surface by the reaction's slopes. So one algebraic multigrid takes the whole of it. Its conductors
differ by decades (a coat on a host a million times worse, lithium on a bare wall), and it must not
lump together what a strong conductor does not join: weak links are left out of its aggregates. The
reaction, weak beside conduction over one element, grows with the aggregates and is met on the
coarse grids, where it couples the fields.

From step to step only the surface changes much, so a preconditioner is kept, with the values that
it was made from, until the iterations that it cost beyond those of a new one have cost as much as
making a new one.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..._fenics import PETSc
from ..model import StageFailure, total
from .potentials import Potentials

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]

FACTORS_BELOW = 3_000
"""Unknowns below which exact factors are made."""
PRICE = 50
"""What a new preconditioner costs, in iterations (measured: 40 to 60 for multigrid)."""
MOST_ITERATIONS = 500
MUCH = 4.0
"""Factor by which a diagonal entry has changed when the preconditioner misses it."""
PATIENCE = 2.0
"""Iterations, over those of a new preconditioner, after which a kept one is given up."""
UNIT = 1e-20
"""Unit of the preconditioner's conductances [S]: PETSc takes pivots below 2e-14, whatever the
matrix, for zeros, and a micrometre of LLTO has 1e-12 S."""
THRESHOLD = 0.02
"""Share of the diagonals' geometric mean below which a link is left out of the aggregates."""
TOLERANCE = 1e-5
"""Of a solve, in the preconditioned natural norm, unless told otherwise."""

_counter = itertools.count()


class Solver:
    """Solves A x = b for one matrix whose values change.

    Attributes:
        solves, iterations: So far.
        most: Iterations of the longest solve.
        made: Preconditioners so far.
    """

    def __init__(self, potentials: Potentials, comm: MPI.Comm) -> None:
        self.solves = self.iterations = self.most = self.made = 0
        self._options = _factors() if potentials.total < FACTORS_BELOW else _multigrid()
        self._comm = comm
        self._ksp = PETSc.KSP().create(comm)
        self._ksp.setType(PETSc.KSP.Type.CG)
        self._ksp.setNormType(PETSc.KSP.NormType.NATURAL)
        self._matrix: PETSc.Mat | None = None
        # iterations per digit with a preconditioner when it was new, and those spent beyond
        self._pace: float | None = None
        self._wasted = 0.0
        self._fresh = False

    def set_matrix(self, matrix: PETSc.Mat) -> None:
        """Take new values.

        Args:
            matrix: Symmetric, positive definite; always the same object.
        """
        if self._matrix is None:
            self._matrix, self._made_from = matrix, matrix.duplicate()
            self._vectors = matrix.createVecs()
            self._configure()
        if self._pace is None or self._wasted > PRICE or self._moved() > PRICE:
            self._renew()
        else:
            self._fresh = False

    def forget(self) -> None:
        """Make a new preconditioner of the next matrix."""
        self._pace = None

    def solve(
        self, right: Array, *, guess: Array | None = None, tolerance: float = TOLERANCE
    ) -> Array:
        """The solution (size,), to a tolerance relative to the right-hand side.

        Raises:
            StageFailure: No convergence.
        """
        reason = self._run(right, guess, tolerance)
        if reason < 0 and not self._fresh:
            self._renew()
            reason = self._run(right, guess, tolerance)
        if reason < 0:
            self._pace = None
            raise StageFailure(
                f"the linear solver stopped after {self._ksp.getIterationNumber()} iterations "
                f"(PETSc: {reason})"
            )
        return np.array(self._vectors[0].array_r)

    def _run(self, right: Array, guess: Array | None, tolerance: float) -> int:
        """One attempt; PETSc's reason to stop."""
        solution, b = self._vectors
        b.array_w[:] = right
        if guess is not None:
            solution.array_w[:] = guess
        self._ksp.setInitialGuessNonzero(guess is not None)
        limit = MOST_ITERATIONS
        if not self._fresh and self._pace is not None:
            limit = math.ceil(PATIENCE * self._pace * -math.log10(tolerance)) + 2
        self._ksp.setTolerances(rtol=tolerance, atol=0.0, divtol=1e30, max_it=limit)
        self._ksp.solve(b, solution)
        self._count(tolerance, from_zero=guess is None)
        return self._ksp.getConvergedReason()

    def _count(self, tolerance: float, *, from_zero: bool) -> None:
        taken = self._ksp.getIterationNumber()
        self.solves += 1
        self.iterations += taken
        self.most = max(self.most, taken)
        if not from_zero:
            return
        digits = -math.log10(tolerance)
        if self._pace is None:
            self._pace = taken / digits
        self._wasted += max(0.0, taken - self._pace * digits)

    def _moved(self) -> float:
        """Unknowns whose conductors have changed much; each may cost an iteration."""
        assert self._matrix is not None
        ratio = self._matrix.getDiagonal().array_r / self._diagonal
        return total(self._comm, ((ratio > MUCH) | (ratio < 1.0 / MUCH)).sum())

    def _renew(self) -> None:
        """Make the preconditioner from the present values."""
        assert self._matrix is not None
        self._matrix.copy(self._made_from, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        self._diagonal = np.array(self._made_from.getDiagonal().array_r)
        self._made_from.scale(1.0 / UNIT)
        pc = self._ksp.getPC()
        pc.reset()
        pc.setReusePreconditioner(False)
        self._ksp.setOperators(self._matrix, self._made_from)
        self._ksp.setUp()
        pc.setReusePreconditioner(True)
        self._pace, self._wasted, self._fresh = None, 0.0, True
        self.made += 1

    def _configure(self) -> None:
        """Hand the options to PETSc under this solver's own prefix."""
        self._made_from.setOption(PETSc.Mat.Option.SPD, True)
        database, prefix = PETSc.Options(), f"nanotrode_plating_{next(_counter)}_"
        # within a solver of its own, a cycle smooths with the matrix that it was made from
        database[prefix + "pc_type"] = "ksp"
        database[prefix + "ksp_ksp_type"] = "preonly"
        for key, value in self._options.items():
            database[prefix + "ksp_" + key] = value
        self._ksp.setOptionsPrefix(prefix)
        self._ksp.setOperators(self._matrix, self._made_from)
        self._ksp.setFromOptions()


Options = dict[str, str | float]


def _factors() -> Options:
    return {"pc_type": "cholesky", "pc_factor_mat_solver_type": "mumps"}


def _multigrid() -> Options:
    return {
        "pc_type": "gamg",
        "pc_gamg_agg_nsmooths": 1,
        "pc_gamg_threshold": THRESHOLD,
        "pc_gamg_reuse_interpolation": 0,
        # Gauss-Seidel needs no bounds of the spectrum: where conductors differ by decades, they
        # are estimated too low, and the cycle is indefinite
        "mg_levels_ksp_type": "richardson",
        "mg_levels_ksp_max_it": 1,
        "mg_levels_pc_type": "sor",
        "mg_levels_pc_sor_local_symmetric": 1,
    }
