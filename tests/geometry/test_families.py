"""Families of structures: closed forms, porosity, periods, and refusals."""

from __future__ import annotations

from math import exp, pi, sqrt

import numpy as np
import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry import build_mesh
from nanotrode.geometry.implicit.families import (
    Diamond,
    FibreCloth,
    GaussianRandomField,
    Gyroid,
    InverseOpal,
    OverlappingSpheres,
    SchwarzP,
)
from nanotrode.geometry.implicit.level_set import gradient

UM = 1e-6
SURFACES = (Gyroid, Diamond, SchwarzP)
SHAPES = [
    *(surface(cell=20 * UM, porosity=p) for surface in SURFACES for p in (0.35, 0.6)),
    *(surface(cell=20 * UM, form="sheet", porosity=0.6) for surface in SURFACES),
    Gyroid(cell=20 * UM, repeats=(1, 2, 0.7), porosity=0.4),
    GaussianRandomField(20 * UM, 20 * UM, 3 * UM, porosity=0.4),
    GaussianRandomField((20 * UM, 16 * UM), 12 * UM, 3 * UM, sides="symmetric"),
    FibreCloth(layers=1),
    FibreCloth(fibres=2, porosity=0.75),
    InverseOpal(UM),
    InverseOpal(UM, porosity=0.85),
    OverlappingSpheres(4 * UM, 20 * UM, 15 * UM, porosity=0.4),
    OverlappingSpheres(4 * UM, 16 * UM, 16 * UM, spheres="pores", sides="symmetric"),
]


def named(shape):
    form = getattr(shape, "form", "")
    return f"{shape.kind}-{form}" if form else shape.kind


def somewhere(shape, count: int = 30000):
    """Evenly spread points: porosities to 0.3 %."""
    golden = np.array([0.8191725134, 0.6710436067, 0.5497004779])
    return (np.arange(1, count + 1)[:, None] * golden % 1.0) * shape.size


@pytest.mark.parametrize("shape", SHAPES, ids=named)
def test_the_level_set_has_the_porosity_before_meshing(shape):
    values = shape.phases()[0][1](somewhere(shape))
    found = (values > 0).mean()
    if shape.porosity is None:
        assert 0.5 < found < 0.9
    else:
        assert found == pytest.approx(shape.porosity, abs=0.01)


@pytest.mark.parametrize("shape", SHAPES, ids=named)
def test_the_gradient_is_about_one_at_the_surface(shape):
    solid, points = shape.phases()[0][1], somewhere(shape)
    points = points[np.abs(solid(points)) < 0.2 * shape.resolution]
    slopes = np.linalg.norm(gradient(solid, points, 0.01 * shape.resolution), axis=1)
    assert len(points) > 500
    assert 0.95 < np.median(slopes) < 1.05
    assert np.percentile(slopes, 2) > 0.65
    assert np.percentile(slopes, 98) < 1.5


@pytest.mark.parametrize("shape", SHAPES, ids=named)
def test_sides_match_where_they_are_periodic(shape):
    solid, points = shape.phases()[0][1], somewhere(shape, 2000)
    for axis in (0, 1):
        low, high = points.copy(), points.copy()
        low[:, axis], high[:, axis] = 0.0, shape.size[axis]
        jump = np.abs(solid(low) - solid(high)).max()
        assert jump < 1e-12 * UM if shape.periodic else jump > 0.1 * shape.resolution


@pytest.mark.parametrize("surface", SURFACES)
def test_a_minimal_surface_halves_its_box(surface):
    assert surface(cell=UM).level == pytest.approx(0.0, abs=0.02)
    solid = surface(cell=UM).phases()[0][1]
    points = somewhere(surface(cell=UM))
    assert (solid(points) > 0).mean() == pytest.approx(0.5, abs=0.004)


@pytest.mark.parametrize("surface", SURFACES)
def test_analytic_slopes_are_the_functions_own(surface):
    shape, random = surface(cell=UM), np.random.default_rng(0)
    places = random.uniform(0, 2 * pi, (200, 3))
    slope = shape.function(*places.T)[1]
    found = gradient(lambda p: shape.function(*p.T)[0], places, 1e-4)
    assert slope == pytest.approx(np.linalg.norm(found, axis=1), abs=1e-6)


@pytest.mark.parametrize(("surface", "area"), [(Gyroid, 3.0915), (SchwarzP, 2.3454)])
def test_surfaces_have_their_known_areas(surface, area):
    """Areas per cell edge squared: the volume of a thin layer over its thickness."""
    shape = surface(cell=1.0)
    points = somewhere(shape, 300000)
    layer = (np.abs(shape.phases()[0][1](points)) < 0.02).mean()
    # The level surfaces are not quite the minimal ones: some tenths of a per cent more.
    assert layer / 0.04 == pytest.approx(area, rel=0.03)


def test_a_random_field_has_the_surface_of_rices_formula():
    shape = GaussianRandomField(60 * UM, 60 * UM, 4 * UM, porosity=0.5)
    values = shape.phases()[0][1](somewhere(shape, 200000))
    layer = (np.abs(values) < 0.3 * UM).mean() / (0.6 * UM)
    assert layer == pytest.approx(2 * sqrt(2) / (pi * 4 * UM), rel=0.06)


