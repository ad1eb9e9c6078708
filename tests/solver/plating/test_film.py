"""Films: how far a deposit reaches, what conducts, and Laplacians on facets."""

from __future__ import annotations

import hosts
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from nanotrode.solver.plating.film import (
    SHEET_LIMIT,
    Links,
    facet_laplacians,
    find_links,
    reach,
    sheet_conductance,
)
from nanotrode.solver.plating.sites import find_sites


@pytest.fixture(scope="module")
def sites():
    return find_sites(hosts.column((4, 4, 8)))


def ways(links, filled):
    """(n, n) what is missing on the way from each site to each other, by Dijkstra."""
    one, other, length = links
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    lost = np.concatenate([(1 - filled[one]) * length, (1 - filled[other]) * length])
    # scipy takes an edge of length 0 for none
    graph = coo_array((np.maximum(lost, 1e-30), (rows, columns)), shape=(len(filled),) * 2)
    return dijkstra(graph.tocsr())


def test_reach_is_the_best_of_all_ways(sites):
    rng = np.random.default_rng(3)
    links = find_links(sites)
    count = len(sites.nodes)
    thickness = np.where(rng.random(count) < 0.1, 2e-6 * rng.random(count), 0.0)
    filled = np.where(rng.random(count) < 0.2, 1.0, 0.5 * rng.random(count))
    best = (thickness[:, None] - ways(links, filled)).max(axis=0)
    expected = np.maximum(best, thickness)
    found = reach(thickness, filled, links)
    positive = expected > 0
    assert 0.2 < positive.mean() < 1.0
    np.testing.assert_allclose(found[positive], expected[positive], rtol=1e-12)
    assert (found[~positive] == 0).all()
    assert (found > thickness).any()


def test_a_full_site_borders_on_all_its_neighbours():
    # four sites in a row, 1 um apart; the second is full
    links = Links(np.array([0, 1, 2]), np.array([1, 2, 3]), np.full(3, 1e-6))
    filled = np.array([0.0, 1.0, 0.0, 0.0])
    found = reach(np.array([0.0, 1.5e-6, 0.0, 0.0]), filled, links)
    np.testing.assert_allclose(found, [1.5e-6, 1.5e-6, 1.5e-6, 0.5e-6], rtol=1e-12)


def test_links_are_the_edges_of_the_facets_and_the_twins_of_nodes(sites):
    links = find_links(sites)
    apart = links.lengths > 0
    places = {tuple(x): k for k, x in enumerate(np.round(sites.points.reshape(-1, 3), 12))}
    assert len(places) == len(np.unique(sites.nodes))
    shared = len(sites.nodes) - len(np.unique(sites.nodes))
    # at the pillar's foot each node is one of the pillar and one of the collector
    assert shared == (~apart).sum() > 0
    twins = np.sort([sites.nodes[links.first[~apart]], sites.nodes[links.second[~apart]]], axis=0)
    assert (twins[0] == twins[1]).all()
    sides = np.sort(sites.facets[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert apart.sum() == len(np.unique(sides, axis=0))


def test_laplacians_of_a_linear_function():
    rng = np.random.default_rng(5)
    points = rng.random((40, 3, 3))
    slope = np.array([0.3, -1.2, 0.7])
    found = facet_laplacians(points)
    normal = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
    twice = np.linalg.norm(normal, axis=1)
    normal /= twice[:, None]
    along = slope - (normal @ slope)[:, None] * normal
    values = points @ slope
    energy = np.einsum("ki,kij,kj->k", values, found, values)
    np.testing.assert_allclose(energy, 0.5 * twice * (along**2).sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(found.sum(axis=2), 0.0, atol=1e-9 * np.abs(found).max())
    np.testing.assert_allclose(found, found.transpose(0, 2, 1), rtol=1e-12)


def test_a_sheet_conducts_where_all_three_corners_are_covered(sites):
    thickness = np.full(len(sites.nodes), 5e-8)
    bare = sites.facets[0, 0]
    thickness[bare] = 0.0
    found = sheet_conductance(thickness, sites, conductivity=1e4, least=2e-8)
    touched = (sites.facets == bare).any(axis=1)
    assert (found[touched] == 0).all()
    np.testing.assert_allclose(found[~touched], 1e4 * 3e-8, rtol=1e-12)
    thick = sheet_conductance(np.full(len(thickness), 1e-6), sites, conductivity=1e7, least=2e-8)
    assert (thick == SHEET_LIMIT).all()
