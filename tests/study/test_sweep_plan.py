"""Which cases a sweep has, and what is refused before any of them is run."""

from __future__ import annotations

import pytest

from nanotrode.errors import StudyError
from nanotrode.study import cli
from nanotrode.study.loading import load_study
from nanotrode.study.sweep.plan import plan_sweep

STUDY = """\
[geometry]
kind = "nanowire-array"
count = 4
radius = "50 nm"
length = "500 nm"
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.02
[[protocol]]
steps = ["Discharge at {rate} until 2.5 V", "Rest for 1 minute"]
[sweep]
MODE
[sweep.over]
"""


@pytest.fixture
def planned(tmp_path):
    def plan(over: str, mode: str = ""):
        path = tmp_path / "study.toml"
        text = STUDY.replace("MODE", mode) + over
        path.write_text(text if "rate" in over else text.replace("{rate}", "1C"), encoding="utf-8")
        return plan_sweep(path)

    return plan


def test_a_grid_takes_the_first_axis_slowest(planned):
    plan = planned('geometry.count = [1, 2]\nrate = ["1C", "2C", "5C"]')
    assert [tuple(case.inputs.values()) for case in plan.cases] == [
        (1, "1C"), (1, "2C"), (1, "5C"), (2, "1C"), (2, "2C"), (2, "5C"),
    ]  # fmt: skip
    assert plan.cases[4].study.geometry.count == 2
    assert plan.cases[4].study.protocol[0].steps[0] == "Discharge at 2C until 2.5 V"
    assert plan.cases[4].study.sweep is None
    assert plan.name == "study"


def test_zipped_lists_go_in_step(planned):
    over = 'geometry.count = [1, 4, 16]\ngeometry.radius = ["100 nm", "50 nm", "25 nm"]'
    cases = planned(over, 'mode = "zip"').cases
    assert [(c.study.geometry.count, c.study.geometry.radius.text) for c in cases] == [
        (1, "100 nm"), (4, "50 nm"), (16, "25 nm"),
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["sobol", "latin-hypercube"])
def test_samples_fill_the_box_and_repeat_with_the_seed(planned, mode):
    over = (
        'geometry.count = { from = 1, to = 8 }\ngeometry.radius = { from = "20 nm", to = "60 nm" }'
    )
    said = f'mode = "{mode}"\nsamples = 16\nseed = 3'
    cases = planned(over, said).cases
    radii = sorted(float(case.study.geometry.radius) for case in cases)
    # one in each sixteenth of the range
    assert [int((radius - 20e-9) / 2.5e-9) for radius in radii] == list(range(16))
    assert sorted(case.study.geometry.count for case in cases) == sorted([*range(1, 9)] * 2)
    assert [c.inputs for c in planned(over, said).cases] == [c.inputs for c in cases]


def test_whole_tables_and_protocol_steps_may_vary(planned):
    over = (
        'geometry = [{ kind = "film", thickness = "100 nm" },\n'
        '            { kind = "nanowire-array", radius = "50 nm", length = "1 um" }]\n'
        'protocol.0.steps.1 = ["Rest for 5 s", "Rest for 9 s"]'
    )
    cases = planned(over).cases
    assert [case.study.geometry.kind for case in cases] == ["film"] * 2 + ["nanowire-array"] * 2
    assert cases[1].study.protocol[0].steps[1] == "Rest for 9 s"


@pytest.mark.parametrize(
    ("over", "mode", "said"),
    [
        ("geometry.cuont = [1]", "", ":15: geometry.cuont: unknown key; did you mean 'count'?"),
        ("geometry.count = [1, 2.5]", "", ":15: geometry.count: got 2.5, expected a whole number"),
        ('geometry.pitch = ["90 nm"]', "", ":15: geometry.pitch: "),
        ('protocol.3.steps.0 = ["Rest for 5 s"]', "", "protocol is a list of 1"),
        ('protocol.0.steps.1 = ["Rest fro 5 s"]', "", ":15: protocol.0.steps.1: 'Rest fro 5 s'"),
        ("geometry.count = [1]", 'mode = "grids"', "sweep.mode: got 'grids'"),
        ("geometry.count = [1]", "mdoe = 1", ":13: sweep.mdoe: unknown key; did you mean 'mode'?"),
        ("geometry.count = [1]", 'mode = "sobol"', "needs samples, such as samples = 32"),
        ("geometry.count = [1]", "samples = 3", "samples has no meaning"),
        ("geometry.count = [1]\ngeometry.seed = [1, 2]", 'mode = "zip"', "geometry.seed has 2"),
        ("geometry.count = [1]", 'timeout = "5"', "sweep.timeout: "),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_is_run(planned, over, mode, said):
    with pytest.raises(StudyError) as caught:
        planned(over, mode)
    assert said in str(caught.value)


def test_a_mistake_of_many_cases_is_told_once_with_the_first(planned):
    with pytest.raises(StudyError) as caught:
        planned("geometry.cuont = [1, 2, 3]\ngeometry.seed = [1, 2]")
    assert str(caught.value).count("\n") == 0
    assert str(caught.value).endswith("(with geometry.cuont = 1, geometry.seed = 1)")


def test_impossible_corners_are_refused_or_skipped(planned):
    over = 'geometry.radius = ["50 nm", "90 nm"]\ngeometry.pitch = ["150 nm", "300 nm"]'
    with pytest.raises(
        StudyError, match=r"with geometry\.radius = 90 nm, geometry\.pitch = 150 nm"
    ):
        planned(over)
    cases = planned(over, 'impossible = "skip"').cases
    assert [case.study is None for case in cases] == [False, False, True, False]
    assert "overlap" in cases[2].impossible


def test_a_study_with_a_sweep_is_no_single_run(tmp_path, planned, capsys):
    planned("geometry.count = [1, 2]")
    with pytest.raises(StudyError, match=r"12: sweep: .*'nanotrode sweep' runs them"):
        load_study(tmp_path / "study.toml")
    assert cli.main(["sweep", str(tmp_path / "none.toml")]) == 2
    path = tmp_path / "single.toml"
    path.write_text(STUDY[: STUDY.index("[sweep]")], encoding="utf-8")
    assert cli.main(["sweep", str(path)]) == 2
    assert "has no [sweep]" in capsys.readouterr().err


def test_a_sweep_starts_its_own_ranks(monkeypatch, capsys):
    monkeypatch.setenv("PMI_SIZE", "2")
    assert cli.main(["sweep", "study.toml"]) == 2
    assert "leave mpiexec out" in capsys.readouterr().err


def test_a_reduced_model_needs_enough_cases_on_one_mesh(planned):
    few = planned('solver.reduced = [true]\nrate = ["1C", "2C"]')
    assert not few.cases[0].study.solver.reduced
    many = planned('solver.reduced = [true]\nrate = { from = "1C", to = "2C", steps = 10 }')
    assert all(case.study.solver.reduced for case in many.cases)
