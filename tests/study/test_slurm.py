"""What Slurm is asked for, and what becomes of a job that ends without a word."""

from __future__ import annotations

import pytest

from nanotrode.errors import NanotrodeError
from nanotrode.study.cases import slurm
from nanotrode.study.cases.schema import SlurmTable
from nanotrode.study.cases.task import Task, read_record


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
        "array_parallelism": 2,
    }
    # the partition's limit, where the study gives none
    assert slurm._parameters([task], SlurmTable(), 3)["time"] is None


def test_a_job_that_is_gone_without_a_record_has_failed(task, monkeypatch):
    monkeypatch.setattr(slurm, "_queue", dict)
    monkeypatch.setattr(slurm, "SETTLING", 0.1)
    monkeypatch.setattr(slurm, "POLL", 0.05)
    heard = []
    slurm._wait({task: "7_0"}, lambda task, record: heard.append(record))
    assert (heard[0].status, heard[0].digest) == ("failed", "digest")
    assert "Slurm ended job 7_0" in read_record(task).reason


def test_without_slurm_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NanotrodeError, match="Slurm does not answer"):
        slurm._queue()
