"""Colours and axes are not fitted to noise: ranges have a floor, and legends say "uniform"."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from small_run import make_mesh, make_snapshot

from nanotrode.postprocess import drawing, names, palette, render
from nanotrode.postprocess.catalogue import find_field
from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.fields import read_outputs
from nanotrode.postprocess.metrics import SurfaceStatistics
from nanotrode.postprocess.plots import settle
from nanotrode.postprocess.ranges import fit
from nanotrode.postprocess.report.charts import Chart, Line, draw_chart
from nanotrode.postprocess.report.model import make_model

MEAN, NOISE = 1.4917, 1.3e-4
"""A film's local current density [A m-2], and how much a mesh varied it."""


@pytest.mark.parametrize(
    ("ends", "about", "expected"),
    [
        ((1.0, 2.0), {}, (1.0, 2.0, False)),
        ((0.996, 1.0), {}, (0.993, 1.003, True)),
        ((-1.0, -0.996), {}, (-1.003, -0.993, True)),
        ((1.0, 1.1), {"error": 0.2}, (0.95, 1.15, True)),
        ((0.0, 1e-9), {"unit": "A m-2"}, (-5e-7, 5e-7, True)),
        ((-1.0, 1.0), {}, (-1.0, 1.0, False)),
    ],
)
def test_a_range_is_a_hundredth_of_its_values_at_least(ends, about, expected):
    assert fit(*ends, **about) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(
    "name", [names.CURRENT_DENSITY, names.OVERPOTENTIAL, names.COVERAGE, names.CONCENTRATION]
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_noise_takes_a_small_part_of_the_colours_and_is_called_uniform(name, sign):
    values = sign * MEAN * (1 + NOISE * np.array([-1.0, 0.0, 1.0]))
    ends = (float(values.min()), float(values.max()))
    spread = (SurfaceStatistics(sign * MEAN, *ends, NOISE * MEAN), ends)
    for surface in (spread, None) if name == names.CONCENTRATION else (spread,):
        scale = palette.field_scale(name, values, surface)
        low, high = scale.limits
        assert high - low == pytest.approx(0.01 * MEAN, rel=1e-3)
        assert np.ptp(scale.shown(values)) == 0.0
        middle = 0.5 * (low + high)
        near = (middle - 1e-4 * abs(middle), middle + 1e-4 * abs(middle))  # as a user may ask
        assert np.ptp(palette.field_scale(name, values, surface, near).shown(values)) > 0.0
        assert scale.uniform
        assert scale.note.startswith("uniform")


def test_rounding_around_zero_is_no_current_in_two_directions():
    noise = 1e-9 * np.array([-1.0, 1.0])
    spread = (SurfaceStatistics(0.0, -1e-9, 1e-9, 1e-9), (-1e-9, 1e-9))
    scale = palette.field_scale(names.CURRENT_DENSITY, noise, spread)
    assert scale.limits == pytest.approx((-5e-7, 5e-7))
    assert scale.note == "uniform, 0 within its error"
    given = palette.field_scale(names.CURRENT_DENSITY, noise, spread, (0.0, 2.0))
    assert given.limits == (0.0, 2.0)
    assert given.colours.name == palette.surface_map().name


def test_a_real_difference_keeps_its_colours():
    values = np.array([1.0, 1.02])
    scale = palette.plain_scale(names.STOICHIOMETRY, values)
    assert scale.limits == (1.0, 1.02)
    assert not scale.uniform


@pytest.fixture
def film(tmp_path):
    """A discharge that is uniform but for noise, and a rest that is zero but for rounding."""
    mesh = make_mesh()
    writer = VtkWriter(tmp_path, mesh)
    for index, size in enumerate((-MEAN, 1e-9)):
        one = make_snapshot(mesh, index)
        n = len(one.surface["local_current_density"])
        even = size * (1 + NOISE * np.linspace(-1, 1, n) * (1 if index == 0 else 1e4))
        surface = one.surface | {"local_current_density": even}
        writer.write(replace(one, surface=surface))
    return tmp_path


def test_pictures_of_a_whole_run_have_the_floor_too(film):
    outputs = read_outputs(film)
    low, high = render.limits_of(outputs[:1], "current_density")
    assert high - low == pytest.approx(0.01 * MEAN, rel=1e-2)
    assert render.limits_of(outputs, "current_density") == pytest.approx(
        (0.0, MEAN * 1.005), rel=1e-3
    )
    assert render.limits_of(outputs[1:], "current_density") == pytest.approx((-5e-7, 5e-7))


def test_the_viewer_says_uniform_and_has_the_floor(film):
    field = make_model(read_outputs(film))["fields"][0]
    assert field["key"] == "current_density"
    for scale, note in zip(field["scales"], ("uniform, mean", "uniform, 0"), strict=True):
        assert scale["note"].startswith(note)
    low, high = field["scales"][0]["limits"]
    assert high - low == pytest.approx(0.01 * MEAN, rel=1e-2)


def test_axes_of_curves_are_not_fitted_to_noise():
    time = np.linspace(0, 1, 50)
    noisy = MEAN * (1 + NOISE * np.sin(40 * time))
    figure, facts = draw_chart(Chart("Current", "time", "", [Line("a", time, noisy, "ink")]), 0)
    assert np.ptp(facts["y"]) >= 0.01 * MEAN
    assert "uniform within 0.03 %" in [node.text for node in figure.iter("span")]
    drawn = Figure()
    axes = drawn.subplots()
    axes.plot(time, noisy)
    settle(drawn)
    assert np.ptp(axes.get_ylim()) == pytest.approx(0.01 * MEAN, rel=1e-2)
    assert axes.texts[0].get_text() == "uniform within 0.03 %"
    axes.set_ylim(0, 2)
    settle(drawn)
    assert axes.get_ylim() == (0, 2)


def test_what_the_run_calls_its_error_is_no_structure(film):
    """5 % of spread, of which the mesh answers for 8 %; then for 1 % only."""
    mesh = make_mesh()
    one = make_snapshot(mesh, 0)
    n = len(one.surface["local_current_density"])
    wavy = -MEAN * (1 + 0.025 * np.linspace(-1, 1, n))
    VtkWriter(film, mesh).write(replace(one, surface=one.surface | {"local_current_density": wavy}))
    for error, uniform in ((0.08 * MEAN, True), (0.01 * MEAN, False), (float("nan"), False)):
        (film / "timeseries.csv").write_text(
            f"Time [s],Error of local current density [A.m-2]\n0.0,{error}\n5.0,9.0\n"
        )
        output = read_outputs(film)[0]
        scale = drawing.scale_of(output, find_field(output, "current_density"))
        assert scale.uniform == uniform
        width = np.ptp(scale.limits) / MEAN
        assert width == pytest.approx(0.08, rel=1e-3) if uniform else 0.03 < width < 0.05
        assert make_model([output])["fields"][0]["scales"][0]["flat"] == uniform
