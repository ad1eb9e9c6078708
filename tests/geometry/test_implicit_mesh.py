"""Meshes of shapes given by level sets: what is promised of every one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from nanotrode.errors import MeshError
from nanotrode.geometry.implicit.build import build_implicit
from nanotrode.geometry.implicit.shape import ImplicitBox
from nanotrode.geometry.measure import tet_volumes
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import BOUNDARIES, REGIONS
from nanotrode.geometry.topology import facets_of

SIDE = 24e-6


@dataclass(frozen=True)
class Body(ImplicitBox):
    """A level set in a cube."""

    kind: ClassVar[str] = "body"

    solid: tuple
    headroom: float | None = 4e-6
    porosity: float | None = None
    periodic: bool = True
    percolates: bool = True
    resolution: float = 1.5e-6

    @property
    def size(self):
        return SIDE, SIDE, SIDE

    def phases(self):
        return self.solid


def ball(centre, radius):
    return lambda x: np.linalg.norm(x - SIDE * np.array(centre), axis=1) - SIDE * radius


def gyroid(x):
    a, b, c = (x * 2 * np.pi / SIDE).T
    wave = np.sin(a) * np.cos(b) + np.sin(b) * np.cos(c) + np.sin(c) * np.cos(a)
    return wave * SIDE / 2 / np.pi / 1.5


def slabs(x):
    """Solid below and above, with pores all between: nothing percolates."""
    return np.abs(x[:, 2] - SIDE / 2) * -1 + SIDE / 4


SPHERE = (("electrode", ball((0.5, 0.5, 0.5), 1 / 3)),)
TWO_BALLS = (
    (
        "electrode",
        lambda x: np.minimum(ball((0.4, 0.5, 0.5), 0.25)(x), ball((0.6, 0.5, 0.5), 0.25)(x)),
    ),
    ("binder", ball((0.6, 0.5, 0.5), 0.25)),
)
GYROID = (("electrode", gyroid),)
CASES = {
    "gyroid": Body(GYROID),
    "gyroid of a porosity": Body(GYROID, porosity=0.46, periodic=False),
    "gyroid alone": Body(GYROID, headroom=None),
    "sphere": Body(SPHERE, percolates=False),
    "three phases": Body(TWO_BALLS, percolates=False),
    "three phases alone": Body(TWO_BALLS, percolates=False, headroom=None),
}


@pytest.fixture(scope="module")
def meshes():
    return {name: build_implicit(shape, Sizing(), order=1) for name, shape in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_cells_are_sound_and_conformal(meshes, name):
    mesh, shape = meshes[name], CASES[name]
    quality = mesh.quality()
    assert quality.nonmanifold == quality.untagged_facets == quality.unused_points == 0
    assert quality.min_dihedral >= 15
    assert quality.max_dihedral <= 165
    volumes = tet_volumes(mesh.points, mesh.cells)
    assert volumes.min() > 0
    if shape.headroom is not None:
        assert volumes.sum() == pytest.approx(SIDE**2 * shape.height, rel=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_outer_faces_are_flat(meshes, name):
    mesh, shape = meshes[name], CASES[name]
    if shape.headroom is None:
        return
    every = facets_of(mesh.cells)
    x = mesh.points[every.nodes[every.second < 0]]
    planes = [(0, 0.0), (0, SIDE), (1, 0.0), (1, SIDE), (2, 0.0), (2, shape.height)]
    on = [(x[:, :, axis] == level).all(axis=1) for axis, level in planes]
    assert np.sum(on, axis=0).tolist() == [1] * len(x)
    assert mesh.area("collector") == pytest.approx(SIDE**2, rel=1e-12)
    assert mesh.area("separator") == pytest.approx(SIDE**2, rel=1e-12)


def side_triangles(mesh, axis, level):
    """Corners (k, 6) of a side's facets in its plane, in an order of their own."""
    facets = mesh.facets[mesh.facet_tags == BOUNDARIES["sides"]][:, :3]
    x = mesh.points[facets]
    x = np.delete(x[(x[:, :, axis] == level).all(axis=1)], axis, axis=2)
    corner = np.lexsort((x[:, :, 1], x[:, :, 0]), axis=1)
    x = np.take_along_axis(x, corner[:, :, None], axis=1).reshape(len(x), 6)
    return x[np.lexsort(x.T)]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("headroom", [4e-6, None])
