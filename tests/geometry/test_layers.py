"""Layers inside the interface: as thick as asked, concentric, sound, and left out where asked."""

from __future__ import annotations

import numpy as np
import pytest
from promises import check_promises

from nanotrode.errors import MeshError
from nanotrode.geometry import (
    REGIONS,
    Film,
    NanobeltArray,
    NanowireArray,
    Sizing,
    build_cad,
    build_mesh,
)
from nanotrode.geometry.grading import depths
from nanotrode.geometry.layered import split_prisms
from nanotrode.geometry.measure import tet_volumes
from nanotrode.geometry.sizing import choose_first_layer

R = 5e-8
WIRE = NanowireArray(1, radius=R, length=4e-7, tip="rounded")


def radii(mesh, *, top: float) -> np.ndarray:
    """Distances from the axis of the vertices on the shaft, each once [m]."""
    x = mesh.points[np.unique(mesh.cells[:, :4])]
    off = np.hypot(*(x[x[:, 2] < top, :2] - mesh.footprint**0.5 / 2).T)
    return np.unique(np.round(off / R, 6))[::-1]


def test_layers_are_as_thick_and_as_many_as_asked():
    sizing = Sizing(first_layer=0.04 * R, layers=4)
    found = radii(build_mesh(WIRE, sizing=sizing), top=3e-7)
    thickness = -np.diff(found)
    assert len(found) == 6  # the surface, four copies, the axis
    assert thickness[0] == pytest.approx(0.04, abs=1e-6)
    ratio = thickness[1:] / thickness[:-1]
    assert ratio == pytest.approx(np.full(4, ratio[0]), rel=1e-4)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("first", [0.01, 0.3])
@pytest.mark.parametrize("symmetry", ["none", "quarter"])
@pytest.mark.parametrize("tip", ["flat", "rounded"])
def test_thin_and_thick_layers_keep_the_promises(order, first, symmetry, tip):
    shape = NanowireArray(1, radius=R, length=4e-7, tip=tip, symmetry=symmetry, headroom=1e-7)
    check_promises(build_mesh(shape, sizing=Sizing(first_layer=first * R), order=order), shape)


def test_edges_between_the_copies_lie_on_copies_too():
    mesh = build_mesh(WIRE)
    x = mesh.points - [mesh.footprint**0.5 / 2, mesh.footprint**0.5 / 2, 0]
    rings = np.unique(np.round(np.hypot(*x[x[:, 2] == 0, :2].T) / R, 9))
    levels = np.sort(np.concatenate([1 - depths(0.08, ratio=2.2, largest=0.28), [0.0]]))
    halfway = (levels[1:] + levels[:-1]) / 2
    assert rings == pytest.approx(np.sort(np.concatenate([levels, halfway])), abs=1e-8)


def test_no_layers_are_the_meshes_without():
    mesh = build_mesh(WIRE, sizing=Sizing(layers=0))
    check_promises(mesh, WIRE, layers=False)
    assert mesh.quality().min_dihedral > 10 > build_mesh(WIRE).quality().min_dihedral


def test_a_pole_too_short_for_layers_has_none():
    short = NanowireArray(1, radius=R, length=1.5 * R)
    assert build_mesh(short).digest() == build_mesh(short, sizing=Sizing(layers=0)).digest()


def test_layers_that_overlap_give_way_silently(monkeypatch):
    def refuse(*_):
        raise MeshError("layers of this pole would overlap")

    monkeypatch.setattr("nanotrode.geometry.build_layered._check", refuse)
    mesh = build_mesh(WIRE)
    assert mesh.digest() == build_cad.build_mesh(WIRE, sizing=Sizing(layers=0)).digest()


def test_slender_poles_alone_are_coarse_along_and_fine_towards_the_tip():
    shape = NanowireArray(1, radius=R, length=2e-6, tip="rounded")
    mesh = build_mesh(shape)
    x = mesh.points[np.unique(mesh.cells[:, :4])]
    outer = np.hypot(*(x[:, :2] - mesh.footprint**0.5 / 2).T) > 0.999 * R
    steps = np.diff(np.unique(np.round(x[outer, 2], 12)))
    assert steps[0] > 4 * steps[-1]
    assert steps[-1] < R
    assert len(mesh.points) < 4700


