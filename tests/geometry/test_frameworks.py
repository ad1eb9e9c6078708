"""Frameworks of particles and pores: what is asked for is there, before anything is meshed."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry.descriptors import (
    connected_to_separator,
    feret_diameters,
    local_thickness,
    percentiles,
)
from nanotrode.geometry.implicit.framework import PorousFramework
from nanotrode.geometry.implicit.level_set import gradient
from nanotrode.geometry.implicit.particles import draw_particle, draw_rotations

UM = 1e-6
SMALL = PorousFramework(thickness=24 * UM, width=(24 * UM, 21 * UM))


@pytest.fixture(scope="module")
def solid():
    return SMALL.phases()[0][1]


def voxels(shape, spacing: float = 0.5 * UM):
    """Values of the level set at the centres of voxels."""
    counts = [round(length / spacing) for length in shape.size]
    axes = [(np.arange(n) + 0.5) * length / n for n, length in zip(counts, shape.size, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return shape.phases()[0][1](points).reshape(counts)


def test_the_connected_porosity_is_nearly_met_before_meshing():
    pore = connected_to_separator(voxels(SMALL) > 0)
    assert pore.mean() == pytest.approx(0.46, abs=0.01)
    assert abs(SMALL.filled.shift) < 0.1 * UM


def test_pores_and_particles_have_the_sizes_of_the_paper():
    assert SMALL.particle_diameters.min() >= 5 * UM
    assert SMALL.particle_diameters.max() <= 8 * UM
    assert SMALL.pore_diameters.min() >= 5 * UM
    assert SMALL.pore_diameters.max() <= 10 * UM
    pore = voxels(SMALL) > 0
    median = percentiles(local_thickness(pore, 0.5 * UM, periodic=True)[pore]).p50
    assert 5 * UM < median < 10 * UM


def test_sides_continue_each_other_to_rounding(solid):
    points = np.random.default_rng(0).random((3000, 3)) * SMALL.size
    for axis in (0, 1):
        low, high = points.copy(), points.copy()
        low[:, axis], high[:, axis] = 0.0, SMALL.size[axis]
        assert np.abs(solid(low) - solid(high)).max() < 1e-12 * UM


def test_symmetric_sides_are_not_periodic():
    symmetric = replace(SMALL, sides="symmetric", width=16 * UM, thickness=16 * UM)
    values = voxels(symmetric)
    assert not symmetric.periodic
    assert np.abs(values[0] - values[-1]).max() > UM
    assert (values > 0).mean() == pytest.approx(0.46, abs=0.01)


def test_the_gradient_is_about_one_at_the_surface(solid):
    points = np.random.default_rng(0).random((40000, 3)) * SMALL.size
    points = points[np.abs(solid(points)) < 0.2 * UM]
    slopes = np.linalg.norm(gradient(solid, points, 0.01 * UM), axis=1)
    assert 0.95 < np.median(slopes) < 1.1
    assert np.percentile(slopes, 5) > 0.8


def test_a_seed_gives_the_same_framework_everywhere():
    again = replace(SMALL)
    assert np.array_equal(voxels(again), voxels(SMALL))
    assert not np.array_equal(voxels(replace(SMALL, seed=1)), voxels(SMALL))
    digest = hashlib.sha256(np.round(SMALL.particle_diameters / 1e-12).tobytes()).hexdigest()
    # Changes whenever any random number, or what is made of it, does.
    assert (len(SMALL.particle_diameters), digest[:12]) == (139, "5cc10dfb1147")


def test_a_particle_has_its_feret_diameter_and_is_flat():
    random = np.random.default_rng(0)
    rays = random.standard_normal((2500, 3))
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    for aspect in (2.0, 3.5):
        particle = draw_particle(random, 6 * UM, aspect).turned(draw_rotations(random, 1)[0])
        low, high = np.zeros(len(rays)), np.full(len(rays), 6 * UM)
        for _ in range(40):
            middle = (low + high) / 2
            inside = particle(rays * middle[:, None]) < 0
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        largest, smallest = feret_diameters(rays * low[:, None])
        assert largest == pytest.approx(6 * UM, rel=0.01)
        assert 1.4 < largest / smallest < 1.3 * aspect
        assert np.all(np.abs(rays * low[:, None]).max(axis=0) <= particle.reach)


def test_without_a_porogen_pores_lie_between_the_particles():
    plates = PorousFramework(12 * UM, 12 * UM, porogen=0.0, porosity=0.4)
    assert len(plates.pore_diameters) == 0
    assert (voxels(plates) > 0).mean() == pytest.approx(0.4, abs=0.015)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"thickness": -UM}, "thickness: expected a length above zero"),
        ({"thickness": 2 * UM}, "thickness: .* less than the smallest particle"),
        ({"width": 10 * UM}, "width: .* too narrow"),
        ({"width": (30 * UM, 30 * UM, UM)}, "width: expected a number or two numbers"),
        ({"particle_size": 5 * UM}, "particle_size: expected two numbers"),
        ({"particle_size": (8 * UM, 5 * UM)}, "particle_size: the smallest"),
        ({"pore_size": (0.0, UM)}, "pore_size"),
        ({"aspect_ratio": (1.0, 2.0)}, "aspect_ratio: expected diameter over thickness"),
        ({"porogen": 0.5}, "porogen: expected 0 to less than the porosity"),
        ({"porosity": 1.1}, "porosity: expected between"),
        ({"sides": "open"}, "sides: expected one of periodic, symmetric"),
        ({"smoothing": 0.0}, "smoothing"),
        ({"seed": -1}, "seed: expected a whole number"),
        ({"seed": 0.5}, "seed"),
        ({"headroom": 0.0}, "headroom"),
    ],
)
def test_an_impossible_framework_is_refused_with_its_key(change, words):
    with pytest.raises(ShapeError, match=words):
        PorousFramework(**{"thickness": 30 * UM, "width": 30 * UM, **change})


def test_spheres_for_which_there_is_no_room_are_refused():
    crowded = PorousFramework(20 * UM, 20 * UM, porogen=0.7, porosity=0.8)
    with pytest.raises(ShapeError, match="porogen: expected a share for which there is room"):
        crowded.phases()
