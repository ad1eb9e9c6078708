"""Poles keep their distance and stay in the box, or are refused before any meshing."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from nanotrode.errors import ShapeError
from nanotrode.geometry import NanobeltArray, NanowireArray
from nanotrode.geometry.clearance import ways
from nanotrode.geometry.placement import hexagonal, rows_of, segment_distance, square


@pytest.mark.parametrize(
    ("count", "rows"),
    [(1, [1]), (2, [2]), (7, [3, 2, 2]), (20, [5] * 4), (200, [20] * 10), (11, [4, 4, 3])],
)
def test_any_count_makes_a_near_square_grid(count, rows):
    assert rows_of(count) == rows


@pytest.mark.parametrize("placement", ["square", "hexagonal", "random"])
@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_poles_keep_the_gap_and_the_box(placement, count):
    shape = NanowireArray(
        count, radius=5e-8, length=1e-6, pitch=3e-7, placement=placement, gap=4e-8, tilt=0.12
    )
    low, high = shape.corners.min(axis=0), shape.corners.max(axis=0)
    surfaces = []
    for pole in shape.poles:
        u, s = np.meshgrid(np.linspace(0, 1, 48), np.linspace(0, 1, 40))
        x = pole.point(u.ravel(), s.ravel())
        assert (x[:, :2] > low).all()
        assert (x[:, :2] < high).all()
        surfaces.append(x)
    for a, b in combinations(surfaces, 2):
        assert cKDTree(a).query(b)[0].min() > 4e-8


def test_one_seed_gives_one_array_and_another_seed_another():
    def make(seed):
        return NanowireArray(
            9, radius=5e-8, length=1e-6, placement="random", pitch=3e-7, tilt=0.1, seed=seed
        ).layout

    assert make(4) == make(4)
    assert make(4) != make(5)


def test_too_many_random_poles_are_refused_with_the_way_out():
    with pytest.raises(ShapeError, match=r"no room for pole .* larger pitch, a smaller gap"):
        NanowireArray(60, radius=5e-8, length=1e-6, placement="random", pitch=1.3e-7)


def test_crossed_belts_are_refused():
    with pytest.raises(ShapeError, match="no room for pole"):
        NanobeltArray(12, width=3e-7, thickness=5e-8, length=1e-6, placement="random", pitch=2.5e-7)


def test_bent_belts_may_stand_nested():
    shape = NanobeltArray(
        3, width=3e-7, thickness=5e-8, length=1e-6, pitch=(4e-7, 4e-7), bend=1.2, gap=5e-8
    )
    inside = shape.corners.max(axis=0)
    reach = shape.poles[0].point(np.zeros(1), 1.0)[0, 1] - shape.poles[0].base[1]
    assert reach > 4e-7
    for pole in shape.poles:
        x = pole.point(np.linspace(0, 1, 40), 1.0)
        assert (x[:, :2] > 0).all()
        assert (x[:, :2] < inside).all()


def test_distance_of_segments_against_sampling():
    draw = np.random.default_rng(3)
    starts, ends = draw.normal(size=(2, 12, 3))
    t = np.linspace(0, 1, 301)[:, None]
    for k in range(12):
        a = starts[0] + t * (ends[0] - starts[0])
        b = starts[k] + t * (ends[k] - starts[k])
        sampled = np.linalg.norm(a[:, None] - b[None], axis=2).min()
        exact = segment_distance(starts[0], ends[0], starts[k : k + 1], ends[k : k + 1])[0]
        assert exact <= sampled + 1e-12
        assert exact == pytest.approx(sampled, abs=0.02)


def test_parallel_segments():
    a, b = np.zeros(3), np.array([0.0, 0, 1])
    far = segment_distance(a, b, np.array([[3.0, 4, 0.2]]), np.array([[3.0, 4, 5]]))
    assert far[0] == pytest.approx(5)


def test_many_random_poles_are_placed_in_seconds():
    start = time.process_time()
    shape = NanowireArray(10_000, radius=5e-8, length=5e-7, placement="random")
    assert time.process_time() - start < 5  # [s]; 60 where each is compared with all others
    feet = np.array([(pose.x, pose.y) for pose in shape.layout.poses])
    assert cKDTree(feet).query(feet, k=2)[0][:, 1].min() >= 2 * 5e-8 + shape.least_gap


def test_the_same_seeds_give_the_same_arrays_as_before():
    """Places of the last poles, from the code that compared each pole with all others."""
    wires = NanowireArray(
        300, radius=5e-8, length=9e-7, pitch=6e-7, placement="random", tilt=0.3, seed=7
    )
    belts = NanobeltArray(30, width=1e-7, thickness=2e-8, length=5e-7, placement="random", seed=3)
    assert wires.layout.poses[-1] == pytest.approx(
        (8.864316323225145e-06, 7.26237489663046e-06, 0.09469623767570931, 2.457388291833882),
        rel=1e-12,
    )
    assert belts.layout.poses[-1] == pytest.approx(
        (4.849112796931883e-07, 9.883698603569976e-07, 0.0, 1.4876504497483494), rel=1e-12
    )


@pytest.mark.parametrize("placement", ["square", "hexagonal"])
def test_belts_by_the_hundred_thousand(placement):
    shape = NanobeltArray(
        100_000, width=1e-7, thickness=2e-8, length=5e-7, placement=placement, tilt=0.3
    )
    assert len(shape.layout.poses) == 100_000
    with pytest.raises(ShapeError, match=r"pitch: poles that stand 1e-09 m apart"):
        replace(shape, pitch=1e-9)


@pytest.mark.parametrize("regular", [square, hexagonal])
@pytest.mark.parametrize("count", [1, 2, 7, 12, 31, 60])
def test_ways_to_stand_are_those_of_all_pairs(regular, count):
    layout = regular(count, (1.0, 0.7) if regular is square else 1.0)
    reach = np.array([2.3, 1.9])
    feet = np.array([(pose.x, pose.y) for pose in layout.poses])
    apart = (feet[None] - feet[:, None]).reshape(-1, 2)
    near = apart[(np.abs(apart) < reach).all(axis=1) & (np.abs(apart).max(axis=1) > 0)]
    found = ways(layout, reach)
    both = np.vstack([found, -found])
    assert {tuple(w) for w in np.round(both, 9) + 0.0} == {
        tuple(w) for w in np.round(near, 9) + 0.0
    }


def test_a_gap_too_fine_to_be_looked_after_is_refused():
    with pytest.raises(ShapeError, match=r"gap, thickness: 1e-12 m .* expected at least"):
        NanobeltArray(2, width=1e-6, thickness=2e-8, length=1e-5, gap=1e-12)


def test_a_belt_whose_loading_would_take_a_gigabyte_is_refused():
    with pytest.raises(ShapeError, match="are too fine to be kept on a belt"):
        NanobeltArray(12, width=2e-6, thickness=5e-7, length=6e-2, edge_radius=1.5e-7)