def test_a_faster_protocol_asks_for_a_thinner_layer_and_a_slow_one_for_nothing():
    default = choose_first_layer(Sizing(), R, 2)
    assert choose_first_layer(Sizing(diffusion_length=100 * R), R, 2) == default
    assert choose_first_layer(Sizing(diffusion_length=0.3 * R), R, 2) < 0.5 * default
    assert choose_first_layer(Sizing(diffusion_length=1e-6 * R), R, 2) == 0.01 * R
    assert choose_first_layer(Sizing(first_layer=0.2 * R, diffusion_length=1e-9), R, 2) == 0.2 * R


@pytest.mark.parametrize("first", [0.02, 0.1, 0.4, 0.9])
def test_depths_grow_by_one_factor_down_to_the_core(first):
    w = depths(first, ratio=1.5)
    steps = np.diff(np.append(w, 1.0))
    assert steps[0] == pytest.approx(min(first, steps[0]))
    assert steps[1:] / steps[:-1] == pytest.approx(np.full(len(steps) - 1, steps[1] / steps[0]))
    assert steps[1] / steps[0] <= 1.5


def thickest(shape: NanowireArray, order: int = 1, **sizes) -> float:
    """The thickest layer of a pole, its core counted, over the radius: what the axis sees."""
    mesh = build_mesh(shape, sizing=Sizing(**sizes), order=order)
    x = mesh.points[np.unique(mesh.cells[mesh.cell_tags == REGIONS["electrode"], :4])]
    foot = x[x[:, 2] == 0, :2]
    axis = 0.0 if shape.symmetry != "none" else np.array(shape.poles[0].base)
    off = np.unique(np.round(np.hypot(*(foot - axis).T) / R, 6))
    return float(np.diff(off / off[-1]).max())


@pytest.mark.parametrize(("order", "usual"), [(1, 0.2), (2, 0.28)])
@pytest.mark.parametrize("symmetry", ["none", "quarter", "twelfth"])
@pytest.mark.parametrize("knob", ["segments", "interface", "refine", "core"])
def test_whatever_refines_the_surface_refines_the_axis(symmetry, order, usual, knob):
    placement = "hexagonal" if symmetry == "twelfth" else "square"
    shape = NanowireArray(1, radius=R, length=4e-7, symmetry=symmetry, placement=placement)
    around = {"none": 12 if order == 1 else 8, "quarter": 24, "twelfth": 36}[symmetry]
    half = {
        "segments": 2 * around,
        "interface": np.pi * R / around,
        "refine": 2.0,
        "core": 0.5 * usual * R,
    }
    assert thickest(shape, order) == pytest.approx(usual, rel=1e-3)
    assert thickest(shape, order, **{knob: half[knob]}) == pytest.approx(usual / 2, rel=1e-3)


def test_a_first_layer_that_is_given_stays_while_what_is_below_is_refined():
    first = {"first_layer": 0.05 * R}
    plain, fine = (
        radii(build_mesh(WIRE, sizing=Sizing(**first, **more)), top=3e-7)
        for more in ({}, {"segments": 16})
    )
    assert 1 - plain[1] == pytest.approx(0.05, abs=1e-6)
    assert 1 - fine[1] == pytest.approx(0.05, abs=1e-6)
    assert -np.diff(fine).min() < 0.55 * -np.diff(plain).min()


@pytest.mark.parametrize("first", [0.01, 0.08, 0.27, 0.5])
def test_no_layer_is_thicker_than_the_largest(first):
    w = depths(first, ratio=2.2, largest=0.28)
    steps = np.diff(np.append(w, 1.0))
    assert steps.max() <= 0.28 * (1 + 1e-9)
    assert steps[0] == pytest.approx(first if first < 0.1 else 0.25)
    assert (steps[1:] / steps[:-1]).max() <= 2.2
    assert (np.diff(steps) > -1e-9).all()


