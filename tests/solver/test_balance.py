"""A run judges its own balance: what it warns of, what fails it, and where it says that it was."""

from __future__ import annotations

from dataclasses import replace

import boxes
import pytest

from nanotrode.errors import BalanceError
from nanotrode.notices import Notices
from nanotrode.solver import engine
from nanotrode.solver.balance import Balance, relative_gap

STEPS = ["Discharge at 1C for 5 minutes", "Rest for 10 s", "Charge at 1C for 5 minutes"]


def leak(monkeypatch, share, *, after):
    """From a time [s] on, each time step's charge is told too large by a share."""
    honest = engine.attempt_step

    def dishonest(model, newton, control, start, **more):
        step = honest(model, newton, control, start, **more)
        wrong = 1.0 + share if start.time >= after else 1.0
        return replace(step, passed=wrong * step.passed)

    monkeypatch.setattr(engine, "attempt_step", dishonest)


def test_a_gap_is_measured_against_what_went_to_and_fro_or_in_a_rest_against_the_capacity():
    assert relative_gap(-2e-6, throughput=0.5, capacity=1.0) == pytest.approx(4e-6)
    assert relative_gap(1e-16, throughput=0.0, capacity=0.5) == pytest.approx(2e-16)
    assert relative_gap(1e-16, throughput=1e-16, capacity=0.5) == pytest.approx(2e-16)


def test_a_sound_run_says_nothing(caplog):
    result = boxes.run(boxes.slab(counts=boxes.SMALL), STEPS, start=0.3)
    assert result.summary["warnings"] == []
    assert caplog.records == []


def test_a_small_gap_is_told_once_with_time_and_step(monkeypatch, caplog):
    # the last of three equal parts of 300 s; the share of all charge is half of that leaked
    leak(monkeypatch, 1e-5, after=310.0)
    result = boxes.run(boxes.slab(counts=boxes.SMALL), STEPS, start=0.3)
    error = result.summary["conservation"]["charge balance error"]
    assert error == pytest.approx(5e-6, rel=1e-3)
    (told,) = result.summary["warnings"]
    assert [record.message for record in caplog.records] == [told]
    assert "5.0e-06" in told
    assert "protocol step 3 ('Charge at 1C for 5 minutes')" in told


def test_a_large_gap_fails_the_run_which_keeps_what_it_computed(monkeypatch, tmp_path):
    leak(monkeypatch, 0.01, after=310.0)
    with pytest.raises(BalanceError, match=r"lost charge.* 5\.0e-03 .*step 3") as caught:
        boxes.simulation(boxes.slab(counts=boxes.SMALL), STEPS, start=0.3).run(tmp_path)
    assert caught.value.exit_code == 3
    assert {"summary.json", "timeseries.csv"} <= {path.name for path in tmp_path.iterdir()}


def test_a_gap_of_before_a_stop_is_known_afterwards(monkeypatch, tmp_path):
    leak(monkeypatch, 1e-5, after=0.0)

    def run(**more):
        simulation = boxes.simulation(boxes.slab(counts=boxes.SMALL), STEPS, start=0.3)
        return simulation.run(tmp_path, **more)

    class Stopped(Exception):
        pass

    def stop(report):
        if report.step_index == 2:
            raise Stopped

    with pytest.raises(Stopped):
        run(progress=stop)
    monkeypatch.undo()
    (told,) = run(resume=True).summary["warnings"]
    assert "protocol step 1" in told


def test_the_step_that_lost_most_is_remembered():
    balance = Balance()
    for gap, time, step in [(1e-9, 1.0, 0), (-3e-6, 2.0, 1), (-2.9e-6, 3.0, 1), (-4e-6, 4.0, 2)]:
        balance.note(gap, time=time, step=step)
    assert (balance.time, balance.step) == (2.0, 1)
    notices = Notices()
    assert balance.judge(9e-7, ["a", "b", "c"], notices) is None
    assert notices.texts == []
    assert balance.judge(9e-4, ["a", "b", "c"], notices) is None
    assert "t = 2 s, in protocol step 2 ('b')" in notices.texts[0]
    assert "('b')" in balance.judge(1.1e-3, ["a", "b", "c"], notices)
