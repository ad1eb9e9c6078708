"""Where electrodes are cut open."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv
from small_run import make_mesh, make_pillars

from nanotrode.postprocess.cut import SHOWN, bare_faces, cut_open, facing, find_poles, skin_of
from nanotrode.postprocess.pieces import fine_pieces, linear_cells


def walls(points, cells):
    """The outer faces of pillars but for those on the floor, (k, 3, 3)."""
    skin = skin_of(pv.UnstructuredGrid({pv.CellType.TETRA: cells}, points))
    corners = np.asarray(skin.points)[skin.regular_faces]
    return corners[corners[:, :, 2].max(axis=1) > 0]


def test_poles_are_the_connected_pieces():
    points, cells = make_pillars(3, 2)
    poles = find_poles(points, cells)
    assert sorted(tuple(p.foot[:2]) for p in poles) == [
        (0.5 + 3 * i, 0.5 + 3 * j) for i in range(3) for j in range(2)
    ]
    assert all(p.radius == pytest.approx(0.5) for p in poles)
    assert sum(len(p.cells) for p in poles) == len(cells)


def test_the_cut_halves_the_front_row_and_leaves_the_others():
    points, cells = make_pillars(4, 3)
    cut = cut_open(points, cells, points[:, 2], walls(points, cells))
    np.testing.assert_allclose(cut.normal, [0, -1, 0], atol=1e-12)
    assert cut.surface.bounds[2] == pytest.approx(0.5)  # half of the row at y = 0..1
    assert cut.surface.bounds[3] == pytest.approx(7.0)
    assert cut.surface.bounds[0:2] == pytest.approx((0.0, 10.0))
    assert cut.pole is not None
    np.testing.assert_allclose(cut.surface[SHOWN], cut.surface.points[:, 2], atol=1e-5)
    # Half a pillar has sides 2 (1 + 0.5) x 2, floor and top of 0.5 each; a whole one 10 in all.
    assert cut.surface.area == pytest.approx(4 * 7 + 8 * 10, rel=1e-5)


def test_one_pole_is_halved():
    points, cells = make_pillars(1, 1)
    cut = cut_open(points, cells, points[:, 2], walls(points, cells))
    assert cut.surface.area == pytest.approx(7.0, rel=1e-5)


def test_leaning_poles_are_cut_along_their_axes():
    points, cells = make_pillars(2, 1)
    points[:, 1] += 0.8 * points[:, 2]
    cut = cut_open(points, cells, points[:, 2], walls(points, cells))
    face = cut.surface.points[np.abs(cut.surface.points[:, 2] - 2.0) < 1e-6]
    assert face[:, 1].min() == pytest.approx(0.5 + 1.6, abs=0.1)


def test_a_symmetry_cell_is_looked_at_from_its_open_planes():
    mesh = make_mesh(electrolyte=False)
    points = mesh.points * 1e6
    surface = mesh.boundary("interface")
    wall = points[surface.nodes][surface.facets]
    cut = cut_open(points, mesh.cells, points[:, 2], wall)
    np.testing.assert_allclose(cut.normal, np.array([-1, -1, 0]) / np.sqrt(2), atol=1e-6)
    assert cut.pole is None
    assert cut.surface.area == pytest.approx(6e-2, rel=1e-5)  # nothing was taken away
    grid = pv.UnstructuredGrid({pv.CellType.TETRA: mesh.cells}, points)
    assert bare_faces(skin_of(grid), wall).area == pytest.approx(2e-2, rel=1e-5)


def test_faces_that_cancel_out_look_nowhere():
    box = pv.Box().triangulate()
    assert facing(box) is None
    side = box.extract_cells([0, 1]).extract_surface(algorithm="dataset_surface")
    np.testing.assert_allclose(facing(side), [-1, 0, 0], atol=1e-6)


def volumes(points, cells):
    return np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]]) / 6


def test_quadratic_cells_split_into_positive_pieces():
    mesh = make_mesh(2).region("electrode")
    pieces = linear_cells(mesh.cells)
    assert len(pieces) == 8 * len(mesh.cells)
    assert volumes(mesh.points, pieces).min() > 0
    assert volumes(mesh.points, pieces).sum() == pytest.approx(1e-21, rel=1e-9)


def test_fine_pieces_keep_a_quadratic_field_and_stay_joined():
    mesh = make_mesh(2).region("electrode")
    points = mesh.points * 1e6

    def field(at):
        return 1 + at[:, 0] * at[:, 2] - 3 * at[:, 1] ** 2

    fine, cells, values = fine_pieces(points, mesh.cells, field(points))
    assert len(cells) == 64 * len(mesh.cells)
    assert volumes(fine, cells).min() > 0
    assert volumes(fine, cells).sum() == pytest.approx(1e-3, rel=1e-9)
    np.testing.assert_allclose(values, field(fine), rtol=1e-9)
    skin = skin_of(pv.UnstructuredGrid({pv.CellType.TETRA: cells}, fine))
    assert skin.area == pytest.approx(6e-2, rel=1e-5)  # no inner faces
