"""Shapes refuse what is impossible, in words, and know their closed forms."""

from __future__ import annotations

from math import pi, radians, sqrt

import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry import Film, NanobeltArray, NanowireArray, Sizing
from nanotrode.geometry.sweep import _integrated

WIRE = {"count": 1, "radius": 5e-8, "length": 1e-6}
BELT = {"count": 1, "width": 3e-7, "thickness": 5e-8, "length": 1e-6}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"radius": -5e-8}, "radius: expected a length above zero, got -5e-08"),
        ({"radius": float("nan")}, "radius"),
        ({"length": "1 um"}, "length: expected a length in metres, got '1 um'"),
        ({"count": 0}, "count: expected a whole number"),
        ({"count": 2.5}, "count"),
        ({"placement": "cubic"}, "placement: expected one of square, hexagonal, random"),
        ({"tip": "sharp"}, "tip"),
        ({"tilt": radians(80)}, "tilt: expected 0 to 45 degrees, got 80"),
        ({"pitch": 9e-8}, "pitch: .* overlap"),
        ({"tip": "rounded", "length": 5e-8}, "too short for a rounded tip"),
        ({"symmetry": "quarter", "count": 2}, "symmetry: 'quarter' needs"),
        ({"symmetry": "twelfth"}, "symmetry: 'twelfth' needs placement = 'hexagonal'"),
        ({"symmetry": "quarter", "tilt": 0.1}, "without tilt"),
        ({"headroom": 0.0}, "headroom"),
        ({"length": 8e-8, "tilt": radians(44)}, "tilt: .* no side left"),
    ],
)
def test_an_impossible_wire_is_refused_with_its_key(change, words):
    with pytest.raises(ShapeError, match=words):
        NanowireArray(**{**WIRE, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"thickness": 4e-7}, "thickness: .* more than the width"),
        ({"edge_radius": 3e-8}, "edge_radius: expected 0 to half the thickness"),
        ({"bend": radians(100)}, "bend: expected 0 to 90"),
        ({"bend": radians(80), "tilt": radians(20)}, "together turn the tip by 100"),
        ({"bend": radians(90), "length": 7e-8}, "bend: .* folds"),
        ({"tip": "rounded"}, "flat tips"),
        ({"symmetry": "quarter", "twist": 0.1}, "without tilt, twist or bend"),
        ({"symmetry": "twelfth"}, "symmetry: expected one of none, quarter"),
        ({"count": 4, "pitch": 2e-7}, "pitch: .* overlap"),
        ({"count": 2, "pitch": (1e-6, -1.0)}, "pitch"),
    ],
)
def test_an_impossible_belt_is_refused_with_its_key(change, words):
    with pytest.raises(ShapeError, match=words):
        NanobeltArray(**{**BELT, **change})


def test_a_film_without_thickness_is_refused():
    with pytest.raises(ShapeError, match="thickness: expected a length above zero, got 0"):
        Film(0.0)


@pytest.mark.parametrize("change", [{"segments": 3}, {"core": -1.0}, {"growth": 9}, {"bulk": 0.0}])
def test_senseless_sizes_are_refused(change):
    with pytest.raises(ShapeError, match=next(iter(change))):
        Sizing(**change)


def test_wires_know_their_closed_forms():
    r, h = 5e-8, 1e-6
    flat = NanowireArray(3, radius=r, length=h, tilt=0.3)
    assert flat.electrode_volume == pytest.approx(3 * pi * r**2 * h)
    assert flat.interface_area == pytest.approx(3 * (2 * pi * r * h + pi * r**2))
    rounded = NanowireArray(1, radius=r, length=h, tip="rounded", symmetry="quarter")
    assert rounded.electrode_volume == pytest.approx(pi * r**2 * (h - r / 3) / 4)
    assert rounded.interface_area == pytest.approx(2 * pi * r * h / 4)
    hexagon = NanowireArray(
        1, radius=r, length=h, pitch=3e-7, placement="hexagonal", symmetry="twelfth"
    )
    assert hexagon.footprint * hexagon.multiplicity == pytest.approx(sqrt(3) / 2 * 9e-14)


def test_a_straight_belts_closed_form_agrees_with_integration():
    belt = NanobeltArray(**BELT, edge_radius=1e-8, tilt=0.2).poles[0]
    volume, area = _integrated(belt)
    assert volume == pytest.approx(belt.volume, rel=2e-4)
    assert area == pytest.approx(belt.exposed_area, rel=2e-4)


def test_bending_and_twisting_keep_a_belts_volume():
    for change in ({"bend": 1.2}, {"twist": 1.5}, {"bend": 0.5, "twist": 0.5}):
        belt = NanobeltArray(**BELT, **change)
        assert _integrated(belt.poles[0])[0] == pytest.approx(3e-7 * 5e-8 * 1e-6, rel=1e-4)
    twisted = NanobeltArray(**BELT, twist=1.5)
    assert twisted.interface_area > NanobeltArray(**BELT).interface_area * 1.005
