"""The regime map: what single points say, and that its picture is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nanotrode.study.reproduce.regimes import COLUMN, RegimeStudy, draw_map

# LLTO, a mixed conductor, and a body of carbon in which no ions move
CORNERS = {"ionic": (1e-3, 1.0), "electronic": (1e-6, 0.3, 1e2)}


@pytest.fixture(scope="module")
def found():
    small = replace(COLUMN, repeats=(1, 1, 3), cell=14e-6)
    return RegimeStudy(column=small, size=2.5e-6, **CORNERS).run()


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


def test_each_point_is_drawn(found, tmp_path):
    from PIL import Image

    path = draw_map(found, tmp_path / "map.png", marks={"LLTO": (0.1, 1e-6)}, note="six points")
    with Image.open(path) as picture:
        assert picture.width > 1500
        assert np.asarray(picture.convert("L")).std() > 20
