"""Sites: they share out the reacting surface and the electrolyte, and nothing else."""

from __future__ import annotations

import hosts
import numpy as np
import pytest

from nanotrode.errors import MeshError
from nanotrode.geometry.implicit.families import Gyroid
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import REGIONS
from nanotrode.solver.plating.sites import Kind, find_sites


@pytest.fixture(scope="module")
def gyroid():
    import nanotrode as nt

    shape = Gyroid(cell=6e-6, repeats=(1, 1, 1), porosity=0.5, headroom=3e-6)
    return nt.build_mesh(shape, sizing=Sizing(interface=0.8e-6), order=1)


def open_floor(mesh):
    """Area of the collector under the electrolyte [m2]."""
    under_host = mesh.region("electrode").area("collector")
    return mesh.area("collector") - under_host


def test_areas_add_up_to_the_interface_and_the_open_collector(gyroid):
    sites = find_sites(gyroid)
    on_floor = sites.kinds == Kind.COLLECTOR
    assert sites.areas[~on_floor].sum() == pytest.approx(gyroid.area("interface"), rel=1e-12)
    assert sites.areas[on_floor].sum() == pytest.approx(open_floor(gyroid), rel=1e-12)
    assert 0.3 * gyroid.footprint < open_floor(gyroid) < 0.7 * gyroid.footprint
    assert (sites.areas > 0).all()
    assert (sites.heights[on_floor] == 0).all()


def test_rooms_add_up_to_the_electrolyte(gyroid):
    sites = find_sites(gyroid)
    assert sites.rooms.sum() == pytest.approx(gyroid.volume("electrolyte"), rel=1e-12)
    headroom = gyroid.footprint * 3e-6
    inside = gyroid.volume("electrolyte") - headroom
    # the top runs through quarters of cells, which count by their middles
    assert sites.rooms_inside.sum() == pytest.approx(inside, rel=1e-2)
    assert (sites.rooms_inside <= sites.rooms * (1 + 1e-12)).all()
    assert sites.top == pytest.approx(6e-6, rel=1e-9)
    np.testing.assert_array_equal(
        sites.pore_cells, np.flatnonzero(gyroid.cell_tags == REGIONS["electrolyte"])
    )


def test_an_edge_belongs_to_both_of_its_surfaces():
    sites = find_sites(hosts.column())
    twins = np.unique(sites.nodes, return_counts=True)[1]
    assert twins.max() == 2
    # the pillar of 1 um x 1 um stands in a corner: two of its sides stand on open collector
    doubled = np.unique(sites.nodes)[twins == 2]
    assert len(doubled) == 3
    for node in doubled:
        assert set(sites.kinds[sites.nodes == node]) == {Kind.SOLID, Kind.COLLECTOR}
        assert np.ptp(sites.largest_thickness[sites.nodes == node]) < 1e-12 * hosts.MICRON


def test_a_coat_is_a_kind_of_its_own():
    kinds = find_sites(hosts.column(coated=True)).kinds
    assert set(kinds) == {Kind.COAT, Kind.COLLECTOR}


def test_what_fills_a_room_fills_it_once():
    sites = find_sites(hosts.column())
    inside = sites.rooms_inside > 0.0
    half = 0.5 * sites.rooms_inside / sites.areas
    np.testing.assert_allclose(sites.filled(half)[inside], 0.5, rtol=1e-12)
    assert (sites.filled(6.0 * half)[inside] == 1.0).all()
    assert (sites.filled(np.ones(len(inside)))[~inside] == 0.0).all()


def test_only_above_the_host_is_there_no_limit():
    sites = find_sites(hosts.column())
    free = np.isinf(sites.largest_thickness)
    np.testing.assert_array_equal(free, sites.rooms_inside < 0.5 * sites.rooms)
    assert free.any()
    held = ~free
    limits = sites.largest_thickness[held] * sites.areas[held]
    np.testing.assert_allclose(limits, sites.rooms[held], rtol=1e-12)


def test_a_bare_foil_is_all_collector():
    sites = find_sites(hosts.column(host=hosts.nothing))
    assert set(sites.kinds) == {Kind.COLLECTOR}
    assert sites.areas.sum() == pytest.approx(9e-12, rel=1e-12)
    assert sites.top == 0.0
    assert sites.rooms_inside.sum() == 0.0


def test_collector_under_a_wall_does_not_react_even_where_all_its_nodes_are_wet():
    wall = hosts.column((3, 3, 6), host=lambda x: (np.abs(x[:, 0] - 1.5) < 0.5) & (x[:, 2] < 4))
    sites = find_sites(wall)
    on_floor = sites.kinds == Kind.COLLECTOR
    assert sites.areas[on_floor].sum() == pytest.approx(6e-12, rel=1e-12)


def test_a_host_without_electrolyte_is_refused():
    dry = hosts.column(host=lambda x: np.ones(len(x), dtype=bool))
    with pytest.raises(MeshError, match=r"electrolyte in the pores.*headroom"):
        find_sites(dry)


def test_an_electrolyte_that_touches_nothing_reacting_is_refused():
    from dataclasses import replace

    from nanotrode.geometry.tags import BOUNDARIES

    foil = hosts.column(host=hosts.nothing)
    tags = foil.facet_tags.copy()
    tags[tags == BOUNDARIES["collector"]] = BOUNDARIES["sides"]
    with pytest.raises(MeshError, match="nothing that touches the electrolyte can react"):
        find_sites(replace(foil, facet_tags=tags))


def test_layers_are_filled_where_their_sites_are(gyroid):
    from nanotrode.solver.plating.measures import LAYERS, filled_fraction, filled_layers

    sites = find_sites(gyroid)
    np.testing.assert_allclose(filled_layers(sites, np.full(len(sites.nodes), 1.0)), 1.0)
    # as much as has room, below half of the height alone
    lower = sites.heights < 0.5 * sites.top
    found = filled_layers(sites, np.where(lower, sites.rooms_inside / sites.areas, 0.0))
    np.testing.assert_allclose(found, [1.0] * 5 + [0.0] * 5, atol=1e-12)
    assert LAYERS == 10
    half = 0.5 * sites.rooms_inside / sites.areas
    np.testing.assert_allclose(filled_layers(sites, half), 0.5)
    assert filled_fraction(sites, half) == pytest.approx(0.5)
