"""The triangulated side of a pole: rings of nodes on its analytic surface, zipped together.

The same rings serve every pole of an array, so the topology is made once and the nodes are
evaluated pole by pole.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .arrays import Floats, Ints
from .grading import Edge
from .section import Rectangle
from .sweep import Sweep


@dataclass(frozen=True)
class Lattice:
    """Nodes and triangles of a pole's side in the parameters (u, t).

    Attributes:
        u: (n,) place around the pole; nan at the apex of a tip.
        t: (n,) relative height: 0 on the collector, 1 where the tip begins, 2 in its middle.
        triangles: (m, 3), normals out of the pole.
        base: the ring on the collector, in order.
        cap: the ring around an open flat tip, in order; empty if the tip is rounded or closed.
        left: with a part of a section, the nodes on its first plane from base to end.
        right: the same on its last plane.
    """

    u: Floats
    t: Floats
    triangles: Ints
    base: Ints
    cap: Ints
    left: Ints
    right: Ints

    def points(self, sweep: Sweep) -> Floats:
        """Nodes (n, 3) on the surface of `sweep` [m]."""
        return sweep.point(np.nan_to_num(self.u), self.t)


def make_lattice(
    sweep: Sweep,
    levels: Floats,
    *,
    around: float,
    edge: Edge | None = None,
    closed: bool = False,
) -> Lattice:
    """Rings with nodes about `around` apart [m].

    Args:
        sweep: the pole.
        levels: axis lengths of the rings, from 0 to where the tip begins [m].
        around: distance of a ring's nodes [m].
        edge: the same at sharp edges, by default no other.
        closed: whether a flat tip is triangulated too, as a rounded one always is.
    """
    section, whole = sweep.section, sweep.section.part == 1
    rings = [
        (section.nodes(around, bool(k % 2), edge=edge), float(s / sweep.shaft))
        for k, s in enumerate(levels)
    ]
    tip = bool(sweep.tip_radius) or closed
    if tip:
        rings += _tip_rings(sweep, rings[-1][0], len(levels), around, edge)
    starts = np.cumsum([0] + [len(u) for u, _ in rings])
    ids = [np.arange(a, b) for a, b in pairwise(starts)]
    u = np.concatenate([ring for ring, _ in rings])
    t = np.concatenate([np.full(len(ring), height) for ring, height in rings])
    triangles = [
        _zip(u[lower], u[upper], lower, upper, whole, parity=k)
        for k, (lower, upper) in enumerate(pairwise(ids))
    ]
    if tip:
        last = u[ids[-1]]
        middle, seats = np.unique(section.middle(last, last, 0.0), return_inverse=True)
        seats = seats + len(u)
        closing = _zip(u[ids[-1]], u[ids[-1]], ids[-1], seats, whole, parity=len(ids))
        triangles.append(closing[(np.diff(np.sort(closing, axis=1), axis=1) > 0).all(axis=1)])
        u, t = np.concatenate([u, middle]), np.concatenate([t, np.full(len(middle), 2.0)])
        ids.append(seats)
    return Lattice(
        u=u,
        t=t,
        triangles=np.vstack(triangles),
        base=ids[0],
        cap=np.empty(0, dtype=int) if tip else ids[-1],
        left=np.array([ring[0] for ring in ids]),
        right=np.array([ring[-1] for ring in ids]),
    )


def even_levels(sweep: Sweep, *, around: float, along: float, fine_from: float) -> Floats:
    """Levels about `along` apart up to the axis length `fine_from`, then about `around` [m]."""
    low, high = _even(0.0, fine_from, along), _even(fine_from, sweep.shaft, around)
    return np.concatenate([low, high, [sweep.shaft]])


def _even(low: float, high: float, step: float) -> Floats:
    """Levels from `low` up to but not at `high`, evenly about `step` apart; none if low = high."""
    if high <= low:
        return np.empty(0)
    return np.linspace(low, high, max(1, round((high - low) / step)), endpoint=False)


def _tip_rings(
    sweep: Sweep, last: Floats, index: int, around: float, edge: Edge | None
) -> list[tuple[Floats, float]]:
    """Rings of a tip, with fewer nodes towards its middle."""
    if isinstance(sweep.section, Rectangle):
        return _rectangular_rings(sweep.section, around, edge)
    return _round_rings(sweep, last, index)


def _rectangular_rings(
    section: Rectangle, around: float, edge: Edge | None
) -> list[tuple[Floats, float]]:
    """Rings around the middle line, which draw the short sides closer."""
    half = section.half_thickness
    inwards = (edge or Edge(around)).levels(half, around) / half
    return [
        (section.nodes(around, odd=False, edge=edge, narrowed=float(1 - up)), float(1 + up))
        for up in inwards[1:-1]
    ]


def _round_rings(sweep: Sweep, last: Floats, index: int) -> list[tuple[Floats, float]]:
    """Rings of a hemisphere or a disc."""
    part = sweep.section.part
    whole = part == 1
    n = len(last) if whole else len(last) - 1
    around = round(n / part)
    steps = max(3, round(around / 4)) if sweep.tip_radius else max(2, round(around / 6))
    if around >= 12:
        steps = max(3, steps)
    rings = []
    for k in range(1, steps):
        count = n
        size = np.cos(np.pi / 2 * k / steps) if sweep.tip_radius else 1 - k / steps
        for divisor, below in ((2, 0.78), (4, 0.3)):
            if size < below:
                count = max(min(n, 8) if whole else 1, -(-n // divisor))
        if whole:
            shift = 0.5 * ((index + k - 1) % 2) if count == n else 0.0
            u = (np.arange(count) + shift) / count
        else:
            u = np.linspace(0, part, count + 1)
        rings.append((u, 1 + k / steps))
    return rings


def _zip(u_low: Floats, u_up: Floats, low: Ints, up: Ints, closed: bool, *, parity: int) -> Ints:
    """Triangles between two rings of any lengths, advancing on whichever lags behind.

    Where neither does, diagonals alternate: their errors on a twisted side then cancel.
    """
    if closed:
        u_low, u_up = np.append(u_low, u_low[0] + 1), np.append(u_up, u_up[0] + 1)
        low, up = np.append(low, low[0]), np.append(up, up[0])
    triangles, i, j = [], 0, 0
    while i < len(low) - 1 or j < len(up) - 1:
        if j == len(up) - 1:
            lower_first = True
        elif i == len(low) - 1:
            lower_first = False
        else:
            lag = u_low[i] + u_low[i + 1] - u_up[j] - u_up[j + 1]
            lower_first = (i + parity) % 2 == 0 if abs(lag) < 1e-12 else lag < 0
        if lower_first:
            triangles.append((low[i], low[i + 1], up[j]))
            i += 1
        else:
            triangles.append((low[i], up[j + 1], up[j]))
            j += 1
    return np.array(triangles)


def enclosed(sweep: Sweep, lattice: Lattice) -> float:
    """Volume inside the triangulated side of a pole [m3]; an open flat tip is closed first."""
    points, triangles = lattice.points(sweep), lattice.triangles
    if len(lattice.cap):
        centre = sweep.frame(np.array([sweep.length]))[0]
        ring = lattice.cap
        ends = np.roll(ring, -1) if sweep.section.part == 1 else ring[1:]
        fan = [(a, b, len(points)) for a, b in zip(ring, ends, strict=sweep.section.part == 1)]
        points, triangles = np.vstack([points, centre]), np.vstack([triangles, fan])
    return volume_above(points, triangles)


def volume_above(points: Floats, triangles: Ints) -> float:
    """Volume between outward triangles and the collector [m3].

    The collector and the symmetry planes add nothing to the integral of z n_z.
    """
    x = points[triangles]
    normal = np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]) / 2
    return float((normal[:, 2] * x[:, :, 2].mean(axis=1)).sum())


def inflation(pole: Sweep, lattice: Lattice) -> float:
    """How far curved pieces are pushed outwards so that the chords keep the volume."""
    upright = Sweep(pole.section, pole.length, pole.tip_radius, twist=pole.twist, bend=pole.bend)
    wanted = pole.section.part * upright.volume
    at, values = [1.0, 1.02], [enclosed(upright, lattice) / wanted - 1]
    for _ in range(4):
        values.append(enclosed(upright.inflated(at[-1]), lattice) / wanted - 1)
        if abs(values[-1] - values[-2]) < 1e-12:
            return 1.0 if abs(values[0] - values[-1]) < 1e-12 else at[-1]
        slope = (values[-1] - values[-2]) / (at[-1] - at[-2])
        at.append(at[-1] - values[-1] / slope)
    return at[-1]
