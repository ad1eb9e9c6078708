"""The linear solver's choice of a preconditioner."""

from __future__ import annotations

import numpy as np
import pytest

SIZE = 400


@pytest.fixture
def solver():
    from mpi4py import MPI

    from nanotrode.solver.linear import LinearSolver

    return LinearSolver(MPI.COMM_SELF, size=SIZE, symmetric=True)


def matrix(shift):
    """shift + the Laplacian on a line."""
    from nanotrode._fenics import PETSc

    made = PETSc.Mat().createAIJ((SIZE, SIZE), nnz=3, comm=PETSc.COMM_SELF)
    for row in range(SIZE):
        made.setValue(row, row, shift + 2.0)
        for beside in (row - 1, row + 1):
            if 0 <= beside < SIZE:
                made.setValue(row, beside, -1.0)
    made.assemble()
    return made


def solve(solver, shift):
    a, b = matrix(shift), np.sin(np.arange(SIZE) ** 1.3)
    given = b.copy()
    solver.set_matrix(a)
    x = solver.solve(b, tolerance=1e-6)
    assert np.array_equal(b, given)
    there, product = a.createVecs()
    there.array_w[:] = x
    a.mult(there, product)
    return np.linalg.norm(product.array_r - b) / np.linalg.norm(b)


def test_one_hard_matrix_changes_nothing(solver):
    for shift in (1.0, 1e-4, 1.0, 1e-4, 1.0):
        assert solve(solver, shift) < 1e-4
    assert not solver.keeps


def test_a_row_of_hard_matrices_makes_factors_that_are_kept(solver):
    from nanotrode.solver.linear import IN_A_ROW

    for count in range(1, IN_A_ROW + 1):
        assert not solver.keeps
        assert solve(solver, 1e-4 / count) < 1e-4
    assert solver.keeps
    before = solver.iterations
    assert solve(solver, 1e-4) < 1e-4
    assert solver.iterations - before <= 2


def test_a_hopeless_matrix_is_an_error_and_the_next_one_is_solved(solver, monkeypatch):
    from nanotrode.solver import linear

    monkeypatch.setattr(linear, "MOST_ITERATIONS", 5)
    with pytest.raises(ArithmeticError, match="stopped"):
        solve(solver, 1e-4)
    monkeypatch.undo()
    assert solve(solver, 1.0) < 1e-4
