"""A mesh cut into one share for each rank, in the order that it has.

DOLFINx's own way finds every cell's neighbours, has SCOTCH partition them and then orders each
part anew, which takes longer than many a solve. Here the cells are halved by planes, again and
again, each the one of nearly equal halves that cuts the fewest cells: between the rows of an
array it cuts none. Inside a share the given order stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SLACK = 0.005
"""By how much of the whole a half may be larger or smaller than asked for."""
SLOTS = 1 << 16
"""Places that a plane may have along an axis; of 16 bits, which numpy sorts fastest."""

Slots = NDArray[np.uint16]


class Share(NamedTuple):
    """What one rank holds: cells, their nodes, and how it is sewn to the others.

    Attributes:
        cells: (k, 4 or 10) nodes of each cell, in the numbers of the whole.
        original: (k,) number of each cell in the whole.
        nodes: (n,) nodes of the cells, ascending.
        points: (n, 3) their coordinates [m].
        vertices: (k, 4) corners of each cell, numbered on this rank: its own first, then ghosts.
        n_own: Number of its own vertices.
        ghosts: (g,) vertices that another rank owns, in the ranks' common numbers.
        owners: (g,) which rank that is.
    """

    cells: NDArray[np.int64]
    original: NDArray[np.int64]
    nodes: NDArray[np.int64]
    points: NDArray[np.float64]
    vertices: NDArray[np.int32]
    n_own: int
    ghosts: NDArray[np.int64]
    owners: NDArray[np.int32]


def cut(cells: NDArray[np.int64], points: NDArray[np.float64], *, parts: int) -> Iterator[Share]:
    """The shares of a mesh, one after another, so that few are in memory at once.

    A vertex of several shares belongs to the first of them.

    Args:
        cells: (m, 4 or 10) nodes of each cell, corners first.
        points: (n, 3) coordinates [m].
        parts: How many shares.
    """
    part = halve_by_planes(cells[:, :4], points, parts=parts)
    owner = np.full(len(points), parts, dtype=np.int32)
    for rank in reversed(range(parts)):
        owner[cells[part == rank, :4]] = rank
    common = np.empty(len(points), dtype=np.int64)
    common[np.argsort(owner, kind="stable")] = np.arange(len(points))
    for rank in range(parts):
        yield _share(cells, points, np.flatnonzero(part == rank), rank, owner, common)


def _share(
    cells: NDArray[np.int64],
    points: NDArray[np.float64],
    mine: NDArray[np.int64],
    rank: int,
    owner: NDArray[np.int32],
    common: NDArray[np.int64],
) -> Share:
    own_cells = cells[mine]
    nodes, corners = (_used(some, len(points)) for some in (own_cells, own_cells[:, :4]))
    foreign = owner[corners] != rank
    ghosts = corners[foreign]
    local = np.empty(len(points), dtype=np.int32)
    local[np.concatenate([corners[~foreign], ghosts])] = np.arange(len(corners), dtype=np.int32)
    return Share(
        cells=own_cells,
        original=mine,
        nodes=nodes,
        points=points[nodes],
        vertices=local[own_cells[:, :4]],
        n_own=len(corners) - len(ghosts),
        ghosts=common[ghosts],
        owners=owner[ghosts],
    )


def _used(cells: NDArray[np.int64], n_nodes: int) -> NDArray[np.int64]:
    used = np.zeros(n_nodes, dtype=bool)
    used[cells] = True
    return np.flatnonzero(used)


def halve_by_planes(
    corners: NDArray[np.int64], points: NDArray[np.float64], *, parts: int
) -> NDArray[np.int32]:
    """(m,) which part each cell belongs to; parts are of equal size but for `SLACK`.

    Args:
        corners: (m, 4) nodes of each cell.
        points: (n, 3) coordinates [m].
        parts: How many.
    """
    part = np.zeros(len(corners), dtype=np.int32)
    if parts > 1:
        low = points.min(axis=0)
        scale = (SLOTS - 1) / np.maximum(np.ptp(points, axis=0), np.finfo(float).tiny)
        spans = [_Span.of(slots[corners]) for slots in ((points - low) * scale).astype(np.uint16).T]
        _halve(spans, np.arange(len(corners)), parts, part)
    return part


class _Span(NamedTuple):
    """From where to where each cell reaches along one axis, and its middle, all (m,)."""

    low: Slots
    middle: Slots
    high: Slots

    @classmethod
    def of(cls, corners: Slots) -> _Span:
        low, high = corners.min(axis=1), corners.max(axis=1)
        return cls(low, low + (high - low) // 2, high)

    def plane(self, mine: NDArray[np.int64], share: float) -> tuple[int, int]:
        """Cells that the best plane cuts, and how many of `mine` have their middle before it."""
        low, middle, high = (
            np.cumsum(np.bincount(of[mine], minlength=SLOTS))
            for of in (self.low, self.middle, self.high)
        )
        wanted, slack = share * len(mine), SLACK * len(mine)
        near = np.flatnonzero(np.abs(middle - wanted) <= slack)
        if near.size == 0:  # cells in layers: the plane's own layer is divided too
            through = int(np.searchsorted(middle, wanted))
            return int((low - high)[through]), round(wanted)
        best = near[np.argmin((low - high)[near])]
        return int((low - high)[best]), int(middle[best])


def _halve(
    spans: list[_Span], mine: NDArray[np.int64], parts: int, part: NDArray[np.int32]
) -> None:
    """Divide some cells among parts, numbered from that which they now have."""
    if parts == 1:
        return
    first = parts // 2
    planes = [span.plane(mine, first / parts) for span in spans]
    axis = min(range(3), key=planes.__getitem__)
    ordered = mine[np.argsort(spans[axis].middle[mine], kind="stable")]
    before, after = np.split(ordered, [planes[axis][1]])
    part[after] += first
    _halve(spans, np.sort(before), first, part)
    _halve(spans, np.sort(after), parts - first, part)
