"""Ranges of results: which cases a study with uncertain numbers has, and what they come to."""

from __future__ import annotations

import csv
import re

import drive
import pytest

from nanotrode.errors import StudyError
from nanotrode.study import cli
from nanotrode.study.cases import launch
from nanotrode.study.sweep.plan import plan_sweep
from nanotrode.study.sweep.ranges import ranges_over

CARD = """\
name = "doubtful"
ion = "Li+"
charge_number = 1
c_s_max = { value = "20000 mol/m^3", source = "assumed: a test" }
x_min = { value = "0.1", source = "assumed: a test" }
x_max = { value = "0.9", source = "assumed: a test" }
diffusivity = { formula = "1e-15*exp(-x)", unit = "m^2/s", factor_low = "0.2", factor_high = "5", source = "assumed: a test" }
ocp = { formula = "4 - x", unit = "V", source = "assumed: a test" }
alpha_a = { value = "0.5", source = "assumed: a test" }
alpha_c = { value = "0.5", source = "assumed: a test" }
exchange_current_density = { value = "2 A/m^2", low = "1 A/m^2", high = "8 A/m^2", source = "assumed: a test" }
"""  # noqa: E501
STUDY = """\
[geometry]
kind = "nanowire-array"
radius = "50 nm"
length = "200 nm"
[material]
file = "card.toml"
[initial]
stoichiometry = 0.2
[[protocol]]
steps = ["Discharge at 1C until 3.2 V"]
"""
I0, D = "material.exchange_current_density", "material.diffusivity_factor"


@pytest.fixture
def study(tmp_path):
    """A study file with more in it; its path."""
    (tmp_path / "card.toml").write_text(CARD, encoding="utf-8")

    def write(more: str = "", text: str = STUDY):
        path = tmp_path / "study.toml"
        path.write_text(text + more, encoding="utf-8")
        return path

    return write


def inputs(path, **asked) -> list[dict]:
    return [dict(case.inputs) for case in plan_sweep(path, **asked).cases]


def test_each_number_with_a_range_goes_to_its_ends_alone(study):
    assert inputs(study(), uncertain=True) == [
        {},
        {D: 0.2},
        {D: 5.0},
        {I0: "1 A/m^2"},
        {I0: "8 A/m^2"},
    ]


def test_the_ends_are_what_is_computed_with(study):
    from nanotrode.study.build import make_material

    cases = plan_sweep(study(), uncertain=True).cases
    materials = [make_material(case.study) for case in cases]
    assert [float(m.diffusivity(0.0)) for m in materials[:3]] == pytest.approx(
        [1e-15, 2e-16, 5e-15]
    )
    assert [m.kinetics.exchange_current.j0 for m in materials[2:]] == [2.0, 1.0, 8.0]


def test_a_value_that_the_study_gives_is_meant(study):
    given = study(text=STUDY.replace('"card.toml"', '"card.toml"\ndiffusivity = "1e-14 m^2/s"'))
    assert inputs(given, uncertain=True) == [{}, {I0: "1 A/m^2"}, {I0: "8 A/m^2"}]


def test_the_study_says_what_else_and_what_not(study):
    more = f'[uncertain]\nfixed = ["{I0}"]\n[uncertain.over]\n{D} = {{ from = 0.5, to = 2.0 }}\n'
    path = study(more + 'geometry.length = ["100 nm", "300 nm"]')
    length = "geometry.length"
    assert inputs(path) == [{}, {D: 0.5}, {D: 2.0}, {length: "100 nm"}, {length: "300 nm"}]


def test_random_structures_have_other_seeds(study):
    random = STUDY.replace('"200 nm"', '"200 nm"\nplacement = "random"\ncount = 2\nseed = 7')
    found = inputs(study("[uncertain]\nseeds = 3", text=random))
    assert found[-2:] == [{"geometry.seed": 8}, {"geometry.seed": 9}]
    fixed = study('[uncertain]\nfixed = ["geometry.seed"]', text=random)
    assert not any("geometry.seed" in one for one in inputs(fixed))


def test_each_case_of_a_sweep_has_its_own_ranges(study):
    path = study(f'[sweep.over]\n{I0} = ["3 A/m^2"]\ngeometry.count = [1, 2]')
    one, two = ({I0: "3 A/m^2", "geometry.count": count} for count in (1, 2))
    ends = ({}, {D: 0.2}, {D: 5.0})
    assert inputs(path, uncertain=True) == [{**own, **end} for own in (one, two) for end in ends]


