"""The pictures are drawn, and no run dies for lack of one."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from time import monotonic

import numpy as np
import pytest
from matplotlib.image import imread
from small_run import SERIES, make_mesh, make_snapshot, write_series

from nanotrode.errors import InputError
from nanotrode.postprocess import fields, names, opengl, palette, pictures, render, scene
from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.layout import length_text, nice_length
from nanotrode.postprocess.metrics import SurfaceStatistics
from nanotrode.postprocess.plots import plot_run, plot_voltage, time_unit
from nanotrode.postprocess.series import read_series


@pytest.fixture
def small(monkeypatch):
    """Few pixels; skips where nothing can be drawn."""
    try:
        opengl.require_rendering()
    except opengl.RenderingError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(scene, "_PIXELS", 60_000)


def colourfulness(path) -> float:
    """Share of the picture that is neither white nor grey."""
    image = imread(path)[:, :, :3]
    return float((np.ptp(image, axis=2) > 0.15).mean())


def test_a_run_gets_its_two_pictures(small, written):
    paths = render.render_run(written)
    assert [p.name for p in paths] == ["current_density.png", "concentration_cut.png"]
    for path in paths:
        assert 0.03 < colourfulness(path) < 0.8


def test_equal_limits_give_comparable_pictures(small, tmp_path):
    mesh = make_mesh()
    writer = VtkWriter(tmp_path, mesh)
    for index in range(3):
        writer.write(make_snapshot(mesh, index))
    limits = render.common_limits(tmp_path, "stoichiometry")
    assert limits == pytest.approx((0.1, 0.6))
    brightness = []
    for time in (0.0, 20.0):
        path = render.render(
            tmp_path, "stoichiometry", tmp_path / "x.png", time=time, limits=limits
        )
        image = imread(path)[:, :, :3]
        coloured = np.ptp(image, axis=2) > 0.15
        brightness.append(image[coloured][:, 1].mean())
    assert brightness[1] > brightness[0] + 0.1  # viridis: more is greener


def test_what_cannot_be_drawn_is_said(small, written):
    with pytest.raises(InputError, match=r"'temperature'.*current_density"):
        render.render(written, "temperature", written / "x.png")
    with pytest.raises(InputError, match="no outputs"):
        render.render_run(written / "fields")


def test_the_most_telling_output_has_the_largest_spread(tmp_path):
    mesh = make_mesh()
    writer = VtkWriter(tmp_path, mesh)
    for index, spread in enumerate((0, 4, 1)):
        snapshot = make_snapshot(mesh, spread, time=float(index))
        writer.write(snapshot)
    assert fields.most_telling(fields.read_outputs(tmp_path)).time == 1.0


def test_a_missing_library_is_named_with_its_cure(monkeypatch):
    def refuse(name):
        raise OSError(name)

    monkeypatch.setattr(opengl.ctypes, "CDLL", refuse)
    with pytest.raises(opengl.RenderingError, match=r"libx11-6.*apt-get install"):
        opengl.require_rendering.__wrapped__()


def test_a_crash_of_the_renderer_costs_a_warning(written, monkeypatch, caplog):
    write_series(written)
    crash = written / "crash.sh"
    crash.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crash.chmod(0o755)
    monkeypatch.setattr(pictures.sys, "executable", str(crash))
    with caplog.at_level(logging.WARNING):
        paths = pictures.make_pictures(written)
    assert [p.name for p in paths] == ["voltage.png", "stoichiometry.png"]
    assert "no 3-D pictures" in caplog.text


def test_a_finished_run_gets_its_curves_and_its_3d_pictures(small, written):
    write_series(written)
    paths = pictures.make_pictures(written)
    assert [p.name for p in paths] == [
        "voltage.png",
        "stoichiometry.png",
        "current_density.png",
        "concentration_cut.png",
    ]
    assert all(p.stat().st_size > 10_000 for p in paths)


def test_the_curves_are_drawn(written):
    write_series(written)
    for path in plot_run(written):
        assert imread(path).shape[0] > 500
    assert colourfulness(written / "voltage.png") > 1e-3


def test_a_cut_short_series_is_read_and_drawn(tmp_path):
    write_series(tmp_path)
    path = tmp_path / "timeseries.csv"
    path.write_text(path.read_text()[:-25])
    series = read_series(path)
    assert list(series) == list(SERIES)
    assert len(series["Time [s]"]) == len(SERIES["Time [s]"]) - 1
    first = {name: values[:1] for name, values in series.items()}
    assert plot_voltage(first, tmp_path / "one.png").exists()


def test_an_absent_series_is_said(tmp_path):
    with pytest.raises(InputError, match=r"timeseries\.csv"):
        read_series(tmp_path / "timeseries.csv")


def test_reduction_is_drawn_as_a_magnitude_and_both_signs_around_zero():
    down = palette.current_scale(
        names.CURRENT_DENSITY,
        np.array([-3.0, -1.0]),
        SurfaceStatistics(-2, -3, -1, 1),
        (-2.9, -1.1),
    )
    assert down.limits == pytest.approx((1.1, 2.9))
    assert down.extend == "both"
    assert "into the electrode" in down.label
    np.testing.assert_allclose(down.shown(np.array([-3.0])), [3.0])
    both = palette.current_scale(
        names.CURRENT_DENSITY, np.array([-1.0, 2.0]), SurfaceStatistics(0.5, -1, 2, 1), (-1.0, 2.0)
    )
    assert both.limits == (-2.0, 2.0)
    assert both.sign == 1.0


def test_a_uniform_field_does_not_show_rounding_as_structure():
    values = 0.5 + 1e-9 * np.arange(10)
    low, high = palette.plain_scale(names.STOICHIOMETRY, values).limits
    assert high - low == pytest.approx(5e-3)


@pytest.mark.parametrize(("target", "length"), [(0.34, 0.2), (1.0, 1.0), (7.9, 5.0), (0.019, 0.01)])
def test_nice_lengths(target, length):
    assert nice_length(target) == pytest.approx(length)


def test_units_that_read_best():
    assert length_text(0.05) == "50 nm"
    assert length_text(2.5) == "2.5 µm"
    assert time_unit(np.array([0.0, 7200.0])) == ("h", 3600.0)
    assert time_unit(np.array([0.0, 30.0])) == ("s", 1.0)
    assert render.duration(1080.0) == "18 min"
    assert render.duration(0.0) == "0 s"


def test_told_to_end_nobody_waits_for_a_picture(written, monkeypatch):
    drawing = []

    def begin(directory):
        words = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
        pipe = subprocess.PIPE
        drawing.append(subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True))
        return drawing[0]

    def told(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(pictures, "_begin_rendering", begin)
    monkeypatch.setattr(pictures, "plot_run", told)
    began = monotonic()
    with pytest.raises(KeyboardInterrupt):
        pictures.make_pictures(written)
    assert monotonic() - began < 30.0
    assert drawing[0].returncode == -signal.SIGKILL
