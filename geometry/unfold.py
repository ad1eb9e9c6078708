"""Curved cells that fold, mended: first what is free gives way, then the surface."""

from __future__ import annotations

import logging

import numpy as np

from .arrays import Floats, Ints
from .measure import jacobian_ratios
from .topology import TET_EDGES

log = logging.getLogger(__name__)

# A Jacobian that falls below this part of the cell's mean is mended.
_LEAST_JACOBIAN = 0.2
_PASSES = 15
# Moves tried at once, by these parts of the cell's shortest edge.
_TRIALS = 12
_MOST_SHAKEN = 300
_SCALES = (0.3, 0.15, 0.05)


def unfold(
    nodes: Floats, cells: Ints, shift: Floats, freedom: Floats, *, shaken: int = _MOST_SHAKEN
) -> Floats:
    """Mend badly bent cells; returns the nodes.

    First the free edges of such cells follow the curved ones, then these edges are moved
    about; where that is not enough, the curved ones are bent back bit by bit, and what is still
    poor then is made straight.

    Args:
        nodes: (n, 3), vertices and edge nodes.
        cells: (m, 10), sound when straight.
        shift: (n, 3) how far each node is off its straight place.
        freedom: (n, 3, 3) projectors onto each node's allowed directions.
        shaken: edges are moved about one by one where fewer cells than this are left.
    """
    straight, shift, nodes = nodes - shift, shift.copy(), nodes.copy()
    given = shift.copy()
    poor: Ints = np.flatnonzero(jacobian_ratios(nodes, cells) < _LEAST_JACOBIAN)
    for _ in range(_PASSES):
        if not len(poor):
            return nodes
        moved = _follow(shift, cells[poor], freedom)
        nodes[moved] = straight[moved] + shift[moved]
        poor = _still_poor(nodes, cells, poor, moved)
    draw = np.random.default_rng(1)
    for _ in range(_PASSES if len(poor) < shaken else 0):
        for cell in poor:
            _shake(nodes, cells, cell, freedom, draw)
        poor = _still_poor(nodes, cells, poor, cells[poor][:, 4:])
        if not len(poor):
            return nodes
    shift = nodes - straight
    attempt = 0
    while len(poor):
        # Ends at the latest with every edge straight: zeroed ones are never bent again.
        moved = np.unique(cells[poor][:, 4:])
        shift[moved] *= 0.7 if attempt < _PASSES else 0.0
        nodes[moved] = straight[moved] + shift[moved]
        poor = _still_poor(nodes, cells, poor, moved)
        attempt += 1
    _note_straightened(cells, given, shift, freedom)
    return nodes


def _still_poor(nodes: Floats, cells: Ints, poor: Ints, moved: Ints) -> Ints:
    """Of the poor cells and those around the moved nodes, the ones that are poor now."""
    # A poor cell without a free edge is not touched, and must not be forgotten.
    touched = np.union1d(poor, np.flatnonzero(np.isin(cells[:, 4:], moved).any(axis=1)))
    return touched[jacobian_ratios(nodes, cells[touched]) < _LEAST_JACOBIAN]


def _shake(
    nodes: Floats, cells: Ints, cell: int, freedom: Floats, draw: np.random.Generator
) -> None:
    """Try random moves of a cell's free edges; keep those that raise the least Jacobian around."""
    corners = nodes[cells[cell, :4]]
    size = np.linalg.norm(corners[TET_EDGES[:, 0]] - corners[TET_EDGES[:, 1]], axis=1).min()
    for node in cells[cell, 4:]:
        if not freedom[node].any():
            continue
        around = cells[(cells[:, 4:] == node).any(axis=1)]
        steps = draw.normal(size=(len(_SCALES), _TRIALS, 3)) * np.array(_SCALES)[:, None, None]
        places = nodes[node] + np.vstack([np.zeros(3), size * steps.reshape(-1, 3) @ freedom[node]])
        tried = np.where(
            (around == node)[None, :, :, None], places[:, None, None], nodes[around][None]
        )
        local = np.arange(tried[..., 0].size).reshape(-1, 10)
        least = jacobian_ratios(tried.reshape(-1, 3), local).reshape(len(places), -1).min(axis=1)
        nodes[node] = places[least.argmax()]


def _note_straightened(cells: Ints, given: Floats, shift: Floats, freedom: Floats) -> None:
    """Log how many cells have lost some of their bend towards the true surface."""
    bound = (given != 0).any(axis=1) & (np.abs(freedom).max(axis=(1, 2)) == 0)
    lost = bound & (np.abs(shift - given).max(axis=1) > 0)
    if lost.any():
        log.info(
            "order 2: %d of %d curved edges (%d of %d cells) are straightened, some in part, to "
            "keep their cells from folding",
            int(lost.sum()),
            int(bound.sum()),
            int(lost[cells].any(axis=1).sum()),
            len(cells),
        )


def _follow(shift: Floats, poor: Ints, freedom: Floats) -> Ints:
    """Give free edges the mean shift of the poor cells around them; returns those changed."""
    local = poor[:, 4:]
    edges, place = np.unique(local, return_inverse=True)
    total = np.zeros((len(edges), 3))
    np.add.at(total, place.ravel(), np.repeat(shift[local].mean(axis=1), 6, axis=0))
    wanted = total / np.bincount(place.ravel())[:, None]
    free = np.abs(freedom[edges]).max(axis=(1, 2)) > 0
    moved = edges[free]
    shift[moved] = np.einsum("nij,nj->ni", freedom[moved], wanted[free])
    return moved
