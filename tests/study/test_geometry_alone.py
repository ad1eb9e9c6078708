"""A study that says no more than its geometry: meshed and described, not run."""

from __future__ import annotations

import pytest

from nanotrode.errors import StudyError
from nanotrode.study.build import element_order, make_shape, make_sizing
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


def test_sizes_that_only_poles_know_are_refused(tmp_path):
    path = tmp_path / "gyroid.toml"
    path.write_text('[geometry]\nkind = "gyroid"\ncell = "1 um"\n[mesh]\nlayers = 4\n')
    with pytest.raises(StudyError, match=r"gyroid\.toml:5: mesh\.layers: has no meaning"):
        load_geometry(path)


def test_presets_are_the_anodes_of_the_comparison(tmp_path):
    path = tmp_path / "anode.toml"
    path.write_text(
        '[geometry]\nkind = "miec-scaffold"\nthickness = "20 um"\nwidth = "20 um"\n'
        'headroom = "2 um"\n'
    )
    made = {
        name: make_shape(load_geometry(path, [f"geometry.preset={name}"]))
        for name in ("LLTO@CNT", "LLTO", "CNT", "Cu foil")
    }
    assert made["LLTO@CNT"].coating == pytest.approx(100e-9)
    assert made["LLTO"].coating is None
    assert made["CNT"].particles == "inert"
    assert made["Cu foil"].describe()["kind"] == "film"
    assert {shape.footprint for shape in made.values()} == {made["LLTO"].footprint}
    with pytest.raises(StudyError, match=r"coating: 'LLTO' says None"):
        load_geometry(path, ["geometry.preset=LLTO", "geometry.coating=50 nm"])


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
