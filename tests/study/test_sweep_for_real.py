"""Sweeps of real cases: killed ten times, by a reduced model, with error bars, through Slurm."""

from __future__ import annotations

import contextlib
import csv
import json
import math
import random
import shutil
import subprocess
import sys
from pathlib import Path

import drive
import pytest

from nanotrode.study import cli

KILLS = 10
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
[output]
pictures = false
[solver]
tolerance = 1e-3
"""
METRIC = "First discharge: utilisation [-]"


def slurm_answers() -> bool:
    if shutil.which("sinfo") is None:
        return False
    return subprocess.run(["sinfo"], capture_output=True, timeout=60).returncode == 0


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, text: str) -> Path:
    path.write_text(STUDY + text, encoding="utf-8")
    return path


def sweep(path: Path, out: Path) -> list[dict[str, str]]:
    assert cli.main(["sweep", str(path), "--out", str(out)]) == 0
    return rows_of(out)


@pytest.mark.slow
def test_geometries_alone_are_meshed_and_measured(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        STUDY[: STUDY.index("[material]")]
        + '[sweep]\nerror = true\n[sweep.over]\ngeometry.radius = ["60 nm"]\n',
        encoding="utf-8",
    )
    (row,) = sweep(path, tmp_path / "out")
    name = "geometry: electrode volume [m3]"
    exact = math.pi * 60e-9**2 * 200e-9
    assert abs(float(row[name]) - exact) < float(row[f"{name} error"]) < 0.05 * exact
    assert 0.0 < float(row["geometry: porosity [-]"]) < 1.0
    assert "1 cases, 1 done" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_killed_ten_times_at_random_nothing_is_lost_and_nothing_run_twice(tmp_path):
    text = "[sweep]\njobs = 2\n[sweep.over]\nrate = { from = '8C', to = '20C', steps = 8 }\n"
    path, out = write(tmp_path / "study.toml", text), tmp_path / "out"
    words = [sys.executable, "-m", "nanotrode", "sweep", str(path), "--out", str(out)]
    finished: dict[str, str] = {}
    moments = random.Random()
    for kill in range(KILLS):
        how = ("hard", "with its cases")[kill % 2]
        drive.kill_at_work(words, out, after=moments.uniform(0.0, 12.0), how=how)
        for case, at in finished.items():  # what was done then is what is there now
            assert _finished(out / case) == at
        finished = {
            f"cases/{folder.name}": at
            for folder in out.glob("cases/*")
            if (at := _finished(folder))
        }
        sys.stdout.write(f"killed {kill + 1} times, {len(finished)} of 8 cases done\n")
    rows = sweep(path, out)
    assert [row["status"] for row in rows] == ["done"] * 8
    whole = sweep(path, tmp_path / "whole")
    for row, reference in zip(rows, whole, strict=True):
        assert float(row[METRIC]) == pytest.approx(float(reference[METRIC]), rel=1e-9)
    for case, at in finished.items():
        assert _finished(out / case) == at


def _finished(folder: Path) -> str | None:
    with contextlib.suppress(OSError, ValueError):
        return json.loads((folder / "provenance.json").read_text())["finished"]
    return None


@pytest.mark.slow
def test_a_reduced_sweep_agrees_with_the_full_one_within_its_estimates(tmp_path):
    over = "[sweep.over]\nrate = { from = '5C', to = '20C', steps = 12 }\n"
    text = "reduced = true\n[sweep]\n" + over
    rows = sweep(write(tmp_path / "reduced.toml", text), tmp_path / "reduced")
    assert [row["status"] for row in rows] == ["done"] * 12
    estimates = [row for row in rows if row["reduced: estimated error"]]
    assert len(estimates) >= 5
    few = over.replace("12", "2").replace("5C", rows[1]["rate"]).replace("20C", rows[9]["rate"])
    sizes = '[mesh]\nfirst_layer = "4 nm"\n'
    full = sweep(write(tmp_path / "full.toml", f"{sizes}[sweep]\n{few}"), tmp_path / "full")
    for row, reference in zip((rows[1], rows[9]), full, strict=True):
        assert float(row[METRIC]) == pytest.approx(float(reference[METRIC]), rel=0.01)


@pytest.mark.slow
def test_the_optimum_of_a_wire_at_a_given_volume_is_found(tmp_path):
    """Least area 2 pi r l + pi r^2 with pi r^2 l >= V, which is at r = l = (V / pi)^(1/3)."""
    volume = 1e-21
    path = tmp_path / "study.toml"
    path.write_text(
        STUDY[: STUDY.index("[material]")]
        + f"""
[optimise]
objective = "interface area"
goal = "minimise"
budget = 60
[optimise.over]
geometry.radius = {{ from = "40 nm", to = "150 nm", scale = "log" }}
geometry.length = {{ from = "40 nm", to = "300 nm", scale = "log" }}
[optimise.constraints]
"electrode volume" = {{ at_least = {volume} }}
""",
        encoding="utf-8",
    )
    assert cli.main(["optimise", str(path), "--out", str(tmp_path / "out")]) == 0
    best = json.loads((tmp_path / "out" / "optimise.json").read_text())["best"]
    least = 3.0 * math.pi * (volume / math.pi) ** (2 / 3)
    assert 0.995 * least < best["objective"] < 1.05 * least


@pytest.mark.slow
@pytest.mark.skipif(not slurm_answers(), reason="no Slurm answers here")
def test_a_sweep_through_slurm_with_two_ranks_a_case(tmp_path):
    pytest.importorskip("submitit")
    text = '[sweep]\nexecutor = "slurm"\nranks = 2\n[sweep.over]\nrate = ["10C", "20C"]\n'
    rows = sweep(write(tmp_path / "study.toml", text), tmp_path / "out")
    assert [row["status"] for row in rows] == ["done"] * 2
    made = json.loads((tmp_path / "out" / "cases" / "0001" / "provenance.json").read_text())
    assert made["ranks"] == 2
