"""A local pass over flat cells until every dihedral angle is decent.

First the vertices of flat cells are moved: only if the worst angle around them improves, inner
vertices freely, those on an outer plane within it, those of the interface along it or, where it
is not known as a function, not at all. A flat cell that is stuck (all its vertices on the
interface, say) gets a new, movable vertex on one of its inner edges.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Floats, Ints
from .measure import worst_angles
from .topology import TET_EDGES, TRIANGLE_EDGES, find_rows

log = logging.getLogger(__name__)

TARGET = 13.0
SPLIT_BELOW = 11.5
_ROUNDS = 8
_PASSES = 25
# Moves tried at once, by these parts of the distance to the nearest neighbour.
_TRIALS = 8
_SCALES = (0.4, 0.2, 0.1, 0.04)

Onto = Callable[[Ints, Floats, Floats], tuple[Floats, Callable[[Floats], Floats]]]
"""From vertices (k,), their places (k, 3) and freedom (k, 3, 3): the freedom along the surfaces
that they lie on, and what puts them back there from places (t, k, 3)."""


@dataclass(frozen=True)
class Hold:
    """What holds the vertices of a mesh.

    Attributes:
        freedom: (n, 3, 3) projectors onto each vertex's allowed directions; zero = fixed.
        kept: (k, 3) the outer and interface facets, whose edges must not be split.
        masters: (n,) for each vertex the one that it moves along with; None = itself.
        onto: keeps vertices on surfaces, where these are known.
    """

    freedom: Floats
    kept: Ints
    masters: Ints | None = None
    onto: Onto | None = None

    def extended(self, n: int) -> Hold:
        """The same for `n` vertices, of which those that are new are free."""
        known = len(self.freedom)
        masters = np.arange(known) if self.masters is None else self.masters
        return replace(
            self,
            freedom=np.concatenate([self.freedom, np.tile(np.eye(3), (n - known, 1, 1))]),
            masters=np.concatenate([masters, np.arange(known, n)]),
        )


def repair(
    points: Floats,
    cells: Ints,
    tags: Ints,
    hold: Hold,
    *,
    target: float = TARGET,
    split_below: float = SPLIT_BELOW,
) -> tuple[Floats, Ints, Ints]:
    """New vertices, cells and cell tags, all dihedral angles above `target` where possible.

    Args:
        points: (n, 3).
        cells: (m, 4), positively oriented.
        tags: (m,) of the cells.
        hold: what holds the vertices.
        target: wanted angle, and distance from 180, of every dihedral angle [deg].
        split_below: cells below it that are stuck are split [deg].
    """
    outline = hold.kept[:, TRIANGLE_EDGES].reshape(-1, 2)
    best, least = (points, cells, tags), np.inf
    for _ in range(_ROUNDS):
        hold = hold.extended(len(points))
        points = move(points, cells, hold, target=target)
        angles = worst_angles(points, cells)
        short = float(np.clip(target - angles, 0, None).sum())
        if short >= least:
            break
        best, least = (points, cells, tags), short
        stuck = np.flatnonzero(angles < split_below)
        edges = _splittable(points, cells, stuck[np.argsort(angles[stuck])], outline)
        if not len(edges):
            break
        points, cells, tags = _split(points, cells, tags, edges)
    return best


def _splittable(points: Floats, cells: Ints, stuck: Ints, outline: Ints) -> Ints:
    """The longest inner edge of each stuck cell, as long as no two of them share a cell."""
    starts, ring = _rings(len(points), cells)
    pairs = cells[stuck][:, TET_EDGES]
    lengths = np.linalg.norm(points[pairs[:, :, 0]] - points[pairs[:, :, 1]], axis=2)
    inner = (find_rows(outline, pairs.reshape(-1, 2)) < 0).reshape(-1, 6)
    longest = np.where(inner, lengths, -1.0).argmax(axis=1)
    chosen: list[tuple[int, int]] = []
    touched: set[int] = set()
    for k in np.flatnonzero(inner.any(axis=1)):
        a, b = sorted(pairs[k, longest[k]].tolist())
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


def move(points: Floats, cells: Ints, hold: Hold, *, target: float) -> Floats:
    """Vertices moved so that the cells' worst angles reach `target` where possible [deg]."""
    points = points.copy()
    angles = worst_angles(points, cells)
    bad = angles < target
    if not bad.any():
        return points
    masters = np.arange(len(points)) if hold.masters is None else hold.masters
    # Moves stay close to the flat cells: only these are looked at.
    near = _around(masters[cells], _around(masters[cells], bad))
    patch = _Patch(points, cells[near], masters, angles[near], hold)
    patch.relax(target)
    log.debug("repair: worst angle %.1f degrees", patch.angles.min())
    return points


