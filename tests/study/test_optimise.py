"""A search through the command line, with fake cases whose best is known."""

from __future__ import annotations

import csv
import json
import tomllib

import drive
import pytest

from nanotrode.errors import InputError
from nanotrode.study import cli
from nanotrode.study.cases import launch
from nanotrode.study.cases.axes import read_axes
from nanotrode.study.cases.harvest import find
from nanotrode.study.optimise.goals import Score, read_goal
from nanotrode.study.optimise.problem import read_problem
from nanotrode.study.optimise.schema import OptimiseTable
from nanotrode.study.optimise.search import Search
from nanotrode.study.source import read_source

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
[optimise]
objective = "worth"
goal = "maximise"
jobs = 2
[optimise.over]
geometry.radius = { from = "20 nm", to = "120 nm" }
geometry.count = { from = 1, to = 12 }
geometry.tip = ["flat", "rounded"]
"""


@pytest.fixture
def path(tmp_path):
    """Write the study, with more said in its `[optimise]`."""

    def write(said: str = "", study: str = STUDY):
        file = tmp_path / "study.toml"
        file.write_text(study.replace("jobs = 2", f"jobs = 2\n{said}"), encoding="utf-8")
        return file

    return write


@pytest.fixture
def optimise(tmp_path, monkeypatch, path):
    """Search among fake cases; the exit code, the summary and the rows."""
    monkeypatch.setattr(launch, "command", drive.fake_command)
    monkeypatch.setattr("nanotrode.study.cases.crew.compile_forms", lambda tasks: None)
    out = tmp_path / "out"

    def run(said: str, study: str = STUDY):
        code = cli.main(["optimise", str(path(said, study)), "--out", str(out)])
        with (out / "results.csv").open(encoding="utf-8") as file:
            return code, json.loads((out / "optimise.json").read_text()), list(csv.DictReader(file))

    return run


def test_a_search_stops_at_its_target_and_leaves_the_best_study(optimise, tmp_path, capsys):
    code, summary, rows = optimise("budget = 60\ntarget = 0.9")
    assert code == 0
    assert summary["reached"]
    assert summary["best"]["objective"] >= 0.9
    assert summary["points"] == len(rows) < 60
    best = tomllib.loads((tmp_path / "out" / "best.toml").read_text())
    assert best["geometry"]["count"] == summary["best"]["geometry.count"]
    assert 50 <= float(best["geometry"]["radius"].split()[0]) <= 90
    assert (tmp_path / "out" / "history.png").stat().st_size > 10_000
    assert "the target 0.9 is reached" in capsys.readouterr().out


def test_a_search_goes_on_with_a_larger_budget_as_if_it_had_never_stopped(optimise, tmp_path):
    _, _, first = optimise("budget = 4")
    _, _, on = optimise("budget = 6")
    assert on[:4] == first
    assert len(on) == 6
    (tmp_path / "out").rename(tmp_path / "earlier")
    assert optimise("budget = 6")[2] == on


def test_an_interrupted_batch_is_taken_up_again(optimise, tmp_path, path):
    problem = read_problem(path("budget = 4"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "cases.json").write_text("{}")
    left = Search(out, problem.axes, problem.goal).ask()
    _, _, rows = optimise("budget = 4")
    assert len(rows) == 4
    assert rows[0]["geometry.radius"] == left.values[0]
    assert float(rows[0]["objective"]) <= 1.0


def test_repeats_are_averaged_and_failures_passed_over(optimise, monkeypatch):
    monkeypatch.setenv("FAKE_FAILURE", "3")
    study = STUDY.replace('geometry.tip = ["flat", "rounded"]', "") + (
        "[optimise.repeats]\ngeometry.seed = [0, 1]\n"
    )
    study = study.replace("{ from = 1, to = 12 }", "[3, 7]")
    code, _, rows = optimise("budget = 6", study)
    assert code == 0
    lost = [row for row in rows if row["geometry.count"] == "3"]
    assert lost
    assert all("no convergence" in row["reason"] and not row["objective"] for row in lost)
    assert all(len(row["cases"].split()) == 2 for row in rows)


@pytest.mark.parametrize("method", ["bayesian", "evolutionary"])
def test_constraints_are_kept_and_the_optimum_is_found(path, tmp_path, method):
    """Least x + y with x y >= 4, which is 4 at x = y = 2, and a choice that costs."""
    budget = 60 if method == "bayesian" else 80
    source = read_source(
        path(
            f"budget = {budget}\nmethod = '{method}'\n",
            STUDY.split("[optimise]")[0]
            + "[optimise]\nobjective = 'sum'\ngoal = 'minimise'\njobs = 2\n"
            + "[optimise.constraints]\nproduct = { at_least = 4 }\n"
            + "[optimise.over]\ngeometry.x = { from = 0.5, to = 8.0, scale = 'log' }\n"
            + "geometry.y = { from = 0.5, to = 8.0, scale = 'log' }\ngeometry.z = [1, 0]\n",
        )
    )
    goal = read_goal(source, OptimiseTable.model_validate(source.data["optimise"]))
    search = Search(tmp_path, read_axes(source, ("optimise", "over"), counted=False), goal)
    for _ in range(budget):
        point = search.ask()
        x, y, z = point.values
        search.tell(point, goal.score({"the sum [-]": x + y + z, "product": x * y}))
    kept = [p.score.objective for p in search.points if p.score and p.score.feasible]
    assert 4.0 <= min(kept) < 4.0 * (1.05 if method == "bayesian" else 1.2)


@pytest.mark.parametrize(
    ("goal", "target", "good", "bad"),
    [("maximise", 0.9, 0.95, 0.85), ("minimise", 0.1, 0.05, 0.15), ("reach", 3.2, 3.21, 3.3)],
)
def test_when_the_target_is_reached(path, goal, target, good, bad):
    said = f"target = {target}"
    problem = read_problem(path(said, STUDY.replace('"maximise"', f'"{goal}"')))
    assert problem.goal.reached(Score(good))
    assert not problem.goal.reached(Score(bad))
    assert not problem.goal.reached(Score(good, (0.1,)))
    assert problem.goal.cost(good) < problem.goal.cost(bad)


NUMBERS = {
    "First discharge: utilisation [-]": 0.9,
    "electrode: volume [m3]": 1e-21,
    "geometry: electrode volume [m3]": 1e-21,
    "Duration [s]": 3.0,
    "First discharge: duration [s]": 2.0,
}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("First discharge: utilisation [-]", "First discharge: utilisation [-]"),
        ("metrics.First discharge: utilisation", "First discharge: utilisation [-]"),
        ("utilisation", "First discharge: utilisation [-]"),
        ("electrode.volume", "electrode: volume [m3]"),
        ("duration", "Duration [s]"),
    ],
)
def test_a_number_may_be_named_in_short(name, label):
    assert find(name, NUMBERS, where="here") == label


@pytest.mark.parametrize(
    ("name", "said"),
    [("volume", "may be 'electrode: volume"), ("utilization", "did you mean 'First discharge: u")],
)
def test_a_number_that_is_not_there_is_told_with_those_that_are(name, said):
    with pytest.raises(InputError, match=f"here: .*{said}"):
        find(name, NUMBERS, where="here")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('goal = "maximise"', 'goal = "maximize"', ":13: optimise.goal: got 'maximize'"),
        ('goal = "maximise"', 'goal = "reach"', "needs a target"),
        ('"worth"', '"worth"\nbugdet = 3', "did you mean 'budget'?"),
        ("geometry.radius", "geometry.raduis", "did you mean 'radius'?"),
        ("[optimise.over]", "[optimise.constraints]\nx = { atmost = 1 }\n[optimise.over]",
         "optimise.constraints.x: got 'atmost', expected 'at_most' or 'at_least'; did you mean"),
        ("[optimise.over]", "[optimise.constraints]\nx = { at_most = '1 m' }\n[optimise.over]",
         "expected a number, in the unit of 'x'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_is_run(path, capsys, old, new, said):
    assert old in STUDY
    assert cli.main(["optimise", str(path("", STUDY.replace(old, new, 1)))]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "study.toml:" in err


def test_an_objective_that_no_case_has_ends_the_search(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(launch, "command", drive.fake_command)
    monkeypatch.setattr("nanotrode.study.cases.crew.compile_forms", lambda tasks: None)
    words = [
        "optimise",
        str(path("", STUDY.replace("worth", "wroth"))),
        "--out",
        str(tmp_path / "o"),
    ]
    assert cli.main(words) == 2
    assert "a case has no number called 'wroth'; did you mean" in capsys.readouterr().err