@pytest.mark.parametrize("tip", ["flat", "rounded"])
def test_neighbours_at_one_depth_share_the_cells_evenly(tip):
    """A node's part of the cells over its part of the volume between its copies, on the shaft."""
    shape = NanowireArray(1, radius=R, length=6e-7, tip=tip)
    mesh = build_mesh(shape, order=1)
    volume = np.bincount(
        mesh.cells.ravel(), weights=np.repeat(tet_volumes(mesh.points, mesh.cells) / 4, 4)
    )
    off = np.hypot(*(mesh.points[:, :2] - mesh.footprint**0.5 / 2).T) / R
    outer = off > off[mesh.points[:, 2] == 0].max() * (1 - 1e-9)
    z = np.round(mesh.points[:, 2] / R, 6)
    for level in np.unique(z[outer & (z < 4)]):
        ring = volume[outer & (z == level)]
        assert ring == pytest.approx(np.full(len(ring), ring.mean()), rel=1e-6)
    foot, next_up = (volume[outer & (z == level)].mean() for level in np.unique(z[outer])[:2])
    reach = np.unique(z[outer])[:3]
    assert foot / next_up == pytest.approx((reach[1] - reach[0]) / (reach[2] - reach[0]), rel=1e-3)


def test_prisms_are_split_alike_by_neighbours_and_lose_what_is_flat():
    above = np.array([[0, 1, 2], [2, 1, 3]])
    cells = split_prisms(above, above + 4, above)
    assert len(cells) == 6
    square = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)])
    points = np.vstack([square, square + np.array([0, 0, 1.0])])
    assert np.abs(tet_volumes(points, cells)).sum() == pytest.approx(1.0)
    # The upper ends meet in one node: a pyramid over each triangle, of one cell.
    assert len(split_prisms(above, np.full_like(above, 4), above)) == 2


def heights(mesh) -> np.ndarray:
    """Levels of the boxes' corners from the interface down, in thicknesses of a film of 1 um."""
    edge = mesh.points[np.hypot(mesh.points[:, 0], mesh.points[:, 1]) == 0, 2]
    return (1e-6 - np.unique(np.round(edge, 15))[::-1]) / 1e-6


@pytest.mark.parametrize("order", [1, 2])
def test_a_film_has_the_layers_that_are_asked_for(order):
    shape = Film(1e-6)
    mesh = build_mesh(shape, sizing=Sizing(first_layer=1e-8, layers=8), order=order)
    steps = np.diff(heights(build_mesh(shape, sizing=Sizing(first_layer=1e-8, layers=8), order=1)))
    assert len(steps) == 8
    assert steps[0] == pytest.approx(0.01, rel=1e-6)
    assert steps[1:] / steps[:-1] == pytest.approx(np.full(7, steps[1] / steps[0]), rel=1e-3)
    assert mesh.volume("electrode") == pytest.approx(shape.electrode_volume, rel=1e-9)


def test_a_films_first_layer_is_thinner_for_a_fast_protocol_only():
    usual = heights(build_mesh(Film(1e-6), order=1))[1]
    slow = build_mesh(Film(1e-6), sizing=Sizing(diffusion_length=1e-5), order=1)
    fast = build_mesh(Film(1e-6), sizing=Sizing(diffusion_length=1e-7), order=1)
    assert heights(slow)[1] == usual
    assert heights(fast)[1] == pytest.approx(0.0035, rel=0.2)
    quality = fast.quality()
    assert quality.untagged_facets == quality.nonmanifold == 0
    assert len(fast.cells) < 3 * len(slow.cells)


@pytest.mark.parametrize("length", [None, 1e-5, 1e-7, 1e-8])
def test_more_segments_make_all_of_a_film_finer_as_refine_does(length):
    """Also the first layer that a fast protocol asks for: halved, with twice as many layers."""
    plain, segments, refine, interface = (
        heights(build_mesh(Film(1e-6), sizing=Sizing(diffusion_length=length, **finer), order=1))
        for finer in ({}, {"segments": 48}, {"refine": 2.0}, {"interface": 1e-6 / 6 / 48})
    )
    assert segments == pytest.approx(refine, abs=1e-15)
    assert interface == pytest.approx(refine, abs=1e-15)
    assert segments[1] == pytest.approx(plain[1] / 2, rel=0.05)
    assert len(segments) > 1.8 * len(plain)