def test_periodic_sides_match_to_the_last_bit(order, headroom):
    shifted = (("electrode", lambda x: gyroid(x + 1.234e-6)),)
    mesh = build_implicit(Body(shifted, porosity=0.5, headroom=headroom), Sizing(), order=order)
    for axis in (0, 1):
        low, high = side_triangles(mesh, axis, 0.0), side_triangles(mesh, axis, SIDE)
        assert len(low) > 200
        if headroom is not None:
            assert np.array_equal(low, high)
        # Where the interface itself lies in a side, only one of the two has solid.
        differing = set(map(tuple, low)) ^ set(map(tuple, high))
        assert len(differing) <= 0.01 * len(low)


def test_sides_that_need_not_match_do_not(meshes):
    tilted = (("electrode", lambda x: gyroid(x) + 0.05 * x[:, 0]),)
    mesh = build_implicit(Body(tilted, periodic=False), Sizing(), order=1)
    low, high = side_triangles(mesh, 0, 0.0), side_triangles(mesh, 0, SIDE)
    assert low.shape != high.shape or not np.array_equal(low, high)


def test_interface_lies_on_the_level_set_and_points_out_of_the_electrode(meshes):
    mesh = meshes["sphere"]
    surface = mesh.boundary("interface")
    off = ball((0.5, 0.5, 0.5), 1 / 3)(mesh.points[surface.nodes])
    assert np.abs(off).max() < 0.002 * 1.5e-6
    x = mesh.points[mesh.facets[mesh.facet_tags == BOUNDARIES["interface"]]]
    outward = np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0])
    assert (np.einsum("ij,ij->i", outward, x.mean(axis=1) - SIDE / 2) > 0).all()


def test_area_and_volume_of_a_sphere_converge_with_the_square_of_the_size():
    radius, errors = SIDE / 3, []
    for size in (3e-6, 1.5e-6, 0.75e-6):
        mesh = build_implicit(
            Body(SPHERE, percolates=False, headroom=None, resolution=size), Sizing(), order=1
        )
        area = mesh.area("interface") / (4 * np.pi * radius**2) - 1
        volume = mesh.volume("electrode") / (4 / 3 * np.pi * radius**3) - 1
        errors.append([area, volume])
    rates = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (rates >= 1.8).all()


def test_order_two_follows_the_sphere_closer():
    straight, curved = (
        build_implicit(Body(SPHERE, percolates=False, headroom=None), Sizing(), order=order)
        for order in (1, 2)
    )
    exact = 4 * np.pi * (SIDE / 3) ** 2
    assert abs(curved.area("interface") / exact - 1) < 1e-4
    assert abs(straight.area("interface") / exact - 1) > 1e-3
    assert curved.quality().min_jacobian > 0.2


def test_three_phases_have_their_surfaces(meshes):
    mesh = meshes["three phases"]
    radius = SIDE / 4
    whole = mesh.volume("binder") / (4 / 3 * np.pi * radius**3)
    assert whole == pytest.approx(1, abs=0.02)
    cap = radius - SIDE / 10
    both = 2 * 4 / 3 * np.pi * radius**3 - 2 * np.pi * cap**2 * (radius - cap / 3)
    assert mesh.volume("electrode") + mesh.volume("binder") == pytest.approx(both, rel=0.02)
    part = 2 * np.pi * radius * cap
    assert mesh.area("contact") == pytest.approx(part, rel=0.03)
    assert mesh.area("interface") == pytest.approx(4 * np.pi * radius**2 - part, rel=0.02)
    assert mesh.area("binder-surface") == pytest.approx(4 * np.pi * radius**2 - part, rel=0.02)


def test_the_volume_of_a_later_phase_is_met():
    @dataclass(frozen=True)
    class Wanted(Body):
        volumes: ClassVar[dict[str, float]] = {"binder": 4 / 3 * np.pi * (SIDE / 4) ** 3}

    mesh = build_implicit(Wanted(TWO_BALLS, percolates=False), Sizing(), order=1)
    assert mesh.volume("binder") == pytest.approx(Wanted.volumes["binder"], rel=1e-3)


@pytest.mark.parametrize("porosity", [0.3, 0.46, 0.6])
def test_connected_porosity_is_met(porosity):
    mesh = build_implicit(Body(GYROID, porosity=porosity, headroom=None), Sizing(), order=1)
    assert 1 - mesh.volume("electrode") / SIDE**3 == pytest.approx(porosity, abs=5e-4)
    assert mesh.shape["connected_porosity"] == pytest.approx(porosity, abs=5e-4)


