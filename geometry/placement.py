"""Where poles stand: square, hexagonal or random, without overlap, inside the box.

Random poles are capsules (their axis, thickened by the radius); each is drawn from the seed and
kept only if its distance to all earlier ones leaves the gap. What cannot be placed is refused
here, before any meshing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import ceil, cos, sqrt
from typing import NamedTuple

import numpy as np

from ..errors import ShapeError
from .arrays import Floats
from .cells import Cells, Foot

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
    place = _Place(side=side, radius=radius, length=length, gap=gap, tilt=tilt)
    placed = _Placed(place.clear + 2 * length * np.sin(tilt), count)
    poses: list[Pose] = []
    drawn = _drawn(seed, place)
    for k in range(count):
        pose = _first_free(drawn, place, placed)
        if pose is None:
            raise ShapeError(
                f"placement 'random' (seed {seed}): no room for pole {k + 1} of count = {count} "
                f"after {_TRIES_PER_POLE} tries, with gap = {gap:g} m and tilt up to "
                f"{np.degrees(tilt):g} degrees; use a larger pitch, a smaller gap, tilt or count"
            )
        placed.add(pose, length)
        poses.append(pose)
    return Layout(tuple(poses), side, side)


class _Place(NamedTuple):
    """What is asked of each pole that is drawn [m, rad]; see `random`."""

    side: float
    radius: float
    length: float
    gap: float
    tilt: float

    @property
    def clear(self) -> float:
        """Least distance between two axes [m]; a leaning foot sticks out of the capsule."""
        return 2 * self.radius / cos(self.tilt) + self.gap


class _Placed:
    """The axes of the poles that stand already, found by their feet."""

    def __init__(self, reach: float, count: int) -> None:
        self._cells = Cells(reach)
        self._starts, self._ends = np.empty((count, 3)), np.empty((count, 3))
        self._count = 0

    def add(self, pose: Pose, length: float) -> None:
        """One more pole."""
        self._starts[self._count], self._ends[self._count] = axis_of(pose, length)
        self._cells.add(Foot(self._count, pose.x, pose.y))
        self._count += 1

    def leave_room(self, pose: Pose, length: float, clear: float) -> bool:
        """Whether the axis of one more pole is at least `clear` [m] from all others."""
        near = self._cells.near(pose.x, pose.y)
        # Axes are no farther apart than their feet: most places are turned away by these alone.
        if any((pose.x - x) ** 2 + (pose.y - y) ** 2 < clear**2 for _, x, y in near):
            return False
        if not near:
            return True
        numbers = [foot.number for foot in near]
        start, end = axis_of(pose, length)
        apart = segment_distance(start, end, self._starts[numbers], self._ends[numbers])
        return bool(apart.min() >= clear)


def _drawn(seed: int, place: _Place) -> Iterator[Pose]:
    """Places, leans and directions without end; drawn in blocks, since single draws are slow."""
    draw = np.random.default_rng(seed)
    scale = [place.side, place.side, *([place.tilt] if place.tilt else []), 2 * np.pi]
    while True:
        for x, y, *lean, azimuth in (draw.random((500, len(scale))) * scale).tolist():
            yield Pose(x, y, lean[0] if lean else 0.0, azimuth)


def _first_free(drawn: Iterator[Pose], place: _Place, placed: _Placed) -> Pose | None:
    for pose in islice(drawn, _TRIES_PER_POLE):
        if _inside(pose, place) and placed.leave_room(pose, place.length, place.clear):
            return pose
    return None


def _inside(pose: Pose, place: _Place) -> bool:
    """Whether a pole keeps half the gap to the walls of the box, at its foot and at its tip."""
    # The foot of a leaning pole is an ellipse, longer by 1/cos(tilt).
    margin = place.radius / cos(pose.tilt) + place.gap / 2
    low, high = margin, place.side - margin
    if not (low <= pose.x <= high and low <= pose.y <= high):
        return False
    if not pose.tilt:
        return True
    _, end = axis_of(pose, place.length)
    return bool(end[:2].min() >= low and end[:2].max() <= high)


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
