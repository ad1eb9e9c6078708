"""Whether poles of any form keep their distance, by points on their surfaces.

The points are at most half the gap apart: surfaces that cross or touch have points nearer to
each other than the gap, so no overlap is missed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import ShapeError
from .arrays import Floats
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

    bases = np.array([(p.x, p.y) for p in layout.poses])
    apart = (bases[None] - bases[:, None]).reshape(-1, 2)
    reach = (cloud.high - cloud.low)[:2] + gap
    near = (np.abs(apart) < reach).all(axis=1) & (np.abs(apart).max(axis=1) > 0)
    # Many pairs stand in the same way to each other; each way is looked at once.
    scale = 1e-6 * max(layout.width, layout.depth)
    ways = np.unique(np.round(apart[near] / scale), axis=0) * scale
    tree = cKDTree(cloud.points)
    for dx, dy in ways[: (len(ways) + 1) // 2]:
        distance = tree.query(cloud.points + np.array([dx, dy, 0.0]))[0].min()
        if distance < gap * (1 - 1e-4):
            raise ShapeError(
                f"pitch: poles that stand {np.hypot(dx, dy):g} m apart overlap or leave less than "
                f"the gap of {gap:g} m; enlarge the pitch, or choose a smaller gap"
            )


def random_layout(cloud: Cloud, count: int, side: float, *, gap: float, seed: int) -> Layout:
    """Draw places and directions in a square box, keeping `gap` [m] to all earlier poles.

    Raises:
        ShapeError: if a pole finds no place.
    """
    from scipy.spatial import cKDTree

    draw = np.random.default_rng(seed)
    reach = float(np.linalg.norm(cloud.points[:, :2], axis=1).max())
    poses: list[Pose] = []
    trees: list[cKDTree] = []
    for k in range(count):
        for _ in range(_TRIES_PER_POLE):
            x, y, turn = draw.uniform(0, (side, side, 2 * np.pi))
            pose = Pose(x, y, 0.0, turn)
            surface = cloud.turned(pose.azimuth) + np.array([pose.x, pose.y, 0.0])
            if surface[:, :2].min() < gap / 2 or surface[:, :2].max() > side - gap / 2:
                continue
            close = [
                tree
                for other, tree in zip(poses, trees, strict=True)
                if np.hypot(pose.x - other.x, pose.y - other.y) < 2 * reach + gap
            ]
            if all(tree.query(surface, distance_upper_bound=gap)[0].min() >= gap for tree in close):
                poses.append(pose)
                trees.append(cKDTree(surface))
                break
        else:
            raise ShapeError(
                f"placement 'random' (seed {seed}): no room for pole {k + 1} of count = {count} "
                f"after {_TRIES_PER_POLE} tries with gap = {gap:g} m; use a larger pitch, a "
                "smaller gap or a smaller count"
            )
    return Layout(tuple(poses), side, side)
