"""The linear solver of plating: exact factors and multigrid, kept and made anew, on any ranks."""

from __future__ import annotations

from types import SimpleNamespace

import hosts
import numpy as np
import pytest

from nanotrode.solver.control import ImposedRate
from nanotrode.solver.model import StageFailure
from nanotrode.solver.plating import krylov
from nanotrode.solver.plating.march import attempt_step
from nanotrode.solver.plating.sites import Kind

HOSTS = {
    "a coat on a conductor": hosts.anode(electrons=1e-2, coat=1e3),
    "a coat alone": hosts.anode(ions=0.0, electrons=0.0, coat=1e3, barrier=0.095),
    "an insulator": hosts.anode(electrons=1e-6, barrier=0.061),
}
"""The three frameworks of paper L, by what their electrons move in."""
ALWAYS_MULTIGRID, ALWAYS_FACTORS = 1, 10**9


def world():
    from mpi4py import MPI

    return MPI.COMM_WORLD


def pillar(which, *, counts=(4, 4, 8)):
    return hosts.column(counts, sides=(3.0, 3.0, 6.0), coated="coat" in which)


def low_film(model):
    """A film of lithium on the lower half of the host and on the collector, bare above [m]."""
    sites = model.sites
    return np.where(sites.heights < 0.5 * sites.top, 1e-7, 0.0)


def plated(which, monkeypatch, *, factors_below, comm=None, steps=4):
    """The last of some steps, and the solver's record, with one kind of preconditioner."""
    monkeypatch.setattr(krylov, "FACTORS_BELOW", factors_below)
    mesh = pillar(which) if comm is None or comm.rank == 0 else None
    model = hosts.model(mesh, HOSTS[which], comm=comm)
    state = hosts.plate(model, density=5.0, on=low_film(model))
    control = ImposedRate(-5.0 * model.footprint)
    for size in 2.0 ** np.arange(steps):
        state = attempt_step(model, control, state, size=size, tolerance=1.0).end
    return state, model.newton.solver


@pytest.mark.mpi
@pytest.mark.parametrize("which", HOSTS)
def test_multigrid_on_all_ranks_plates_as_factors_on_one(which, monkeypatch):
    alone, _ = plated(which, monkeypatch, factors_below=ALWAYS_FACTORS)
    spread, _ = plated(which, monkeypatch, factors_below=ALWAYS_MULTIGRID, comm=world())
    assert spread.potential == pytest.approx(alone.potential, abs=1e-9)
    scale = alone.thickness.max()
    np.testing.assert_allclose(spread.thickness, alone.thickness, rtol=0, atol=1e-8 * scale)


@pytest.mark.parametrize("which", HOSTS)
def test_iterations_hardly_grow_with_the_mesh(which, monkeypatch):
    monkeypatch.setattr(krylov, "FACTORS_BELOW", ALWAYS_MULTIGRID)
    most = []
    for n in (1, 2, 4):
        model = hosts.model(pillar(which, counts=(4 * n, 4 * n, 8 * n)), HOSTS[which])
        state = hosts.plate(model, density=5.0, on=low_film(model))
        solver = krylov.Solver(model.potentials, model.comm)
        law = model.plating(state.surroundings, low_film(model), 0.0)
        at = model.system.at(state.u, state.potential, law.current, 0.0)
        solver.set_matrix(model.system.matrix(at))
        solver.solve(model.system.border(at), tolerance=1e-7)
        most.append(solver.iterations)
    assert max(most) <= 16
    assert most[-1] <= 1.5 * most[0] + 1


