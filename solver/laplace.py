"""One solve of Laplace's equation: conjugate gradients with algebraic multigrid, set up once.

`linear` chooses for many solves whose matrix changes little; here there is one, and exact
factors of a porous phase in three dimensions would be full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc
from ..errors import SolverError

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]

MOST_ITERATIONS = 500


def solve_laplace(matrix: PETSc.Mat, right: Array, *, comm: MPI.Comm, tolerance: float) -> Array:
    """The solution (owned,) of a symmetric, positive definite system.

    Args:
        matrix: The matrix.
        right: (owned,) right-hand side.
        comm: The matrix's communicator.
        tolerance: Relative, in the norm of energy.

    Raises:
        SolverError: No convergence.
    """
    matrix.setOption(PETSc.Mat.Option.SPD, True)
    solver = PETSc.KSP().create(comm)
    solver.setType(PETSc.KSP.Type.CG)
    solver.setNormType(PETSc.KSP.NormType.NATURAL)
    solver.setTolerances(rtol=tolerance, atol=0.0, max_it=MOST_ITERATIONS)
    multigrid = solver.getPC()
    multigrid.setType(PETSc.PC.Type.GAMG)
    multigrid.setGAMGType("agg")
    multigrid.setGAMGSmooths(1)
    solver.setOperators(matrix)
    solution, b = matrix.createVecs()
    b.array_w[:] = right
    solver.solve(b, solution)
    if solver.getConvergedReason() < 0:
        raise SolverError(
            f"Laplace's equation: no convergence to {tolerance:g} in "
            f"{solver.getIterationNumber()} iterations (PETSc: {solver.getConvergedReason()})"
        )
    found: Array = solution.array_r.copy()
    for thing in (solver, solution, b):
        thing.destroy()
    return found
