"""Level sets: splines on grids, distances of poles, and solids made of solids."""

from __future__ import annotations

from math import radians

import numpy as np
import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry import Film, NanobeltArray, NanowireArray
from nanotrode.geometry.implicit.combination import Combination
from nanotrode.geometry.implicit.combine import (
    Complement,
    Difference,
    Intersection,
    Shell,
    Union,
)
from nanotrode.geometry.implicit.distance import redistanced
from nanotrode.geometry.implicit.families import GaussianRandomField, Gyroid
from nanotrode.geometry.implicit.level_set import Grid, Sampled, Shifted, gradient
from nanotrode.geometry.implicit.poles import Pole, Slab, level_set_of

UM = 1e-6
BOX = (10 * UM, 8 * UM, 6 * UM)


def somewhere(count: int = 2000, size=BOX, seed: int = 0):
    return np.random.default_rng(seed).random((count, 3)) * size


class Ball:
    def __init__(self, centre, radius):
        self.centre, self.radius = np.array(centre), radius

    def __call__(self, points):
        return np.linalg.norm(points - self.centre, axis=1) - self.radius


ONE, TWO = Ball((4 * UM, 4 * UM, 3 * UM), 2 * UM), Ball((6 * UM, 4 * UM, 3 * UM), 2 * UM)


@pytest.mark.parametrize("periodic", [True, False])
def test_a_spline_on_a_grid_converges_with_the_fourth_order(periodic):
    def wave(p):
        x, y, z = (2 * np.pi * p / BOX).T
        return UM * (np.sin(x) + np.cos(y) + np.cos(z / 2))

    points = somewhere()
    errors = []
    for spacing in (0.5 * UM, 0.25 * UM):
        grid = Grid.over(BOX, spacing, periodic)
        values = wave(grid.points()).reshape(grid.counts)
        inside = points * 0.6 + 0.2 * np.array(BOX)
        errors.append(np.abs(Sampled.through(grid, values)(inside) - wave(inside)).max())
    assert np.log2(errors[0] / errors[1]) > 3.6
    assert errors[1] < 1e-4 * UM


def test_a_periodic_spline_is_periodic_to_rounding():
    grid = Grid.over(BOX, 0.7 * UM, True)
    values = np.random.default_rng(1).random(grid.counts) * UM
    spline, points = Sampled.through(grid, values), somewhere()
    for axis in (0, 1):
        low, high = points.copy(), points.copy()
        low[:, axis], high[:, axis] = 0.0, BOX[axis]
        assert np.abs(spline(low) - spline(high)).max() < 1e-12 * UM
    assert spline(grid.points()) == pytest.approx(values.ravel(), abs=1e-9 * UM)


def test_redistanced_values_are_distances_to_a_part_of_the_spacing():
    grid = Grid.over(BOX, 0.25 * UM, False)
    ball = Ball((5 * UM, 4 * UM, 3 * UM), 2 * UM)
    exact = ball(grid.points()).reshape(grid.counts)
    found = redistanced((7 * exact / UM).astype(np.float32), grid, reach=2 * UM)
    near = np.abs(exact) < 0.1 * UM
    assert np.abs(found - exact)[near].max() < 0.01 * UM
    assert np.abs(found - exact).max() < 0.25 * UM


def test_distances_reach_across_periodic_sides():
    grid = Grid.over(BOX, 0.25 * UM, True)
    exact = Ball((0.0, 4 * UM, 3 * UM), 2 * UM)(grid.points()).reshape(grid.counts)
    other = Ball((BOX[0], 4 * UM, 3 * UM), 2 * UM)(grid.points()).reshape(grid.counts)
    both = np.minimum(exact, other)
    found = redistanced(both.astype(np.float32), grid, reach=5 * UM)
    assert np.abs(found - both).max() < 0.25 * UM


def test_combinations_have_the_signs_of_set_algebra():
    points = somewhere()
    a, b = ONE(points) < 0, TWO(points) < 0
    for solid, inside in (
        (Union((ONE, TWO)), a | b),
        (Intersection((ONE, TWO)), a & b),
        (Difference(ONE, TWO), a & ~b),
        (Complement(ONE), ~a),
    ):
        assert np.array_equal(solid(points) < 0, inside)
    assert 0 < (a & b).sum() < a.sum()


def test_a_union_keeps_distances_outside_and_an_intersection_inside():
    points = somewhere()
    both = np.minimum(ONE(points), TWO(points))
    assert Union((ONE, TWO))(points) == pytest.approx(both)
    lens = Intersection((ONE, TWO))
    inside = lens(points) < 0
    assert lens(points)[inside] == pytest.approx(np.maximum(ONE(points), TWO(points))[inside])


