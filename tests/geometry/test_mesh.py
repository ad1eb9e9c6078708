"""The mesh object: measures, names, digest, and what it refuses."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from nanotrode.errors import MeshError
from nanotrode.geometry import Film, NanowireArray, build_mesh
from nanotrode.geometry.curve import elevate
from nanotrode.geometry.measure import gamma, jacobian_ratios, tet_volumes, worst_angles
from nanotrode.geometry.repair import Hold, repair
from nanotrode.geometry.topology import facets_of, find_rows
from nanotrode.geometry.unfold import unfold

REGULAR = np.array([(1.0, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)])


def test_a_regular_tetrahedron_measures_as_known():
    cell = np.array([[0, 1, 2, 3]])
    if tet_volumes(REGULAR, cell)[0] < 0:
        cell = cell[:, [0, 2, 1, 3]]
    assert tet_volumes(REGULAR, cell)[0] == pytest.approx(8 / 3)
    assert worst_angles(REGULAR, cell)[0] == pytest.approx(np.degrees(np.arccos(1 / 3)))
    assert gamma(REGULAR, cell)[0] == pytest.approx(1.0)


def test_an_inverted_cell_is_the_worst():
    cell = np.array([[0, 1, 2, 3], [0, 2, 1, 3]])
    assert sorted(worst_angles(REGULAR, cell) > 0) == [False, True]


def test_quality_finds_a_missing_tag_and_a_doubled_cell():
    mesh = build_mesh(Film(1e-6, headroom=5e-7))
    bare = dataclasses.replace(mesh, facets=mesh.facets[1:], facet_tags=mesh.facet_tags[1:])
    assert bare.quality().untagged_facets == 1
    twice = dataclasses.replace(
        mesh,
        cells=np.vstack([mesh.cells, mesh.cells[:1], mesh.cells[:1]]),
        cell_tags=np.append(mesh.cell_tags, [1, 1]),
    )
    assert twice.quality().nonmanifold > 0


def test_every_cell_needs_its_tag():
    mesh = build_mesh(Film(1e-6))
    with pytest.raises(MeshError, match="exactly one tag"):
        dataclasses.replace(mesh, cell_tags=mesh.cell_tags[1:])


def test_an_absent_name_is_refused_with_those_present():
    mesh = build_mesh(Film(1e-6))
    with pytest.raises(MeshError, match="no 'separator'; it has: interface, collector, sides"):
        mesh.area("separator")
    with pytest.raises(MeshError, match="no 'electrolyte'; it has: electrode"):
        mesh.volume("electrolyte")


def test_a_boundary_lists_its_nodes_once():
    mesh = build_mesh(NanowireArray(1, radius=5e-8, length=2e-7), order=2)
    surface = mesh.boundary("interface")
    assert len(np.unique(surface.nodes)) == len(surface.nodes)
    assert (surface.nodes[surface.facets] == mesh.facets[mesh.facet_tags == 10]).all()


def test_the_digest_sees_a_moved_node_and_a_changed_tag():
    mesh = build_mesh(Film(1e-6))
    moved = mesh.points.copy()
    moved[0, 0] += 1e-20
    assert dataclasses.replace(mesh, points=moved).digest() != mesh.digest()
    tags = mesh.facet_tags.copy()
    tags[0] = 12
    assert dataclasses.replace(mesh, facet_tags=tags).digest() != mesh.digest()
    assert dataclasses.replace(mesh, points=mesh.points.copy()).digest() == mesh.digest()


def test_a_cell_that_is_wholly_inside_out_counts_as_folded():
    points, cells, _ = elevate(REGULAR, np.array([[0, 1, 2, 3], [0, 2, 1, 3]]), None)
    assert sorted(jacobian_ratios(points, cells)) == pytest.approx([-1, 1])


def test_rows_are_found_in_any_order():
    rows = np.array([(4, 7, 1), (2, 3, 9), (0, 1, 2)])
    wanted = np.array([(9, 2, 3), (0, 1, 3), (1, 4, 7)])
    assert find_rows(rows, wanted).tolist() == [1, -1, 0]


def test_facets_of_two_cells():
    every = facets_of(np.array([[0, 1, 2, 3], [1, 2, 3, 4]]))
    assert len(every.nodes) == 7
    shared = every.nodes[every.second >= 0]
    assert sorted(shared[0]) == [1, 2, 3]


def box_with_a_flat_cell():
    """A cube around one vertex that sits almost on a face."""
    corners = np.array([(x, y, z) for z in (0.0, 1) for y in (0.0, 1) for x in (0.0, 1)])
    points = np.vstack([corners, [0.5, 0.5, 0.02]])
    faces = [(0, 2, 3), (0, 3, 1), (4, 5, 7), (4, 7, 6), (0, 1, 5), (0, 5, 4)]
    faces += [(2, 6, 7), (2, 7, 3), (0, 4, 6), (0, 6, 2), (1, 3, 7), (1, 7, 5)]
    cells = np.array([(*face, 8) for face in faces])
    volumes = tet_volumes(points, cells)
    cells[volumes < 0] = cells[volumes < 0][:, [0, 2, 1, 3]]
    return points, cells


def test_repair_moves_the_vertex_of_a_flat_cell():
    points, cells = box_with_a_flat_cell()
    freedom = np.zeros((9, 3, 3))
    freedom[8] = np.eye(3)
    outer = facets_of(cells).nodes[facets_of(cells).second < 0]
    assert worst_angles(points, cells).min() < 4
    after, same, _ = repair(points, cells, np.ones(12, int), Hold(freedom, outer))
    assert worst_angles(after, same).min() > 13
    assert (after[:8] == points[:8]).all()
    assert tet_volumes(after, same).sum() == pytest.approx(1.0)


def test_cells_too_bent_to_mend_are_made_straight(caplog):
    """Where nothing is free to give way, a cell loses its bend rather than the run its mesh."""
    corners = build_mesh(Film(1e-6, width=5e-7), order=1)
    points, cells, _ = elevate(corners.points, corners.cells, None)
    shift = np.zeros_like(points)
    bent = np.arange(len(corners.points), len(points), 3)
    shift[bent] = np.random.default_rng(1).normal(size=(len(bent), 3)) * 1e-5
    fixed = np.zeros((len(points), 3, 3))
    assert jacobian_ratios(points + shift, cells).min() < 0
    with caplog.at_level("INFO"):
        mended = unfold(points + shift, cells, shift, fixed)
    assert jacobian_ratios(mended, cells).min() >= 0.2
    assert (mended[: len(corners.points)] == corners.points).all()
    assert re.search(r"[1-9]\d* of \d+ curved edges .* are straightened", caplog.text)


def test_repair_keeps_to_the_plane_it_is_given():
    points, cells = box_with_a_flat_cell()
    points[8] = [0.5, 0.02, 0.5]
    freedom = np.zeros((9, 3, 3))
    freedom[8] = np.diag([1.0, 0, 1])
    outer = facets_of(cells).nodes[facets_of(cells).second < 0]
    after, _, _ = repair(points, cells, np.ones(12, int), Hold(freedom, outer))
    assert (after[8:, 1] == 0.02).any()
