"""A sweep through the command line, with fake cases: tables, faults, kills and resumption."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import drive
import pytest

from nanotrode.study import cli
from nanotrode.study.cases import launch

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
steps = ["Discharge at 10C until 2.8 V"]
[sweep]
jobs = 2
[sweep.over]
"""


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """Run a sweep of fake cases; the exit code and the rows of its table."""
    monkeypatch.setattr(launch, "command", drive.fake_command)
    monkeypatch.setattr("nanotrode.study.cases.crew.compile_forms", lambda tasks: None)
    path = tmp_path / "study.toml"

    def run(over: str, *words: str, options: str = ""):
        path.write_text(STUDY.replace("jobs = 2", f"jobs = 2\n{options}") + over, encoding="utf-8")
        code = cli.main(["sweep", str(path), "--out", str(tmp_path / "out"), *words])
        with (tmp_path / "out" / "results.csv").open(encoding="utf-8") as file:
            return code, list(csv.DictReader(file))

    return run


def work(folder: Path) -> list[str]:
    return (folder / "work.txt").read_text().split()


def test_the_table_holds_inputs_metrics_and_how_cases_stand(sweep, tmp_path, capsys):
    import pyarrow.parquet

    code, rows = sweep('geometry.radius = ["50 nm", "70 nm"]\ngeometry.count = [1, 4, 7]')
    assert code == 0
    assert [row["case"] for row in rows] == list("123456")
    assert {row["status"] for row in rows} == {"done"}
    assert [row["geometry.radius"] for row in rows[::3]] == ["50 nm", "70 nm"]
    assert float(rows[3]["geometry.radius [m]"]) == 7e-8
    assert float(rows[5]["First discharge: worth [-]"]) == pytest.approx(1.0)
    assert "6 cases: 6 done" in capsys.readouterr().out
    table = pyarrow.parquet.read_table(tmp_path / "out" / "results.parquet")
    assert table.column("geometry.count").to_pylist() == [1, 4, 7] * 2
    assert table.column("First discharge: worth [-]").to_pylist()[5] == pytest.approx(1.0)


def test_cases_with_warnings_are_counted(sweep, monkeypatch, capsys):
    monkeypatch.setenv("FAKE_WARNING", "4")
    _, rows = sweep("geometry.count = [1, 4]")
    assert [row["warnings"] for row in rows] == ["", "2"]
    assert "1 with warnings, which the column 'warnings' counts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fault", "timeout", "status", "reason"),
    [
        ("FAKE_SEGFAULT", 600, "failed", "killed by SIGSEGV"),
        ("FAKE_FAILURE", 600, "failed", "exit code 3: no convergence at t = 3 s"),
        ("FAKE_HANG", 9, "timed out", "not done within 9 s"),
    ],
)
def test_a_fault_costs_its_own_case_only(
    sweep, monkeypatch, capsys, fault, timeout, status, reason
):
    monkeypatch.setenv(fault, "3")
    over, options = "geometry.count = [1, 2, 3, 4, 5]", f'timeout = "{timeout} s"'
    code, rows = sweep(over, options=options)
    assert code == 3
    assert f"of 5 cases 1 {status}" in capsys.readouterr().err
    assert [row["status"] for row in rows] == ["done", "done", status, "done", "done"]
    assert rows[2]["reason"] == reason
    assert rows[2]["First discharge: worth [-]"] == ""
    monkeypatch.delenv(fault)
    assert sweep(over, options=options)[1] == rows
    code, mended = sweep(over, "--retry", options=options)
    assert (code, mended[2]["status"], mended[3]) == (0, "done", rows[3])


def test_cases_keep_their_folders_when_others_join(sweep, tmp_path):
    sweep("geometry.count = [4, 8]")
    _, rows = sweep("geometry.count = [2, 4, 6, 8]")
    assert [row["folder"] for row in rows] == [f"cases/000{n}" for n in (3, 1, 4, 2)]
    assert all(work(tmp_path / "out" / row["folder"])[3:] == ["finished"] for row in rows)