def test_a_shell_lies_between_two_parallel_surfaces():
    shell, points = Shell(ONE, inwards=0.5 * UM, outwards=0.25 * UM), somewhere(20000)
    away = ONE(points)
    assert np.array_equal(shell(points) < 0, (away > -0.5 * UM) & (away < 0.25 * UM))
    assert np.array_equal(Shifted(ONE, 0.5 * UM)(points) < 0, away < -0.5 * UM)


@pytest.mark.parametrize(
    "shape",
    [
        NanowireArray(count=2, radius=UM, length=5 * UM),
        NanowireArray(count=2, radius=UM, length=5 * UM, tip="rounded", tilt=radians(20)),
        NanowireArray(count=3, radius=UM, length=5 * UM, tilt=radians(15), placement="random"),
        NanobeltArray(count=2, width=3 * UM, thickness=UM, length=5 * UM, edge_radius=0.3 * UM),
        NanobeltArray(count=1, width=2 * UM, thickness=UM, length=6 * UM, bend=radians(60)),
        NanobeltArray(
            count=1,
            width=2 * UM,
            thickness=UM,
            length=6 * UM,
            bend=radians(40),
            tilt=radians(10),
            twist=radians(50),
        ),
    ],
)
def test_poles_have_their_analytic_surface_at_zero(shape):
    solid = level_set_of(shape)
    random = np.random.default_rng(0)
    u, t = random.random(500), random.uniform(0.05, 1.0, 500)
    for pole in shape.poles:
        on, inside = pole.point(u, t), pole.point(u, 0.5 + 0 * t, 0.5)
        assert np.abs(solid(on)).max() < 1e-3 * UM
        assert np.all(solid(inside) < -0.1 * UM)


def test_a_straight_pole_is_an_exact_distance_around_tip_and_side():
    wire = Pole(NanowireArray(count=1, radius=UM, length=5 * UM).poles[0])
    x, y = wire.sweep.base
    points = np.array([(x + 4 * UM, y, 2 * UM), (x, y, 8 * UM), (x + 4 * UM, y, 9 * UM)])
    assert wire(points) == pytest.approx([3 * UM, 3 * UM, 5 * UM])
    around = somewhere(3000, (2 * x, 2 * y, 8 * UM))
    slope = np.linalg.norm(gradient(wire, around, 1e-4 * UM), axis=1)
    assert np.median(np.abs(slope - 1)) < 1e-6


def test_a_combination_of_ours_with_a_family():
    gyroid = Gyroid(cell=10 * UM)
    both = Combination("union", (gyroid, Film(2 * UM)))
    points = somewhere(5000, both.size)
    solid = both.phases()[0][1](points) < 0
    assert both.size == gyroid.size
    assert both.periodic
    assert not both.percolates
    assert np.all(solid[points[:, 2] < 2 * UM])
    assert 0.4 < solid[points[:, 2] > 2 * UM].mean() < 0.6
    assert both.describe()["parts"][1]["kind"] == "film"


def test_a_lower_part_ends_flat_where_the_box_is_higher():
    low, high = Gyroid(cell=10 * UM), Gyroid(cell=10 * UM, repeats=(1, 1, 2), porosity=0.9)
    both = Combination("union", (low, high))
    points = somewhere(5000, both.size)
    above = points[points[:, 2] > 10 * UM]
    alone = high.phases()[0][1](above) < 0
    assert np.array_equal(both.phases()[0][1](above) < 0, alone)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"operation": "glue"}, "operation: expected one of union"),
        ({"parts": (Gyroid(cell=UM),)}, "parts: expected two shapes or more"),
        ({"parts": (Gyroid(cell=UM), Gyroid(cell=2 * UM))}, "parts: .* same footprint"),
        ({"operation": "shell", "shell": UM}, "parts: expected one shape"),
        ({"shell": UM}, "shell: its thickness goes with operation = 'shell'"),
        ({"outwards": 2.0}, "outwards"),
        ({"porosity": 1.0}, "porosity"),
        ({"headroom": -UM}, "headroom"),
        (
            {"parts": (Gyroid(cell=UM), NanowireArray(1, UM, 5 * UM, symmetry="quarter"))},
            "symmetry: .* expected 'none'",
        ),
    ],
)
def test_an_impossible_combination_is_refused_with_its_key(change, words):
    parts = (Gyroid(cell=10 * UM), GaussianRandomField(10 * UM, 10 * UM, 2 * UM))
    with pytest.raises(ShapeError, match=words):
        Combination(**{"operation": "union", "parts": parts, **change})


def test_a_slab_is_a_film():
    assert level_set_of(Film(2 * UM)) == Slab(2 * UM)