BELT = {"width": 2e-7, "thickness": 5e-8, "length": 3e-7}
FULL = {
    "sharp": NanobeltArray(1, **BELT),
    "small radius": NanobeltArray(1, **BELT, edge_radius=3e-9),
    "half circle": NanobeltArray(1, **BELT, edge_radius=2.5e-8),
    "square": NanobeltArray(1, width=5e-8, thickness=5e-8, length=2e-7),
    "nearly square": NanobeltArray(1, width=6.2e-8, thickness=5e-8, length=2e-7),
    "bent, twisted, leaning": NanobeltArray(1, **BELT, tilt=0.2, bend=0.4, twist=0.5),
    "turned, wet": NanobeltArray(2, **BELT, placement="random", tilt=0.2, headroom=1e-7),
    "quarter": NanobeltArray(1, **BELT, edge_radius=1e-8, symmetry="quarter"),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", FULL)
def test_belts_are_filled_down_to_their_middle_sheet(name, order):
    shape = FULL[name]
    mesh = build_mesh(shape, order=order)
    check_promises(mesh, shape)
    # a node on a middle sheet, which no mesh without layers has but by chance
    surface = np.unique(mesh.boundary("interface").nodes)
    assert len(surface) < len(mesh.region("electrode").points) / 2
    x, (at, axis, thin, _) = mesh.points, (p[0] for p in shape.poles[0].frame(np.zeros(1)))
    foot = (x[x[:, 2] == 0] - at) @ np.column_stack([axis, thin])
    foot = foot[(np.abs(foot) <= np.array([shape.width, shape.thickness]) / 2).all(axis=1)]
    assert (np.abs(foot[:, 1]) < 1e-6 * shape.thickness).sum() >= 3


def belt_levels(**sizes) -> np.ndarray:
    """Heights of the vertices over the middle sheet in the middle of a belt, over half of it."""
    mesh = build_mesh(FULL["sharp"], sizing=Sizing(**sizes), order=1)
    x = mesh.points - np.array([*FULL["sharp"].poles[0].base, 0.0])
    column = x[(np.abs(x[:, 0]) < 1e-12) & (x[:, 2] == 0), 1]
    return np.unique(np.round(np.abs(column) / 2.5e-8, 6))


def test_a_belts_layers_are_those_of_a_wire_of_its_half_thickness():
    assert belt_levels() == pytest.approx(
        np.append(0, 1 - depths(0.05, largest=0.2)[::-1]), abs=1e-5
    )
    asked = belt_levels(first_layer=1e-9, layers=4)
    assert len(asked) == 6
    assert asked[-1] - asked[-2] == pytest.approx(0.04, abs=1e-5)


def test_a_belts_edges_are_fine_and_its_faces_are_not():
    mesh = build_mesh(FULL["sharp"], order=2)
    x = mesh.points[np.unique(mesh.cells[:, :4])] - np.array([*FULL["sharp"].poles[0].base, 0.0])
    on_face = np.unique(np.round(x[(x[:, 1] > 2.4999e-8) & (x[:, 2] == 0), 0], 12))
    steps = np.diff(on_face)
    assert steps[-1] < 0.3 * 2.5e-8 < 0.35 * steps.max()
    assert mesh.quality().min_jacobian == pytest.approx(1.0)  # nothing is bent where all is flat
    assert len(x) < 2500


def test_rounded_or_twisted_belts_in_electrolyte_have_no_layers():
    assert not build_cad.takes_layers(NanobeltArray(1, **BELT, twist=0.2, headroom=1e-7))
    assert build_cad.takes_layers(NanobeltArray(1, **BELT, twist=0.2))
    assert not build_cad.takes_layers(NanobeltArray(1, **BELT, edge_radius=1e-8, headroom=1e-7))
    assert build_cad.takes_layers(NanobeltArray(1, **BELT, edge_radius=1e-8))
    assert build_cad.takes_layers(NanobeltArray(1, **BELT, headroom=1e-7))
