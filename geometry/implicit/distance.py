"""From values that change sign at a surface to distances from it, on a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .level_set import Grid, Singles

_NEAR, _FAR = 1.0, 3.0
"""Distances [spacings]: nearer than the first the values alone place the surface, to a part of
the spacing; beyond the second the voxels do."""
_LEAST_SLOPE = 0.3


def redistanced(values: Singles, grid: Grid, *, reach: float) -> Singles:
    """Signed distances [m] from the surface on which the values are zero.

    Args:
        values: Of any scale, of the shape `grid.counts`; smooth near the surface.
        grid: Where they stand.
        reach: Distances up to this are right across periodic sides too [m].
    """
    from scipy import ndimage

    pad = [
        min(int(np.ceil(reach / s)), n) if grid.periodic else 0
        for s, n in zip(grid.spacings[:2], grid.counts[:2], strict=True)
    ]
    around = [(pad[0], pad[0]), (pad[1], pad[1]), (0, 0)]
    inside = np.pad(values < 0, around, mode="wrap")
    far = np.zeros(inside.shape, np.float32)
    if not inside.all():
        far -= ndimage.distance_transform_edt(inside, sampling=grid.spacings).astype(np.float32)
    if inside.any():
        far += ndimage.distance_transform_edt(~inside, sampling=grid.spacings).astype(np.float32)
    nx, ny, _ = grid.counts
    far = far[pad[0] : pad[0] + nx, pad[1] : pad[1] + ny]
    # Between two voxels of different sign the surface is half a spacing away on average.
    far -= np.float32(0.5 * max(grid.spacings)) * np.sign(far)
    return _blended(values, far, grid)


def steepened(values: Singles, grid: Grid) -> Singles:
    """Distances [m] that smoothing made too small next to the surface, set right there."""
    return _blended(values, values, grid)


def _blended(values: Singles, far: Singles, grid: Grid) -> Singles:
    """Next to the surface values over their slope, at some spacings from it another distance."""
    h = max(grid.spacings)
    near = np.clip(values / slopes(values, grid), -_FAR * h, _FAR * h)
    weight = np.clip((np.abs(far) / h - _NEAR) / (_FAR - _NEAR), 0.0, 1.0)
    found: Singles = ((1 - weight) * near + weight * far).astype(np.float32)
    return found


def slopes(values: Singles, grid: Grid) -> Singles:
    """Length of the gradient by central differences, kept away from zero."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="wrap" if grid.periodic else "edge")
    padded = np.pad(padded, ((0, 0), (0, 0), (1, 1)), mode="edge")
    squares = np.zeros(values.shape, np.float32)
    inner = (slice(1, -1),) * 3
    for axis, spacing in enumerate(grid.spacings):
        ahead, behind = list(inner), list(inner)
        ahead[axis], behind[axis] = slice(2, None), slice(None, -2)
        width = np.full(values.shape[axis], 2.0 * spacing, np.float32)
        if axis == 2 or not grid.periodic:
            width[[0, -1]] = spacing
        shape = [-1 if k == axis else 1 for k in range(3)]
        squares += ((padded[tuple(ahead)] - padded[tuple(behind)]) / width.reshape(shape)) ** 2
    length = np.sqrt(squares)
    found: Singles = np.maximum(length, _LEAST_SLOPE * np.quantile(length, 0.9)).astype(np.float32)
    return found


def smoothed(values: Singles, grid: Grid, width: float) -> Singles:
    """The values after a Gaussian filter with the standard deviation `width` [m]."""
    from scipy import ndimage

    sigma = [width / spacing for spacing in grid.spacings]
    found: Singles = ndimage.gaussian_filter(values, sigma, mode=grid.modes("nearest"))
    return found


class Levels:
    """The values below which shares of the box lie.

    Attributes:
        values: sorted.
        below: share of the box below each.
    """

    def __init__(self, values: NDArray[np.floating], weights: NDArray[np.floating]) -> None:
        order = np.argsort(values, axis=None, kind="stable")
        self.values = values.ravel()[order]
        shares = np.broadcast_to(weights, values.shape).ravel()[order]
        self.below = np.cumsum(shares, dtype=np.float64)

    def at(self, share: float) -> float:
        """The value below which a share of the box lies."""
        return float(np.interp(share * self.below[-1], self.below, self.values))


def level_for(values: NDArray[np.floating], weights: NDArray[np.floating], share: float) -> float:
    """The value below which a share of the box lies."""
    return Levels(values, weights).at(share)
