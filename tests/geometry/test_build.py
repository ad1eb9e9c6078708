"""Every family of shapes, alone and with its electrolyte, keeps the promises of a mesh."""

from __future__ import annotations

from math import pi, radians

import numpy as np
import pytest
from promises import check_promises

from nanotrode.errors import MeshError, ShapeError
from nanotrode.geometry import BOUNDARIES, Film, NanobeltArray, NanowireArray, Sizing, build_mesh
from nanotrode.geometry.prisms import find_prisms

WIRE = {"radius": 5e-8, "length": 4e-7}
BELT = {"width": 2e-7, "thickness": 5e-8, "length": 3e-7}
WET = {"headroom": 1e-7}
COARSE_BELT = Sizing(segments=20)

SHAPES = {
    "film": Film(1e-6),
    "wide film, wet": Film(1e-6, width=5e-7, headroom=3e-7),
    "flat wire": NanowireArray(1, **WIRE),
    "long wire, wet": NanowireArray(1, radius=5e-8, length=2e-6, tip="rounded", **WET),
    "seven wires, hexagonal": NanowireArray(7, **WIRE, placement="hexagonal", **WET),
    "leaning wires": NanowireArray(2, **WIRE, tilt=0.4, tip="rounded", **WET),
    "random wires": NanowireArray(
        5, **WIRE, placement="random", tilt=0.2, pitch=3e-7, seed=2, **WET
    ),
    "quarter": NanowireArray(1, **WIRE, symmetry="quarter", tip="rounded", **WET),
    "quarter, alone": NanowireArray(1, **WIRE, symmetry="quarter"),
    "twelfth": NanowireArray(1, **WIRE, placement="hexagonal", symmetry="twelfth", **WET),
}
BELTS = {
    "belts": NanobeltArray(2, **BELT, **WET),
    "rounded belt": NanobeltArray(1, **BELT, edge_radius=1.5e-8),
    "leaning, bent, twisted": NanobeltArray(1, **BELT, tilt=0.1, bend=0.4, twist=0.8, **WET),
    "quarter belt": NanobeltArray(1, **BELT, edge_radius=1e-8, symmetry="quarter", **WET),
}


# Lengths over half thicknesses; a rounded tip alone is one of them long.
LENGTHS = [
    (tip, ratio)
    for tip in ("flat", "rounded", "belt")
    for ratio in (0.3, 0.6, 1, 1.2, 1.5, 2, 2.1, 3, 5)
    if tip != "rounded" or ratio > 1
]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", SHAPES)
def test_promises_at_default_sizes(name, order):
    check_promises(build_mesh(SHAPES[name], order=order), SHAPES[name])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", BELTS)
def test_belts_keep_the_promises_even_when_coarse(name, order):
    check_promises(build_mesh(BELTS[name], sizing=COARSE_BELT, order=order), BELTS[name])


def test_a_half_circle_edge_and_a_strong_bend():
    shape = NanobeltArray(1, **BELT, edge_radius=2.5e-8, bend=radians(80), **WET)
    check_promises(build_mesh(shape, sizing=COARSE_BELT), shape)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("wet", [None, 1e-7])
@pytest.mark.parametrize(("tip", "ratio"), LENGTHS)
def test_poles_of_any_length_keep_the_promises(tip, ratio, wet, order):
    if tip == "belt":
        shape = NanobeltArray(1, 1e-7, 5e-8, length=ratio * 2.5e-8, headroom=wet)
    else:
        shape = NanowireArray(1, radius=5e-8, length=ratio * 5e-8, tip=tip, headroom=wet)
    # Straight chords crinkle a shaft that is lower than one element is wide.
    stub = order == 1 and tip == "rounded" and ratio < 1.5
    check_promises(build_mesh(shape, order=order), shape, area=1.5e-2 if stub else 1e-2)


@pytest.mark.parametrize("elongation", [1, 3])
@pytest.mark.parametrize("tilt", [0.0, 0.3])
def test_short_poles_stretched_or_leaning(tilt, elongation):
    for ratio in (1.1, 2.2, 2.9, 4):
        shape = NanowireArray(1, radius=5e-8, length=ratio * 5e-8, tilt=tilt, **WET)
        check_promises(build_mesh(shape, sizing=Sizing(elongation=elongation)), shape)


@pytest.mark.parametrize("order", [1, 2])
def test_facets_are_where_their_names_say(order):
    shape = SHAPES["random wires"]
    mesh = build_mesh(shape, order=order)
    assert list(mesh.names) == [
        "electrode", "electrolyte", "interface", "collector", "separator", "sides"
    ]  # fmt: skip
    x = mesh.points
    assert x[mesh.boundary("collector").nodes, 2].max() == 0
    assert (x[mesh.boundary("separator").nodes, 2] == shape.height).all()
    sides = x[mesh.boundary("sides").nodes, :2]
    width = shape.corners.max()
    assert np.isclose(np.minimum(sides, width - sides).min(axis=1), 0, atol=1e-12 * width).all()
    # The nodes of the interface are on a pole: a radius (and its correction) off an axis.
    interface = x[mesh.boundary("interface").nodes]
    off = np.full(len(interface), np.inf)
    for pole in shape.poles:
        start, _, _, along = pole.frame(np.zeros(1))
        s = ((interface - start) @ along[0])[:, None]
        off = np.minimum(off, np.linalg.norm(interface - start - s * along, axis=1))
    assert off.max() < 1.03 * shape.radius


