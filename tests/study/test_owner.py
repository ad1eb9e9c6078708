"""A folder's lock: who holds it, how long, and who may take it over."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from nanotrode.errors import InputError
from nanotrode.study import owner
from nanotrode.study.cases import launch
from nanotrode.study.owner import LOCK, Lock, Owner, owned, read_owner

HOLD = """\
import sys, time
from pathlib import Path
from nanotrode.study.owner import owned
with owned(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_told_who_is_at_work(tmp_path, holder):
    with pytest.raises(InputError, match=rf"process {holder.pid} on \S+ is at work here since 20"):
        Lock(tmp_path)
    assert read_owner(tmp_path / LOCK).pid == holder.pid


def test_a_process_that_is_stopped_still_holds_its_folder(tmp_path, holder):
    holder.send_signal(signal.SIGSTOP)
    with pytest.raises(InputError, match="is at work"):
        Lock(tmp_path)
    holder.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("reaped", [True, False])
def test_the_lock_does_not_outlive_its_process(tmp_path, holder, reaped):
    holder.kill()
    os.waitid(os.P_PID, holder.pid, os.WEXITED | (0 if reaped else os.WNOWAIT))
    if reaped:
        holder.returncode = -signal.SIGKILL
    with owned(tmp_path):
        assert read_owner(tmp_path / LOCK).pid == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_nor_its_machine(tmp_path):
    leave(tmp_path, replace(Owner.here(), boot="an earlier one"))
    Lock(tmp_path).release()


def test_a_number_that_another_process_has_now_is_not_its_owner(tmp_path):
    leave(tmp_path, replace(Owner.here(), pid=os.getppid(), begun="1"))
    Lock(tmp_path).release()


@pytest.mark.parametrize("changes", [{"host": "node7"}, {"machine": "another container"}])
def test_of_another_machine_it_is_said_what_to_do(tmp_path, changes):
    leave(tmp_path, replace(Owner.here(), pid=2**22 + 1, **changes))
    with pytest.raises(InputError, match=r"cannot be seen from here, delete .*owner\.json"):
        Lock(tmp_path)


def test_a_job_that_slurm_has_begun_again_takes_over_from_itself_on_another_node(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    first = replace(Owner.here(), host="node7", pid=2**22 + 1)
    assert (first.job, first.attempt) == ("4711", "0")
    leave(tmp_path, first)
    with pytest.raises(InputError, match="cannot be seen from here"):
        Lock(tmp_path)
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    Lock(tmp_path).release()
    case = {k: v for k, v in launch.environment().items() if not k.startswith("SLURM")}
    assert case[owner.JOB] == "4711 1"


def test_an_unreadable_lock_is_believed_only_while_it_may_be_under_way(tmp_path):
    (tmp_path / LOCK).touch()
    with pytest.raises(InputError, match="is just beginning"):
        Lock(tmp_path)
    os.utime(tmp_path / LOCK, (0, 0))
    Lock(tmp_path).release()


def test_what_another_has_taken_is_not_released(tmp_path):
    lock = Lock(tmp_path)
    other = replace(Owner.here(), host="node7")
    leave(tmp_path, other)
    lock.release()
    assert read_owner(tmp_path / LOCK) == other


def test_one_process_does_not_take_a_folder_twice(tmp_path):
    with owned(tmp_path), pytest.raises(InputError, match="is at work"):
        Lock(tmp_path)


@pytest.mark.parametrize("links", [True, False])
def test_of_many_that_find_a_dead_ones_lock_one_gets_it(tmp_path, monkeypatch, links):
    code = HOLD.replace("time.sleep(60)", "time.sleep(3)")
    if not links:
        code = (
            "import os\ndef refuse(*names):\n    raise OSError(1, 'no links')\nos.link = refuse\n"
            + code
        )
    leave(tmp_path, replace(Owner.here(), begun="1"))
    words = [sys.executable, "-c", code, str(tmp_path)]
    racing = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    said = [process.communicate() for process in racing]
    assert sum(out == "held\n" for out, _ in said) == 1
    assert sum("is at work here" in err for _, err in said) == 4
    assert list(tmp_path.iterdir()) == []


def test_without_kernel_locks_the_lock_file_alone_serves(tmp_path, monkeypatch):
    def refuse(*given):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(owner.fcntl, "flock", refuse)
    with owned(tmp_path), pytest.raises(InputError, match="is at work"):
        Lock(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        Lock(tmp_path / "file" / "out")


def leave(folder: Path, by: Owner) -> None:
    (folder / LOCK).write_text(json.dumps(asdict(by)))


def test_an_owner_says_when_it_began():
    """The kernel's own tick of this process's start, and now in UTC."""
    here = Owner.here()
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    assert int(here.begun) == ticks
    assert here.since[:16] == time.strftime("%Y-%m-%dT%H:%M", time.gmtime())
