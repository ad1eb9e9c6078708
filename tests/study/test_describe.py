"""`nanotrode describe`: images, studies and folders, with the numbers they must give."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nanotrode.geometry.tags import REGIONS
from nanotrode.study import cli, describe, image_words
from nanotrode.study.starter import starter

FILE = Path(__file__).parents[1] / "data" / "electrode_64.tiff"
ABOUT = ["--voxel", "100 nm", "--label", "electrolyte=0", "--label", "electrode=85,170"]


def answer(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def no_pictures(monkeypatch):
    """3-D pictures have tests of their own."""
    monkeypatch.setattr(describe, "_pictures", lambda mesh, folder, name: [])


def test_an_image_is_described_in_a_table_a_file_and_a_picture(capsys, tmp_path):
    crop = "0:24,0:20,0:24"
    code, out, err = answer(capsys, "describe", FILE, *ABOUT, "--crop", crop, "--out", tmp_path)
    # a slow machine is told how far it is
    assert (code, re.sub(r"^ +\d+ s  .*\n", "", err, flags=re.MULTILINE)) == (0, "")
    assert "2.4 × 2 × 2.4 µm" in out
    assert "tortuosity factor, z" in out
    assert (tmp_path / "describe.png").stat().st_size > 10_000
    found = json.loads((tmp_path / "describe.json").read_text())
    pore, solid = found["phases"]["electrolyte"], found["phases"]["electrode"]
    assert pore["fraction"] + solid["fraction"] == pytest.approx(1.0)
    assert found["porosity"] == pore["fraction"]
    assert f"{100 * found['porosity']:.2f} %" in out
    transport = found["transport"]["electrolyte"]["z"]
    assert transport["tortuosity"] == pytest.approx(pore["fraction"] / transport["diffusivity"])
    assert pore["widths"]["shares"][-1] == pytest.approx(1.0)


def test_an_image_and_its_study_state_the_same_limit(capsys, tmp_path, no_pictures):
    """On the mesh, on the voxels, and what those tend to: finite elements come from below."""
    labels = "labels = { electrolyte = 0, electrode = [85, 170] }"
    study = tmp_path / "image.toml"
    study.write_text(
        f'[geometry]\nkind = "image"\nfile = "{FILE}"\nvoxel = "100 nm"\nsmoothing = 0\n{labels}\n'
        'crop = [[0, 12], [0, 12], [16, 28]]\nheadroom = "200 nm"\n',
        encoding="utf-8",
    )
    crop = ["--crop", "0:12,0:12,16:28", "--out", tmp_path]
    assert answer(capsys, "describe", FILE, *ABOUT, *crop)[0] == 0
    code, out, _ = answer(capsys, "describe", study)
    assert code == 0
    assert out.count("on the image's voxels") == out.count("  extrapolated") == 3
    assert "tortuosity factors are those on the mesh" in out
    image, meshed = (
        json.loads((tmp_path / name).read_text())["transport"]["electrolyte"]["y"]
        for name in ("describe.json", "image.describe.json")
    )
    assert image["tortuosity"] == image["on_voxels"]["tortuosity"]
    assert meshed["on_voxels"] == image["on_voxels"]
    limit = meshed["extrapolated"]
    assert limit == image["extrapolated"]
    assert 0.9 * limit["tortuosity"] < meshed["tortuosity"] < limit["tortuosity"] + limit["error"]
    assert image["tortuosity"] > limit["tortuosity"] + limit["error"]


def test_a_film_has_no_pores_and_no_width(capsys, tmp_path, no_pictures):
    film = tmp_path / "film.toml"
    film.write_text('[geometry]\nkind = "film"\nthickness = "500 nm"\n', encoding="utf-8")
    code, out, _ = answer(capsys, "describe", film)
    assert code == 0
    assert "100 % of the electrode is as wide as the box or wider" in out
    found = json.loads(
        (tmp_path / "film.describe.json").read_text(), parse_constant=pytest.fail
    )  # no Infinity, which is no JSON
    assert found["porosity"] == 0.0
    assert found["phases"]["electrode"]["thickness"]["p50"] is None
    assert found["phases"]["electrode"]["beyond_box"] == 1.0


def test_a_study_of_wires_has_straight_pores(capsys, good, no_pictures):
    """Upright wires: the pores' tortuosity factor is 1 upwards, and above 1 across."""
    code, out, _ = answer(capsys, "describe", good)
    assert code == 0
    assert "joined to the separator" in out
    found = json.loads(good.with_name("good.describe.json").read_text())
    across, up = (found["transport"]["electrolyte"][axis]["tortuosity"] for axis in "xz")
    # the tips are round, and a little more is open above
    assert up == pytest.approx(1.0, abs=0.03)
    assert 1.05 < across < 1.4
    wire = np.pi * 0.25**2
    assert found["porosity"] == pytest.approx(1 - wire, abs=0.02)
    assert found["phases"]["electrode"]["thickness"]["p50"] == pytest.approx(100e-9, rel=0.1)
    assert found["transport"]["electrode"]["x"]["tortuosity"] is None


