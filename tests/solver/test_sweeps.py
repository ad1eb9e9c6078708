"""Gauss-Seidel over several ranks: the same sweeps as if there were no cut between them."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

pytestmark = pytest.mark.mpi


def system(order, comm):
    """A time step's matrix of a curved box, and a right-hand side that any rank count shares."""
    from nanotrode.solver.domain import Domain

    counts = (6, 6, 9) if order == 1 else (3, 3, 5)
    mesh = boxes.box(counts, order=order, bend=lambda p: 1e-7 * boxes.dome(p))
    domain = Domain(mesh if comm.rank == 0 else None, comm)
    matrix, stiffness = domain.assemble_operators()
    matrix.axpy(1e-15, stiffness)
    right = domain.scatter(np.random.default_rng(3).standard_normal(domain.n_nodes) * 1e-24)
    return domain, matrix, right


def solve(order, comm, *, tolerance):
    from nanotrode.solver.linear import LinearSolver

    domain, matrix, right = system(order, comm)
    solver = LinearSolver(comm, size=domain.n_nodes + 10_000, symmetric=True)
    diagonal = matrix.getDiagonal()
    matrix.scale(0.5)
    solver.set_matrix(matrix)
    solver.solve(right, tolerance=1e-2)
    matrix.scale(2.0)
    matrix.setDiagonal(3.0 * diagonal)
    solver.set_matrix(matrix)  # all values are taken anew, patterns kept
    solver.solve(right, tolerance=1e-2)
    matrix.setDiagonal(diagonal)
    solver.set_matrix(matrix, diagonal_only=True)
    before = solver.iterations
    field = domain.gather(solver.solve(right, tolerance=tolerance))
    return field, solver.iterations - before


@pytest.mark.parametrize("order", [1, 2])
def test_ranks_solve_as_one_does_in_as_many_iterations(order):
    """Sweeps that stop at the cuts would take nearly half as many again."""
    from mpi4py import MPI

    together, shared = solve(order, MPI.COMM_WORLD, tolerance=1e-10)
    alone, single = solve(order, MPI.COMM_SELF, tolerance=1e-10)
    assert shared <= 1.25 * single
    if MPI.COMM_WORLD.rank == 0:
        assert np.abs(together - alone).max() < 1e-8 * np.abs(alone).max()


@pytest.mark.parametrize("order", [1, 2])
def test_the_transformed_system_is_the_matrix_between_two_sweeps(order):
    """(L + E)^-1 A (E + U)^-1 y: transform(A recover(y)), with A applied by PETSc."""
    from mpi4py import MPI

    from nanotrode.solver.sweeps import Sweeps

    _, matrix, right = system(order, MPI.COMM_WORLD)
    sweeps = Sweeps(matrix)
    sweeps.set_values(matrix)
    y, found = sweeps.operator.createVecs()
    y.array_w[:] = right / matrix.getDiagonal().array_r
    sweeps.operator.mult(y, found)
    x, product = matrix.createVecs()
    x.array_w[:] = sweeps.recover(y.array_r)
    matrix.mult(x, product)
    wanted = sweeps.transform(product.array_r)
    assert np.abs(found.array_r - wanted).max() < 1e-11 * np.abs(wanted).max()
