"""A run's folder: what is in it, whose it is, and how an interrupted run goes on."""

from __future__ import annotations

import csv
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import InputError, SolverError
from nanotrode.solver.simulation import Simulation
from nanotrode.study import folder, run
from nanotrode.study.loading import load_study
from nanotrode.study.provenance import mesh_digest, study_digest


@pytest.fixture
def study(small_text: str, tmp_path: Path):
    path = tmp_path / "small.toml"
    path.write_text(small_text, encoding="utf-8")
    return load_study(path)


def series(path: Path) -> np.ndarray:
    with (path / "timeseries.csv").open(encoding="utf-8") as file:
        return np.array([row for row in csv.reader(file)][1:], dtype=float)


def test_a_run_leaves_all_that_is_promised(study, tmp_path):
    out = tmp_path / "out"
    result = run.run_study(study, out)
    there = {path.name for path in out.iterdir()}
    assert there >= {
        "study.toml", "provenance.json", "mesh.msh", "fields.pvd", "fields", "timeseries.csv",
        "summary.json", "checkpoint.npz", "log.txt", "report.html",
    }  # fmt: skip
    assert result.directory == out
    assert tomllib.loads((out / "study.toml").read_text())["geometry"]["radius"] == "50 nm"
    made = json.loads((out / "provenance.json").read_text())
    assert made["mesh"] == result.parent.digest()
    assert made["versions"].keys() >= {"nanotrode", "gmsh", "numpy"}
    assert made["finished"] >= made["started"]
    told = json.loads((out / "summary.json").read_text())
    assert {key: made[key] for key in ("rests on", "cards", "sources")} == {
        key: told[key] for key in ("rests on", "cards", "sources")
    }
    assert made["card texts"].keys() == {told["material"]}
    report = (out / "report.html").read_text()
    assert f"Rests on {told['rests on']}" in report
    assert told["sources"]["material"]["c_s_max"] in report
    assert "reached 2.8 V" in (out / "log.txt").read_text()
    assert load_study(out / "study.toml") == study


def test_a_warning_reaches_terminal_log_summary_and_report(study, tmp_path, monkeypatch, capsys):
    out, text = tmp_path / "out", "the card knows no temperature"
    monkeypatch.setattr(Simulation, "warnings", lambda simulation: [text])
    result = run.run_study(study, out, show=True)
    assert result.summary["warnings"][0] == text
    assert json.loads((out / "summary.json").read_text())["warnings"][0] == text
    assert capsys.readouterr().err.count(f"Warning: {text}") == 1
    assert f"WARNING {text}" in (out / "log.txt").read_text()
    report = (out / "report.html").read_text()
    assert report.index(f"<li>{text}</li>") < report.index('class="tiles"')


def test_an_interrupted_run_goes_on_to_the_same_series(study, tmp_path, monkeypatch):
    whole = run.run_study(study, tmp_path / "whole")
    count = 0

    def interrupt(self, report):
        nonlocal count
        count += 1
        if count == 25:
            raise KeyboardInterrupt

    out = tmp_path / "cut"
    with monkeypatch.context() as patch:
        patch.setattr(run.Progress, "__call__", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run.run_study(study, out)
    assert folder.read_provenance(out)["finished"] is None
    with pytest.raises(InputError, match="go on with --resume"):
        run.run_study(study, out)
    result = run.run_study(study, out, resume=True)
    np.testing.assert_allclose(series(out), series(tmp_path / "whole"), rtol=1e-10, atol=1e-12)
    assert [event.reason for event in result.events] == [event.reason for event in whole.events]
    assert "stopped: KeyboardInterrupt" in (out / "log.txt").read_text()
    assert run.run_study(study, out, resume=True) is None


def test_pictures_and_names_do_not_make_another_study(study):
    assert study_digest(study) == study_digest(study.model_copy(update={"name": "b"}))
    finer = study.model_copy(update={"mesh": study.mesh.model_copy(update={"segments": 40})})
    assert study_digest(study) != study_digest(finer)
    assert mesh_digest(study) != mesh_digest(finer)


def test_the_mesh_is_kept_for_the_same_recipe_only(study, tmp_path):
    mesh, notes = _prepared(study, tmp_path, go_on=False)
    again, _ = _prepared(study, tmp_path, go_on=False)
    assert again.digest() == mesh.digest() == notes["mesh"]
    log = tmp_path / "mesh.msh"
    before = log.stat().st_mtime_ns
    finer = study.model_copy(update={"mesh": study.mesh.model_copy(update={"segments": 24})})
    _prepared(finer, tmp_path, go_on=False)
    assert log.stat().st_mtime_ns > before


def _prepared(study, path, *, go_on):
    return run._prepare(study, path, go_on, None)


def test_a_failed_run_is_logged_and_stays_unfinished(study, tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise SolverError("no convergence at t = 1 s")

    monkeypatch.setattr("nanotrode.solver.simulation.Simulation.run", fail)
    with pytest.raises(SolverError):
        run.run_study(study, tmp_path / "out")
    assert "stopped: no convergence" in (tmp_path / "out" / "log.txt").read_text()
    assert folder.read_provenance(tmp_path / "out")["finished"] is None


def test_a_run_that_lost_charge_fails_with_its_report_and_is_not_finished(
    study, tmp_path, monkeypatch
):
    from nanotrode.errors import BalanceError
    from nanotrode.solver import engine

    honest, out = engine.attempt_step, tmp_path / "out"

    def dishonest(*args, **more):
        step = honest(*args, **more)
        return replace(step, passed=1.01 * step.passed)

    monkeypatch.setattr(engine, "attempt_step", dishonest)
    with pytest.raises(BalanceError, match=r"lost charge.* 9\.9e-03 .*protocol step 1") as caught:
        run.run_study(study, out)
    assert caught.value.exit_code == 3
    assert "stopped: the run lost charge" in (out / "log.txt").read_text()
    assert (
        "the charge that passed and the charge stored differ" in (out / "report.html").read_text()
    )
    assert json.loads((out / "provenance.json").read_text())["finished"] is None
