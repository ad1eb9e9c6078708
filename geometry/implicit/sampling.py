"""The lattice that fits a shape's box, and a level set's values on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Ints
from .bcc import Grid
from .cutting import Field
from .octree import choose_levels

# Cubes along an edge of the largest, at least, for an edge of the box.
_FEWEST = 4
_ABOVE = 1.0


def fit_grid(
    size: tuple[float, float, float], headroom: float, *, most: int, periodic: bool
) -> Grid:
    """Cubes of edge one, nearly, whose number lets them be joined `most` times.

    Args:
        size: of the box, in units of the wanted spacing.
        headroom: above it, in the same units.
        most: highest level of the octree.
        periodic: whether x and y sides are to match.
    """
    block = 2**most
    numbers = [_multiple(length, block) for length in size]
    x, y, z = (np.linspace(0.0, length, 2 * n + 1) for length, n in zip(size, numbers, strict=True))
    above = max(1, round(headroom)) if headroom > 0 else 0
    top = np.linspace(size[2], size[2] + headroom, 2 * above + 1)[1:]
    return Grid(x, y, np.concatenate([z, top]), numbers[2], periodic)


def _multiple(length: float, block: int) -> int:
    """The multiple of `block` nearest to `length`, by ratio."""
    low = max(1, int(length // block)) * block
    best = low if length / low < (low + block) / length else low + block
    return max(best, 2)


def levels_that_fit(size: tuple[float, float, float], wanted: int) -> int:
    """How often cubes can be joined without stretching them much."""
    shortest = min(size)
    level = 0
    while level < wanted and shortest >= _FEWEST * 2 ** (level + 1):
        level += 1
    return level


@dataclass(frozen=True)
class Samples:
    """A level set on a grid's corners and centres; above the box there is no solid.

    Attributes:
        corners: (nx+1, ny+1, nz+1).
        centres: (nx, ny, nz).
        floor: number of cubes below the box's top.
    """

    corners: Floats
    centres: Floats
    floor: int

    def at(self, keys: Ints) -> Floats:
        """Values at half steps (n, 3)."""
        result = np.full(len(keys), _ABOVE)
        below = keys[:, 2] <= 2 * self.floor
        odd = (keys[:, 0] % 2 == 1) & below
        even = ~odd & below
        result[even] = self.corners[tuple(keys[even].T // 2)]
        result[odd] = self.centres[tuple(keys[odd].T // 2)]
        return result

    def minus(self, shift: float) -> Samples:
        """The same level set shifted."""
        return Samples(self.corners - shift, self.centres - shift, self.floor)

    @property
    def crossed(self) -> np.ndarray:
        """Cubes below the top that the level set crosses."""
        inside, c = self.corners < 0, self.centres < 0
        n = c.shape
        some, every = c.copy(), c.copy()
        for offset in np.ndindex(2, 2, 2):
            part = inside[tuple(slice(o, o + k) for o, k in zip(offset, n, strict=True))]
            some |= part
            every &= part
        return some & ~every


def sample(grid: Grid, field: Field) -> Samples:
    """Evaluate a level set once at each lattice point of the box."""
    z = grid.z[: 2 * grid.floor + 1]
    corners = _on(grid.x[::2], grid.y[::2], z[::2], field)
    if grid.periodic:
        corners[-1] = corners[0]
        corners[:, -1] = corners[:, 0]
    return Samples(corners, _on(grid.x[1::2], grid.y[1::2], z[1::2], field), grid.floor)


def _on(x: Floats, y: Floats, z: Floats, field: Field) -> Floats:
    """Values on a regular grid, slab after slab to keep memory low."""
    plane = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1)
    return np.stack([field(slab.reshape(-1, 3)).reshape(slab.shape[:2]) for slab in plane])


def octree_levels(
    grid: Grid, samples: list[Samples], *, inside: int, outside: int, most: int, growth: float
) -> np.ndarray:
    """Levels of the grid's cubes: 0 where a level set crosses, and around that.

    Args:
        grid: the cubes.
        samples: the level sets.
        inside: highest level in solid.
        outside: highest level in electrolyte.
        most: highest level for which the cubes were counted.
        growth: of the size over the distance from the surfaces.
    """
    nx, ny, nz = grid.cubes
    padded = -(-nz // 2**most) * 2**most
    fine = np.zeros((nx, ny, padded), dtype=bool)
    fine[:, :, nz:] = True
    solid = samples[0].centres < 0
    for each in samples:
        fine[:, :, : grid.floor] |= each.crossed & (solid | samples[0].crossed)
    if nz > grid.floor:
        fine[:, :, grid.floor - 1] |= solid[:, :, -1]
    largest = np.full(fine.shape, outside)
    largest[:, :, : grid.floor][solid] = inside
    levels = choose_levels(fine, largest, periodic=grid.periodic, most=most, growth=growth)
    return levels[:, :, :nz]
