"""Descriptors of bodies whose measures are known, and of meshes drawn on voxels."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.geometry import descriptors as found
from nanotrode.geometry.tags import REGIONS
from nanotrode.geometry.voxels import Voxels, rasterise


def grid(*counts):
    """The coordinates of the voxels' centres."""
    return np.meshgrid(*(np.arange(n) + 0.5 for n in counts), indexing="ij")


def ball(n, radius, centre=None):
    centre = np.full(3, n / 2) if centre is None else np.asarray(centre)
    x, y, z = grid(n, n, n)
    return (x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2 < radius**2


def test_a_ball_s_local_thickness_is_its_diameter_everywhere():
    phase = ball(40, 15.0)
    thickness = found.local_thickness(phase, 0.5)
    assert (thickness[~phase] == 0).all()
    # to a voxel, but for voxels that stick out of the largest sphere
    assert np.mean(np.abs(thickness[phase] - 15.0) < 0.75) > 0.95


def test_slits_and_wires_of_two_widths_are_told_apart():
    phase = np.zeros((30, 30, 20), dtype=bool)
    phase[:, 2:8] = True
    phase[:, 15:25] = True
    thickness = found.local_thickness(phase)
    assert np.ptp(thickness[:, 2:8]) == 0
    assert thickness[0, 2, 0] == pytest.approx(6.0, rel=0.05)
    assert thickness[:, 15:25] == pytest.approx(10.0, rel=1e-9)


def test_across_a_periodic_side_a_ball_is_whole():
    whole = ball(32, 10.0)
    thickness = found.local_thickness(whole)
    moved = np.roll(whole, (16, 16), axis=(0, 1))
    joined = found.local_thickness(moved, periodic=True)
    assert (joined == np.roll(thickness, (16, 16), axis=(0, 1))).all()
    # a quarter in the corner is narrower than the ball that it belongs to
    squeezed = np.roll(ball(32, 10.0, (4, 16, 16)), 12, axis=0)
    assert (found.local_thickness(squeezed) != found.local_thickness(whole)).any()


def test_areas_are_those_of_the_bodies_not_of_the_voxels_faces():
    assert found.surface_area(ball(50, 18.0)) == pytest.approx(4 * np.pi * 18**2, rel=0.02)
    x, y, _ = grid(60, 60, 10)
    tilted = 2 * x + y < 90
    width = 60 * np.sqrt(5) / 2  # of the plane's trace between y = 0 and y = 60
    assert found.surface_area(tilted) == pytest.approx(10 * width, rel=0.02)


def test_the_faces_of_a_layered_box_are_shared_out_between_three_phases():
    tags = np.full((10, 10, 30), REGIONS["electrolyte"], dtype=np.uint8)
    tags[:, :, :10] = REGIONS["electrode"]
    tags[:5, :, 10:20] = REGIONS["binder"]
    voxels = Voxels(tags, 0.1)
    solids = found.area_between(voxels, "electrode", "binder")
    bare = found.area_between(voxels, "electrode", "electrolyte")
    assert solids == pytest.approx(0.5, abs=0.07)
    assert bare == pytest.approx(0.5, abs=0.07)


def test_only_pores_that_reach_the_separator_are_connected():
    pore = np.zeros((8, 8, 8), dtype=bool)
    pore[2, 2, 3:] = True
    pore[5, 5, :4] = True
    joined = found.connected_to_separator(pore)
    assert joined.sum() == 5
    assert joined[2, 2, 3:].all()
    assert found.leading_through(pore, 2) == 0
    pore[2, 2, :3] = True
    assert found.leading_through(pore, 2) == pytest.approx(8 / 12)


def test_only_solid_that_stands_on_the_collector_is_connected_to_it():
    solid = np.zeros((8, 8, 8), dtype=bool)
    solid[2, 2, 3:] = True
    solid[5, 5, :4] = True
    joined = found.connected_to_collector(solid)
    assert joined.sum() == 4
    assert joined[5, 5, :4].all()
    assert not found.connected_to_collector(np.zeros((2, 2, 2), dtype=bool)).any()


def test_feret_diameters_of_a_box_are_its_diagonal_and_its_thickness():
    corners = np.stack(np.meshgrid([0, 1.0], [0, 2.0], [0, 5.0]), axis=-1).reshape(-1, 3)
    assert found.feret_diameters(corners) == pytest.approx((np.sqrt(30), 1.0))


def test_a_mesh_is_drawn_on_voxels_as_it_is():
    from dataclasses import replace

    import boxes

    mesh = boxes.box((6, 4, 8), sides=(3e-6, 2e-6, 4e-6))
    middle = mesh.points[mesh.cells].mean(axis=1)
    lower = (middle[:, 2] < 1e-6) | (middle[:, 0] < 0.5e-6)
    mesh = replace(mesh, cell_tags=np.where(lower, 1, 2))
    voxels = rasterise(mesh, 0.124e-6)
    assert voxels.spacing == pytest.approx(0.125e-6)
    assert voxels.tags.shape == (24, 16, 32)
    x, _, z = grid(*voxels.tags.shape)
    assert (voxels.phase("electrode") == ((z < 8) | (x < 4))).all()
    half = rasterise(mesh, 0.125e-6, height=2e-6)
    assert (half.tags == voxels.tags[:, :, :16]).all()


def test_the_measures_of_a_structure_are_consistent():
    tags = np.where(ball(24, 9.0), REGIONS["electrode"], REGIONS["electrolyte"]).astype(np.uint8)
    got = found.measure(Voxels(tags, 1e-7))
    ball_share = 4 / 3 * np.pi * 9**3 / 24**3
    assert got.porosity == pytest.approx(1 - ball_share, rel=0.01)
    assert got.connected_porosity == got.porosity
    assert got.specific_surface == pytest.approx(got.interface, rel=1e-6)
    assert got.specific_surface == pytest.approx(4 * np.pi * 81 / 24**3 * 1e7, rel=0.05)
    assert got.phases["electrode"].connected == (0, 0, 0)
    assert got.phases["electrolyte"].connected == (1, 1, 1)


def test_what_is_as_wide_as_the_box_is_marked():
    """Half of a cube, which the box's side halves once more: its width is not in the image."""
    tags = np.full((20, 20, 20), REGIONS["electrolyte"], dtype=np.uint8)
    tags[:10] = REGIONS["electrode"]
    tags[14:16, :4, :4] = REGIONS["binder"]
    marked = {n: p.beyond_box for n, p in found.measure(Voxels(tags, 1e-7)).phases.items()}
    assert marked["electrode"] == 1.0
    assert marked["binder"] == 0.0
    # between periodic sides only the height ends
    assert found.least_edge(Voxels(tags[:, :, :5], 1e-7, periodic=True)) == pytest.approx(5e-7)
    assert found.least_edge(Voxels(tags[:4], 1e-7, periodic=True)) == pytest.approx(20e-7)


def test_what_fills_its_box_has_no_width(recwarn):
    full = np.full((6, 6, 6), REGIONS["electrode"], dtype=np.uint8)
    phase = found.measure_phase(Voxels(full, 1e-7), "electrode")
    assert phase.thickness == (np.inf, np.inf, np.inf)
    assert phase.beyond_box == 1.0
    assert not recwarn


def test_local_thickness_is_the_same_in_blocks_of_any_size(monkeypatch):
    phase = np.random.default_rng(3).random((30, 41, 25)) < 0.93
    phase[5:20, 5:20, 5:20] = True
    thickness = found.local_thickness(phase)
    for edge in (7, 16, 1000):
        monkeypatch.setattr(found, "_BLOCK", edge)
        assert (found.local_thickness(phase) == thickness).all()
