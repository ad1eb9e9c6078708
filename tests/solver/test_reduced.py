"""Families of runs: a few in full, the others by what those taught."""

from __future__ import annotations

import math

import numpy as np
import pytest
from boxes import box, dome, material, simulation, varying

from nanotrode.errors import InputError
from nanotrode.materials.kinetics import ButlerVolmer, RootExchange
from nanotrode.materials.laws import Constant
from nanotrode.postprocess.series import read_series
from nanotrode.solver.recorder import COLUMNS, ERROR, SERIES_FILE, write_series
from nanotrode.solver.reduced.family import ReducedFamily
from nanotrode.solver.reduced.outputs import distance
from nanotrode.solver.reduced.parameters import box_of, numbers_of, spread
from nanotrode.solver.reduced.run import run_family, train
from nanotrode.solver.settings import OutputPlan, SolverSettings

SIZE = 2e-7  # [m]
MESH = box((3, 3, 6), sides=(SIZE, SIZE, SIZE), bend=lambda points: SIZE * dome(points / SIZE))
HOLD = "Hold at {} V for 20 s"
DISCHARGE = "Discharge at {}C until 3.2 V"


def member(protocol, *, speed=1.0, diffusivity=1.0, tolerance=1e-4, mesh=MESH, **more):
    """A run with factors on the rate constant and the diffusivity."""
    settings = {"reduced": True, "reduced_tolerance": 0.005} | more
    return simulation(
        mesh,
        protocol,
        of=material(
            kinetics=ButlerVolmer(0.5, 0.5, RootExchange(speed * 1e-11)),
            diffusivity=Constant(diffusivity * 1e-15),
        ),
        settings=SolverSettings(tolerance=tolerance, **settings),
    )


def holds(count, seed, **more):
    """Runs at a constant potential, spread over a box of potential, kinetics and diffusivity."""
    random = np.random.default_rng(seed)
    return [
        member(
            HOLD.format(f"{random.uniform(3.40, 3.48):.4f}"),
            speed=2.0 ** random.uniform(-1, 1),
            diffusivity=2.0 ** random.uniform(-1, 1),
            **more,
        )
        for _ in range(count)
    ]


