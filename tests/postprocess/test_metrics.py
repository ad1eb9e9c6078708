"""Area-weighted statistics against closed forms; figures of merit of a made-up cycle."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_run import SERIES, write_series

from nanotrode.postprocess.appraise import appraise_run
from nanotrode.postprocess.metrics import (
    SurfaceQuadrature,
    SurfaceStatistics,
    first_discharge,
    summarise,
    surface_metrics,
)


def patch(order: int, bend=lambda u, v: np.column_stack([u, v, 0 * u]), n: int = 4):
    """The unit square in 2 n^2 triangles, mapped by `bend`; nodes and facets."""
    step = 2 * n if order == 2 else n
    axis = np.linspace(0, 1, step + 1)
    u, v = (a.ravel() for a in np.meshgrid(axis, axis, indexing="ij"))
    number = np.arange((step + 1) ** 2).reshape(step + 1, step + 1)
    facets = []
    k = step // n
    for i in range(0, step, k):
        for j in range(0, step, k):
            for ring in (((0, 0), (1, 0), (1, 1)), ((0, 0), (1, 1), (0, 1))):
                corners = [np.array([i, j]) + k * np.array(c) for c in ring]
                nodes = list(corners)
                if order == 2:
                    nodes += [(corners[a] + corners[b]) // 2 for a, b in ((0, 1), (1, 2), (2, 0))]
                facets.append([number[tuple(node)] for node in nodes])
    return bend(u, v), np.array(facets)


@pytest.mark.parametrize("order", [1, 2])
def test_statistics_of_a_linear_field(order):
    points, facets = patch(order)
    surface = SurfaceQuadrature(points, facets)
    statistics = surface.statistics(3.0 + points[:, 0])
    assert surface.area == pytest.approx(1.0, rel=1e-12)
    assert statistics.mean == pytest.approx(3.5, rel=1e-12)
    assert statistics.deviation == pytest.approx(1 / np.sqrt(12), rel=1e-12)
    assert (statistics.minimum, statistics.maximum) == (3.0, 4.0)
    assert statistics.variation == pytest.approx(1 / np.sqrt(12) / 3.5)
    hat = np.abs(points[:, 0] - 0.5)
    assert surface.quantile(hat, 0.25) == pytest.approx(0.125, abs=0.03)


def test_quadratic_fields_are_integrated_exactly():
    points, facets = patch(2)
    surface = SurfaceQuadrature(points, facets)
    assert surface.integral(points[:, 0] * points[:, 1]) == pytest.approx(0.25, rel=1e-12)


def test_curved_facets_measure_a_cylinder():
    def bend(u, v):
        return np.column_stack([np.cos(u), np.sin(u), v])

    errors = [
        abs(SurfaceQuadrature(*patch(order, bend, n)).area - 1.0)
        for order, n in ((1, 4), (2, 4), (2, 8))
    ]
    assert errors[1] < 1e-2 * errors[0]
    assert errors[2] < errors[1] / 12  # fourth order


def test_the_weight_is_area_and_not_the_number_of_nodes():
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 1, 0], [0, -1, 0], [0.01, -1, 0]], dtype=float)
    facets = np.array([[0, 1, 2], [0, 3, 4]])
    surface, values = SurfaceQuadrature(points, facets), np.array([1.0, 1, 1, 5, 5])
    assert surface.statistics(values).mean == pytest.approx(1.0, abs=0.01)
    assert surface.quantile(values, 0.9) == pytest.approx(1.0)


def test_figures_of_a_cycle():
    metrics = summarise(SERIES, theoretical_capacity=2.5e-9)
    assert metrics["Discharged [A.h]"] == pytest.approx(2e-9)
    assert metrics["Charged [A.h]"] == pytest.approx(1e-9)
    assert metrics["Discharge energy [W.h]"] == pytest.approx(2e-9 * 3.4)
    assert metrics["Charge energy [W.h]"] == pytest.approx(1e-9 * 3.6)
    assert metrics["First discharge: utilisation [-]"] == pytest.approx(0.8)
    assert metrics["First discharge: time to 90 % of its capacity [s]"] == pytest.approx(6480)
    assert metrics["First discharge: end voltage [V]"] == pytest.approx(3.2)
    assert metrics["First discharge: mean voltage [V]"] == pytest.approx(3.4)
    assert metrics["First discharge: peak local current density [A.m-2]"] == 5.0


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ([0, 1, 2, 3], (0, 4)),
        ([0, 1, 2, 2, 2, 1], (0, 3)),  # the rest at its end is left out
        ([0, 1, 1, 2, 1], (0, 4)),  # one in its middle is not
        ([3, 2, 1, 2, 3, 3], (2, 5)),  # a charge comes first
        ([0, 1, 2, 2 - 1e-13, 3, 0], (0, 5)),  # rounding is not a charge
    ],
)
def test_where_the_first_discharge_is(passed, expected):
    rows = first_discharge(np.array(passed, dtype=float))
    assert (rows.start, rows.stop) == expected


def test_without_a_discharge_there_is_none():
    assert first_discharge(np.array([0.0, -1.0, -2.0])) is None
    assert first_discharge(np.zeros(4)) is None


def test_evenness():
    metrics = surface_metrics(SurfaceStatistics(-2.0, -6.0, -1.0, 0.5))
    assert metrics["Peak over mean local current density [-]"] == 3.0
    assert metrics["Variation of local current density [-]"] == 0.25


def test_metrics_join_the_summary(written):
    write_series(written)
    (written / "summary.json").write_text(
        json.dumps({"unknowns": 7, "electrode": {"theoretical capacity [A.h]": 4e-9}})
    )
    metrics = appraise_run(written)
    stored = json.loads((written / "summary.json").read_text())
    assert stored["unknowns"] == 7
    assert stored["metrics"] == pytest.approx(metrics)
    assert metrics["First discharge: utilisation [-]"] == pytest.approx(0.5)
    # The last output is the nearest: x goes from 0.3 at the foot to 0.6 at the tip, j = -2 - x.
    mean = metrics["End of discharge: mean local current density [A.m-2]"]
    assert mean == pytest.approx(-2.0 - (2 * 0.45 + 0.6) / 3, rel=1e-5)
