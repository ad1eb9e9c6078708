"""Pictures and field files say where their numbers are from, without their folder."""

from __future__ import annotations

import json

import pytest
import pyvista as pv
from matplotlib.figure import Figure
from PIL import Image
from small_run import make_mesh, make_snapshot

from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.plots import save_figure
from nanotrode.postprocess.stamp import grounds_of, stamp_of, write_figure

RESTS = "assumed numbers: diffusivity of Ωost"
MADE = {
    "rests on": RESTS,
    "cards": {"material": "Ωost"},
    "sources": {"material": {"diffusivity": "assumed: <a guess> & no more"}},
}
SOURCE = "Ωost: diffusivity: assumed: <a guess> & no more"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "provenance.json").write_text(json.dumps(MADE))
    return tmp_path


def test_text_chunks_of_a_png_name_sources_and_assumptions(folder):
    save_figure(Figure(), folder / "a.png")
    with Image.open(folder / "a.png") as picture:
        assert picture.text["Source"] == SOURCE
        assert picture.text["Description"] == f"rests on {RESTS}"
        assert picture.text["Software"].startswith("nanotrode ")


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".jpg", ".tif", ".webp"])
def test_other_formats_carry_it_where_they_have_a_place(folder, suffix):
    path = write_figure(Figure(), folder / f"a{suffix}")
    if suffix == ".svg":
        assert "&lt;a guess&gt; &amp; no more" in path.read_text()
    if suffix == ".jpg":
        with Image.open(path) as picture:
            assert SOURCE in picture.info["comment"].decode()
    if suffix == ".tif":
        with Image.open(path) as picture:
            assert "a guess" in picture.tag_v2[270]


def test_a_picture_beside_its_run_is_stamped_by_the_run(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.png"
    write_figure(Figure(), elsewhere, runs=[folder])
    with Image.open(elsewhere) as picture:
        assert picture.text["Source"] == SOURCE


def test_fields_for_paraview_name_them(folder):
    mesh = make_mesh(1)
    VtkWriter(folder, mesh).write(make_snapshot(mesh, 1))
    facts = pv.read(folder / "fields" / "0001.vtm").field_data
    assert facts["Source"][0] == SOURCE
    assert facts["Description"][0] == f"rests on {RESTS}"
    assert facts["Step"][0]


@pytest.mark.parametrize("text", ["{", "[]", '{"sources": 3}', '{"sources": {"material": 3}}'])
def test_papers_that_are_broken_or_old_stop_no_picture(tmp_path, text):
    (tmp_path / "summary.json").write_text(text)
    assert stamp_of([tmp_path]).keys() == {"Software"}


def test_a_sweep_says_what_its_cases_rest_on_each_text_once(tmp_path):
    for number, rests in enumerate(["a", "b", "a"]):
        (tmp_path / f"cases/{number}").mkdir(parents=True)
        made = MADE | {"rests on": rests}
        (tmp_path / f"cases/{number}/provenance.json").write_text(json.dumps(made))
    cases = sorted((tmp_path / "cases").iterdir())
    assert grounds_of(cases) == ["a (2 cases)", "b (1 case)"]
    assert grounds_of(cases[:1]) == ["a"]
    assert stamp_of([tmp_path])["Description"] == "rests on a"
