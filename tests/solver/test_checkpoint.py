"""A run that is stopped anywhere goes on as if it had never been."""

from __future__ import annotations

import itertools
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import boxes
import numpy as np
import pytest

from nanotrode.errors import InputError, Interrupted, NanotrodeError
from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange, RootExchange
from nanotrode.materials.laws import Constant, Formula
from nanotrode.solver.checkpoint_files import BEFORE, FILE_NAME, resume_time
from nanotrode.solver.protocol import Protocol
from nanotrode.solver.settings import OutputPlan, SolverSettings
from nanotrode.solver.stopping import Wish

PLAN = OutputPlan(every=1.5, checkpoint_steps=4)
LAWS = {"constant D": boxes.material, "D(x)": lambda: boxes.material(diffusivity=boxes.varying())}


class Stopped(Exception):
    """Somebody pulled the plug."""


class Plug:
    """Raises in the progress callback after so many time steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, report: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise Stopped


class Watcher:
    """Notes the snapshots' numbers and times."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, float, float]] = []

    def write(self, snapshot) -> None:
        self.seen.append((snapshot.index, snapshot.time, float(snapshot.stoichiometry.sum())))

    def finish(self, result) -> None:
        pass


def simulate(counts=(1, 1, 8), **changes):
    """A discharge, a rest, a sweep and a charge."""
    mesh = boxes.slab(counts=counts)
    current = f"{2.0 * mesh.area('interface'):.16g} A"
    steps = [
        f"Discharge at {current} until 3.4 V",
        "Rest for 4 s",
        "Sweep to 3.6 V at 40 mV/s",
        f"Charge at {current} for 2 s or until 3.7 V",
    ]
    return boxes.simulation(mesh, **({"protocol": steps, "output": PLAN} | changes))


@pytest.fixture(scope="module", params=LAWS)
def law(request):
    return request.param


@pytest.fixture(scope="module")
def whole(law):
    watcher = Watcher()
    return simulate(of=LAWS[law]()).run(observers=[watcher]), watcher


def same(result, expected):
    assert len(result.time) == len(expected.time)
    for column, values in expected.series.items():
        rounding = 1e-12 * np.abs(values).max()
        assert np.abs(result.series[column] - values).max() <= rounding, column
    assert result.events == expected.events
    for part in ("conservation", "steps", "electrode"):
        assert result.summary[part] == expected.summary[part]
    for work in ("accepted", "rejected", "failed"):
        assert result.summary["work"][work] == expected.summary["work"][work]


@pytest.mark.parametrize("after", [1, 4, 17, 38, 50])
def test_a_stopped_run_goes_on_to_the_same_end(tmp_path, law, whole, after):
    expected, watched = whole
    run = simulate(of=LAWS[law]())
    with pytest.raises(Stopped):
        run.run(tmp_path, progress=Plug(after))
    watcher = Watcher()
    result = run.run(tmp_path, resume=True, observers=[watcher])
    same(result, expected)
    assert watcher.seen == [s for s in watched.seen if s[0] >= watcher.seen[0][0]]
    written = np.genfromtxt(tmp_path / "timeseries.csv", delimiter=",", skip_header=1)
    assert np.array_equal(written, np.column_stack(list(result.series.values())))


def test_it_may_be_stopped_again_and_again(tmp_path, law, whole):
    run = simulate(of=LAWS[law]())
    with pytest.raises(Stopped):
        run.run(tmp_path, progress=Plug(13))
    for after in (9, 14, 22):
        with pytest.raises(Stopped):
            run.run(tmp_path, resume=True, progress=Plug(after))
    same(run.run(tmp_path, resume=True), whole[0])


def test_an_iterative_solver_goes_on_to_the_same_end(tmp_path):
    """Enough unknowns for a preconditioner that is kept between steps."""
    run = simulate((5, 5, 24), protocol="Hold at 3.4 V for 3 s")
    expected = simulate((5, 5, 24), protocol="Hold at 3.4 V for 3 s").run()
    assert expected.summary["work"]["linear"] > 2 * expected.summary["work"]["newton"]
    with pytest.raises(Stopped):
        run.run(tmp_path, progress=Plug(14))
    result = run.run(tmp_path, resume=True)
    same(result, expected)
    assert result.summary["work"] == expected.summary["work"]


