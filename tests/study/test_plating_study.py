"""Plating studies: what is filled in, what is refused, and what a run leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanotrode.errors import StudyError
from nanotrode.study import build_plating
from nanotrode.study.loading import load_study
from nanotrode.study.run import run_study
from nanotrode.study.to_toml import to_toml

PLATING = """\
[geometry]
kind = "miec-scaffold"
preset = "LLTO@CNT"
thickness = "20 um"
width = "15 um"
headroom = "5 um"
seed = 3
[mesh]
interface = "2 um"
[plating]
electrolyte = "LHCE"
[[protocol]]
steps = ["Plate at 0.5 mA/cm2 until 0.05 mAh/cm2"]
[output]
pictures = false
"""


@pytest.fixture
def changed(tmp_path: Path):
    def change(old: str = "", new: str = "") -> Path:
        assert old in PLATING
        path = tmp_path / "study.toml"
        path.write_text(PLATING.replace(old, new) if old else PLATING, encoding="utf-8")
        return path

    return change


def test_the_preset_chooses_the_materials(changed):
    anode = build_plating.make_anode(load_study(changed()))
    assert anode.solid.name == "LLTO"
    assert anode.coat is not None
    assert anode.coat.nucleation_barrier == 0.0
    bare = build_plating.make_anode(load_study(changed("LLTO@CNT", "LLTO")))
    assert bare.coat is None


def test_single_values_win_and_say_where_they_are_from(changed):
    values = (
        'nucleation_barrier = "95 mV"\n'
        'ionic_conductivity = "0 S/m"\n'
        'exchange_current_density = "20 A/m^2"\n'
    )
    path = changed("[plating]\n", f"[plating]\n{values}")
    anode = build_plating.make_anode(load_study(path))
    assert anode.coat is not None
    assert anode.coat.nucleation_barrier == pytest.approx(0.095)
    assert anode.solid.ionic_conductivity == 0.0
    assert anode.deposit.exchange_current_density == 20.0
    assert anode.sources()["deposit"]["exchange_current_density"] == "given in the study"
    assert "exchange_current_density" not in anode.deposit.ranges


def test_a_study_chooses_the_law_of_the_barrier(changed):
    assert build_plating.make_anode(load_study(changed())).deposit.barrier_law == "kinetic"
    path = changed("[plating]\n", '[plating]\nbarrier_law = "equilibrium"\n')
    assert build_plating.make_anode(load_study(path)).deposit.barrier_law == "equilibrium"


@pytest.mark.parametrize("preset", ["LLTO@CNT", "LLTO", "CNT", "Cu foil"])
def test_what_is_written_back_reads_as_the_same_study(changed, preset):
    path = changed("LLTO@CNT", preset)
    study = load_study(path)
    path.write_text(to_toml(study.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    assert load_study(path) == study


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("electrolyte = ", "electrolite = ", 11, "did you mean 'electrolyte'?"),
        ('"LHCE"', '"LHC"', 11, "did you mean 'LHCE'?"),
        ("0.05 mAh/cm2", "0.1 V", 13, "lithium plates below 0 V"),
        ("Plate at 0.5 mA/cm2", "Plate at 1C", 13, "a host has no capacity of its own"),
        ("Plate", "Strip", 13, "nothing has been plated yet"),
        ('headroom = "5 um"\n', "", None, "headroom"),
        ('"LLTO@CNT"\n', '"LLTO"\ncoating = "1 um"\n', 4, "coating"),
        ("[plating]\n", '[plating]\ncoat_conductivity = "1 m"\n', 11, "a conductivity"),
        ("[plating]\n", '[plating]\nanode = "CNT"\nsolid = "LLTO"\n', None, "leave out solid"),
        ("[plating]\n", '[plating]\nbarrier_law = "kinetics"\n', 11, "did you mean 'kinetic'?"),
    ],
)
def test_one_mistake_is_one_line_with_its_place(changed, old, new, line, said):
    with pytest.raises(StudyError) as error:
        load_study(changed(old, new))
    (only,) = str(error.value).splitlines()
    assert said in only
    if line is not None:
        assert f"study.toml:{line}: " in only


def test_values_of_what_is_absent_are_refused(changed):
    path = changed('LLTO@CNT"', 'LLTO"')
    text = path.read_text().replace("[plating]\n", '[plating]\ncoat_conductivity = "1e3 S/m"\n')
    path.write_text(text)
    with pytest.raises(StudyError, match="this anode has no coat"):
        load_study(path)


def test_a_host_that_nothing_names_is_refused(changed):
    with pytest.raises(StudyError, match="nothing says what the host is made of"):
        load_study(changed('preset = "LLTO@CNT"\n', ""))


def test_a_run_leaves_all_that_is_promised(changed, tmp_path):
    out = tmp_path / "out"
    result = run_study(load_study(changed()), out)
    there = {path.name for path in out.iterdir()}
    assert there >= {
        "study.toml", "provenance.json", "mesh.msh", "fields.pvd", "fields", "timeseries.csv",
        "summary.json", "checkpoint.npz", "log.txt", "report.html",
    }  # fmt: skip
    assert result.summary["ledger"]["largest disagreement"] < 1e-8
    assert result.summary["metrics"]["First plating: capacity [mA.h.cm-2]"] == pytest.approx(0.05)
    last = sorted((out / "fields").glob("[0-9]*/"))[-1]
    assert {path.stem for path in last.iterdir()} == {
        "electrode", "electrolyte", "interface", "collector",
    }  # fmt: skip
    assert run_study(load_study(changed()), out, resume=True) is None


IMAGE = """\
[geometry]
kind = "image"
file = "pillar.npy"
voxel = "1 um"
labels = { electrode = 1, electrolyte = 0 }
smoothing = 0
headroom = "2 um"
[plating]
anode = "CNT"
[[protocol]]
steps = ["Plate at 0.5 mA/cm2 until 0.01 mAh/cm2"]
[output]
pictures = false
report = false
"""


@pytest.fixture
def image(tmp_path: Path):
    """A pillar of 2 x 2 x 4 voxels in the middle of 4 x 4 x 4."""
    import numpy as np

    voxels = np.zeros((4, 4, 4), dtype=np.uint8)
    voxels[:, 1:3, 1:3] = 1
    np.save(tmp_path / "pillar.npy", voxels)

    def write(old: str = "", new: str = "") -> Path:
        path = tmp_path / "image.toml"
        path.write_text(IMAGE.replace(old, new) if old else IMAGE, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("given", "thickness"), [("", 100e-9), ('coat_thickness = "50 nm"\n', 50e-9)]
)
def test_an_image_has_a_coated_anode(image, tmp_path, given, thickness):
    from nanotrode.geometry.mesh import ElectrodeMesh

    study = load_study(image("[plating]\n", f"[plating]\n{given}"))
    assert build_plating.coat_thickness(study) == pytest.approx(thickness)
    result = run_study(study, tmp_path / "out")
    # four walls of 2 um x 4 um and a roof of 2 um x 2 um, all of it coated
    assert result.mesh.area("interface") == pytest.approx(36e-12)
    assert result.summary["ledger"]["by surface"]["coat"]["plated [mA.h.cm-2]"] > 0.0
    assert "host" not in result.summary["ledger"]["by surface"]
    kept = ElectrodeMesh.load(tmp_path / "out" / "mesh.msh")
    assert kept.shape["coating"] == pytest.approx(thickness)


def test_a_coats_thickness_is_refused_where_it_means_nothing(image, changed):
    bare = image('anode = "CNT"', 'anode = "LLTO"\ncoat_thickness = "50 nm"')
    with pytest.raises(StudyError, match=r"image.toml:10: plating.coat_thickness: this anode has"):
        load_study(bare)
    own = changed("[plating]\n", '[plating]\ncoat_thickness = "50 nm"\n')
    with pytest.raises(StudyError, match=r"coat_thickness: the geometry has a coating of its own"):
        load_study(own)
