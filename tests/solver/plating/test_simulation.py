"""Whole plating runs: protocols, ends, ledger, losses, interruption, several ranks."""

from __future__ import annotations

import pytest
from hosts import MICRON, SIDE, anode, column, nothing

from nanotrode.errors import InputError, Interrupted, ProtocolError, SolverError
from nanotrode.solver.model import StageFailure
from nanotrode.solver.plating.settings import PlatingSettings
from nanotrode.solver.plating.simulation import PlatingSimulation
from nanotrode.solver.stopping import Wish

PER_MAH = 36.0 * 12.97e-6 / 96485.33212 * 1e3
"""Thickness of lithium [m] per mA.h/cm2."""
CYCLE = ("Plate at 1 mA/cm2 until 0.2 mAh/cm2", "Rest for 1 minute", "Strip at 1 mA/cm2 until 1 V")


def run(of=None, *, steps=CYCLE, mesh=None, comm=None, tolerance=0.05, salt=False, **how):
    from mpi4py import MPI

    simulation = PlatingSimulation(
        column() if mesh is None else mesh,
        of or anode(),
        protocol=steps,
        coat_thickness=1e-7,
        settings=PlatingSettings(tolerance=tolerance),
        salt=salt,
        comm=comm or MPI.COMM_SELF,
    )
    return simulation.run(**how)


def test_a_cycle_keeps_its_ledger():
    result = run(anode(barrier=0.03, side=SIDE))
    ledger = result.summary["ledger"]
    assert ledger["largest disagreement"] < 1e-8
    assert result.summary["largest loss budget error"] < 1e-6
    plated = result.series["Plated lithium [mA.h.cm-2]"]
    side = result.series["Side reaction [mA.h.cm-2]"]
    passed = result.series["Areal capacity [mA.h.cm-2]"]
    assert plated + side == pytest.approx(passed, abs=1e-10)
    assert passed.max() == pytest.approx(0.2, rel=1e-9)
    assert 0.0 < side[-1] < 0.05
    # what the side reaction took is not given back
    assert passed[-1] == pytest.approx(side[-1], abs=1e-4)


def test_ends_are_met_where_they_are():
    steps = (
        "Plate at 1 mA/cm2 for 100 s",
        "Strip at 1 mA/cm2 until 40 mV or until 1 mAh/cm2",
        "Plate at 0.1 mA/cm2 for 60 s",
    )
    result = run(steps=steps)
    assert result.events[1].reason == "reached 0.04 V"
    second = result.series["Step"] == 1
    assert result.series["Voltage [V]"][second][-1] == pytest.approx(0.04, abs=1e-6)
    assert result.events[2].time - result.events[1].time == pytest.approx(60.0, rel=1e-12)


def test_stripping_ends_when_nothing_is_left():
    result = run(steps=("Plate at 1 mA/cm2 for 100 s", "Strip at 1 mA/cm2 for 200 s"))
    assert result.events[-1].reason.startswith("no lithium is left")
    assert result.events[-1].time == pytest.approx(200.0, rel=1e-4)
    assert result.series["Mean deposit thickness [um]"][-1] < 1e-6


def test_a_held_potential_plates_ever_more():
    result = run(steps=("Hold at -10 mV for 100 s",))
    assert result.series["Voltage [V]"][-1] == pytest.approx(-0.01)
    assert result.series["Plated lithium [mA.h.cm-2]"][-1] > 0.0


def test_a_foil_gets_what_faraday_says():
    mesh = column((2, 2, 8), sides=(4.0, 4.0, 16.0), host=nothing)
    result = run(mesh=mesh, steps=("Plate at 1 mA/cm2 until 1 mAh/cm2",))
    thickness = result.series["Mean deposit thickness [um]"][-1]
    assert thickness * MICRON == pytest.approx(PER_MAH, rel=1e-9)
    assert result.summary["deposit"]["share on collector"] == 1.0


def test_salt_is_kept_and_costs_voltage():
    steps = ("Plate at 20 mA/cm2 until 0.05 mAh/cm2",)
    with_salt, without = run(steps=steps, salt=True), run(steps=steps)
    assert with_salt.series["Concentration loss [V]"][-1] > 1e-4
    assert with_salt.series["Voltage [V]"][-1] < without.series["Voltage [V]"][-1]
    assert with_salt.summary["largest loss budget error"] < 1e-6


class _Stopped(Exception):
    pass


@pytest.mark.parametrize("salt", [False, True])
def test_an_interrupted_run_goes_on_as_if_it_never_stopped(tmp_path, salt):
    steps = ("Plate at 1 mA/cm2 until 0.2 mAh/cm2", "Strip at 1 mA/cm2 until 0.5 V")
    of = anode(barrier=0.05)
    whole = run(of, steps=steps, salt=salt, tolerance=0.01)
    taken = 0

    def stop(report):
        nonlocal taken
        taken += 1
        if taken == 27:
            raise _Stopped

    with pytest.raises(_Stopped):
        run(of, steps=steps, salt=salt, tolerance=0.01, directory=tmp_path, progress=stop)
    again = run(of, steps=steps, salt=salt, tolerance=0.01, directory=tmp_path, resume=True)
    assert len(again.series["Time [s]"]) == len(whole.series["Time [s]"])
    for name, column_ in whole.series.items():
        assert again.series[name].tolist() == column_.tolist(), name  # to the last bit
    assert again.summary["deposits"] == whole.summary["deposits"]


