"""How well a sweep uses two cores: 24 cases of a nanowire array, against one after another.

    python benchmarks/sweeps.py loop     the cases as single runs, one after another
    python benchmarks/sweeps.py sweep    the same cases as one sweep, two at a time
    python benchmarks/sweeps.py slurm    the same sweep here and as jobs of a Slurm that answers

Each prints its wall time and CPU time; the parallel efficiency is the first wall time over twice
the second. Nothing else may run meanwhile. Meshes are made anew in both.

The last kills its command when a third of the cases is done and gives it again, runs one case
once more on two ranks, and prints how far the numbers of all three are from each other.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

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
SLURM = '[sweep]\nexecutor = "slurm"'


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


def slurm(folder: Path) -> None:
    """Run all cases here and as jobs of Slurm, and one of them on two ranks; compare."""
    sweep(folder)
    there = folder / "there.toml"
    there.write_text(f"{STUDY}{SWEEP.replace('[sweep]', SLURM, 1)}", encoding="utf-8")
    jobs = killed_once("sweep", str(there), "--out", str(folder / "there"))
    print(f"{len(jobs)} jobs, {jobs[0]} to {jobs[-1]}")
    one = {"geometry.radius": RADII[:1], "geometry.count": COUNTS[:1], "rate": RATES[:1]}
    over = "".join(f"{key} = {list(values)}\n" for key, values in one.items())
    ranked = folder / "ranked.toml"
    ranked.write_text(f"{STUDY}{SLURM}\nranks = 2\n[sweep.over]\n{over}", encoding="utf-8")
    nanotrode("sweep", str(ranked), "--out", str(folder / "ranked"))
    print(f"Slurm, from here: {distance(folder / 'there', folder / 'out'):.1e}")
    print(f"Slurm on two ranks, from one: {distance(folder / 'ranked', folder / 'there'):.1e}")


def killed_once(*words: str) -> list[str]:
    """Kill a sweep's command when a third of its cases is done, and give it again.

    Returns:
        The numbers of the jobs, which are those from before the kill.
    """
    out = Path(words[-1])
    process = subprocess.Popen(
        **command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    done = 0
    while done < len(RADII) * len(COUNTS) * len(RATES) / 3 and process.poll() is None:
        time.sleep(0.5)
        done = sum(record["status"] == "done" for record in records(out))
    process.kill()
    process.wait()
    before = (out / "slurm" / "jobs.json").read_text(encoding="utf-8")
    print(f"killed with {done} cases done")
    nanotrode(*words)
    assert (out / "slurm" / "jobs.json").read_text(encoding="utf-8") == before
    assert [record["starts"] for record in records(out)] == [1] * len(json.loads(before))
    return list(json.loads(before).values())


def records(out: Path) -> list[dict[str, Any]]:
    """How the cases of a sweep that were begun stand."""
    return [json.loads(file.read_text("utf-8")) for file in out.glob("cases/*/case.json")]


def distance(out: Path, other: Path) -> float:
    """Largest relative difference of the metrics of a sweep's cases from another sweep's."""
    tables = []
    for folder in (out, other):
        with (folder / "results.csv").open(encoding="utf-8") as file:
            tables.append(list(csv.DictReader(file)))
    return max(
        abs(float(row[key]) / float(reference[key]) - 1.0)
        for row, reference in zip(*tables, strict=False)
        for key in row
        if key.startswith("First discharge") and float(reference[key])
    )


def nanotrode(*words: str) -> None:
    """The command, to its end."""
    subprocess.run(**command(*words), check=True, capture_output=True)


def command(*words: str) -> dict[str, Any]:
    """The command and its environment: one thread, and no meshes of earlier runs."""
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NANOTRODE_CACHE": "0"}
    return {"args": [sys.executable, "-m", "nanotrode", *words], "env": os.environ | alone}


def main() -> None:
    """Time what the command line names."""
    work = {"loop": loop, "sweep": sweep, "slurm": slurm}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        work(Path(folder))
        wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{sys.argv[1]}: wall {wall:.1f} s, CPU {used.ru_utime + used.ru_stime:.1f} s")


if __name__ == "__main__":
    main()