def test_the_electrode_alone_is_its_region_of_both():
    both = build_mesh(SHAPES["leaning wires"])
    electrode = both.region("electrode")
    assert set(electrode.names) == {"electrode", "interface", "collector"}
    assert electrode.volume("electrode") == pytest.approx(both.volume("electrode"), rel=1e-12)
    assert electrode.area("interface") == pytest.approx(both.area("interface"), rel=1e-12)
    assert (both.points[electrode.parent_nodes] == electrode.points).all()
    assert electrode.quality().untagged_facets == 0
    foot = 2 * pi * WIRE["radius"] ** 2 / np.cos(0.4)
    assert electrode.area("collector") == pytest.approx(foot, rel=0.02)


def test_interface_normals_leave_the_electrode():
    mesh = build_mesh(SHAPES["long wire, wet"])
    facets = mesh.facets[mesh.facet_tags == BOUNDARIES["interface"]]
    x = mesh.points[facets]
    normal = np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0])
    axis = mesh.footprint**0.5 / 2
    outwards = x.mean(axis=1) - [axis, axis, 0]
    outwards[:, 2] = np.maximum(outwards[:, 2] - 1.95e-6, 0)
    assert (np.einsum("ij,ij->i", normal, outwards) > 0).all()


def test_order_two_is_curved_and_far_more_exact():
    shape = SHAPES["long wire, wet"]
    mesh = build_mesh(shape, order=2)
    assert mesh.order == 2
    assert mesh.volume("electrode") == pytest.approx(shape.electrode_volume, rel=5e-4)
    assert mesh.area("interface") == pytest.approx(shape.interface_area, rel=5e-4)
    middle = mesh.points[mesh.boundary("interface").nodes]
    shaft = middle[middle[:, 2] < 1.9e-6]
    off = np.hypot(*(shaft[:, :2] - mesh.footprint**0.5 / 2).T)
    assert off == pytest.approx(np.full(len(off), shape.radius), rel=1e-9)


def test_cells_are_finer_on_the_interface_than_in_the_core_and_the_bulk():
    shape = NanowireArray(1, radius=1e-7, length=6e-7, pitch=1.2e-6, headroom=6e-7)
    mesh = build_mesh(shape, sizing=Sizing(segments=24, core=8e-8, layers=0))
    x = mesh.points[mesh.cells[:, :4]]
    size = np.abs(np.linalg.det(x[:, 1:] - x[:, :1])) ** (1 / 3)
    touches = np.isin(mesh.cells, mesh.boundary("interface").nodes).any(axis=1)
    for region in (1, 2):
        inner = size[(mesh.cell_tags == region) & ~touches].mean()
        assert inner > 1.3 * size[touches].mean()


def test_sizes_of_the_user_are_kept():
    shape = SHAPES["flat wire"]
    coarse = build_mesh(shape, sizing=Sizing(segments=8), order=1)
    fine = build_mesh(shape, sizing=Sizing(interface=1e-8), order=1)
    assert len(fine.cells) > 5 * len(coarse.cells)
    ring = fine.points[fine.boundary("collector").nodes]
    rim = np.isclose(np.hypot(*(ring[:, :2] - 1e-7).T), 5e-8, rtol=0.01, atol=0).sum()
    assert rim == pytest.approx(2 * pi * 5e-8 / 1e-8, abs=1)


def test_the_same_shape_gives_the_same_mesh_and_curved_is_the_default():
    mesh = build_mesh(SHAPES["twelfth"])
    assert mesh.digest() == build_mesh(SHAPES["twelfth"], order=2).digest()


def test_lengths_of_any_scale_mesh_alike():
    small = build_mesh(NanowireArray(1, radius=5e-9, length=4e-8, headroom=1e-8))
    large = build_mesh(NanowireArray(1, radius=5e-4, length=4e-3, headroom=1e-3))
    assert small.quality().max_dihedral < 165
    assert len(small.cells) == pytest.approx(len(large.cells), rel=0.05)


@pytest.mark.parametrize("width", [None, 3e-7, 1e-9])
def test_a_film_is_prisms_throughout(width):
    """The solver finds them again from the cells; only whole prisms favour no place sideways."""
    mesh = build_mesh(Film(1e-6, width=width, headroom=2e-7), order=1).region("electrode")
    surface = mesh.boundary("interface")
    prisms = find_prisms(mesh.points, mesh.cells, surface.nodes[surface.facets])
    assert sorted(prisms.cells.ravel()) == list(range(len(mesh.cells)))
    upright = mesh.points[prisms.corners[:, :3]] - mesh.points[prisms.corners[:, 3:]]
    assert np.abs(upright[..., :2]).max() == 0.0


def test_a_films_layers_grow_from_the_interface_down():
    mesh = build_mesh(Film(1e-6), order=1)
    steps = np.diff(np.unique(np.round(mesh.points[:, 2], 15)))[::-1]
    assert steps[0] < 1e-6 / 140
    assert (np.diff(steps) > -1e-14).all()
    assert 34 <= len(steps) <= 56


@pytest.mark.parametrize("width", [1e-8, 1e-9])
def test_a_narrow_film_keeps_its_angles(width):
    check_promises(build_mesh(Film(1e-6, width=width)), Film(1e-6, width=width))


def test_a_film_too_wide_for_its_layers_is_refused():
    with pytest.raises(ShapeError, match=r"width: .* needs .* cells"):
        build_mesh(Film(1e-6, width=1e-4))


def test_an_order_that_is_not_there_is_refused():
    with pytest.raises(MeshError, match="order: expected 1 or 2, got True"):
        build_mesh(Film(thickness=1e-7), order=True)
    with pytest.raises(MeshError, match="order: expected 1 or 2, got 3"):
        build_mesh(SHAPES["film"], order=3)


def test_a_missing_system_library_is_one_clear_line(monkeypatch):
    import importlib

    def fail(name):
        raise OSError("libGLU.so.1: cannot open shared object file")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(MeshError, match=r"libGLU\.so\.1.*apt-get install .* libglu1-mesa"):
        build_mesh(SHAPES["long wire, wet"])
