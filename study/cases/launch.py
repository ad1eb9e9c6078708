"""Runs a task as a process of its own, and writes down how it ended.

A crash, an endless loop or a kill costs the one task. Its process holds a lock on the task's
folder: whoever finds the lock taken waits for a process that outlived its parent, and takes its
result. Nothing is run twice.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..folder import STUDY
from ..owner import job_environment
from .task import MESH, OUTPUT, SUMMARY, Record, Task, read_record, write_record

LOCK = ".lock"
GRACE = 5.0
"""Between asking a process to end and making it end [s]."""
POLL = 0.2
"""Between two looks at a lock that another process holds [s]."""
LAUNCHERS = ("PMI_", "PMIX_", "HYDI_", "HYDRA_", "MPI_LOCAL", "OMPI_", "PRTE_", "SLURM_")
"""Variables by which a launcher of MPI processes would take the child for one of its own."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Processes:
    """The processes under way, so that all can be ended; safe to use from several threads.

    Args:
        settling: How much later than a process an order to end may reach this one [s].
    """

    def __init__(self, *, settling: float = 0.0) -> None:
        self.settling = settling
        self._lock = threading.Lock()
        self._running: set[int] = set()
        self.stopping = False

    @contextmanager
    def listed(self, pid: int) -> Iterator[None]:
        """List a process group while it runs."""
        with self._lock:
            self._running.add(pid)
            late = self.stopping
        if late:
            _signal(pid, signal.SIGTERM)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(pid)

    def stop(self) -> None:
        """End all, now and later ones too; their checkpoints stay."""
        with self._lock:
            self.stopping = True
            running = set(self._running)
        for pid in running:
            _signal(pid, signal.SIGTERM)

    def kill(self) -> None:
        """Make all end at once."""
        with self._lock:
            running = set(self._running)
        for pid in running:
            _signal(pid, signal.SIGKILL)


def launch(task: Task, processes: Processes | None = None) -> Record:
    """Bring a task to its end, unless that has been done.

    Returns:
        How it ended: done, failed, timed out, or stopped from outside.
    """
    processes = processes or Processes()
    with _lock(task, processes) as lock:
        known = read_record(task)
        if known is not None and known.ended:
            return known
        if processes.stopping or lock is None:
            return known or Record(task.digest, "stopped", starts=0)
        started = time.monotonic()
        begun = Record(task.digest, "running", starts=1 + (known.starts if known else 0))
        record = replace(_run(task, begun, lock, processes), wall=time.monotonic() - started)
        write_record(task, record)
    return record


def command(task: Task) -> list[str]:
    """The words that run a task."""
    if task.kind == "family":
        return [sys.executable, "-m", "nanotrode.study.cases.family", str(task.folder)]
    study = str(task.folder / STUDY)
    words = [sys.executable, "-m", "nanotrode"]
    if task.kind == "mesh":
        mesh, summary = str(task.folder / MESH), str(task.folder / SUMMARY)
        return [*words, "mesh", study, "--out", mesh, "--summary", summary]
    if task.ranks > 1:
        words = [mpiexec(), "-n", str(task.ranks), *words]
    return [*words, "run", study, "--out", str(task.folder), "--resume", "--force"]


def mpiexec() -> str:
    """The launcher that belongs to this Python's MPI, else the first on the path."""
    beside = Path(sys.executable).with_name("mpiexec")
    return str(beside) if beside.exists() else shutil.which("mpiexec") or "mpiexec"


def environment() -> dict[str, str]:
    """The environment of a task: one thread a process, and no trace of an MPI or Slurm around."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(LAUNCHERS)}
    return kept | dict.fromkeys(THREADS, "1") | job_environment()


def _run(task: Task, begun: Record, lock: int, processes: Processes) -> Record:
    write_record(task, begun)  # before the process, which may be at work before this one goes on
    with (task.folder / OUTPUT).open("wb") as output:
        try:
            process = subprocess.Popen(
                command(task),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(),
                pass_fds=(lock,),
                start_new_session=True,
            )
        except OSError as error:
            return replace(begun, status="failed", reason=f"could not be started: {error}")
        with processes.listed(process.pid):
            write_record(task, replace(begun, pid=process.pid))
            try:
                code = process.wait(task.seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                reason = f"not done within {task.seconds:g} s"
                return replace(begun, status="timed out", reason=reason)
    if code != 0:
        time.sleep(processes.settling)
    return _appraise(task, begun, code, stopped=processes.stopping)


def _appraise(task: Task, begun: Record, code: int, *, stopped: bool) -> Record:
    if code == 0:
        return replace(begun, status="done", exit_code=0)
    if stopped:
        return replace(begun, status="stopped", reason="stopped from outside", exit_code=code)
    how = f"killed by {_name(-code)}" if code < 0 else f"exit code {code}"
    said = last_line(task.folder / OUTPUT)
    reason = f"{how}: {said}" if said else how
    return replace(begun, status="failed", reason=reason, exit_code=code)


def last_line(file: Path) -> str:
    """The last line of a process's output that says anything."""
    try:
        lines = file.read_bytes()[-4000:].decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:500]


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


@contextmanager
def _lock(task: Task, processes: Processes) -> Iterator[int | None]:
    """The lock of a task's folder, which its process inherits and holds as long as it lives.

    None when all is to stop before a process that holds it has ended.
    """
    descriptor = os.open(task.folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        yield descriptor if _taken(descriptor, task, processes) else None
    finally:
        os.close(descriptor)


def _taken(descriptor: int, task: Task, processes: Processes) -> bool:
    """Take the lock, after the process that holds it has ended or its time is over."""
    waiting_since = time.monotonic()
    while not processes.stopping:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            pass
        except OSError:  # a file system without kernel locks: the run's own lock is left
            return True
        orphan = read_record(task)
        late = task.seconds is not None and time.monotonic() - waiting_since > task.seconds
        if late and orphan is not None and orphan.pid is not None:
            _signal(orphan.pid, signal.SIGKILL)
        time.sleep(POLL)
    return False
