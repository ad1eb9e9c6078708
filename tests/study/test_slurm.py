"""What Slurm is asked for, and what becomes of a job that ends without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nanotrode.errors import NanotrodeError
from nanotrode.study.cases import slurm
from nanotrode.study.cases.schema import SlurmTable
from nanotrode.study.cases.task import Record, Task, read_record, write_record


@pytest.fixture
def task(tmp_path) -> Task:
    (tmp_path / "case").mkdir()
    return Task(tmp_path / "case", "digest", ranks=2)


def test_what_slurm_is_asked_for(task):
    table = SlurmTable(partition="short", time="90 min", memory="4G", setup=("module load gcc",))
    assert slurm._parameters([task, task], table, None) == {
        "job_name": "nanotrode",
        "partition": "short",
        "mem": "4G",
        "setup": ["module load gcc"],
        "time": 90,
        "ntasks_per_node": 1,
        "cpus_per_task": 2,
        "srun_args": ["--cpus-per-task=2"],
        "signal_delay_s": 0,
        "array_parallelism": 2,
    }
    # the partition's limit, where the study gives none
    assert slurm._parameters([task], SlurmTable(), 3)["time"] is None


@pytest.fixture
def scontrol(tmp_path, monkeypatch):
    """Let Slurm's configuration say something."""

    def say(text: str) -> None:
        program = tmp_path / "bin" / "scontrol"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{text}'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return say


def test_more_cases_than_slurm_takes_at_once_are_several_arrays(scontrol, tmp_path, monkeypatch):
    scontrol("MaxArraySize            = 3")
    tasks = [Task(tmp_path / str(number), "digest") for number in range(8)]
    asked = []

    def submit(array, table, folder, jobs):
        asked.append((len(array), jobs))
        return {str(task.folder): f"{len(asked)}_{k}" for k, task in enumerate(array)}

    waited = []
    monkeypatch.setattr(slurm, "_queue", dict)
    monkeypatch.setattr(slurm, "_submit", submit)
    monkeypatch.setattr(slurm, "_wait", lambda waiting, logs, report: waited.append(waiting))
    slurm.run_on_slurm(tasks, SlurmTable(), tmp_path, jobs=6, report=lambda task, record: None)
    assert asked == [(3, 2), (3, 2), (2, 2)]
    jobs = [f"{1 + k // 3}_{k % 3}" for k in range(8)]
    assert waited[0] == dict(zip(tasks, jobs, strict=True))
    assert slurm._read(tmp_path) == {str(task.folder): job for task, job in waited[0].items()}
    scontrol("nothing")
    assert slurm._most_in_array() == 1001


def test_a_job_that_is_gone_without_a_record_has_failed(task, monkeypatch, tmp_path):
    monkeypatch.setattr(slurm, "_queue", dict)
    monkeypatch.setattr(slurm, "SETTLING", 0.1)
    monkeypatch.setattr(slurm, "POLL", 0.05)
    (tmp_path / "7_0_0_log.err").write_text(
        "at work\nslurmstepd: CANCELLED DUE TO TIME LIMIT\nsrun: forcing job termination\n"
    )
    heard = []
    slurm._wait({task: "7_0"}, tmp_path, lambda task, record: heard.append(record))
    assert (heard[0].status, heard[0].digest) == ("failed", "digest")
    reason = "Slurm ended job 7_0 before it was done: slurmstepd: CANCELLED DUE TO TIME LIMIT"
    assert read_record(task).reason == reason


def test_a_slurm_that_does_not_answer_for_a_while_costs_nothing(task, monkeypatch, tmp_path):
    answers = [NanotrodeError("timed out"), NanotrodeError("timed out"), {}]

    def queue():
        answer = answers.pop(0)
        if isinstance(answer, NanotrodeError):
            raise answer
        return answer

    monkeypatch.setattr(slurm, "_queue", queue)
    monkeypatch.setattr(slurm, "POLL", 0.05)
    write_record(task, Record(task.digest, "done", wall=1.0))
    heard = []
    slurm._wait({task: "7"}, tmp_path, lambda task, record: heard.append(record.status))
    assert heard == ["done"]
    answers.append(NanotrodeError("timed out"))
    monkeypatch.setattr(slurm, "PATIENCE", -1.0)
    with pytest.raises(NanotrodeError, match="timed out"):
        slurm._wait({task: "7"}, tmp_path, lambda task, record: None)


@pytest.mark.parametrize("first", ["case", "job"])
def test_a_job_told_to_end_leaves_a_case_that_can_go_on(task, first):
    """Slurm tells all processes of a job, in any order."""
    job = f"""
import sys
from pathlib import Path
from nanotrode.study.cases import launch, slurm
from nanotrode.study.cases.task import Task
launch.command = lambda task: [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
slurm.work(Task(Path({str(task.folder)!r}), "digest"))
"""
    process = subprocess.Popen([sys.executable, "-c", job])
    until = time.monotonic() + 60.0
    while (known := read_record(task)) is None or known.pid is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    if first == "case":
        os.killpg(known.pid, signal.SIGTERM)
        time.sleep(0.2)
    process.terminate()
    assert process.wait(30) == 0
    assert not Path(f"/proc/{known.pid}").exists()
    assert (read_record(task).status, read_record(task).ended) == ("stopped", False)


def test_without_slurm_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NanotrodeError, match="Slurm does not answer"):
        slurm._queue()
