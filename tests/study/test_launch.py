"""A case's process: how it ends, what that costs the others, and who outlives whom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import drive
import pytest

from nanotrode.study.cases import launch
from nanotrode.study.cases.task import Record, Task, make_task, read_record, write_record
from nanotrode.study.loading import load_study


@pytest.fixture
def study(small_text: str, tmp_path: Path):
    path = tmp_path / "small.toml"
    path.write_text(small_text, encoding="utf-8")
    return load_study(path)


@pytest.fixture
def task(study, tmp_path) -> Task:
    return make_task(tmp_path / "case", study)


@pytest.fixture
def runs(monkeypatch):
    """Let a task run a piece of Python instead."""

    def do(script: str) -> None:
        words = [sys.executable, "-S", "-c", script]
        monkeypatch.setattr(launch, "command", lambda task: words)

    return do


def test_a_task_that_is_done_is_not_begun_again(task, monkeypatch):
    monkeypatch.setattr(launch, "command", drive.fake_command)
    record = launch.launch(task)
    assert (record.status, record.exit_code, record.starts) == ("done", 0, 1)
    assert launch.launch(task) == read_record(task) == record
    assert (task.folder / "work.txt").read_text() == "1\n2\n3\nfinished\n"


def test_a_task_is_on_record_before_its_process_begins(task, runs, monkeypatch):
    write_record(task, Record(task.digest, "stopped", starts=2, pid=2**22 + 1))
    seen = []

    class Begun(subprocess.Popen):
        def __init__(self, *words, **options):
            seen.append(read_record(task))
            super().__init__(*words, **options)

    monkeypatch.setattr(subprocess, "Popen", Begun)
    runs("pass")
    assert launch.launch(task).status == "done"
    # without the number of an earlier process, which is nobody's or a stranger's by now
    assert seen == [Record(task.digest, "running", starts=3, pid=None)]


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "failed", "killed by SIGSEGV"),
        ("import os; os.abort()", "failed", "killed by SIGABRT"),
        ("print('a'); print('no convergence'); raise SystemExit(3)", "failed",
         "exit code 3: no convergence"),
        ("raise SystemExit(2)", "failed", "exit code 2"),
        ("import time; print('at work', flush=True); time.sleep(60)", "timed out",
         "not done within 0.4 s"),
    ],
)  # fmt: skip
def test_a_task_that_does_not_end_well_leaves_its_reason(task, runs, script, status, reason):
    runs(script)
    record = launch.launch(replace(task, seconds=0.4 if status == "timed out" else None))
    assert (record.status, record.reason) == (status, reason)
    runs("pass")
    assert launch.launch(task) == record


def test_all_processes_can_be_stopped(task, runs):
    runs("import time; time.sleep(60)")
    processes = launch.Processes()
    threading.Timer(0.5, processes.stop).start()
    record = launch.launch(task, processes)
    assert (record.status, record.ended) == ("stopped", False)
    runs("pass")
    assert launch.launch(task, processes).status == "stopped"
    assert launch.launch(task).starts == 2


def test_a_process_that_outlives_its_parent_is_waited_for(task):
    orphan = f"""
import fcntl, os, subprocess, sys
lock = os.open({str(task.folder / launch.LOCK)!r}, os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
words = [sys.executable, "-S", {str(drive.FAKE)!r}, {str(task.folder)!r}]
subprocess.Popen(words, pass_fds=(lock,), env=os.environ | {{"FAKE_SECONDS": "1.5"}})
"""
    write_record(task, Record(task.digest, "running"))
    subprocess.run([sys.executable, "-S", "-c", orphan], check=True)
    assert launch.launch(task).status == "done"
    assert (task.folder / "work.txt").read_text() == "1\n2\n3\nfinished\n"


def test_a_run_that_finished_unseen_is_done(task):
    write_record(task, Record(task.digest, "running", starts=2, pid=1))
    assert read_record(task).status == "running"
    papers = f'{{"study": "{task.digest}", "finished": "2026-01-01"}}'
    (task.folder / "provenance.json").write_text(papers)
    assert (read_record(task).status, read_record(task).starts) == ("done", 2)


def test_another_studys_record_does_not_count(task, study):
    write_record(task, Record(task.digest, "done"))
    initial = study.initial.model_copy(update={"stoichiometry": 0.5})
    other = study.model_copy(update={"initial": initial})
    assert read_record(make_task(task.folder, other)) is None


def test_a_task_knows_nothing_of_the_mpi_around_it(monkeypatch):
    for name in ("PMI_RANK", "SLURM_JOB_ID", "OMPI_COMM_WORLD_SIZE", "HYDI_CONTROL_FD"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    found = launch.environment()
    assert not [name for name in found if name.startswith(launch.LAUNCHERS)]
    assert found["OMP_NUM_THREADS"] == "1"
    assert found["PATH"] == os.environ["PATH"]


def test_what_a_task_runs(task):
    words = launch.command(task)
    study = str(task.folder / "study.toml")
    assert words[1:] == ["-m", "nanotrode", "run", study, "--out", str(task.folder), "--resume",
                         "--force"]  # fmt: skip
    ranked = launch.command(replace(task, ranks=2))
    assert ranked[1:3] == ["-n", "2"]
    assert ranked[3:] == words
    assert launch.command(replace(task, kind="mesh"))[3] == "mesh"


def test_a_stopped_group_takes_its_children_along(task, runs, tmp_path):
    mark = tmp_path / "child.pid"
    runs(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    )
    record = launch.launch(replace(task, seconds=1.0))
    assert record.status == "timed out"
    time.sleep(0.2)
    state = Path(f"/proc/{mark.read_text()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_signals_name_is_known():
    assert launch._name(signal.SIGKILL) == "SIGKILL"
    assert launch._name(64).startswith("signal") or launch._name(64) == "SIGRTMAX"
