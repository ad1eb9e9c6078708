"""Outer facets of a user's mesh that nobody named: what they are, by where they lie.

The bottom is the collector and an electrolyte's top the separator. An electrode that fills its
box from side to side is a cut-out of a larger one: its faces on the box are cuts. Other walls of
an electrode alone face the electrolyte.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import numpy as np

from ..errors import InputError
from .arrays import Floats, Ints
from .measure import triangle_areas
from .tags import BOUNDARIES

log = logging.getLogger(__name__)

_NEAR = 1e-6
"""Part of the box's longest edge within which a node lies on its face."""


class Given(NamedTuple):
    """What is known of the facets that nobody named.

    Attributes:
        facets: (k, 3) nodes.
        solid: (k,) whether the cell behind one is electrode.
        named: whether the mesh has an interface without them.
    """

    facets: Ints
    solid: np.ndarray
    named: bool


def name_outer(points: Floats, given: Given, top: str | None) -> Ints:
    """The boundary (k,) of each facet.

    Args:
        points: (n, 3) nodes [m].
        given: The facets.
        top: "cut" or "separator", what the electrode's top is; None: a cut in a cut-out.

    Raises:
        InputError: No facet would be the interface.
    """
    on = _planes(points, given.facets)
    lateral = on[:, 0] | on[:, 1] | on[:, 2] | on[:, 3]
    cut_out = given.named or _fills(on[given.solid])
    tags = np.full(len(on), BOUNDARIES["sides"])
    walls = given.solid & (not given.named)
    if cut_out:
        walls &= ~lateral
    if top == "cut" or (top is None and cut_out):
        walls &= ~on[:, 5]
    elif top == "separator":
        walls |= given.solid & on[:, 5]
    tags[walls] = BOUNDARIES["interface"]
    tags[~given.solid & on[:, 5]] = BOUNDARIES["separator"]
    tags[on[:, 4]] = BOUNDARIES["collector"]
    if not given.named and not (tags == BOUNDARIES["interface"]).any():
        raise InputError(
            "boundaries: the electrode fills its box, and all its outer faces would be cuts; name "
            "the tag of its 'interface', or say top = \"separator\""
        )
    _tell(points, given, tags, on[:, 4])
    return tags


def _planes(points: Floats, facets: Ints) -> np.ndarray:
    """(k, 6) whether a facet lies on the box's plane of least or greatest x, y and z."""
    low, high = points.min(axis=0), points.max(axis=0)
    near = _NEAR * float((high - low).max())
    places = points[facets]
    on = [
        (np.abs(places[:, :, axis] - level[axis]) < near).all(axis=1)
        for axis in range(3)
        for level in (low, high)
    ]
    return np.column_stack(on)


def _fills(on: np.ndarray) -> bool:
    """Whether an electrode lies against all four sides of its box."""
    return bool(on[:, :4].any(axis=0).all())


def _tell(points: Floats, given: Given, tags: Ints, below: np.ndarray) -> None:
    """How much of an electrode's outside counts as cut, lest that be a surprise."""
    cut = given.solid & (tags == BOUNDARIES["sides"]) & ~below
    if cut.any():
        area = float(triangle_areas(points, given.facets[cut]).sum())
        log.info(
            "%.3g m2 of the electrode's outer faces have no name in [geometry.boundaries]: they "
            "count as cuts, which nothing passes",
            area,
        )
