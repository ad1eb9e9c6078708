"""Whether poles of any form keep their distance, by points on their surfaces.

The points are at most half the gap apart: surfaces that cross or touch have points nearer to
each other than the gap, so no overlap is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from ..errors import ShapeError
from .arrays import Floats
from .cells import Cells, Foot
from .placement import Layout, Pose

_TRIES_PER_POLE = 2000


class Cloud(NamedTuple):
    """Points (n, 3) on one pole's surface, its foot at the origin, and their bounds [m]."""

    points: Floats
    low: Floats
    high: Floats

    def turned(self, azimuth: float) -> Floats:
        """The points of the pole turned about the vertical through its foot."""
        c, s = np.cos(azimuth), np.sin(azimuth)
        x, y, z = self.points.T
        return np.column_stack([c * x - s * y, s * x + c * y, z])


def check_clearance(cloud: Cloud, layout: Layout, *, gap: float) -> None:
    """Refuse a regular layout (all poles alike) in which neighbours come nearer than `gap` [m].

    Raises:
        ShapeError: naming the pitch.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(cloud.points)
    for dx, dy in ways(layout, (cloud.high - cloud.low)[:2] + gap):
        distance = tree.query(cloud.points + np.array([dx, dy, 0.0]))[0].min()
        if distance < gap * (1 - 1e-4):
            raise ShapeError(
                f"pitch: poles that stand {np.hypot(dx, dy):g} m apart overlap or leave less than "
                f"the gap of {gap:g} m; enlarge the pitch, or choose a smaller gap"
            )


def ways(layout: Layout, reach: Floats) -> Floats:
    """The different ways (n, 2) in which two poles stand within `reach` of each other [m].

    Rows are compared instead of poles, and equal pairs of rows once: an array of many poles has
    few of them. Of a way and its opposite one is enough.
    """
    bases = np.array([(pose.x, pose.y) for pose in layout.poses])
    alike = 1e-6 * float(reach.max())
    _, first, row = np.unique(np.round(bases[:, 1] / alike), return_index=True, return_inverse=True)
    heights, rows = bases[first, 1], [np.sort(bases[row == k, 0]) for k in range(len(first))]
    found, seen = [np.empty((0, 2))], set()
    for low in range(len(rows)):
        for high in range(low, len(rows)):
            dy = heights[high] - heights[low]
            if dy >= reach[1]:
                break
            pair = (round(dy / alike), *_spread(rows[low], alike), *_spread(rows[high], alike))
            if pair not in seen:
                seen.add(pair)
                dx = _between(rows[low], rows[high], reach[0], alike)
                found.append(np.column_stack([dx, np.full(len(dx), dy)]))
    ways = np.vstack(found)
    return ways[(ways[:, 1] > 0) | (ways[:, 0] > alike)]


def _spread(row: Floats, alike: float) -> tuple[int, int, int]:
    """What tells one row of evenly spread poles from another."""
    return len(row), round(row[0] / alike), round(row[-1] / alike)


def _between(low: Floats, high: Floats, reach: float, alike: float) -> Floats:
    """The different distances along x from poles of one row to those of another within reach."""
    found = [np.empty(0)]
    for x in low:
        begin, end = np.searchsorted(high, [x - reach, x + reach])
        found.append(high[begin:end] - x)
        if len(found) > 100:
            found = [_different(np.concatenate(found), alike)]
    return _different(np.concatenate(found), alike)


def _different(values: Floats, alike: float) -> Floats:
    chosen: Floats = values[np.unique(np.round(values / alike), return_index=True)[1]]
    return chosen


def random_layout(cloud: Cloud, count: int, side: float, *, gap: float, seed: int) -> Layout:
    """Draw places and directions in a square box, keeping `gap` [m] to all earlier poles.

    Raises:
        ShapeError: if a pole finds no place.
    """
    crowd = _Crowd(cloud, gap)
    poses: list[Pose] = []
    drawn = _drawn(seed, side)
    for k in range(count):
        pose = next((p for p in islice(drawn, _TRIES_PER_POLE) if crowd.takes(p, side)), None)
        if pose is None:
            raise ShapeError(
                f"placement 'random' (seed {seed}): no room for pole {k + 1} of count = {count} "
                f"after {_TRIES_PER_POLE} tries with gap = {gap:g} m; use a larger pitch, a "
                "smaller gap or a smaller count"
            )
        poses.append(pose)
    return Layout(tuple(poses), side, side)


def _drawn(seed: int, side: float) -> Iterator[Pose]:
    """Places and directions without end; drawn in blocks, since single draws are slow."""
    draw = np.random.default_rng(seed)
    while True:
        for x, y, turn in (draw.random((500, 3)) * (side, side, 2 * np.pi)).tolist():
            yield Pose(x, y, 0.0, turn)


class _Crowd:
    """Poles of one form that stand already, found by their feet."""

    def __init__(self, cloud: Cloud, gap: float) -> None:
        from scipy.spatial import cKDTree

        self._cloud, self._gap = cloud, gap
        self._tree = cKDTree(cloud.points)
        self._reach = 2 * float(np.linalg.norm(cloud.points[:, :2], axis=1).max()) + gap
        self._cells = Cells(self._reach)
        self._poses: list[Pose] = []

    def takes(self, pose: Pose, side: float) -> bool:
        """Add a pole if it stands in the box and keeps the gap to all others."""
        surface = self._cloud.turned(pose.azimuth) + np.array([pose.x, pose.y, 0.0])
        low, high = self._gap / 2, side - self._gap / 2
        if surface[:, :2].min() < low or surface[:, :2].max() > high:
            return False
        near = (self._poses[foot.number] for foot in self._cells.near(pose.x, pose.y))
        if any(self._touch(surface, pose, other) for other in near):
            return False
        self._cells.add(Foot(len(self._poses), pose.x, pose.y))
        self._poses.append(pose)
        return True

    def _touch(self, surface: Floats, pose: Pose, other: Pose) -> bool:
        """Whether a pole's surface comes nearer than the gap to another pole."""
        if np.hypot(pose.x - other.x, pose.y - other.y) >= self._reach:
            return False
        # seen from the other pole, as if that stood at the origin, not turned
        x, y = surface[:, 0] - other.x, surface[:, 1] - other.y
        c, s = np.cos(other.azimuth), np.sin(other.azimuth)
        seen = np.column_stack([c * x + s * y, c * y - s * x, surface[:, 2]])
        within = (seen > self._cloud.low - self._gap) & (seen < self._cloud.high + self._gap)
        seen = seen[within.all(axis=1)]
        if not len(seen):
            return False
        apart = self._tree.query(seen, distance_upper_bound=self._gap)[0]
        return bool(apart.min() < self._gap)