def test_a_folder_s_mesh_is_described_like_the_voxels_it_is_made_of(capsys, tmp_path, no_pictures):
    import boxes

    mesh = boxes.box((8, 8, 8), sides=(2e-6, 2e-6, 2e-6))
    middle = mesh.points[mesh.cells].mean(axis=1)
    pore = middle[:, 0] < 0.5e-6
    tags = np.where(pore, REGIONS["electrolyte"], REGIONS["electrode"]).astype(np.int32)
    replace(mesh, cell_tags=tags).save(tmp_path / "mesh.msh")
    assert answer(capsys, "describe", tmp_path)[0] == 0
    found = json.loads((tmp_path / "describe.json").read_text())
    assert found["porosity"] == pytest.approx(0.25, rel=1e-9)
    assert found["transport"]["electrolyte"]["y"]["tortuosity"] == pytest.approx(1.0, rel=1e-5)
    assert found["transport"]["electrolyte"]["x"]["tortuosity"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([FILE], "--voxel: 'electrode_64.tiff' does not say how large its voxels are"),
        ([FILE, "--voxel", "1 s"], "--voxel"),
        ([FILE, "--voxel", "1 nm", "--label", "pore"], "--label: got 'pore', expected such as"),
        ([FILE, *ABOUT, "--crop", "0:64"], "crop: got 1 spans"),
        ([FILE, *ABOUT, "--crop", "0-64"], "--crop: got '0-64', expected such as"),
        ([FILE, "--voxel", "1 nm", "--label", "electrolyte=0", "--label", "electrode=9"],
         "--label: the image also holds 85, 170"),
        (["nowhere.toml"], "nowhere.toml: no such file"),
        ([Path(__file__).parent], "holds no mesh.msh"),
    ],
)  # fmt: skip
def test_what_cannot_be_described_is_one_line_and_exit_code_2(capsys, arguments, said):
    code, out, err = answer(capsys, "describe", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_label_may_be_said_again():
    """The electrode of the two-phase image is 85 and 170: once each, or both at once."""
    about = {"voxel": "100 nm", "threshold": None, "axes": "zyx", "crop": None}
    about |= {"raw_shape": None, "raw_type": None}
    words = ["electrode=85", "electrolyte=0", "electrode=170"]
    again = image_words.read_words(about | {"labels": words})["labels"]
    assert again == {"electrode": (85, 170), "electrolyte": (0,)}


def test_a_raw_image_is_described_by_what_the_flags_say(capsys, tmp_path, no_pictures):
    """Of 8 x 8 x 8 voxels a quarter is solid; what is missing is asked for by its flag."""
    voxels = np.zeros((8, 8, 8), dtype=np.uint8)
    voxels[:, :4, :4] = 1
    path = tmp_path / "image.raw"
    voxels.tofile(path)
    words = ["--voxel", "1 um", "--label", "electrode=1", "--label", "electrolyte=0"]
    raw = ["--raw-shape", "8,8,8", "--raw-type", "uint8"]
    assert answer(capsys, "describe", path, *words, *raw)[0] == 0
    found = json.loads((tmp_path / "image.describe.json").read_text(encoding="utf-8"))
    assert found["porosity"] == pytest.approx(0.75)
    for given, asked in (
        ([*words], "--raw-shape, --raw-type: a raw file does not say what it holds"),
        ([*words[:2], *raw], "--label, --threshold: give one of them"),
        ([*words, "--raw-shape", "8,8", "--raw-type", "uint8"], "--raw-shape: "),
        ([*words, "--raw-shape", "8,8,x", "--raw-type", "uint8"], "--raw-shape: got '8,8,x'"),
        (raw, "--voxel: "),
    ):
        code, _, err = answer(capsys, "describe", path, *given)
        assert (code, err.count("\n")) == (2, 1)
        assert err.startswith(asked)
    code, _, err = answer(capsys, "describe", tmp_path / "none.tif")
    assert (code, err) == (2, f"{tmp_path / 'none.tif'}: no such file\n")


IMAGE_ALONE = [
    ["--voxel", "100 nm"], ["--label", "electrode=1"], ["--threshold", "0"], ["--axes", "zyx"],
    ["--crop", "0:2,0:2,0:2"], ["--raw-shape", "2,2,2"], ["--raw-type", "uint8"],
]  # fmt: skip


@pytest.mark.parametrize("words", IMAGE_ALONE)
@pytest.mark.parametrize("source", ["study.toml", "run"])
def test_what_only_an_image_is_told_is_not_passed_over(words, source, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    (tmp_path / "study.toml").write_text(starter("film"))
    assert cli.main(["describe", str(tmp_path / source), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{words[0]}: only an image is told so")


@pytest.mark.parametrize("source", ["image.npy", "run"])
def test_what_only_a_study_has_is_not_set_elsewhere(source, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    np.save(tmp_path / "image.npy", np.zeros((4, 4, 4), dtype=np.uint8))
    assert cli.main(["describe", str(tmp_path / source), "--set", "mesh.order=1"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("--set mesh.order=1: changes a study file")


@pytest.mark.parametrize("flag", [["--raw-type", "uint8"], ["--raw-shape", "4,4,4"]])
def test_what_a_file_says_itself_is_not_told_again(flag, tmp_path, capsys):
    np.save(tmp_path / "image.npy", np.zeros((4, 4, 4), dtype=np.uint8))
    words = ["--voxel", "1 um", "--threshold", "1", *flag]
    assert cli.main(["describe", str(tmp_path / "image.npy"), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{flag[0]}: 'image.npy' says itself what it holds")