def test_samples_fill_the_box_evenly_in_the_logarithm(study):
    found = inputs(study("[uncertain]\nsamples = 10"))[1:]
    shares = sorted(float(one[D]) for one in found)
    # a Latin hypercube has one in each tenth of 0.2 ... 5, and 1 lies in the middle
    assert [sum(0.2 * 25 ** (k / 10) < s <= 0.2 * 25 ** ((k + 1) / 10) for s in shares)
            for k in range(10)] == [1] * 10  # fmt: skip
    assert all(1 <= float(one[I0].split()[0]) <= 8 for one in found)


def test_a_plating_study_knows_its_cards(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        '[geometry]\nkind = "film"\nthickness = "1 um"\nheadroom = "10 um"\n'
        '[plating]\nanode = "Cu foil"\n[[protocol]]\nsteps = ["Plate at 0.1 mA/cm2 for 1 h"]\n'
    )
    found = inputs(path, uncertain=True)
    key = "plating.exchange_current_density"
    # doi:10.1149/1945-7111/ac001c and its like: from 0.1 to 71 A/m2 have been used for lithium
    assert {one.get(key) for one in found} >= {"0.1 A/m^2", "71 A/m^2"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("[uncertain]\nseed = 3", "unknown key; did you mean 'seeds'?"),
        ("[uncertain.over]\ngeometry.radiu = { from = 1, to = 2 }", "geometry.radiu: unknown key"),
        (
            '[uncertain]\nfixed = ["material.difusivity_factor"]',
            "did you mean 'material.diffusivity_factor'?",
        ),
        ("[uncertain]\nseeds = true", "seeds"),
    ],
)
def test_mistakes_are_told_before_anything_runs(study, more, expected):
    with pytest.raises(StudyError, match=r".") as caught:
        plan_sweep(study(more))
    assert expected in str(caught.value)


def test_a_study_without_doubts_says_so(study, tmp_path, capsys):
    path = study()
    certain = re.sub(r"(factor_)?(low|high) = \"[^\"]*\", ", "", CARD)
    (tmp_path / "card.toml").write_text(certain, encoding="utf-8")
    assert cli.main(["sweep", str(path), "--uncertain"]) == 2
    assert "nothing is uncertain here" in capsys.readouterr().err
    assert cli.main(["run", str(study("[uncertain]"))]) == 2
    assert "'nanotrode sweep' runs them, not 'run'" in capsys.readouterr().err


def test_results_are_told_as_ranges(study, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(launch, "command", drive.fake_command)
    monkeypatch.setattr("nanotrode.study.cases.crew.compile_forms", lambda tasks: None)
    path = study("[uncertain.over]\ngeometry.count = [2, 7]")
    assert cli.main(["sweep", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "geometry.count decides" in capsys.readouterr().out
    with (tmp_path / "out" / "ranges.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["result"] == "First discharge: worth [-]"
    assert (row["decided by"], row["cases"]) == ("geometry.count", "7")
    assert float(row["lowest"]) < float(row["highest"])
    assert "What is not known better" in (tmp_path / "out" / "report.html").read_text()


def test_what_moves_a_result_furthest_decides_it():
    rows = [
        {"r": 10.0, "same": 1.0},
        {"a": 1, "r": 9.0, "same": 1.0},
        {"a": 2, "r": 10.5, "same": 1.0},
        {"b": 1, "r": 14.0, "same": 1.0},
    ]
    (line,) = ranges_over(rows, inputs=["a", "b"], doubted={"a", "b"}, metrics=["r", "same"])
    assert line == {
        "result": "r", "as it is": 10.0, "lowest": 9.0, "highest": 14.0,
        "decided by": "b", "cases": 4,
    }  # fmt: skip


def test_what_a_result_follows_decides_samples():
    places = (3.0, 1.0, 5.0, 2.0, 4.0)
    rows = [{"a": f"{a} m", "a [m]": a, "b": b, "r": float(b)} for b, a in enumerate(places)]
    (line,) = ranges_over(rows, inputs=["a", "a [m]", "b"], doubted={"a", "b"}, metrics=["r"])
    assert (line["decided by"], line["as it is"]) == ("b", None)
