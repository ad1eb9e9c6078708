"""What a film of lithium does beside filling room: it covers its surroundings, and conducts.

A deposit of thickness h also reaches h sideways, and once the room of its site is full, it
borders on the rooms of all neighbours. So the thickness that a site feels is the largest over all
sites of theirs less what is missing on the way,

    reach_j = max_i [reach_i - (1 - s_i) |x_i - x_j|]         (along the edges of the surface),

with s the share of its room that a site has filled. Where lithium is there, it grows on lithium,
without a barrier; and where the film is thicker than islands are, it carries electrons along the
surface, in parallel with the coat.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .sites import Sites

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

SHEET_LIMIT = 1e-2
"""Largest sheet conductance of a film that is told apart [S]. A micrometre of lithium has 10 S, but
at 1 mA/cm2 over 50 um nothing drops even along this: 10 A/m2 (50 um)^2 / 0.01 S = 2.5 uV."""


class Links(NamedTuple):
    """Pairs of neighbouring sites.

    Attributes:
        first, second: (l,) sites.
        lengths: (l,) way between them [m].
    """

    first: Ints
    second: Ints
    lengths: Array


def find_links(sites: Sites) -> Links:
    """The edges of the reacting facets, and the sites that share a node."""
    sides = sites.facets[:, [[0, 1], [1, 2], [2, 0]]]
    ends = sites.points[:, [[0, 1], [1, 2], [2, 0]]]
    lengths = np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=-1).ravel()
    pairs = np.sort(sides.reshape(-1, 2), axis=1)
    unique, first = np.unique(pairs, axis=0, return_index=True)
    order = np.argsort(sites.nodes, kind="stable")
    twins = np.flatnonzero(np.diff(sites.nodes[order]) == 0)
    here, there = order[twins], order[twins + 1]
    return Links(
        np.concatenate([unique[:, 0], here]),
        np.concatenate([unique[:, 1], there]),
        np.concatenate([lengths[first], np.zeros(len(twins))]),
    )


def reach(thickness: Array, filled: Array, links: Links) -> Array:
    """(n,) thickness that each site feels, its neighbours' deposits included [m].

    Args:
        thickness: (n,) of the deposits [m].
        filled: (n,) share of each site's room that is full.
        links: Neighbours.
    """
    one, other = links.first, links.second
    onwards, back = ((1.0 - filled[start]) * links.lengths for start in (one, other))
    found = thickness.copy()
    while True:
        before = found.copy()
        np.maximum.at(found, other, before[one] - onwards)
        np.maximum.at(found, one, before[other] - back)
        if np.array_equal(found, before):
            return found


def sheet_conductance(
    thickness: Array, sites: Sites, *, conductivity: float, least: float
) -> Array:
    """(k,) of the film on each reacting facet [S]: sigma (h - least), all corners being covered.

    Args:
        thickness: (n,) felt at the sites [m].
        sites: The sites.
        conductivity: Of lithium [S m-1].
        least: Thickness from which islands are a film [m].
    """
    thinnest = thickness[sites.facets].min(axis=1)
    return np.minimum(conductivity * np.maximum(thinnest - least, 0.0), SHEET_LIMIT)


def facet_laplacians(points: Array) -> Array:
    """(k, 3, 3) of int grad_s v_i . grad_s v_j dS over facets with corners (k, 3, 3) [-]."""
    opposite = points[:, [2, 0, 1]] - points[:, [1, 2, 0]]
    twice_area = np.linalg.norm(np.cross(opposite[:, 0], opposite[:, 1]), axis=-1)
    products = np.einsum("kia,kja->kij", opposite, opposite)
    return products / (2.0 * twice_area)[:, None, None]
