"""How well a sweep uses two cores: 24 cases of a nanowire array, against one after another.

    python benchmarks/sweeps.py loop     the cases as single runs, one after another
    python benchmarks/sweeps.py sweep    the same cases as one sweep, two at a time

Each prints its wall time and CPU time; the parallel efficiency is the first wall time over twice
the second. Nothing else may run meanwhile. Meshes are made anew in both.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CORES = 2
RADII = ("50 nm", "55 nm", "60 nm", "65 nm")
RATES = ("5C", "10C", "20C", "30C", "40C", "50C")
COUNTS = (1,)
STUDY = """\
[geometry]
kind = "nanowire-array"
radius = "50 nm"
length = "200 nm"
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.05
[[protocol]]
steps = ["Discharge at {rate} until 2.8 V"]
[solver]
tolerance = 2e-3
[output]
fraction = 1.0
pictures = false
"""
SWEEP = f"""\
[sweep]
jobs = {CORES}
[sweep.over]
geometry.radius = {list(RADII)}
geometry.count = {list(COUNTS)}
rate = {list(RATES)}
"""


def loop(folder: Path) -> None:
    """Run each case by a command of its own."""
    for radius in RADII:
        for count in COUNTS:
            for rate in RATES:
                name = f"{radius}-{count}-{rate}".replace(" ", "")
                study = folder / f"{name}.toml"
                study.write_text(STUDY.replace("{rate}", rate), encoding="utf-8")
                changes = [f"geometry.radius={radius}", f"geometry.count={count}"]
                words = [word for change in changes for word in ("--set", change)]
                nanotrode("run", str(study), "--out", str(folder / name), *words)


def sweep(folder: Path) -> None:
    """Run all cases by one command."""
    study = folder / "study.toml"
    study.write_text(STUDY + SWEEP, encoding="utf-8")
    nanotrode("sweep", str(study), "--out", str(folder / "out"))


def nanotrode(*words: str) -> None:
    """The command, on one thread and without kept meshes."""
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NANOTRODE_CACHE": "0"}
    command = [sys.executable, "-m", "nanotrode", *words]
    subprocess.run(command, env=os.environ | alone, check=True, capture_output=True)


def main() -> None:
    """Time what the command line names."""
    work = {"loop": loop, "sweep": sweep}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        work(Path(folder))
        wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{sys.argv[1]}: wall {wall:.1f} s, CPU {used.ru_utime + used.ru_stime:.1f} s")


if __name__ == "__main__":
    main()
