"""One rank and all ranks give the same series, and each other's checkpoints are read."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.errors import InputError, NanotrodeError, SolverError
from nanotrode.solver.settings import OutputPlan, SolverSettings

pytestmark = pytest.mark.mpi

EXACT = SolverSettings(newton_tolerance=1e-7)
"""The ranks' linear algebra differs, so runs agree as far as it is solved."""

LAWS = {"constant D": boxes.material, "D(x)": lambda: boxes.material(diffusivity=boxes.varying())}


class Stopped(Exception):
    """The run was stopped on all ranks."""


class Keeper:
    """Keeps the snapshots, on rank 0."""

    def __init__(self):
        self.kept = []

    def write(self, snapshot):
        self.kept.append(snapshot)

    def finish(self, result):
        self.finished = True


def world():
    from mpi4py import MPI

    return MPI.COMM_WORLD


def steps_of(mesh):
    current = f"{2.0 * mesh.area('interface'):.16g} A"
    return [
        f"Discharge at {current} until 3.42 V",
        "Hold at 3.42 V for 1 s",
        "Rest for 1 s",
        f"Charge at {current} for 1 s",
    ]


def electrode(order):
    """Curved, so that the current density varies over the surface."""
    counts = (4, 4, 7) if order == 1 else (2, 2, 3)
    return boxes.box(counts, order=order, bend=lambda p: 1e-7 * boxes.dome(p))


def simulate(order, law, comm, **more):
    mesh = electrode(order)
    whole = mesh if comm.rank == 0 else None  # the others need none
    more = {"settings": EXACT, **more}
    return boxes.simulation(whole, steps_of(mesh), of=LAWS[law](), comm=comm, **more)


@pytest.fixture(scope="module", params=[1, 2])
def order(request):
    return request.param


@pytest.fixture(scope="module", params=LAWS)
def law(request):
    return request.param


@pytest.fixture(scope="module")
def alone(order, law):
    """The run of one rank, made by each for itself."""
    from mpi4py import MPI

    keeper = Keeper()
    return simulate(order, law, MPI.COMM_SELF).run(observers=[keeper]), keeper.kept


def agree(result, expected):
    assert len(result.time) == len(expected.time)
    for column, values in expected.series.items():
        scale = max(np.abs(values).max(), 1e-300)
        error = np.abs(result.series[column] - values).max() / scale
        assert error < 1e-8, f"{column}: {error:.1e}"


def test_the_series_agree_on_every_rank(order, law, alone):
    keeper = Keeper()
    result = simulate(order, law, world()).run(observers=[keeper])
    agree(result, alone[0])
    assert [e.reason for e in result.events] == [e.reason for e in alone[0].events]
    assert [e.time for e in result.events] == pytest.approx(
        [e.time for e in alone[0].events], rel=1e-8
    )
    assert result.summary["conservation"]["charge balance error"] < 1e-8
    if world().rank > 0:
        assert keeper.kept == []
        return
    for mine, other in zip(keeper.kept, alone[1], strict=True):
        assert mine.stoichiometry == pytest.approx(other.stoichiometry, abs=1e-8)
        for name, values in other.surface.items():
            scale = np.abs(values).max()
            assert mine.surface[name] == pytest.approx(values, abs=1e-7 * scale), name


def test_a_checkpoint_of_all_ranks_is_resumed_by_one_and_by_all(shared_path, order, law, alone):
    comm = world()
    plan = OutputPlan(checkpoint_steps=5)
    stop_after(simulate(order, law, comm, output=plan), shared_path, steps=33)
    comm.Barrier()
    assert (shared_path / "checkpoint.npz").exists()
    if comm.rank == 0:
        from mpi4py import MPI

        agree(
            simulate(order, law, MPI.COMM_SELF, output=plan).run(copy(shared_path), resume=True),
            alone[0],
        )
    comm.Barrier()
    agree(simulate(order, law, comm, output=plan).run(shared_path, resume=True), alone[0])


def copy(folder):
    """Another folder with the same checkpoint: the run would write into it."""
    other = folder / "alone"
    other.mkdir()
    (other / "checkpoint.npz").write_bytes((folder / "checkpoint.npz").read_bytes())
    return other


def stop_after(simulation, folder, *, steps):
    """Stop on all ranks after so many accepted steps, as a signal to all would."""
    from nanotrode.solver.walk import Walk

    advance, taken = Walk._advance, []

    def counting(self, leg):
        taken.append(1)
        if len(taken) > steps:
            raise Stopped
        return advance(self, leg)

    Walk._advance = counting
    try:
        with pytest.raises(Stopped):
            simulation.run(folder)
    finally:
        Walk._advance = advance


class Broken(Keeper):
    """An observer whose disk is full."""

    def write(self, snapshot):
        raise OSError("no space left on device")


def test_what_fails_on_the_first_rank_leaves_no_other_waiting(shared_path):
    simulation = simulate(1, "constant D", world())
    expected = OSError if world().rank == 0 else NanotrodeError
    with pytest.raises(expected, match="no space left on device"):
        simulation.run(shared_path, observers=[Broken()])
    world().Barrier()


def test_a_failure_is_told_on_every_rank(shared_path):
    mesh = electrode(1)
    simulation = boxes.simulation(mesh, "Discharge at 500C for 5 s", comm=world())
    with pytest.raises(SolverError, match="the solve failed at t = "):
        simulation.run(shared_path)
    world().Barrier()
    assert (shared_path / "timeseries.csv").exists()


def test_another_study_is_refused_on_every_rank(shared_path):
    simulation = simulate(1, "constant D", world())
    stop_after(simulation, shared_path, steps=25)
    world().Barrier()
    with pytest.raises(InputError, match="another study"):
        simulate(1, "D(x)", world()).run(shared_path, resume=True)
    world().Barrier()


def test_a_mesh_without_an_electrode_is_refused_on_every_rank():
    from dataclasses import replace

    from nanotrode.errors import NanotrodeError
    from nanotrode.geometry.tags import BOUNDARIES, REGIONS

    mesh = electrode(1)
    others = (
        replace(mesh, cell_tags=np.full_like(mesh.cell_tags, REGIONS["electrolyte"])),
        replace(mesh, facet_tags=np.full_like(mesh.facet_tags, BOUNDARIES["sides"])),
    )
    for wrong in others:
        whole = wrong if world().rank == 0 else None
        with pytest.raises(NanotrodeError):
            boxes.simulation(whole, "Rest for 1 s", comm=world()).run()
