"""`make bench`: how fast nanotrode solves insertion, beside other codes and its own twin.

    python benchmarks/insertion.py             all of it: most of an hour on a quiet machine
    python benchmarks/insertion.py --quick     the smallest mesh alone, in two or three minutes
    python benchmarks/insertion.py --only array    one part anew, or several
    python benchmarks/insertion.py --render    tables and plot anew, from the last measurement

Writes results/insertion.json, .md and .png (with --quick: results/quick.*) in this folder; then
does the same for the reduced model (reduced.py).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import plan
import plot
import report
import wire
from measure import Measured, median, run_interleaved

import meshes

RESULTS = wire.HERE / "results"
STUDY = wire.HERE.parent / "examples" / "wire.toml"
PARTS = {
    "machine tests": plan.machine,
    "accuracy": plan.work_against_accuracy,
    "two ranks": plan.two_ranks,
    "growth": plan.growth,
    "array": plan.array,
    "overhead": plan.overhead,
    "same work": plan.same_work,
    "same work at 500k": plan.same_work_at_500k,
}


def measure(path: Path, *, quick: bool, only: list[str]) -> None:
    """Measure everything, or some parts anew, into a file that is written after each part."""
    sizes = list(wire.ELEMENT_SIZES)[: 1 if quick else None]
    core, began = max(os.sched_getaffinity(0)), time.perf_counter()
    results: dict = {name: [] for name in PARTS}
    if only and path.exists():
        results |= json.loads(path.read_text())
    results |= {
        "machine": _machine(),
        "load before": os.getloadavg()[0],
        "meshes": {size: wire.make(size) for size in sizes},
        "start-up": start_up(),
    }
    before = results.get("minutes", 0.0)
    plans = {name: PARTS[name](quick=quick) for name in only or PARTS}
    wanted = {job.task.get("mesh", "uniform") for jobs in plans.values() for job in jobs}
    for mesh in sorted(name for name in wanted if not name.startswith("uniform")):
        meshes.build(mesh)
    for name, jobs in plans.items():
        results[name] = [_row(row) for row in run_interleaved(jobs, core=core)]
        results["minutes"] = before + (time.perf_counter() - began) / 60.0
        path.write_text(json.dumps(results, indent=1) + "\n")


def start_up() -> dict[str, float]:
    """Median wall seconds of the command's help, and of a small study run once before."""
    program = str(Path(sys.executable).parent / "nanotrode")
    folder = wire.CACHE / "start-up"
    study = [program, "run", str(STUDY), "--out", str(folder), "--force"]
    _wall(study)
    return {
        "nanotrode --help": median([_wall([program, "--help"]) for _ in range(5)]),
        f"nanotrode run {STUDY.name}": median([_wall(study) for _ in range(3)]),
    }


def _wall(command: list[str]) -> float:
    # an installed program keeps its bytecode, whatever a container of tests is told
    usual = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, env=usual, check=True, capture_output=True)
    return time.perf_counter() - began


def _row(row: Measured) -> dict:
    """A job's medians, with what its first run found."""
    found = {key: value for key, value in row.runs[0].items() if key != "phases"}
    if "seconds" in found:  # taken many times in each run
        found["seconds"] = {
            code: [value for run in row.runs for value in run["seconds"][code]]
            for code in found["seconds"]
        }
    phases = {
        name: {"cpu": row.cpu(name), "wall": row.wall(name)} for name in row.runs[0]["phases"]
    }
    return {
        "name": row.job.name,
        "task": row.job.task,
        "ranks": row.job.ranks,
        "repeats": len(row.runs),
        "phases": phases,
        "memory per unknown": row.memory_per_unknown,
        **found,
    }


def _machine() -> dict[str, object]:
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {
        "processor": cpu[0].split(":", 1)[1].strip() if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def main() -> None:
    """Measure, or read the last measurement, and write tables and plot."""
    parser = argparse.ArgumentParser(description="How fast nanotrode solves insertion.")
    parser.add_argument("--quick", action="store_true", help="the smallest mesh alone")
    parser.add_argument("--render", action="store_true", help="only tables and plot, anew")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=[], help="only these, anew")
    chosen = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / ("quick.json" if chosen.quick else "insertion.json")
    if not chosen.render:
        measure(path, quick=chosen.quick, only=chosen.only)
    results = json.loads(path.read_text())
    text = report.render(results)
    path.with_suffix(".md").write_text(text)
    plot.draw(results, path.with_suffix(".png"))
    print(text)
    if not chosen.only:
        reduced = str(wire.HERE / "reduced.py")
        subprocess.run([sys.executable, reduced, *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
