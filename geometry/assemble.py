"""Poles and box put together as entities of a Gmsh model.

A pole's side is a discrete surface; its base, its flat tip and the box are planes bounded by the
rims of the sides. Returned are the volumes that are electrode; what is left is electrolyte.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .arrays import Floats, Ints
from .lattice import Lattice
from .session import GmshModel
from .squeeze import Squeeze
from .standing import StandingArray


def assemble_array(
    model: GmshModel,
    shape: StandingArray,
    lattice: Lattice,
    poles: Sequence[Floats],
    squeeze: Squeeze,
    *,
    hollow: bool,
) -> list[int]:
    """Whole poles, given by their nodes in squeezed coordinates, and the box around them.

    Of hollow poles, whose lattice is closed at the top, only the box is to be meshed.
    """
    volumes, shell, holes = [], [], []
    for x in poles:
        side, rims = _whole_side(model, lattice, x)
        caps = [model.plane([rim]) for rim in rims[1:]]
        if not hollow:
            volumes.append(model.volume([side, model.plane(rims[:1]), *caps]))
        shell += [side, *caps]
        holes.append(rims[:1])
    if shape.headroom is not None:
        _box(model, shape, shell, holes, squeeze)
    return volumes


def _whole_side(model: GmshModel, lattice: Lattice, x: Floats) -> tuple[int, list[int]]:
    """The side of a pole and its rims: on the collector, and around a flat tip."""
    ids, rims = model.nodes(x), []
    for ring in (lattice.base, lattice.cap):
        if len(ring):
            start = model.discrete_point(int(ids[ring[0]]), x[ring[0]])
            closed = np.append(ring, ring[0])
            rims.append(model.discrete_curve(ids[closed], x[closed], (start, start)))
    inner = np.setdiff1d(np.arange(len(x)), np.concatenate([lattice.base, lattice.cap]))
    return model.discrete_surface(ids[lattice.triangles], ids[inner], x[inner], rims), rims


def _box(
    model: GmshModel,
    shape: StandingArray,
    shell: list[int],
    holes: list[list[int]],
    squeeze: Squeeze,
) -> None:
    """The electrolyte: a box around the poles' sides."""
    n = len(shape.corners)
    floor = np.column_stack([shape.corners, np.zeros(n)])
    low = [model.point(x) for x in squeeze.forward(floor)]
    high = [model.point(x) for x in squeeze.forward(floor + np.array([0, 0, shape.height]))]
    bottom = [model.line(low[k], low[(k + 1) % n]) for k in range(n)]
    top = [model.line(high[k], high[(k + 1) % n]) for k in range(n)]
    posts = [model.line(low[k], high[k]) for k in range(n)]
    planes = [model.plane(bottom, holes), model.plane(top)]
    planes += [model.plane([bottom[k], posts[(k + 1) % n], -top[k], -posts[k]]) for k in range(n)]
    model.volume(planes + shell)


def assemble_cell(
    model: GmshModel,
    shape: StandingArray,
    lattice: Lattice,
    x: Floats,
    squeeze: Squeeze,
    *,
    hollow: bool,
) -> list[int]:
    """One pole cut by two planes through its axis, and the electrolyte beside it.

    The axis is the first of the shape's corners; the cutting planes run along its outline's
    first and last side.
    """
    ids, flat = model.nodes(x), len(lattice.cap) > 0
    ends = dict.fromkeys([lattice.left[0], lattice.right[0], lattice.left[-1], lattice.right[-1]])
    point = {node: model.discrete_point(int(ids[node]), x[node]) for node in ends}

    def curve(nodes: Ints) -> int:
        return model.discrete_curve(ids[nodes], x[nodes], (point[nodes[0]], point[nodes[-1]]))

    arc, profiles = curve(lattice.base), [curve(lattice.left), curve(lattice.right)]
    rim = [curve(lattice.cap)] if flat else []
    on_curves = np.concatenate([lattice.base, lattice.left, lattice.right, lattice.cap])
    inner = np.setdiff1d(np.arange(len(x)), on_curves)
    side = model.discrete_surface(
        ids[lattice.triangles], ids[inner], x[inner], [arc, *profiles, *rim]
    )
    tip = squeeze.forward(np.array([[0, 0, shape.length]]))[0]
    apex = model.point(tip) if flat else point[lattice.left[-1]]
    brims = [
        [model.line(apex, point[p[-1]])] if flat else [] for p in (lattice.left, lattice.right)
    ]
    caps = [model.plane([*brims[0], *rim, *brims[1]])] if flat else []
    rims = [[profiles[k], *brims[k]] for k in (0, 1)]
    starts = [point[lattice.left[0]], point[lattice.right[0]]]
    volumes = []
    if not hollow:
        origin = model.point(np.zeros(3))
        axis = model.line(origin, apex)
        feet = [model.line(origin, start) for start in starts]
        cuts = [model.plane([axis, feet[k], *rims[k]]) for k in (0, 1)]
        volumes.append(model.volume([side, model.plane([*feet, arc]), *cuts, *caps]))
    if shape.headroom is not None:
        _wedge(model, shape, [side, *caps], (arc, rims, starts, apex), squeeze)
    return volumes


def _wedge(
    model: GmshModel,
    shape: StandingArray,
    shell: list[int],
    pole: tuple[int, list[list[int]], list[int], int],
    squeeze: Squeeze,
) -> None:
    """The electrolyte of a symmetry cell.

    `pole` holds what it shares with the pole's cut: the foot's arc, the curves of the profile in
    each cutting plane, where these begin on the collector, and the top of the axis.
    """
    arc, rims, starts, apex = pole
    floor = np.column_stack([shape.corners, np.zeros(len(shape.corners))])
    low = [model.point(x) for x in squeeze.forward(floor[1:])]
    high = [model.point(x) for x in squeeze.forward(floor + np.array([0, 0, shape.height]))]
    post = [model.line(a, b) for a, b in zip(low, high[1:], strict=True)]
    bottom = [model.line(a, b) for a, b in pairwise(low)]
    top = [model.line(a, b) for a, b in zip(high, high[1:] + high[:1], strict=True)]
    outer = [model.line(starts[0], low[0]), model.line(starts[1], low[-1])]
    mast = model.line(apex, high[0])
    planes = [
        model.plane([arc, *outer, *bottom]),
        model.plane(top),
        model.plane([outer[0], post[0], top[0], mast, *rims[0]]),
        model.plane([outer[1], post[-1], top[-1], mast, *rims[1]]),
    ]
    planes += [
        model.plane([bottom[k], post[k + 1], top[k + 1], post[k]]) for k in range(len(bottom))
    ]
    model.volume(planes + shell)