@pytest.mark.parametrize("kind", [ALWAYS_FACTORS, ALWAYS_MULTIGRID])
def test_a_closed_pocket_plates_nothing_and_stops_nobody(kind, monkeypatch):
    # a cavity in a block: neither its electrolyte nor its coat hangs on a given potential
    def block(x):
        inside = (np.abs(x - [1.5, 1.5, 3.0]) < 0.9).all(axis=1)
        return (x < [3.0, 3.0, 5.0]).all(axis=1) & ~inside

    monkeypatch.setattr(krylov, "FACTORS_BELOW", kind)
    cell = hosts.column((8, 8, 14), sides=(4.0, 4.0, 7.0), host=block, coated=True)
    model = hosts.model(cell, hosts.anode(ions=0.0, electrons=0.0, coat=1e3))
    cavity = model.potentials.stranded[model.potentials.global_nodes[model.sites.nodes]]
    assert 0 < cavity.sum() < 0.5 * len(cavity)
    for thickness in (0.0, 1e-7):
        state = hosts.plate(model, density=5.0, on=hosts.bare(model) + thickness)
        assert state.current == pytest.approx(-5.0 * model.footprint, rel=1e-9)
        scale = np.abs(state.plating).max()
        assert np.abs(state.plating[cavity]).max() < 1e-6 * scale
        assert (state.plating[~cavity & (model.sites.kinds == Kind.COAT)] < 0).all()


def chain(conductances):
    """The matrix of a chain of conductors [S], grounded at one end by the first."""
    from nanotrode._fenics import PETSc

    from mpi4py import MPI  # isort: skip

    n = len(conductances)
    matrix = PETSc.Mat().createAIJ((n, n), nnz=3, comm=MPI.COMM_SELF)
    after = np.append(conductances[1:], 0.0)
    for row in range(n):
        matrix[row, row] = conductances[row] + after[row]
        if row > 0:
            matrix[row, row - 1] = matrix[row - 1, row] = -conductances[row]
    matrix.assemble()
    return matrix


def solver_of(size):
    from mpi4py import MPI

    return krylov.Solver(SimpleNamespace(total=size), MPI.COMM_SELF)


@pytest.mark.parametrize("kind", [ALWAYS_FACTORS, ALWAYS_MULTIGRID])
def test_a_preconditioner_is_kept_while_it_serves_and_only_then(kind, monkeypatch):
    monkeypatch.setattr(krylov, "FACTORS_BELOW", kind)
    n = 400
    conductances = np.full(n, 1e-12)
    matrix, solver = chain(conductances), solver_of(n)
    made = []
    # all as before; a little changed; ten thousand times as much in one half
    for change in (1.0, 1.0, 1.2, 1e4):
        conductances[n // 2 :] = 1e-12 * change
        chain(conductances).copy(matrix)
        solver.set_matrix(matrix)
        found = solver.solve(np.ones(n) * 1e-12, tolerance=1e-10)
        # the current through each conductor is all that enters behind it
        currents = 1e-12 * np.arange(n, 0, -1)
        np.testing.assert_allclose(found, np.cumsum(currents / conductances), rtol=1e-8)
        made.append(solver.made)
    assert made == [1, 1, 1, 2]


@pytest.mark.parametrize("kind", [ALWAYS_FACTORS, ALWAYS_MULTIGRID])
def test_a_guess_is_worth_its_iterations(kind, monkeypatch):
    monkeypatch.setattr(krylov, "FACTORS_BELOW", kind)
    n = 400
    matrix, solver = chain(np.full(n, 1e-12)), solver_of(n)
    solver.set_matrix(matrix)
    right = np.ones(n) * 1e-12
    found = solver.solve(right)
    before = solver.iterations
    again = solver.solve(right, guess=found)
    assert solver.iterations == before
    np.testing.assert_allclose(again, found, rtol=1e-4)


def test_a_matrix_that_is_not_positive_is_refused(monkeypatch):
    monkeypatch.setattr(krylov, "FACTORS_BELOW", ALWAYS_MULTIGRID)
    n = 400
    matrix, solver = chain(np.full(n, 1e-12)), solver_of(n)
    matrix.shift(-5e-13)
    solver.set_matrix(matrix)
    with pytest.raises(StageFailure, match="linear solver stopped after"):
        solver.solve(np.ones(n))
