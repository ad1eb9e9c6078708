"""Planes, streamlines, montages, animations and the window."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv
from matplotlib.image import imread
from PIL import Image
from small_run import make_mesh, make_snapshot

from nanotrode.errors import InputError
from nanotrode.postprocess import animation, drawing, opengl, render, scene, window
from nanotrode.postprocess.catalogue import fields_of, find_field
from nanotrode.postprocess.drawing import Look
from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.fields import read_outputs
from nanotrode.postprocess.plane import Plane, parse_plane
from nanotrode.postprocess.streamlines import streamlines_of

BOX = (0.0, 2.0, 0.0, 4.0, 0.0, 1.0)


@pytest.fixture
def small(monkeypatch):
    """Few pixels; skips where nothing can be drawn."""
    try:
        opengl.require_rendering()
    except opengl.RenderingError as error:
        pytest.skip(str(error))
    for module in (scene, animation):
        monkeypatch.setattr(module, "_PIXELS", 40_000)
    monkeypatch.setattr(render, "_TILE_PIXELS", 40_000)


@pytest.fixture
def run(tmp_path):
    mesh = make_mesh(2)
    writer = VtkWriter(tmp_path / "run", mesh)
    for index in range(3):
        writer.write(make_snapshot(mesh, index))
    return tmp_path / "run"


def test_a_plane_is_a_fraction_or_a_place():
    assert parse_plane("x=0.5") == Plane("x", 0.5, None)
    np.testing.assert_allclose(parse_plane("y = 0.25").origin(BOX), [1, 1, 0.5])
    np.testing.assert_allclose(parse_plane("z=200 nm").origin(BOX), [1, 2, 0.2])


@pytest.mark.parametrize("text", ["x", "w=0.5", "x=2", "x=0", "z=200 kg", "x=half"])
def test_a_plane_that_is_none_is_said(text):
    with pytest.raises(InputError, match="--cut"):
        parse_plane(text)


def test_a_plane_beside_the_electrode_is_said():
    with pytest.raises(InputError, match="misses the electrode"):
        parse_plane("x=9 um").origin(BOX)


def test_fields_are_found_by_what_people_call_them(run):
    output = read_outputs(run)[0]
    keys = [field.key for field in fields_of(output)]
    assert keys == ["current_density", "overpotential", "stoichiometry", "concentration"]
    for name in ("current_density", "local current density", "local current density [A m-2]"):
        assert find_field(output, name).on_surface


def test_a_plane_takes_away_what_is_in_front(run):
    output = read_outputs(run)[1]
    for name in ("stoichiometry", "current_density"):
        field = find_field(output, name)
        scale = drawing.scale_of(output, field)
        subject = drawing._subject(output, field, Look(plane=parse_plane("x=0.5")), scale)
        assert subject.coloured.bounds[1] == pytest.approx(0.05)  # half of 0.1 um
        assert subject.coloured.n_cells > 0


def test_streamlines_run_along_the_gradient(run):
    output = read_outputs(run)[1]
    lines = streamlines_of(output, find_field(output, "concentration"))
    # the field rises with the height alone: lines are upright, from floor to top
    assert lines.bounds[5] - lines.bounds[4] == pytest.approx(0.1, rel=0.1)
    with pytest.raises(InputError, match="lives on the surface"):
        drawing._streams(output, find_field(output, "overpotential"), Look(streamlines=True))


def test_cuts_and_streamlines_are_drawn(small, run, tmp_path):
    for number, look in enumerate((Look(plane=parse_plane("z=0.5")), Look(streamlines=True))):
        path = tmp_path / f"{number}.png"
        render.render(run, "concentration", path, look=look)
        assert (np.ptp(imread(path)[:, :, :3], axis=2) > 0.15).mean() > 0.01


def test_a_montage_has_equal_limits(small, run, tmp_path):
    mesh = make_mesh()
    VtkWriter(tmp_path / "other", mesh).write(make_snapshot(mesh, 7))
    outputs = [read_outputs(tmp_path / "other")[0], read_outputs(run)[0]]
    assert render.limits_of(outputs, "stoichiometry") == pytest.approx((0.1, 1.6))
    runs = [run, tmp_path / "other"]
    path = render.render_montage(runs, "stoichiometry", tmp_path / "m.png", time=0.0)
    rows, columns = imread(path).shape[:2]
    assert columns > 1.2 * rows


def test_currents_of_both_directions_share_a_scale_around_zero(tmp_path):
    mesh = make_mesh()
    writer = VtkWriter(tmp_path, mesh)
    for index in range(2):
        snapshot = make_snapshot(mesh, index)
        snapshot.surface["local_current_density"] *= -1 if index else 1
        writer.write(snapshot)
    low, high = render.limits_of(read_outputs(tmp_path), "current_density")
    assert low == -high
    assert high == pytest.approx(2.4, rel=0.01)


def test_an_animation_has_a_picture_for_each_output(small, run, tmp_path):
    told = []
    path = animation.animate(
        run, "stoichiometry", tmp_path / "a.gif", progress=lambda done, of: told.append((done, of))
    )
    assert told[-1] == (3, 3)
    with Image.open(path) as image:
        assert image.n_frames == 3
        frames = []
        for number in range(3):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB"), dtype=float))
    assert np.abs(frames[2] - frames[0]).mean() > 1


def test_a_film_in_h264(small, run, tmp_path):
    pytest.importorskip("imageio_ffmpeg")
    path = animation.animate(run, "stoichiometry", tmp_path / "a.mp4", seconds=2)
    assert path.read_bytes()[4:8] == b"ftyp"


def test_other_formats_are_refused(run, tmp_path):
    with pytest.raises(InputError, match=r"expected \.gif or \.mp4"):
        animation.animate(run, "stoichiometry", tmp_path / "a.avi")


def test_the_window_s_slider_changes_the_output(small, run):
    plotter = pv.Plotter(off_screen=True, window_size=(320, 240))
    try:
        show = window.fill_window(plotter, read_outputs(run), "current_density", start=10.0)
        first = plotter.screenshot(return_img=True).astype(float)
        show(2)
        second = plotter.screenshot(return_img=True).astype(float)
    finally:
        plotter.close()
    assert np.abs(second - first).mean() > 0.5