def test_overlapping_spheres_leave_what_poisson_says():
    shape = OverlappingSpheres(4 * UM, 40 * UM, 40 * UM, porosity=0.5)
    thrown = shape.phases()[0][1].tree.n
    density = thrown / (40**2 * 44 * UM**3)
    assert exp(-density * 4 / 3 * pi * (2 * UM) ** 3) == pytest.approx(0.5, abs=0.03)


def test_an_opal_has_the_porosity_of_its_caps():
    opal = InverseOpal(UM, overlap=0.05)
    points = somewhere(opal, 100000)
    apart, r = 0.95 * UM, UM / 2
    cap = r - apart / 2
    pores = 4 * (4 / 3 * pi * r**3 - 12 * pi * cap**2 * (3 * r - cap) / 3)
    found = (opal.phases()[0][1](points) > 0).mean()
    assert found == pytest.approx(pores / (sqrt(2) * apart) ** 3, abs=0.004)


def test_fibres_of_a_cloth_have_their_diameter_and_touch_across():
    cloth = FibreCloth(fibres=1, layers=1, pitch=30 * UM)
    weave = cloth.weave
    middle = np.array([[15 * UM, 15 * UM, weave.step]])
    # At a crossing, half a step above and below the middle, lie the axes of warp and weft.
    for side in (-1, 1):
        axis = middle + np.array([0, 0, side * weave.step / 2])
        assert weave(axis) == pytest.approx(-3.5 * UM, abs=1e-3 * UM)
    assert weave(middle) == pytest.approx(-0.06 * 7 * UM)
    assert cloth.size == pytest.approx((60 * UM, 60 * UM, 2 * 0.88 * 7 * UM))


@pytest.mark.parametrize(
    "shape",
    [
        Gyroid(cell=20 * UM, porosity=0.7, headroom=4 * UM),
        SchwarzP(cell=20 * UM, form="sheet", porosity=0.7),
        InverseOpal(UM, porosity=0.8),
        OverlappingSpheres(5 * UM, 12 * UM, 12 * UM, porosity=0.6, spheres="pores"),
    ],
    ids=named,
)
def test_a_structure_is_meshed_with_its_porosity(shape):
    mesh = build_mesh(shape, order=1)
    solid = mesh.volume("electrode") / np.prod(shape.size)
    assert 1 - solid == pytest.approx(shape.porosity, abs=2e-3)
    assert mesh.quality().min_dihedral >= 15
    assert abs(mesh.shape["iso_shift"]) < 0.1 * shape.resolution


def test_a_seed_gives_the_same_structure():
    for make in (
        lambda seed: GaussianRandomField(20 * UM, 20 * UM, 3 * UM, seed=seed),
        lambda seed: OverlappingSpheres(4 * UM, 20 * UM, 15 * UM, seed=seed),
    ):
        points = somewhere(make(0), 500)
        one, same, other = (make(seed).phases()[0][1](points) for seed in (0, 0, 1))
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Gyroid(cell=0.0), "cell: expected a length above zero"),
        (lambda: Diamond(cell=UM, form="wire"), "form: expected one of solid, sheet"),
        (lambda: SchwarzP(cell=UM, porosity=1.0), "porosity: expected between"),
        (lambda: Gyroid(cell=UM, repeats=(1.5, 1, 1)), "repeats: expected whole cells"),
        (lambda: Gyroid(cell=UM, repeats=(1, 1)), "repeats: expected cells along x, y and z"),
        (lambda: Gyroid(cell=UM, headroom=-UM), "headroom"),
        (lambda: GaussianRandomField(UM, UM, UM), "correlation_length: .* half of the box"),
        (lambda: GaussianRandomField(UM, UM, 1e-7, sides="open"), "sides: expected one of"),
        (
            lambda: GaussianRandomField((UM, UM, UM), UM, 1e-7),
            "width: expected a number or two numbers",
        ),
        (lambda: GaussianRandomField(UM, UM, 1e-7, seed=1.5), "seed: expected a whole number"),
        (lambda: GaussianRandomField(UM, UM, 1e-7, porosity=0.01), "porosity"),
        (lambda: FibreCloth(diameter=-UM), "diameter"),
        (lambda: FibreCloth(fibres=0), "fibres: expected a whole number"),
        (lambda: FibreCloth(layers=1.5), "layers: expected a whole number"),
        (lambda: FibreCloth(repeats=(0, 1)), "repeats: expected a whole number"),
        (lambda: FibreCloth(pitch=10 * UM), "pitch: .* leaves no pores"),
        (lambda: FibreCloth(pitch=90 * UM, porosity=0.7), "pitch, porosity: one follows"),
        (lambda: FibreCloth(porosity=0.22), "porosity: expected 0"),
        (lambda: InverseOpal(UM, overlap=0.5), "overlap: expected between"),
        (lambda: InverseOpal(UM, porosity=0.5), "porosity: expected between"),
        (lambda: InverseOpal(UM, overlap=0.1, porosity=0.8), "overlap, porosity: one follows"),
        (lambda: OverlappingSpheres(-UM, UM, UM), "diameter"),
        (lambda: OverlappingSpheres(2 * UM, UM, UM), "diameter: .* more than the width"),
        (lambda: OverlappingSpheres(UM, UM, UM, spheres="both"), "spheres: expected one of"),
        (lambda: OverlappingSpheres(UM, UM, UM, seed=-1), "seed"),
    ],
)
def test_an_impossible_structure_is_refused_with_its_key(make, words):
    with pytest.raises(ShapeError, match=words):
        make()