def _around(cells: Ints, chosen: np.ndarray) -> np.ndarray:
    """The chosen cells and all that share a vertex with them."""
    marked = np.zeros(int(cells.max()) + 1, dtype=bool)
    marked[cells[chosen]] = True
    return marked[cells].any(axis=1)


class _Patch:
    """Cells whose vertices are moved, in place.

    Attributes:
        cells: vertices; `joined` the same by their masters, which tell who moves together.
        slaves: vertices that follow others, `lords`.
    """

    def __init__(
        self, points: Floats, cells: Ints, masters: Ints, angles: Floats, hold: Hold
    ) -> None:
        self.points, self.cells, self.angles = points, cells, angles
        self.joined = masters[cells]
        self.freedom, self.onto = hold.freedom, hold.onto
        self.slaves = np.flatnonzero(masters != np.arange(len(points)))
        self.lords = masters[self.slaves]
        self.starts, self.ring = _rings(len(points), self.joined)
        self.draw = np.random.default_rng(1)

    def relax(self, target: float) -> None:
        """Pass after pass over the vertices of flat cells, until nothing is gained."""
        movable = np.abs(self.freedom).max(axis=(1, 2)) > 0
        before, idle = np.inf, 0
        for _ in range(_PASSES):
            bad = self.angles < target
            short = float(np.clip(target - self.angles, 0, None).sum())
            idle = idle + 1 if short > 0.99 * before else 0
            before = short
            if not bad.any() or idle == 3:
                break
            chosen = np.unique(self.joined[bad])
            chosen = chosen[movable[chosen]]
            if not len(chosen):
                break
            for batch in _independent(chosen, self.joined, self.starts, self.ring, self.draw):
                self._improve(batch)

    def _improve(self, batch: Ints) -> None:
        """Try random moves of all vertices of a batch at once; keep each one's best."""
        around, owner = _gather(batch, self.starts, self.ring)
        begin = np.searchsorted(owner, np.arange(len(batch)))
        mine = self.joined[around] == batch[owner][:, None]
        base = self.points[self.cells[around]]
        here = base[np.arange(len(around)), mine.argmax(axis=1)]
        reach = np.linalg.norm(base - here[:, None], axis=2)
        size = np.minimum.reduceat(np.where(mine, np.inf, reach).min(axis=1), begin)
        best = np.minimum.reduceat(self.angles[around], begin)
        start = self.points[batch]
        place = start.copy()
        free, back = self.freedom[batch], None
        if self.onto is not None:
            free, back = self.onto(batch, start, free)
        local = np.arange(4 * len(around) * _TRIALS).reshape(-1, 4)
        for scale in _SCALES:
            step = self.draw.normal(size=(_TRIALS, len(batch), 3))
            step *= scale * size[:, None] / np.linalg.norm(step, axis=2, keepdims=True)
            tried = place + np.einsum("nij,tnj->tni", free, step)
            if back is not None:
                tried = back(tried)
            moved = tried - start
            x = base + np.where(mine[:, :, None], moved[:, owner, None], 0.0)
            score = worst_angles(x.reshape(-1, 3), local).reshape(_TRIALS, -1)
            score = np.minimum.reduceat(score, begin, axis=1)
            winner = score.argmax(axis=0)
            each = np.arange(len(batch))
            better = score[winner, each] > best
            place[better] = tried[winner, each][better]
            best[better] = score[winner, each][better]
        self._put(batch, place)
        self.angles[around] = worst_angles(self.points, self.cells[around])

    def _put(self, batch: Ints, place: Floats) -> None:
        """Move vertices, and those that follow them by the very same coordinates."""
        follow = np.isin(self.lords, batch)
        slaves, lords = self.slaves[follow], self.lords[follow]
        same = self.points[slaves] == self.points[lords]
        self.points[batch] = place
        self.points[slaves] = np.where(same, self.points[lords], self.points[slaves])


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
