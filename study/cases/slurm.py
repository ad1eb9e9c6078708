"""Runs tasks as jobs of Slurm, through submitit; a sweep that is begun again finds its jobs."""

from __future__ import annotations

import itertools
import json
import logging
import math
import re
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from ..._files import write_text
from ...errors import InputError, NanotrodeError
from .launch import Processes, last_line, launch
from .pool import Report
from .schema import SlurmTable
from .task import Record, Task, read_record, write_record

log = logging.getLogger("nanotrode")

FOLDER, JOBS = "slurm", "jobs.json"
POLL = 2.0
"""Between two looks at the queue [s]."""
SETTLING = 20.0
"""That results may take to be seen here after their job has left the queue [s]."""
SLURMS_OWN = 1001
"""Jobs of an array where Slurm's configuration says nothing else."""
PATIENCE = 1800.0
"""That a Slurm which took the jobs may leave questions unanswered, as when it is restarted [s]."""


def run_on_slurm(
    tasks: Sequence[Task], table: SlurmTable, folder: Path, *, jobs: int | None, report: Report
) -> None:
    """Submit tasks as one array, or as few as Slurm takes, and wait for them.

    Args:
        tasks: What is to be run.
        table: What Slurm is asked for.
        folder: Of the sweep, seen by all nodes.
        jobs: How many run at the same time; None leaves that to Slurm.
        report: Hears of each beginning and end.

    Raises:
        NanotrodeError: Slurm takes no jobs.
    """
    known = _read(folder)
    queue = _queue()
    fresh = [task for task in tasks if known.get(str(task.folder)) not in queue]
    arrays = list(itertools.batched(fresh, _most_in_array())) if fresh else []
    for tasks_of_array in arrays:
        share = None if jobs is None else max(1, jobs // len(arrays))
        known |= _submit(tasks_of_array, table, folder / FOLDER, share)
        write_text(folder / FOLDER / JOBS, json.dumps(known, indent=1) + "\n")
    waiting = {task: known[str(task.folder)] for task in tasks}
    _wait(waiting, folder / FOLDER, report)


def work(task: Task) -> Record:
    """What a job does: bring a task to its end, or stop it with its checkpoint when told to end.

    Slurm asks so before it takes a job's processes away: at its limit of time, cancelled, or to
    be begun again later. Only the first two are failures, and who waits for the job sees that.
    """
    processes = Processes(settling=1.0)

    def stop(number: int, frame: FrameType | None) -> None:
        # in a thread: this one may be interrupted while it holds the lock of the processes
        threading.Thread(target=processes.stop).start()

    signal.signal(signal.SIGTERM, stop)
    return launch(task, processes)


def _submit(
    tasks: Sequence[Task], table: SlurmTable, folder: Path, jobs: int | None
) -> dict[str, str]:
    """Submit an array of jobs; the number of each, by the task's folder."""
    try:
        import submitit
    except ModuleNotFoundError:
        raise InputError(
            "executor: \"slurm\" needs the package submitit; pip install 'nanotrode[slurm]'"
        ) from None
    try:
        executor = submitit.SlurmExecutor(folder=folder, max_num_timeout=0)
        executor.update_parameters(**_parameters(tasks, table, jobs))
        with executor.batch():
            submitted = [executor.submit(work, task) for task in tasks]
    except (RuntimeError, OSError, submitit.core.utils.FailedJobError) as error:
        raise NanotrodeError(f"Slurm took no jobs: {error}") from None
    log.info("submitted %d jobs to Slurm", len(submitted))
    return {str(task.folder): job.job_id for task, job in zip(tasks, submitted, strict=True)}


def _most_in_array() -> int:
    """How many jobs Slurm takes as one array."""
    words = ["scontrol", "show", "config"]
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        said = ""
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", said, re.MULTILINE)
    return max(1, int(found[1])) if found else SLURMS_OWN


def _parameters(tasks: Sequence[Task], table: SlurmTable, jobs: int | None) -> dict[str, Any]:
    """What sbatch is told; one task of Slurm's per case, since a case starts its own ranks."""
    ranks = max(task.ranks for task in tasks)
    given: dict[str, Any] = {
        "job_name": "nanotrode",
        "partition": table.partition,
        "account": table.account,
        "mem": table.memory,
        "setup": list(table.setup) or None,
        "ntasks_per_node": 1,
        "cpus_per_task": ranks,
        "srun_args": [f"--cpus-per-task={ranks}"],  # from 22.05 on srun does not take sbatch's
        # no warning before the limit: submitit ends then, and leaves the case's process behind
        "signal_delay_s": 0,
        "array_parallelism": jobs or len(tasks),
    }
    minutes = None if table.time is None else math.ceil(float(table.time) / 60.0)
    # not left out: submitit's own limit would be five minutes, None is the partition's
    return {key: value for key, value in given.items() if value is not None} | {"time": minutes}


def _wait(waiting: dict[Task, str], logs: Path, report: Report) -> None:
    running: set[Task] = set()
    gone: dict[Task, float] = {}
    while waiting:
        queue = _patient_queue()
        for task, job in list(waiting.items()):
            record = read_record(task)
            settled = record is not None and (record.wall is not None or job not in queue)
            if record is not None and record.ended and settled:
                report(task, record)
                del waiting[task]
            elif (
                job not in queue
                and time.monotonic() - gone.setdefault(task, time.monotonic()) > SETTLING
            ):
                report(task, _lost(task, job, logs / f"{job}_0_log.err"))
                del waiting[task]
            elif queue.get(job) == "RUNNING" and task not in running:
                running.add(task)
                report(task, None)
        if waiting:
            time.sleep(POLL)


def _lost(task: Task, job: str, log_file: Path) -> Record:
    """A job has ended without a word: killed, out of memory or of time."""
    reason = f"Slurm ended job {job} before it was done: {_last_words(log_file)}"
    known = read_record(task)
    record = Record(task.digest, "failed", reason, starts=known.starts if known else 1)
    write_record(task, record)
    return record


def _last_words(log_file: Path) -> str:
    """Why a job ended: what Slurm's daemon says of it, else the last line of its log."""
    try:
        lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    daemons = [line.strip() for line in lines if line.startswith("slurmstepd")]
    return daemons[-1] if daemons else last_line(log_file) or "it left no word"


def _patient_queue() -> dict[str, str]:
    """The queue, from a Slurm that may take its time to answer."""
    since, told = time.monotonic(), False
    while True:
        try:
            return _queue()
        except NanotrodeError as error:
            if time.monotonic() - since > PATIENCE:
                raise
            if not told:
                log.warning("%s; its jobs go on, and it is asked again", error)
            told = True
            time.sleep(POLL)


def _queue() -> dict[str, str]:
    """State of each of the user's jobs that has not ended.

    Raises:
        NanotrodeError: There is no Slurm here.
    """
    words = ["squeue", "--me", "--array", "--noheader", "--format=%i %T"]
    try:
        answer = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or error
        raise NanotrodeError(f"executor: Slurm does not answer ({str(said).strip()})") from None
    lines = (line.split() for line in answer.stdout.splitlines())
    return {job: state for job, state in lines}


def _read(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((folder / FOLDER / JOBS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