def test_equal_cases_are_run_once(sweep, tmp_path):
    _, rows = sweep("geometry.count = [4, 4]")
    assert [row["folder"] for row in rows] == ["cases/0001"] * 2
    assert work(tmp_path / "out" / "cases" / "0001") == ["1", "2", "3", "finished"]


def test_seeds_make_a_table_of_their_spread(sweep, tmp_path):
    sweep('geometry.placement = ["random"]\ngeometry.count = [2, 7]\ngeometry.seed = [0, 1, 2]')
    with (tmp_path / "out" / "spread.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["geometry.count"], row["n"]) for row in rows] == [("2", "3"), ("7", "3")]
    assert "geometry.seed" not in rows[0]
    assert float(rows[1]["First discharge: worth [-] standard deviation"]) == 0.0


def test_impossible_cases_are_rows_too(sweep):
    over = 'geometry.radius = ["50 nm", "90 nm"]\ngeometry.pitch = ["150 nm"]'
    code, rows = sweep(over, options='impossible = "skip"')
    assert code == 0
    assert [row["status"] for row in rows] == ["done", "impossible"]
    assert "overlap" in rows[1]["reason"]


def test_a_folder_of_something_else_is_kept(sweep, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").touch()
    with pytest.raises(FileNotFoundError):
        sweep("geometry.count = [4]")
    assert "is not empty and holds no cases" in capsys.readouterr().err


WAYS = ("politely", "hard", "with its cases")


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_it_goes_on_with_nothing_lost_and_nothing_twice(
    sweep, tmp_path, monkeypatch, kills
):
    count = 3 * kills
    over = f"geometry.count = {{ from = 1, to = {count} }}"
    path, out = tmp_path / "study.toml", tmp_path / "out"
    path.write_text(STUDY + over, encoding="utf-8")
    monkeypatch.setenv("FAKE_SECONDS", "0.9")
    moments = random.Random()
    words = [sys.executable, str(Path(drive.__file__)), "sweep", str(path), "--out", str(out)]
    for kill in range(kills):
        drive.kill_at_work(words, out, after=moments.uniform(0.0, 1.8), how=WAYS[kill % 3])
        done = sum("finished" in work(file.parent) for file in out.glob("cases/*/work.txt"))
        sys.stdout.write(f"killed {kill + 1} times, {done} of {count} cases done\n")
    code, rows = sweep(over)
    assert code == 0
    assert [row["status"] for row in rows] == ["done"] * count
    for row in rows:
        done = work(out / row["folder"])
        assert done.count("finished") == 1
        # a stage is repeated at most where a kill fell between its work and its checkpoint
        assert sorted(set(done)) == ["1", "2", "3", "finished"]
        assert len(done) <= 4 + kills


def test_told_to_end_a_sweep_ends_its_cases_and_a_second_one_is_kept_out(
    sweep, tmp_path, monkeypatch
):
    over = "geometry.count = [1, 4, 7]"
    path, out = tmp_path / "study.toml", tmp_path / "out"
    path.write_text(STUDY + over, encoding="utf-8")
    monkeypatch.setenv("FAKE_SECONDS", "600")
    words = [sys.executable, str(Path(drive.__file__)), "sweep", str(path), "--out", str(out)]
    first = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    while drive.starts(out) < 2:
        assert first.poll() is None
        time.sleep(0.02)
    second = subprocess.run(words, capture_output=True, text=True)
    assert second.returncode == 2
    assert f"process {first.pid} on" in second.stderr
    first.send_signal(signal.SIGTERM)
    said = first.communicate(timeout=30)[1]
    assert first.returncode == 143
    assert said.splitlines()[-1] == (
        f"interrupted by SIGTERM; go on with: nanotrode sweep {path} --out {out}"
    )
    for record in drive.records(out):
        assert record["status"] == "stopped"
        assert not Path(f"/proc/{record['pid']}").exists()
    monkeypatch.setenv("FAKE_SECONDS", "0")
    code, rows = sweep(over)
    assert (code, [row["status"] for row in rows]) == (0, ["done"] * 3)
