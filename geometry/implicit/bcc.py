"""The body-centred cubic lattice of tetrahedra that fills a box, on cubes of one or more sizes.

Between the centres of two cubes of one size stands the square they share: four tetrahedra around
the line of centres. A square between a small and a large cube, or on a flat face of the box,
is halved instead, and each half joined to the centre on each side [1].

References:
    [1] F. Labelle, J. R. Shewchuk, ACM Trans. Graph. 26 (2007) 57, doi:10.1145/1276377.1276448.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Ints

X_WALL, Y_WALL, Z_WALL = 1, 2, 4
AXES = np.array([X_WALL, Y_WALL, Z_WALL])


class Tets(NamedTuple):
    """Tetrahedra in a box, with what holds their vertices.

    Attributes:
        points: (n, 3).
        cells: (m, 4), positively oriented.
        walls: (n,) bits of the axes along which a vertex may not move.
        masters: (n,) the vertex that stands for it: on x = 0 or y = 0 where sides are periodic.
    """

    points: Floats
    cells: Ints
    walls: Ints
    masters: Ints


@dataclass(frozen=True)
class Grid:
    """Equal cubes (nearly) that fill a box, and on top of it a headroom.

    Places are counted in half cubes, so that corners are even and centres odd.

    Attributes:
        x, y, z: coordinates of the half steps.
        floor: z index (in cubes) of the box's top, which stays flat.
        periodic: whether x and y sides are to match.
    """

    x: Floats
    y: Floats
    z: Floats
    floor: int
    periodic: bool

    @property
    def cubes(self) -> tuple[int, int, int]:
        """Number of cubes along each axis, headroom included."""
        return len(self.x) // 2, len(self.y) // 2, len(self.z) // 2

    def places(self, keys: Ints) -> Floats:
        """Coordinates (n, 3) of half steps (n, 3)."""
        return np.column_stack([self.x[keys[:, 0]], self.y[keys[:, 1]], self.z[keys[:, 2]]])

    def number(self, keys: Ints) -> Ints:
        """One integer per half step (..., 3)."""
        return (keys[..., 0] * len(self.y) + keys[..., 1]) * len(self.z) + keys[..., 2]

    def keys(self, numbers: Ints) -> Ints:
        """Half steps (n, 3) from their integers."""
        return np.column_stack(np.unravel_index(numbers, (len(self.x), len(self.y), len(self.z))))


def fill(grid: Grid, levels: np.ndarray) -> tuple[Tets, Ints]:
    """Tetrahedra on the cubes that `levels` names, and the half steps (n, 3) of their vertices."""
    numbers = np.concatenate([grid.number(k) for k in _tetrahedra(grid, levels)])
    used = np.zeros(len(grid.x) * len(grid.y) * len(grid.z), dtype=bool)
    used[numbers.ravel()] = True
    renumber = np.cumsum(used, dtype=np.int64) - 1
    keys = grid.keys(np.flatnonzero(used))
    cells = renumber[numbers]
    master_keys = keys.copy()
    walls = np.zeros(len(keys), dtype=np.int64)
    for axis, bit in ((0, X_WALL), (1, Y_WALL)):
        end = 2 * grid.cubes[axis]
        walls |= np.where((keys[:, axis] == 0) | (keys[:, axis] == end), bit, 0)
        if grid.periodic:
            master_keys[keys[:, axis] == end, axis] = 0
    walls |= np.where(np.isin(keys[:, 2], (0, 2 * grid.floor, 2 * grid.cubes[2])), Z_WALL, 0)
    points = grid.places(keys)
    return Tets(points, _turned(points, cells), walls, renumber[grid.number(master_keys)]), keys


def _turned(points: Floats, cells: Ints) -> Ints:
    a, b, c = (points[cells[:, k]] - points[cells[:, 0]] for k in (1, 2, 3))
    wrong = np.einsum("ij,ij->i", a, np.cross(b, c)) < 0
    return np.where(wrong[:, None], cells[:, [0, 1, 3, 2]], cells)


def _tetrahedra(grid: Grid, levels: np.ndarray) -> Iterator[Ints]:
    """Half steps (m, 4, 3) of tetrahedra, square after square."""
    corner = np.zeros(tuple(n + 1 for n in levels.shape), dtype=bool)
    leaves = [_leaves(levels, level) for level in range(int(levels.max()) + 1)]
    for level, origins in enumerate(leaves):
        for offset in np.ndindex(2, 2, 2):
            corner[tuple((origins + 2**level * np.array(offset)).T)] = True
    for level, origins in enumerate(leaves):
        for axis in range(3):
            for side in (0, 1):
                yield from _squares(grid, levels, corner, origins, level, axis, side)


def _leaves(levels: np.ndarray, level: int) -> Ints:
    """Lowest cube (k, 3) of each cube of a level."""
    step = 2**level
    return step * np.argwhere(levels[::step, ::step, ::step] == level)


def _squares(
    grid: Grid,
    levels: np.ndarray,
    corner: np.ndarray,
    origins: Ints,
    level: int,
    axis: int,
    side: int,
) -> Iterator[Ints]:
    """Tetrahedra at one side of all cubes of one level."""
    size = 2**level
    unit = np.eye(3, dtype=np.int64)
    across = origins + (size if side else -1) * unit[axis]
    inside = (across[:, axis] >= 0) & (across[:, axis] < levels.shape[axis])
    other = np.full(len(origins), -1)
    other[inside] = levels[tuple(across[inside].T)]
    centre = 2 * origins + size
    start = 2 * origins + 2 * size * side * unit[axis]
    first, second = (unit[k] * 2 * size for k in range(3) if k != axis)
    square = np.stack([start, start + first, start + first + second, start + second], axis=1)
    # The corner at the large cube's face centre: where a small cube of even number ends.
    odd = [origins[:, k] // size % 2 for k in range(3) if k != axis]
    turn = np.select([(odd[0] == 0) & (odd[1] == 0), odd[1] == 0, odd[0] == 1], [2, 3, 0], 1)
    turned = np.take_along_axis(
        square, ((turn[:, None] + np.arange(4)) % 4)[:, :, None].repeat(3, 2), axis=1
    )
    flat = ~inside
    if axis == 2:
        flat |= origins[:, 2] + size * side == grid.floor
    smaller = inside & (other == level + 1)
    block = (across // (2 * size)) * 2 * size
    yield from _halves(turned[smaller], centre[smaller])
    yield from _halves(turned[smaller], 2 * block[smaller] + 2 * size)
    middles = (square + np.roll(square, -1, axis=1)) // 2
    split = np.zeros((len(origins), 4), dtype=bool)
    if level:
        split = corner[tuple((middles // 2).transpose(2, 0, 1))]
    flat &= ~smaller & ~(inside & (other == level - 1))
    plain = flat & ~split.any(axis=1)
    yield from _halves(turned[plain], centre[plain])
    rich = flat & split.any(axis=1)
    hub = square.sum(axis=1) // 4
    yield from _around(square[rich], middles[rich], split[rich], centre[rich], hub[rich])
    if side:
        same = inside & (other == level) & ~flat
        yield from _around(
            square[same],
            middles[same],
            split[same],
            centre[same],
            centre[same] + 2 * size * unit[axis],
        )


def _halves(square: Ints, apex: Ints) -> Iterator[Ints]:
    """The diagonal goes through the square's first corner."""
    yield np.stack([square[:, 0], square[:, 1], square[:, 2], apex], axis=1)
    yield np.stack([square[:, 0], square[:, 2], square[:, 3], apex], axis=1)


def _around(square: Ints, middles: Ints, split: Ints, one: Ints, two: Ints) -> Iterator[Ints]:
    """Tetrahedra between the line one-two and each side of the square, halved where it is split."""
    for k in range(4):
        a, b, m, cut = square[:, k], square[:, (k + 1) % 4], middles[:, k], split[:, k]
        yield np.stack([one, two, a, b], axis=1)[~cut]
        yield np.stack([one, two, a, m], axis=1)[cut]
        yield np.stack([one, two, m, b], axis=1)[cut]
