"""What one timed process measures of itself, and how it is started.

A timed run is a process of its own on one core. It marks the ends of its phases (import, mesh,
setup, solve), and its last line is what it found, as JSON. CPU seconds are of the process, so
that a busy machine disturbs them little.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
MARK = "RESULT "
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def peak_memory() -> float:
    """Largest resident size of this process so far [B]; getrusage would count its parent's."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return 1024.0 * float(line.split()[1])


class Meter:
    """CPU and wall seconds and peak memory of this process, phase by phase; pins it to a core.

    Args:
        task: What this process was asked to do, as JSON.

    Attributes:
        task: The same, read.
    """

    def __init__(self, task: str) -> None:
        self.task = json.loads(task)
        self._rank = int(os.environ.get("PMI_RANK", "0"))
        cores = self.task["cores"]
        os.sched_setaffinity(0, {cores[self._rank % len(cores)]})
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        self._phases: dict[str, dict[str, float]] = {}

    def mark(self, phase: str, *, without: float = 0.0) -> None:
        """The phase ends here; `without` seconds in it do not count."""
        cpu, wall = time.process_time(), time.perf_counter()
        self._phases[phase] = {
            "cpu": cpu - self._cpu - without,
            "wall": wall - self._wall - without,
            "memory": peak_memory(),
        }
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def report(self, **found: object) -> None:
        """Print what was measured and found."""
        print(MARK + json.dumps({"phases": self._phases, **found}), flush=True)

    def report_on_root(self, **found: object) -> None:
        """Report from the first rank alone."""
        if self._rank == 0:
            self.report(**found)


@dataclass(frozen=True)
class Job:
    """One timed run.

    Attributes:
        name: The code, as the tables call it.
        module: Python module in this folder.
        python: The interpreter of its environment.
        task: What the module is asked.
        ranks: Number of processes.
        repeats: How often to run it.
    """

    name: str
    module: str
    python: str
    task: dict
    ranks: int = 1
    repeats: int = 3

    @property
    def key(self) -> str:
        """Names the job in the results."""
        words = [f"{k}={v}" for k, v in self.task.items()]
        return " ".join([self.name, *words, f"ranks={self.ranks}"])


@dataclass
class Measured:
    """A job with what its repeats found."""

    job: Job
    runs: list[dict] = field(default_factory=list)

    def cpu(self, phase: str = "solve") -> float:
        """Median CPU seconds of a phase."""
        return median([run["phases"][phase]["cpu"] for run in self.runs])

    def wall(self, phase: str = "solve") -> float:
        """Median wall seconds of a phase."""
        return median([run["phases"][phase]["wall"] for run in self.runs])

    @property
    def memory_per_unknown(self) -> float:
        """Peak memory above that after the imports, per unknown [B]."""
        run = self.runs[0]
        peak = max(phase["memory"] for phase in run["phases"].values())
        return (peak - run["phases"]["import"]["memory"]) / run["unknowns"]


def median(values: list[float]) -> float:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else 0.5 * (ordered[half - 1] + ordered[half])


def run_once(job: Job, cores: list[int]) -> dict:
    """Run a job once.

    Raises:
        RuntimeError: It failed; the message ends with what it said.
    """
    command = [job.python, "-m", "worker", job.module, json.dumps({**job.task, "cores": cores})]
    if job.ranks > 1:
        launcher = Path(job.python).parent / "mpiexec"
        command = [str(launcher), "-n", str(job.ranks), *command]
    answer = subprocess.run(
        command, cwd=HERE, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True
    )
    lines = [line for line in answer.stdout.splitlines() if line.startswith(MARK)]
    if answer.returncode or not lines:
        said = (answer.stdout + answer.stderr)[-2000:]
        raise RuntimeError(f"{job.key} failed:\n{said}")
    return json.loads(lines[-1].removeprefix(MARK))


def run_interleaved(jobs: list[Job], *, core: int, log=print) -> list[Measured]:
    """Run all jobs in turn, again and again, so that a slow hour of the machine hits them all."""
    table = [Measured(job) for job in jobs]
    for repeat in range(max((job.repeats for job in jobs), default=0)):
        for row in table:
            if repeat >= row.job.repeats:
                continue
            cores = [core] if row.job.ranks == 1 else sorted(os.sched_getaffinity(0))
            run = run_once(row.job, cores)
            row.runs.append(run)
            seconds = run["phases"]["solve"]
            log(
                f"{row.job.key}: {seconds['cpu']:.3g} s CPU, {seconds['wall']:.3g} s",
                flush=True,
            )
    return table