def test_a_killed_process_is_survived(tmp_path, whole, law):
    """SIGKILL in the midst of a run: another process goes on with what is on the disk."""
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "import test_checkpoint as t\n"
        "class Kill(t.Plug):\n"
        "    def __call__(self, report):\n"
        "        self.left -= 1\n"
        "        if self.left == 0:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        f"t.simulate(of=t.LAWS[{law!r}]()).run(Path(sys.argv[1]), progress=Kill(47))\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).parent,
        timeout=120,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert (tmp_path / FILE_NAME).exists()
    same(simulate(of=LAWS[law]()).run(tmp_path, resume=True), whole[0])


def test_without_a_checkpoint_a_resumed_run_begins(tmp_path, whole, law):
    same(simulate(of=LAWS[law]()).run(tmp_path, resume=True), whole[0])


def test_a_finished_run_that_is_resumed_is_told_again(tmp_path, whole, law):
    run = simulate(of=LAWS[law]())
    run.run(tmp_path)
    same(run.run(tmp_path, resume=True), whole[0])


@pytest.mark.parametrize("after", [5, 30])
def test_a_checkpoint_is_whole_or_not_there(tmp_path, monkeypatch, after, whole, law):
    """Death while a checkpoint is being written leaves the one before it."""
    written = np.savez
    calls = []

    def dying(path, **arrays):
        calls.append(path)
        if len(calls) == 3:
            Path(path).write_bytes(b"half")
            raise Stopped
        written(path, **arrays)

    run = simulate(of=LAWS[law]())
    monkeypatch.setattr(np, "savez", dying)
    with pytest.raises(Stopped):
        run.run(tmp_path)
    monkeypatch.undo()
    same(run.run(tmp_path, resume=True), whole[0])


# --- asked to stop -------------------------------------------------------------------------------


def asks(wish: Wish, *, after: int):
    """Wants the run to stop after so many time steps, and again after each later one."""
    asked = itertools.count(1)
    return lambda: wish if next(asked) >= after else Wish.GO_ON


def test_asked_to_stop_soon_it_goes_on_to_the_same_bits(tmp_path, law, whole):
    run = simulate(of=LAWS[law]())
    with pytest.raises(Interrupted, match="its checkpoint is written"):
        run.run(tmp_path, stop=asks(Wish.SOON, after=18))
    again = run.run(tmp_path, resume=True)
    assert again.summary["work"]["accepted"] == whole[0].summary["work"]["accepted"]
    for name, values in whole[0].series.items():
        assert again.series[name].tolist() == values.tolist(), name


def test_asked_to_stop_now_it_stops_after_the_step_under_way(tmp_path, law, whole):
    run, reports = simulate(of=LAWS[law]()), []
    with pytest.raises(Interrupted):
        run.run(tmp_path, stop=asks(Wish.NOW, after=18), progress=reports.append)
    assert len(reports) == 18
    assert resume_time(tmp_path) == reports[-1].time
    same(run.run(tmp_path, resume=True), whole[0])