def test_what_does_not_percolate_is_refused():
    with pytest.raises(MeshError, match="the solid does not percolate"):
        build_implicit(Body(SPHERE), Sizing(), order=1)
    with pytest.raises(MeshError, match="the solid does not percolate"):
        build_implicit(Body((("electrode", lambda x: -slabs(x)),)), Sizing(), order=1)
    solid = (("electrode", lambda x: -gyroid(x) * 0 - 1.1e-6 + 1e-6 * (x[:, 2] < 0)),)
    with pytest.raises(MeshError, match="the pores do not percolate"):
        build_implicit(Body(solid), Sizing(), order=1)


def test_loose_solid_and_closed_pores_are_relabelled():
    def column(x):
        return np.hypot(x[:, 0] - SIDE / 2, x[:, 1] - SIDE / 2) - SIDE / 3

    def level_set(x):
        return np.minimum(np.maximum(column(x), -bubble(x)), crumb(x))

    bubble, crumb = ball((0.5, 0.5, 0.5), 0.15), ball((0.05, 0.05, 0.5), 0.08)
    plain = build_implicit(Body((("electrode", column),)), Sizing(), order=1)
    mesh = build_implicit(Body((("electrode", level_set),)), Sizing(), order=1)
    assert mesh.shape["relabelled_islands"] == 2
    assert mesh.shape["total_porosity"] != pytest.approx(mesh.shape["connected_porosity"], abs=1e-3)
    assert mesh.volume("electrode") == pytest.approx(plain.volume("electrode"), rel=2e-3)
    assert mesh.area("interface") == pytest.approx(plain.area("interface"), rel=2e-3)


def test_what_hangs_on_through_a_periodic_side_alone_is_cut_off():
    def wall(x):
        return np.abs(x[:, 1] - 0.15 * SIDE) - 0.2 * SIDE

    def level_set(x):
        return np.minimum(wall(x), ball((0.5, 1.0, 0.5), 0.2)(x))

    plain = build_implicit(Body((("electrode", wall),)), Sizing(), order=1)
    mesh = build_implicit(Body((("electrode", level_set),)), Sizing(), order=1)
    assert mesh.shape["relabelled_islands"] == 1
    assert mesh.volume("electrode") == pytest.approx(plain.volume("electrode"), rel=1e-6)


def test_a_solid_cut_by_the_top_ends_in_a_flat_interface(meshes):
    mesh = meshes["gyroid"]
    facets = mesh.facets[mesh.facet_tags == BOUNDARIES["interface"]]
    flat = (mesh.points[facets][:, :, 2] == SIDE).all(axis=1)
    x = mesh.points[facets[flat]]
    area = np.linalg.norm(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(SIDE**2 / 2, rel=0.02)
    above = (mesh.points[mesh.cells][:, :, 2] > SIDE).any(axis=1)
    assert (mesh.cell_tags[above] == REGIONS["electrolyte"]).all()


def test_cells_grow_away_from_the_surface():
    fine = Body(SPHERE, percolates=False, resolution=0.75e-6)
    graded = build_implicit(fine, Sizing(), order=1)
    even = build_implicit(fine, Sizing(core=0.75e-6, bulk=0.75e-6), order=1)
    assert len(even.cells) > 2 * len(graded.cells)
    assert graded.area("interface") == pytest.approx(even.area("interface"), rel=1e-4)
    core = build_implicit(fine, Sizing(core=0.75e-6), order=1)
    inside = [int((m.cell_tags == REGIONS["electrode"]).sum()) for m in (graded, core, even)]
    assert inside[0] < inside[1] == inside[2]


def test_with_more_growth_cells_are_larger_right_beside_the_surface():
    fine = Body(SPHERE, percolates=False, resolution=0.75e-6)
    usual, soon = (build_implicit(fine, Sizing(growth=g), order=1) for g in (0.5, 1.0))
    assert len(usual.cells) > 1.2 * len(soon.cells)
    assert soon.area("interface") == pytest.approx(usual.area("interface"), rel=1e-4)
    quality = soon.quality()
    assert quality.min_dihedral >= 15
    assert quality.max_dihedral <= 165
    assert quality.nonmanifold == quality.untagged_facets == 0


def test_the_same_shape_gives_the_same_mesh():
    first, second = (build_implicit(Body(GYROID, porosity=0.5), Sizing(), order=1) for _ in "ab")
    assert first.digest() == second.digest()


def test_refusals_name_the_seed():
    @dataclass(frozen=True)
    class Seeded(Body):
        seed: int = 7

    with pytest.raises(MeshError, match=r"^body, seed 7: "):
        build_implicit(Seeded(SPHERE), Sizing(), order=1)
