"""Which cubes of a box are joined to larger ones: fine at the surface, coarser away from it.

The box is divided into equal cubes. Level l stands for cubes of 2^l by 2^l by 2^l of them, aligned
with their own size. Two cubes that touch, be it in an edge, differ by one level at most.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Ints

Marks = np.ndarray


def choose_levels(
    fine: Marks, largest: Ints, *, periodic: bool, most: int, growth: float
) -> np.ndarray:
    """The level of the cube that covers each finest cube.

    Args:
        fine: (nx, ny, nz) cubes that must stay as they are.
        largest: (nx, ny, nz) highest level allowed at each cube.
        periodic: whether x and y sides must be divided alike.
        most: highest level anywhere; 2^most divides nx, ny and nz.
        growth: how much the size grows per distance from the fine cubes.
    """
    levels = np.zeros(fine.shape, dtype=np.int8)
    split = fine
    for level in range(1, most + 1):
        # Larger cubes need a ring between, or levels would jump; the smallest need none.
        width = max(int(level > 1), round(0.5 / growth))
        near = grown(split, width, periodic=periodic)
        split = _blocks(near, 2)
        too_large = _blocks(largest < level, 2**level)
        split |= too_large
        if periodic:
            split = _same_on_opposite_sides(split)
        levels[~_spread(split, 2**level)] = level
    return levels


def grown(marks: Marks, width: int, *, periodic: bool) -> Marks:
    """Marked cubes and all that touch them, `width` times."""
    for _ in range(width):
        for axis in range(3):
            wrap = periodic and axis < 2
            padded = np.pad(marks, [(int(k == axis),) * 2 for k in range(3)])
            if wrap:
                padded = np.concatenate(
                    [marks.take([-1], axis), marks, marks.take([0], axis)], axis=axis
                )
            n = marks.shape[axis]
            marks = marks.copy()
            for offset in (0, 2):
                marks |= padded.take(np.arange(offset, offset + n), axis)
    return marks


def _blocks(marks: Marks, size: int) -> Marks:
    """Whether any cube of each block of size^3 is marked."""
    nx, ny, nz = (n // size for n in marks.shape)
    return marks.reshape(nx, size, ny, size, nz, size).any(axis=(1, 3, 5))


def _spread(blocks: Marks, size: int) -> Marks:
    return blocks.repeat(size, 0).repeat(size, 1).repeat(size, 2)


def _same_on_opposite_sides(split: Marks) -> Marks:
    split = split.copy()
    split[0] = split[-1] = split[0] | split[-1]
    split[:, 0] = split[:, -1] = split[:, 0] | split[:, -1]
    return split
