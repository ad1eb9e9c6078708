"""A study that says no more than its geometry: meshed and described, not run."""

from __future__ import annotations

import pytest

from nanotrode.errors import StudyError
from nanotrode.study.build import element_order, make_sizing
from nanotrode.study.cli import main
from nanotrode.study.loading import load_geometry, load_study
from nanotrode.study.schema import Study

FILM = '[geometry]\nkind = "film"\nthickness = "300 nm"\n'
REST = """
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.1
[[protocol]]
steps = ["Rest for 1 s"]
"""


@pytest.fixture
def alone(tmp_path):
    path = tmp_path / "film.toml"
    path.write_text(FILM)
    return path


def test_it_is_meshed(alone, capsys):
    assert main(["mesh", str(alone), "--set", "mesh.segments=6"]) == 0
    assert "tetrahedra" in capsys.readouterr().out
    study = load_geometry(alone, ["mesh.segments=6"])
    assert (study.name, element_order(study)) == ("film", 2)
    assert make_sizing(study).diffusion_length is None


def test_it_is_not_run(alone, capsys):
    assert main(["run", str(alone)]) == 2
    said = capsys.readouterr().err
    assert "material: missing" in said
    assert "protocol: missing" in said


def test_a_whole_study_is_checked_whole(alone):
    alone.write_text(FILM + REST)
    assert isinstance(load_geometry(alone), Study)
    alone.write_text(FILM + REST.replace("LiFePO4", "LiFePO"))
    with pytest.raises(StudyError, match="LiFePO4"):
        load_geometry(alone)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('thickness = "300"', "geometry.thickness"),
        ('thickness = "300 nm"\nwitdh = "1 um"', "did you mean 'width'"),
        ('thickness = "300 nm"\n[mesh]\nsegmets = 12', "did you mean 'segments'"),
    ],
)
def test_its_mistakes_are_told_with_their_lines(alone, change, said):
    alone.write_text(FILM.replace('thickness = "300 nm"', change))
    for load in (load_geometry, load_study):
        with pytest.raises(StudyError, match=r"film\.toml:[345]") as caught:
            load(alone)
        assert said in str(caught.value)
