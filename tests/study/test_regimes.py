"""The regime map: what single points say, and that its picture is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nanotrode.study.reproduce.regimes import COLUMN, RegimeStudy, draw_maps

# LLTO, a mixed conductor, and a body of carbon in which no ions move
CORNERS = {"ionic": (1e-3, 1.0), "electronic": (1e-6, 0.3, 1e2)}


@pytest.fixture(scope="module")
def maps():
    small = replace(COLUMN, repeats=(1, 1, 3), cell=14e-6)
    return RegimeStudy(column=small, size=2.5e-6, exchange=(5.0, 50.0), **CORNERS).run()


@pytest.fixture(scope="module")
def found(maps):
    return maps[0]


def test_conductors_decide_where_lithium_goes(found):
    insulator, mixed, metal = found.height[:, 0], found.height[1], found.height[-1]
    # without electrons at the bottom, without ions at the top
    assert (found.height[0] < 0.01).all()
    assert (found.on_collector[0] > 0.95).all()
    assert insulator[0] < mixed[0] < metal[0]
    assert metal[0] > 0.55
    # more ions, less of it at the top
    assert (found.height[:, 1] < found.height[:, 0] + 1e-3).all()


def test_both_conductors_make_it_even(found):
    assert found.variation[-1, 1] < 0.5 * found.variation[-1, 0]
    assert (found.variation[0] > 1.0).all()


def test_the_homogenised_lines_belong_to_the_points(found):
    nu, ratio = found.homogenised.lines(found.ionic, found.electronic)
    assert (np.diff(nu, axis=0) < 0).all()
    assert (np.diff(nu, axis=1) < 0).all()
    assert (np.diff(ratio, axis=1) > 0).all()
    # where nu is small the current is even
    assert found.variation[nu < 1].max() < 0.3
    # the better conductor pushes it to the other side
    deep, high = ratio > 10, ratio < 0.1
    assert found.height[deep].max() < 0.5 < found.height[high].min()


def test_a_faster_reaction_moves_the_line_and_the_current(maps):
    slow, fast = maps
    # nu squared goes with the slope of the kinetics: nu = 1 moves as 1 / i0
    nu = [each.homogenised.lines(each.ionic, each.electronic)[0] for each in maps]
    np.testing.assert_allclose(nu[1], np.sqrt(10.0) * nu[0], rtol=1e-12)
    assert (slow.exchange, fast.exchange) == (5.0, 50.0)
    # where electrons are plenty it climbs, and gets uneven
    assert (fast.height[-1] > slow.height[-1]).all()
    assert (fast.variation[1:] > slow.variation[1:]).all()


def test_each_point_is_drawn(maps, tmp_path):
    from PIL import Image

    path = draw_maps(maps, tmp_path / "map.png", marks={"LLTO": (0.1, 1e-6)}, note="six points")
    with Image.open(path) as picture:
        assert picture.width > 1500
        assert np.asarray(picture.convert("L")).std() > 20