# --- the last two --------------------------------------------------------------------------------


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """One bit, as a failing disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = {
    "cut": truncate,
    "empty": lambda path: path.write_bytes(b""),
    "one bit": flip,
    "text": lambda path: path.write_text("not a checkpoint"),
    "another program's": lambda path: np.savez(path, x=np.zeros(3)),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.fixture
def cut_short(tmp_path, law):
    run = simulate(of=LAWS[law]())
    with pytest.raises(Stopped):
        run.run(tmp_path, progress=Plug(47))
    return run


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_serves(
    tmp_path, cut_short, whole, caplog, damage
):
    newest = resume_time(tmp_path)
    DAMAGES[damage](tmp_path / FILE_NAME)
    older = resume_time(tmp_path)
    assert 0.0 < older < newest
    assert f"{tmp_path / FILE_NAME} is damaged" in caplog.text
    assert f"goes on from {BEFORE}" in caplog.text
    same(cut_short.run(tmp_path, resume=True), whole[0])


def test_a_damaged_checkpoint_never_takes_the_place_of_a_whole_one(tmp_path, cut_short, whole):
    truncate(tmp_path / FILE_NAME)
    with pytest.raises(Stopped):
        cut_short.run(tmp_path, resume=True, progress=Plug(5))
    truncate(tmp_path / FILE_NAME)
    assert resume_time(tmp_path) > 0.0
    same(cut_short.run(tmp_path, resume=True), whole[0])


def test_with_both_damaged_the_run_begins_again(tmp_path, cut_short, whole, caplog):
    for name in (FILE_NAME, BEFORE):
        truncate(tmp_path / name)
    same(cut_short.run(tmp_path, resume=True), whole[0])
    assert "it begins again" in caplog.text


def test_death_between_the_two_names_leaves_one(tmp_path, cut_short, whole):
    (tmp_path / FILE_NAME).replace(tmp_path / BEFORE)
    same(cut_short.run(tmp_path, resume=True), whole[0])


@pytest.mark.parametrize("room", [6_000, 12_000])
def test_a_disk_that_fills_up_leaves_the_last_whole_files(tmp_path, whole, law, room):
    """A file that grows beyond what the system lets it be is refused in the midst of its bytes."""
    run, limits = simulate(of=LAWS[law]()), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises((OSError, NanotrodeError)):
            run.run(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.glob(".part-*"))
    for file in tmp_path.iterdir():
        assert file.stat().st_size <= room
    same(run.run(tmp_path, resume=True), whole[0])


# --- more of the same ----------------------------------------------------------------------------


def test_more_steps_at_its_end_go_on_from_a_finished_run(tmp_path):
    longer = {"protocol": Protocol.from_text(CYCLE, repeat=3)}
    expected = simulate(**longer).run()
    simulate(protocol=Protocol.from_text(CYCLE, repeat=2)).run(tmp_path)
    result = simulate(**longer).run(tmp_path, resume=True)
    assert expected.series["Cycle"].tolist() == result.series["Cycle"].tolist()
    same(result, expected)


def test_another_protocol_is_no_longer_one(tmp_path):
    simulate(protocol=Protocol.from_text(CYCLE, repeat=2)).run(tmp_path)
    other_cycles = Protocol.join(*[Protocol.from_text(CYCLE * 2)] * 2)
    shorter = Protocol.from_text(CYCLE)
    changed = Protocol.from_text([*CYCLE, CYCLE[0].replace("2 s", "3 s"), CYCLE[1], CYCLE[0]])
    for protocol in (other_cycles, shorter, changed):
        with pytest.raises(InputError, match="another study"):
            simulate(protocol=protocol).run(tmp_path, resume=True)


CYCLE = ("Hold at 3.45 V for 2 s", "Rest for 1 s")


# --- another study -------------------------------------------------------------------------------

OTHER = {
    "protocol": lambda: {"protocol": ["Rest for 1 s"]},
    "start": lambda: {"start": 0.21},
    "temperature": lambda: {"temperature": 310.0},
    "electrolyte": lambda: {"c_e": 900.0},
    "tolerance": lambda: {"settings": SolverSettings(tolerance=1e-5)},
    "output": lambda: {"output": replace(PLAN, every=1.0)},
    "mesh": lambda: {"counts": (1, 1, 9)},
    "potential": lambda: {"of": boxes.material(ocp=Formula("3.6 - 0.5*x"))},
    "diffusivity": lambda: {"of": boxes.material(diffusivity=Constant(2e-15))},
    "D(x)": lambda: {"of": boxes.material(diffusivity=boxes.varying())},
    "rate constant": lambda: {
        "of": boxes.material(kinetics=ButlerVolmer(0.5, 0.5, RootExchange(2e-11)))
    },
    "exchange": lambda: {
        "of": boxes.material(kinetics=ButlerVolmer(0.5, 0.5, ConstantExchange(1.0)))
    },
    "alpha_a": lambda: {"of": boxes.material(kinetics=ButlerVolmer(0.4, 0.5, RootExchange(1e-11)))},
    "c_s_max": lambda: {"of": boxes.material(c_s_max=26000.0)},
    "charge": lambda: {"of": boxes.material(charge_number=2)},
    "window": lambda: {"of": boxes.material(stoichiometry_limits=(0.0, 0.9))},
    "density": lambda: {"of": boxes.material(density=3100.0)},
}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.raises(Stopped):
        simulate().run(folder, progress=Plug(20))
    return folder


@pytest.mark.parametrize("what", OTHER)
def test_another_study_is_refused(stopped, what):
    with pytest.raises(InputError, match="another study") as caught:
        simulate(**OTHER[what]()).run(stopped, resume=True)
    assert caught.value.exit_code == 2
    assert FILE_NAME in str(caught.value)


def test_copies_of_the_part_count_as_another_study(stopped):
    run = simulate()
    run.mesh = replace(run.mesh, multiplicity=4.0)
    with pytest.raises(InputError, match="another study"):
        run.run(stopped, resume=True)
