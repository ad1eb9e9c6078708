"""Prisms found again in meshes of tetrahedra, against the layers that were built."""

from __future__ import annotations

from math import radians

import numpy as np
import pytest

from nanotrode.geometry import Film, NanobeltArray, NanowireArray, Sizing, build_mesh
from nanotrode.geometry.prisms import find_prisms

WIRE = {"count": 1, "radius": 5e-8, "length": 4e-7, "pitch": 2e-7}
BELT = {"width": 1.5e-7, "thickness": 5e-8, "length": 3e-7}
LAYERED = {
    "round": NanowireArray(**WIRE, tip="rounded"),
    "flat, wet": NanowireArray(**WIRE, tip="flat", headroom=1e-7),
    "leaning": NanowireArray(**WIRE, tip="rounded", tilt=radians(20)),
    "many": NanowireArray(4, radius=5e-8, length=4e-7, pitch=2e-7, tip="rounded"),
    "quarter": NanowireArray(**WIRE, symmetry="quarter"),
    "belt": NanobeltArray(1, **BELT),
    "belt, bent and twisted": NanobeltArray(1, **BELT, bend=0.4, twist=0.5),
    "belt, leaning, wet": NanobeltArray(1, **BELT, tilt=0.3, headroom=1e-7),
    "belt, quarter": NanobeltArray(1, **BELT, symmetry="quarter"),
}


def found(shape, order, **sizes):
    mesh = build_mesh(shape, sizing=Sizing(**sizes), order=order).region("electrode")
    surface = mesh.boundary("interface")
    return mesh, find_prisms(mesh.points, mesh.cells, surface.nodes[surface.facets])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", LAYERED)
def test_all_of_a_poles_layers_are_found_and_each_cell_once(name, order):
    mesh, prisms = found(LAYERED[name], order)
    facets = len(mesh.boundary("interface").facets)
    # whole layers; flat cells may have a belt's core too, where its faces are
    rest = len(prisms.corners) % facets
    assert rest == 0 or (order == 1 and name.startswith("belt") and rest > facets / 2)
    assert len(prisms.corners) >= 4 * facets
    assert len(np.unique(prisms.cells)) == prisms.cells.size > 0.8 * len(mesh.cells)
    for corners, cells in zip(prisms.corners, prisms.cells, strict=True):
        assert set(mesh.cells[cells, :4].ravel()) == set(corners)


def test_where_there_are_no_layers_chance_makes_none():
    _, prisms = found(NanobeltArray(1, **BELT), 1, layers=0)
    assert not len(prisms.corners)


def test_the_numbers_of_nodes_and_cells_mean_nothing():
    mesh, prisms = found(Film(1e-6, width=2e-8), 1)
    rng = np.random.default_rng(3)
    node, cell = rng.permutation(len(mesh.points)), rng.permutation(len(mesh.cells))
    points = np.empty_like(mesh.points)
    points[node] = mesh.points
    surface = mesh.boundary("interface")
    facets = node[surface.nodes[surface.facets]]
    other = find_prisms(points, node[mesh.cells][cell], facets)
    assert sorted(map(sorted, node[prisms.corners])) == sorted(map(sorted, other.corners))


@pytest.mark.parametrize("part", ["side", "tip"])
def test_layers_under_a_part_of_the_surface_are_kept_where_they_are_whole(part):
    """A pole whose tip is insulated: as many prisms on its side as before."""
    mesh, prisms = found(LAYERED["flat, wet"], 1)
    layers = len(prisms.corners) // len(mesh.boundary("interface").facets)
    surface = mesh.boundary("interface")
    facets = surface.nodes[surface.facets]
    on_top = (mesh.points[facets, 2] > WIRE["length"] * (1 - 1e-9)).all(axis=1)
    chosen = facets[on_top if part == "tip" else ~on_top]
    rest = find_prisms(mesh.points, mesh.cells, chosen)
    assert layers > 2
    assert len(rest.corners) == layers * len(chosen)
    assert set(map(tuple, rest.corners)) < set(map(tuple, prisms.corners))
