"""A local pass that moves the vertices of flat cells until every dihedral angle is decent.

A vertex moves only if the worst angle among its cells improves; so the mesh never gets worse.
Inner vertices move freely, those on one outer plane within it. Vertices of the interface slide
where the caller says along which direction they stay on the surface, and else stay put.
"""

from __future__ import annotations

import logging

import numpy as np

from .arrays import Floats, Ints
from .measure import worst_angles

log = logging.getLogger(__name__)

TARGET = 13.0
_PASSES = 40
_TRIALS = 24




def repair(points: Floats, cells: Ints, freedom: Floats, *, target: float = TARGET) -> Floats:
    """New vertex positions with all dihedral angles above `target` degrees where possible.

    Args:
        points: (n, 3).
        cells: (m, 4), positively oriented.
        freedom: (n, 3, 3) projectors onto each vertex's allowed directions; zero = fixed.
        target: wanted least angle, also to 180 degrees [deg].
    """
    points = points.copy()
    draw = np.random.default_rng(1)
    angles = worst_angles(points, cells)
    movable = np.abs(freedom).max(axis=(1, 2)) > 0
    starts, ring = _rings(len(points), cells)
    before, idle = np.inf, 0
    for _ in range(_PASSES):
        bad = angles < target
        short = float(np.clip(target - angles, 0, None).sum())
        idle = idle + 1 if short > 0.99 * before else 0
        before = short
        if not bad.any() or idle == 3:
            break
        chosen = np.unique(cells[bad])
        chosen = chosen[movable[chosen]]
        if not len(chosen):
            break
        for batch in _independent(chosen, cells, starts, ring, draw):
            _improve(points, cells, angles, batch, starts, ring, freedom, draw)
    left = int((angles < target).sum())
    log.debug("repair: worst angle %.1f degrees, %d cells below %g", angles.min(), left, target)
    return points


def _rings(n: int, cells: Ints) -> tuple[Ints, Ints]:
    """For each vertex where its cells start in the list of cells (a CSR structure)."""
    order = np.argsort(cells.ravel(), kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(cells.ravel(), minlength=n))])
    return starts, order // cells.shape[1]


def _gather(vertices: Ints, starts: Ints, ring: Ints) -> tuple[Ints, Ints]:
    """All cells around the vertices, and for each the position of its vertex in `vertices`."""
    counts = starts[vertices + 1] - starts[vertices]
    owner = np.repeat(np.arange(len(vertices)), counts)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return ring[starts[vertices][owner] + offset], owner


def _independent(
    chosen: Ints, cells: Ints, starts: Ints, ring: Ints, draw: np.random.Generator
) -> list[Ints]:
    """Split the vertices into batches of which no two share a cell."""
    batches, left = [], chosen
    while len(left) and len(batches) < 12:
        priority = np.full(starts.shape[0] - 1, -1.0)
        priority[left] = draw.permutation(len(left))
        around, owner = _gather(left, starts, ring)
        highest = priority[cells[around]].max(axis=1)
        wins = np.ones(len(left), dtype=bool)
        np.logical_and.at(wins, owner, highest <= priority[left][owner])
        batches.append(left[wins])
        left = left[~wins]
    return batches


def _improve(
    points: Floats, cells: Ints, angles: Floats, batch: Ints, starts: Ints, ring: Ints,
    freedom: Floats, draw: np.random.Generator,
) -> None:
    """Try random moves of all vertices of a batch at once; keep each one's best."""
    around, owner = _gather(batch, starts, ring)
    begin = np.searchsorted(owner, np.arange(len(batch)))
    mine = cells[around] == batch[owner][:, None]
    base = points[cells[around]]
    reach = np.linalg.norm(base - points[batch][owner][:, None], axis=2)
    size = np.minimum.reduceat(np.where(mine, np.inf, reach).min(axis=1), begin)
    best = np.minimum.reduceat(angles[around], begin)
    place = points[batch].copy()
    local = np.arange(4 * len(around)).reshape(-1, 4)
    for trial in range(_TRIALS):
        step = draw.normal(size=(len(batch), 3))
        step *= (size * 0.5 * 0.85**trial / np.linalg.norm(step, axis=1))[:, None]
        tried = place + np.einsum("nij,nj->ni", freedom[batch], step)
        x = np.where(mine[:, :, None], tried[owner][:, None], base)
        score = np.minimum.reduceat(worst_angles(x.reshape(-1, 3), local), begin)
        better = score > best
        place[better], best[better] = tried[better], score[better]
    points[batch] = place
    angles[around] = worst_angles(points, cells[around])