def discharges(count, seed):
    """Runs at constant current to a cut-off, over rates and diffusivities."""
    random = np.random.default_rng(seed)
    return [
        member(
            DISCHARGE.format(f"{random.uniform(20.0, 80.0):.3f}"),
            diffusivity=2.0 ** random.uniform(-1, 1),
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def held():
    return train(holds(14, seed=1))


@pytest.fixture(scope="module")
def discharged():
    return train(discharges(14, seed=1))


def test_unseen_potential_steps_agree_with_full_runs_within_the_estimate(held):
    family, _, _ = held
    runs = holds(8, seed=2)
    for run, guess in zip(runs, family.solve(runs), strict=True):
        full = run.run()
        error = distance(run.protocol.steps, full.series, guess.result.series)
        assert error < guess.estimate < 0.02
        assert full.series.keys() - guess.result.series.keys() == {ERROR}
        assert all(np.isfinite(column).all() for column in guess.result.series.values())
        assert guess.result.voltage[-1] == full.voltage[-1]


def test_a_series_without_an_error_is_written_without_one(held, tmp_path):
    family, _, _ = held
    (guess,) = family.solve(holds(1, seed=2))
    write_series(tmp_path, guess.result.series)
    told = read_series(tmp_path / SERIES_FILE)
    assert list(told) == [name for name in COLUMNS if name != ERROR]
    for name, column in told.items():
        np.testing.assert_array_equal(column, guess.result.series[name])


def test_unseen_discharges_end_where_full_runs_end(discharged):
    family, _, _ = discharged
    runs = discharges(5, seed=2)
    for run, guess in zip(runs, family.solve(runs), strict=True):
        full = run.run()
        (event,) = guess.result.events
        assert event.reason == full.events[0].reason == "reached 3.2 V"
        assert event.time == pytest.approx(full.events[0].time, rel=guess.estimate)
        assert guess.result.voltage[-1] == pytest.approx(3.2, abs=1e-6)
        assert distance(run.protocol.steps, full.series, guess.result.series) < guess.estimate


def test_charge_is_conserved_to_rounding(held, discharged):
    for family, make in ((held[0], holds), (discharged[0], discharges)):
        for guess in family.solve(make(3, seed=3)):
            assert guess.result.summary["conservation"]["charge balance error"] < 1e-13
            capacity = guess.result.series["Discharge capacity [A.h]"]
            mean = guess.result.series["Mean stoichiometry"]
            share = np.diff(capacity) / np.diff(mean)
            assert share == pytest.approx(share[0], rel=1e-6)


def test_the_basis_is_orthonormal_and_holds_the_constant(held):
    model = held[0].models[0]
    _, operators = held[0], held[0]._training
    gram = model.basis.T @ (operators._mass @ model.basis)
    assert gram == pytest.approx(np.eye(model.rank), abs=1e-9)
    assert (model.basis[:, 0] == 1.0).all()
    assert np.abs(model.stiffness[0]).max() < 1e-9 * np.abs(model.stiffness).max()


def test_outside_of_what_was_learned_the_estimate_says_so(held):
    family, _, _ = held
    strangers = [
        member(HOLD.format(3.44), diffusivity=0.02),
        member(HOLD.format(3.10), speed=4.0),
        member(HOLD.format(3.44), speed=30.0, diffusivity=0.1),
    ]
    for run, guess in zip(strangers, family.solve(strangers), strict=True):
        assert guess.estimate > run.settings.reduced_tolerance
        if guess.result is not None:
            error = distance(run.protocol.steps, run.run().series, guess.result.series)
            assert error < guess.estimate


def test_where_the_estimate_is_too_large_the_run_is_made_in_full():
    strict = holds(12, seed=4, reduced_tolerance=1e-12)
    for result in run_family(strict):
        assert result.summary["reduced"]["solved"] == "in full"
        assert result.summary["unknowns"] == len(MESH.points)


def test_a_family_comes_back_in_order_each_run_with_a_note():
    runs = holds(16, seed=5)
    for run in runs:
        run.remarks = ("one potential was taken of three",)
    results = run_family(runs)
    notes = [result.summary["reduced"] for result in results]
    reduced = [note for note in notes if note["solved"] == "by the reduced model"]
    assert 4 <= len(reduced) <= 13
    assert all(note["estimated error"] <= 0.005 for note in reduced)
    for run, result in zip(runs, results, strict=True):
        assert result.voltage[-1] == run.protocol.steps[0].voltage
        assert result.summary["warnings"] == list(run.remarks)
        assert result.summary.keys() >= {"rests on", "cards", "sources", "assumptions"}


def test_a_protocol_of_many_steps_is_walked_like_a_full_one():
    def run(rate, speed):
        words = [
            f"Discharge at {rate}C for 20 s or until 3.0 V",
            "Rest for 30 s",
            "Charge at 10C until 3.6 V",
            "Hold at 3.6 V until 1C",
            "Sweep from 3.6 V to 3.3 V at 10 mV/s",
        ]
        return member(words, speed=speed)

    runs = [run(f"{rate:.2f}", speed) for rate in (20, 35, 50, 65) for speed in (0.5, 1.0, 2.0)]
    results = run_family(runs)
    compared = 0
    for one, result in zip(runs, results, strict=True):
        if result.summary["reduced"]["solved"] != "by the reduced model":
            continue
        compared += 1
        full = one.run()
        assert [e.reason for e in result.events] == [e.reason for e in full.events]
        times = [e.time for e in full.events]
        assert [e.time for e in result.events] == pytest.approx(times, rel=1e-2)
        assert set(result.series["Step"]) == set(range(5))
        estimate = result.summary["reduced"]["estimated error"]
        assert distance(one.protocol.steps, full.series, result.series) < estimate
    assert compared >= 2


def test_fields_are_made_of_the_coefficients_when_asked_for(held):
    family, _, _ = held
    (run,) = holds(1, seed=6)
    run.output = OutputPlan(every=5.0)
    (guess,) = family.solve([run])
    full, fields = run.run(), guess.result.snapshots
    assert [s.time for s in fields] == pytest.approx([s.time for s in full.snapshots])
    for mine, theirs in zip(fields, full.snapshots, strict=True):
        assert mine.stoichiometry == pytest.approx(theirs.stoichiometry, abs=2e-4)
        assert mine.current_density == pytest.approx(theirs.current_density, rel=5e-3)
        assert mine.label == theirs.label
        assert mine.index == theirs.index
    assert fields[-1].time == fields[len(fields) - 1].time


def test_order_2_is_reduced_too():
    mesh = box((2, 2, 3), order=2, sides=(SIZE, SIZE, SIZE))
    family, _, guesses = train(holds(12, seed=7, mesh=mesh))
    assert family.learned < 12
    (run,) = holds(1, seed=8, mesh=mesh)
    (guess,) = family.solve([run])
    assert distance(run.protocol.steps, run.run().series, guess.result.series) < guess.estimate
    assert np.median([g.estimate for g in guesses.values()]) < 0.005


def test_too_few_runs_and_unlike_ones_are_made_in_full():
    few = run_family(holds(3, seed=9))
    assert {r.summary["reduced"]["because"] for r in few} == {"3 runs are too few to learn from"}
    plain = run_family(holds(2, seed=9, reduced=False))
    assert {r.summary["reduced"]["solved"] for r in plain} == {"in full"}


def test_families_of_several_meshes_are_refused():
    other = box((2, 2, 2), sides=(SIZE, SIZE, SIZE))
    with pytest.raises(InputError, match="different meshes"):
        run_family([*holds(1, seed=1), *holds(1, seed=1, mesh=other)])
    with pytest.raises(InputError, match="no simulations"):
        run_family([])


def test_families_of_several_kinds_of_protocol_are_refused():
    with pytest.raises(InputError, match="same kinds of steps"):
        run_family([*holds(6, seed=1), *discharges(6, seed=1)])


def test_parameters_are_points_of_a_box():
    runs = [member(HOLD.format(v), speed=s) for v, s in ((3.4, 1.0), (3.5, 4.0), (3.45, 2.0))]
    numbers = numbers_of(runs)
    box_ = box_of(numbers)
    places = box_.place(numbers)
    assert sorted(places[2][places[0] != places[1]]) == pytest.approx([0.5, 0.5])
    assert box_.outside(numbers) == pytest.approx([0.0, 0.0, 0.0])
    beyond = numbers_of([member(HOLD.format(3.55), speed=2.0)])
    assert box_.outside(beyond) == pytest.approx([0.5])
    assert sorted(spread(places, 2)) == [0, 1]


def test_distance_tells_current_potential_and_capacity():
    steps = member(DISCHARGE.format(30)).protocol.steps
    share = np.linspace(0.0, 1.0, 30)
    series = {
        "Time [s]": 10.0 * share,
        "Step": 0.0 * share,
        "Voltage [V]": 3.6 - 0.4 * share,
        "Current [A]": 1.0 + 0.0 * share,
        "Mean stoichiometry": 0.2 + 0.5 * share,
    }
    assert distance(steps, series, series) == 0.0
    higher = series | {"Voltage [V]": series["Voltage [V]"] + 0.004}
    assert distance(steps, series, higher) == pytest.approx(0.01)
    fuller = series | {"Mean stoichiometry": 0.2 + 0.51 * share}
    assert distance(steps, series, fuller) == pytest.approx(0.02)
    hold = member(HOLD.format(3.4)).protocol.steps
    more = series | {"Current [A]": 1.03 * series["Current [A]"]}
    assert distance(hold, series, more) == pytest.approx(0.03)
    missing = {key: values[:1] for key, values in series.items()}
    assert math.isinf(distance(steps, series, missing))


def test_members_may_differ_in_salt_temperature_and_start():
    def run(k):
        return simulation(
            MESH, HOLD.format(3.44), start=0.15 + 0.005 * k, c_e=800.0 + 40.0 * k,
            temperature=290.0 + 2.0 * (k % 5), settings=SolverSettings(reduced=True),
        )  # fmt: skip

    runs = [run(k) for k in range(12)]
    for one, result in zip(runs, run_family(runs), strict=True):
        if result.summary["reduced"]["solved"] == "by the reduced model":
            full = one.run()
            error = distance(one.protocol.steps, full.series, result.series)
            assert error < result.summary["reduced"]["estimated error"]


@pytest.mark.mpi
def test_several_ranks_run_in_full():
    from nanotrode import _fenics  # noqa: F401

    from mpi4py import MPI  # isort: skip

    runs = [
        simulation(
            MESH, HOLD.format(3.40 + 0.01 * k), comm=MPI.COMM_WORLD,
            settings=SolverSettings(tolerance=1e-2, reduced=True),
        )
        for k in range(10)
    ]  # fmt: skip
    if MPI.COMM_WORLD.size == 1:
        return
    results = run_family(runs)
    assert {r.summary["reduced"]["because"] for r in results} == {"a reduced model needs one rank"}


def varied(count, seed):
    """Runs with a diffusivity that falls with the stoichiometry, each by its own factor."""
    random = np.random.default_rng(seed)
    return [
        simulation(
            MESH, HOLD.format(f"{random.uniform(3.40, 3.48):.4f}"),
            of=material(diffusivity=varying().scaled(float(2.0 ** random.uniform(-1, 1)))),
            settings=SolverSettings(reduced=True),
        )
        for _ in range(count)
    ]  # fmt: skip


def test_a_varying_diffusivity_is_reduced_too():
    family, _, guesses = train(varied(14, seed=1))
    assert np.median([g.estimate for g in guesses.values()]) < 0.005
    runs = varied(5, seed=2)
    for run, guess in zip(runs, family.solve(runs), strict=True):
        error = distance(run.protocol.steps, run.run().series, guess.result.series)
        assert error < guess.estimate < 0.02
        assert guess.result.summary["conservation"]["charge balance error"] < 1e-12


def test_constant_and_varying_diffusivities_do_not_mix():
    runs = [*varied(5, seed=1), *holds(5, seed=1)]
    assert {r.summary["reduced"]["solved"] for r in run_family(runs)} == {"in full"}


def test_a_family_can_be_taught_by_hand():
    family = ReducedFamily(holds(1, seed=1)[0])
    for run in holds(3, seed=1):
        family.learn(run)
    assert family.learned == 3
    assert family.solve([]) == []
