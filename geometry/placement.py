"""Where poles stand: square, hexagonal or random, without overlap, inside the box.

Random poles are capsules (their axis, thickened by the radius); each is drawn from the seed and
kept only if its distance to all earlier ones leaves the gap. What cannot be placed is refused
here, before any meshing.
"""

from __future__ import annotations

from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from ..errors import ShapeError
from .arrays import Floats

PLACEMENTS = ("square", "hexagonal", "random")
_TRIES_PER_POLE = 3000


class Pose(NamedTuple):
    """One pole: where its axis meets the collector [m], its lean and its direction [rad]."""

    x: float
    y: float
    tilt: float
    azimuth: float


class Layout(NamedTuple):
    """All poles of an array and the box [0, width] x [0, depth] on the collector [m]."""

    poses: tuple[Pose, ...]
    width: float
    depth: float


def rows_of(count: int) -> list[int]:
    """How many poles stand in each row of a near-square grid.

    A count that fills a rectangle no longer than twice its width does so (20 = 4 rows of 5);
    any other count is spread over ceil(sqrt(count)) columns in rows that differ by at most one
    (7 = 3 + 2 + 2).
    """
    for rows in range(int(sqrt(count)), 0, -1):
        if count % rows == 0 and count // rows <= 2 * rows:
            return [count // rows] * rows
    rows = ceil(count / ceil(sqrt(count)))
    return [count // rows + (1 if k < count % rows else 0) for k in range(rows)]


def square(count: int, pitch: tuple[float, float]) -> Layout:
    """Rows of poles; those of a shorter row spread evenly over the width."""
    rows = rows_of(count)
    width, depth = max(rows) * pitch[0], len(rows) * pitch[1]
    poses = [
        Pose((i + 0.5) * width / n, (k + 0.5) * pitch[1], 0.0, 0.0)
        for k, n in enumerate(rows)
        for i in range(n)
    ]
    return Layout(tuple(poses), width, depth)


def hexagonal(count: int, pitch: float) -> Layout:
    """Rows sqrt(3)/2 pitch apart, every second one shifted by half a pitch."""
    rows = rows_of(count)
    step = pitch * sqrt(3) / 2
    width = (max(rows) + (0.5 if len(rows) > 1 else 0.0)) * pitch
    poses = [
        Pose((i + 0.5 + 0.5 * (k % 2)) * pitch, pitch / 2 + k * step, 0.0, 0.0)
        for k, n in enumerate(rows)
        for i in range(n)
    ]
    return Layout(tuple(poses), width, pitch + (len(rows) - 1) * step)


def leaning(layout: Layout, *, tilt: float, reach: float) -> Layout:
    """All poles of a regular layout lean by `tilt` towards +y; the box grows by their `reach`."""
    poses = tuple(pose._replace(tilt=tilt) for pose in layout.poses)
    return Layout(poses, layout.width, layout.depth + reach)


def random(
    count: int, side: float, *, radius: float, length: float, gap: float, tilt: float, seed: int
) -> Layout:
    """Draw poles one after another in a square box, each at least `gap` from all others.

    Args:
        side: length of the box's sides [m].
        radius: of the capsule around each pole's axis [m].
        tilt: largest lean; each pole draws its own, and its direction [rad].

    Raises:
        ShapeError: if a pole finds no place.
    """
    draw = np.random.default_rng(seed)
    starts, ends = np.empty((count, 3)), np.empty((count, 3))
    poses: list[Pose] = []
    for k in range(count):
        pose = _draw_free(draw, starts[:k], ends[:k], side, radius, length, gap, tilt)
        if pose is None:
            raise ShapeError(
                f"placement 'random' (seed {seed}): no room for pole {k + 1} of count = {count} "
                f"after {_TRIES_PER_POLE} tries, with gap = {gap:g} m and tilt up to "
                f"{np.degrees(tilt):g} degrees; use a larger pitch, a smaller gap, tilt or count"
            )
        starts[k], ends[k] = axis_of(pose, length)
        poses.append(pose)
    return Layout(tuple(poses), side, side)


def _draw_free(
    draw: np.random.Generator,
    starts: Floats,
    ends: Floats,
    side: float,
    radius: float,
    length: float,
    gap: float,
    tilt: float,
) -> Pose | None:
    for _ in range(_TRIES_PER_POLE):
        x, y = draw.uniform(0, side, 2)
        pose = Pose(x, y, draw.uniform(0, tilt) if tilt else 0.0, draw.uniform(0, 2 * np.pi))
        start, end = axis_of(pose, length)
        # The foot of a leaning pole is an ellipse, longer by 1/cos(tilt).
        margin = radius / np.cos(pose.tilt) + gap / 2
        both = np.array([start[:2], end[:2]])
        if both.min() < margin or both.max() > side - margin:
            continue
        # A rim at the foot sticks out of the capsule by the ellipse's excess.
        excess = radius * (1 / np.cos(tilt) - 1)
        clear = 2 * radius + gap + 2 * excess
        if not len(starts) or segment_distance(start, end, starts, ends).min() >= clear:
            return pose
    return None


def axis_of(pose: Pose, length: float) -> tuple[Floats, Floats]:
    """Both ends of a pole's axis [m]; an untwisted pole leans towards azimuth + 90 degrees."""
    start = np.array([pose.x, pose.y, 0.0])
    lean = np.sin(pose.tilt) * np.array([-np.sin(pose.azimuth), np.cos(pose.azimuth), 0.0])
    return start, start + length * (lean + np.array([0, 0, np.cos(pose.tilt)]))


def segment_distance(start: Floats, end: Floats, starts: Floats, ends: Floats) -> Floats:
    """Least distance [m] from one segment to each of many, (n,)."""
    d1, d2, r = end - start, ends - starts, start - starts
    a, e = d1 @ d1, np.einsum("ij,ij->i", d2, d2)
    b, c, f = d2 @ d1, r @ d1, np.einsum("ij,ij->i", d2, r)
    denominator = a * e - b * b
    safe = np.where(denominator > 1e-12 * a * e, denominator, 1.0)
    s = np.where(denominator > 1e-12 * a * e, np.clip((b * f - c * e) / safe, 0, 1), 0.0)
    t = np.clip((b * s + f) / e, 0, 1)
    s = np.clip((b * t - c) / a, 0, 1)
    t = np.clip((b * s + f) / e, 0, 1)
    apart = r + s[:, None] * d1 - t[:, None] * d2
    return np.linalg.norm(apart, axis=1)
