"""Coatings: the coverage is met, the patches are patches, and go on across periodic sides."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry import Film, Sizing, build_mesh
from nanotrode.geometry.implicit.coating import Coating
from nanotrode.geometry.implicit.scaffold import MiecScaffold, scaffold

UM = 1e-6
SIZE = (10 * UM, 12 * UM, 20 * UM)


@pytest.fixture(scope="module")
def facets():
    random = np.random.default_rng(0)
    return random.random((3000, 3)) * SIZE, random.uniform(0.1, 1.0, 3000) * UM**2


@pytest.mark.parametrize("coverage", [0.0, 0.01, 0.37, 0.8, 1.0])
def test_the_coverage_is_met_up_to_one_facet(facets, coverage):
    middles, areas = facets
    mask = Coating(1e-8, coverage).covered(middles, areas, size=SIZE, periodic=True)
    assert abs(areas[mask].sum() - coverage * areas.sum()) <= areas.max() / 2 * (1 + 1e-9)


def test_patches_are_seeded_and_grow_with_the_coverage(facets):
    middles, areas = facets

    def mask(coverage=0.5, seed=0):
        layer = Coating(1e-8, coverage, seed=seed)
        return layer.covered(middles, areas, size=SIZE, periodic=True)

    assert np.array_equal(mask(), mask())
    assert not np.array_equal(mask(), mask(seed=1))
    assert np.all(mask(coverage=0.7)[mask()])


def test_neighbours_within_a_patch_are_alike_and_far_ones_are_not(facets):
    middles, areas = facets
    layer = Coating(1e-8, 0.5, patch=3 * UM)

    def alike(distance):
        both = np.vstack([middles, middles + np.array([0, 0, distance])])
        mask = layer.covered(both, np.tile(areas, 2), size=SIZE, periodic=True)
        return (mask[:3000] == mask[3000:]).mean()

    assert alike(0.3 * UM) > 0.9
    assert alike(3 * UM) < 0.6


def test_patches_continue_across_periodic_sides(facets):
    middles, areas = facets
    layer = Coating(1e-8, 0.5)
    for axis in (0, 1):
        beyond = middles.copy()
        beyond[:, axis] += SIZE[axis]
        masks = [layer.covered(m, areas, size=SIZE, periodic=True) for m in (middles, beyond)]
        assert np.array_equal(*masks)
    moved = [layer.covered(m, areas, size=SIZE, periodic=False) for m in (middles, beyond)]
    assert not np.array_equal(*moved)


def test_presets_differ_in_the_coating_and_not_in_the_framework():
    same = {"thickness": 20 * UM, "width": 20 * UM, "headroom": 5 * UM}
    coated, bare, tubes = (scaffold(name, **same) for name in ("LLTO@CNT", "LLTO", "CNT"))
    areas, middles = np.ones(10), np.zeros((10, 3))
    assert coated.coated(middles, areas).all()
    assert not bare.coated(middles, areas).any()
    assert tubes.coated(middles, areas).all()
    assert (coated.particles, tubes.particles) == ("active", "inert")
    assert len({(s.size, s.seed, s.porosity) for s in (coated, bare, tubes)}) == 1


def test_a_foil_is_a_film_of_the_same_width():
    foil = scaffold("Cu foil", width=(20 * UM, 20 * UM), headroom=5 * UM)
    assert foil == Film(thickness=10e-6, width=20 * UM, headroom=5 * UM)


@pytest.mark.parametrize(
    ("preset", "values", "words"),
    [
        ("Li foil", {}, "preset: expected one of LLTO@CNT"),
        ("Cu foil", {"porosity": 0.4}, "porosity: 'Cu foil' has no such parameter"),
        ("Cu foil", {"width": (UM, 2 * UM)}, "width: a foil's piece is square"),
        ("LLTO", {"coating": 1e-8}, "coating: 'LLTO' says None"),
        ("LLTO@CNT", {"coverage": 1.2}, "coverage: expected 0 to 1, got 1.2"),
        ("LLTO@CNT", {"coverage": "all"}, "coverage: expected a number"),
        ("LLTO@CNT", {"coating": -1e-8}, "coating"),
        ("LLTO@CNT", {"patch": 0.0}, "patch"),
        ("LLTO@CNT", {"coating_seed": -1}, "coating_seed"),
        ("LLTO@CNT", {"particles": "dead"}, "particles: expected one of active, inert"),
        ("LLTO@CNT", {"particles": "inert", "coating": None}, "coating: inert particles"),
    ],
)
def test_what_a_preset_contradicts_is_refused_with_its_key(preset, values, words):
    least = {} if preset == "Cu foil" else {"thickness": 20 * UM, "width": 20 * UM}
    with pytest.raises(ShapeError, match=words):
        scaffold(preset, **{**least, **values})


def test_a_scaffold_is_described_with_its_coating():
    notes = MiecScaffold(thickness=20 * UM, width=20 * UM, coverage=0.5).describe()
    assert (notes["kind"], notes["coverage"], notes["coating"]) == ("miec-scaffold", 0.5, 1e-7)


def test_a_mesh_carries_the_coating_on_a_part_of_its_interface():
    shape = MiecScaffold(thickness=16 * UM, width=16 * UM, coverage=0.6)
    mesh = build_mesh(shape, sizing=Sizing(interface=1.6 * UM), order=1)
    assert mesh.area("coating") == pytest.approx(0.6 * mesh.area("interface"), rel=2e-3)