@pytest.mark.parametrize(("wish", "after"), [(Wish.NOW, 9), (Wish.SOON, 20)])
def test_a_run_that_is_asked_to_stop_has_a_checkpoint(tmp_path, wish, after):
    of, steps = anode(barrier=0.05), ("Plate at 1 mA/cm2 until 0.2 mAh/cm2",)
    whole = run(of, steps=steps, tolerance=0.01)
    asked = 0

    def stop():
        nonlocal asked
        asked += 1
        return wish if asked >= 9 else Wish.GO_ON

    with pytest.raises(Interrupted, match="its checkpoint is written"):
        run(of, steps=steps, tolerance=0.01, directory=tmp_path, stop=stop)
    assert asked == after
    again = run(of, steps=steps, tolerance=0.01, directory=tmp_path, resume=True)
    for name, column_ in whole.series.items():
        assert again.series[name] == pytest.approx(column_, rel=1e-6, abs=1e-9), name


def test_more_steps_go_on_from_a_finished_run(tmp_path):
    whole = run(steps=CYCLE * 2, salt=True)
    run(steps=CYCLE, salt=True, directory=tmp_path)
    longer = run(steps=CYCLE * 2, salt=True, directory=tmp_path, resume=True)
    for name, column_ in whole.series.items():
        assert longer.series[name].tolist() == column_.tolist(), name


def test_from_a_damaged_checkpoint_a_run_goes_on_from_the_one_before(tmp_path):
    whole = run(directory=tmp_path)
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:1000])
    again = run(directory=tmp_path, resume=True)
    for name, column_ in whole.series.items():
        assert again.series[name].tolist() == column_.tolist(), name


def test_a_checkpoint_of_another_study_is_refused(tmp_path):
    run(steps=("Plate at 1 mA/cm2 for 10 s",), directory=tmp_path)
    with pytest.raises(InputError, match="another study"):
        run(steps=("Plate at 2 mA/cm2 for 10 s",), directory=tmp_path, resume=True)


def test_what_fails_says_where_and_keeps_what_there_was(tmp_path, monkeypatch):
    from nanotrode.solver.plating import engine

    attempt, taken = engine.attempt_step, 0

    def fail_later(*given, **how):
        nonlocal taken
        taken += 1
        if taken > 5:
            raise StageFailure("on purpose")
        return attempt(*given, **how)

    monkeypatch.setattr(engine, "attempt_step", fail_later)
    with pytest.raises(SolverError, match=r"t = .* V in protocol step 1 .*on purpose"):
        run(steps=("Plate at 1 mA/cm2 until 1 mAh/cm2",), directory=tmp_path)
    assert (tmp_path / "checkpoint.npz").exists()
    assert len((tmp_path / "timeseries.csv").read_text().splitlines()) > 3


def test_a_coat_without_a_thickness_is_refused():
    with pytest.raises(InputError, match="coating"):
        PlatingSimulation(column(coated=True), anode(coat=1e3), protocol=CYCLE)


def test_an_amount_that_cannot_be_counted_is_refused():
    with pytest.raises(ProtocolError):
        run(steps=("Plate at 100 mA/g for 10 s",))


@pytest.mark.mpi
def test_ranks_agree():
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    alone = run(anode(barrier=0.05, side=SIDE), salt=True)
    mesh = column() if comm.rank == 0 else None
    simulation = PlatingSimulation(
        mesh,
        anode(barrier=0.05, side=SIDE),
        protocol=CYCLE,
        coat_thickness=1e-7,
        settings=PlatingSettings(tolerance=0.05),
        salt=True,
        comm=comm,
    )
    together = simulation.run()
    for name, column_ in alone.series.items():
        if name not in ("Loss budget error", "Max local current density [A.m-2]"):
            assert together.series[name] == pytest.approx(column_, rel=1e-5, abs=1e-8), name


def test_a_coat_that_the_mesh_does_not_know_covers_all_of_its_interface():
    """The same run as on a mesh whose facets are tagged as coated; without them it was left out."""
    of = anode(coat=10.0, ions=0.0, electrons=1e-3)
    step = ["Plate at 1 mA/cm2 until 0.01 mAh/cm2"]
    found, known = (
        PlatingSimulation(mesh, of, protocol=step, coat_thickness=1e-7).run().series["Voltage [V]"]
        for mesh in (column(), column(coated=True))
    )
    assert found == pytest.approx(known, rel=1e-12)
    thin = PlatingSimulation(column(), of, protocol=step, coat_thickness=1e-10).run()
    assert thin.series["Voltage [V]"][-1] < known[-1] - 1e-4
