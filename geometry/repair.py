"""A local pass over flat cells until every dihedral angle is decent.

First the vertices of flat cells are moved: only if the worst angle around them improves, inner
vertices freely, those on an outer plane within it, those of the interface not at all. A flat
cell that is stuck (all its vertices on the interface, say) gets a new, movable vertex on one of
its inner edges.
"""

from __future__ import annotations

import logging

import numpy as np

from .arrays import Floats, Ints
from .measure import worst_angles
from .topology import TET_EDGES, TRIANGLE_EDGES

log = logging.getLogger(__name__)

TARGET = 13.0
SPLIT_BELOW = 11.5
_ROUNDS = 8
_PASSES = 25
# Moves tried at once, by these parts of the distance to the nearest neighbour.
_TRIALS = 8
_SCALES = (0.4, 0.2, 0.1, 0.04)


def repair(
    points: Floats, cells: Ints, tags: Ints, *, freedom: Floats, kept: Ints
) -> tuple[Floats, Ints, Ints]:
    """New vertices, cells and cell tags, all dihedral angles above `TARGET` where possible.

    Args:
        points: (n, 3).
        cells: (m, 4), positively oriented.
        tags: (m,) of the cells.
        freedom: (n, 3, 3) projectors onto each vertex's allowed directions; zero = fixed.
        kept: (k, 3) the outer and interface facets, whose edges must not be split.
    """
    pairs = np.unique(np.sort(kept[:, TRIANGLE_EDGES].reshape(-1, 2), axis=1), axis=0)
    outline = set(map(tuple, pairs.tolist()))
    for _ in range(_ROUNDS):
        points = move(points, cells, freedom, target=TARGET)
        angles = worst_angles(points, cells)
        stuck = np.flatnonzero(angles < SPLIT_BELOW)
        if not len(stuck):
            break
        edges = _splittable(points, cells, stuck[np.argsort(angles[stuck])], outline)
        if not len(edges):
            break
        points, cells, tags = _split(points, cells, tags, edges)
        fresh = np.tile(np.eye(3), (len(points) - len(freedom), 1, 1))
        freedom = np.concatenate([freedom, fresh])
    return points, cells, tags


def _splittable(points: Floats, cells: Ints, stuck: Ints, outline: set[tuple[int, int]]) -> Ints:
    """The longest inner edge of each stuck cell, as long as no two of them share a cell."""
    starts, ring = _rings(len(points), cells)
    chosen: list[tuple[int, int]] = []
    touched: set[int] = set()
    for cell in stuck:
        pairs = np.sort(cells[cell][TET_EDGES], axis=1)
        inner = [pair for pair in pairs.tolist() if tuple(pair) not in outline]
        inner.sort(key=lambda pair: -float(np.linalg.norm(points[pair[0]] - points[pair[1]])))
        for a, b in inner[:1]:
            around = np.intersect1d(
                ring[starts[a] : starts[a + 1]], ring[starts[b] : starts[b + 1]]
            ).tolist()
            if touched.isdisjoint(around):
                touched.update(around)
                chosen.append((a, b))
    return np.array(chosen, dtype=np.int64).reshape(-1, 2)


def _split(points: Floats, cells: Ints, tags: Ints, edges: Ints) -> tuple[Floats, Ints, Ints]:
    """Halve all cells around each edge, with a new vertex in the edge's middle."""
    starts, ring = _rings(len(points), cells)
    lower, upper, which = [], [], []
    for k, (a, b) in enumerate(edges):
        around = np.intersect1d(ring[starts[a] : starts[a + 1]], ring[starts[b] : starts[b + 1]])
        middle = len(points) + k
        lower.append(np.where(cells[around] == b, middle, cells[around]))
        upper.append(np.where(cells[around] == a, middle, cells[around]))
        which.append(around)
    first = np.concatenate(which)
    cells, tags = cells.copy(), np.concatenate([tags, tags[first]])
    cells[first] = np.vstack(lower)
    cells = np.vstack([cells, *upper])
    return np.vstack([points, points[edges].mean(axis=1)]), cells, tags


def move(points: Floats, cells: Ints, freedom: Floats, *, target: float) -> Floats:
    """Vertices moved so that the cells' worst angles reach `target` where possible [deg]."""
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
    batches: list[Ints] = []
    left = chosen
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
    points: Floats,
    cells: Ints,
    angles: Floats,
    batch: Ints,
    starts: Ints,
    ring: Ints,
    freedom: Floats,
    draw: np.random.Generator,
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
    local = np.arange(4 * len(around) * _TRIALS).reshape(-1, 4)
    for scale in _SCALES:
        step = draw.normal(size=(_TRIALS, len(batch), 3))
        step *= scale * size[:, None] / np.linalg.norm(step, axis=2, keepdims=True)
        tried = place + np.einsum("nij,tnj->tni", freedom[batch], step)
        x = np.where(mine[:, :, None], tried[:, owner, None], base)
        score = worst_angles(x.reshape(-1, 3), local).reshape(_TRIALS, -1)
        score = np.minimum.reduceat(score, begin, axis=1)
        winner = score.argmax(axis=0)
        each = np.arange(len(batch))
        better = score[winner, each] > best
        place[better] = tried[winner, each][better]
        best[better] = score[winner, each][better]
    points[batch] = place
    angles[around] = worst_angles(points, cells[around])
