"""The wanted element size everywhere, sampled on a regular grid in Gmsh's squeezed coordinates."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .arrays import Floats
from .sizing import Sizes

_MOST_SAMPLES = 1_500_000


class Sized(Protocol):
    """What the size field needs to know of a shape."""

    @property
    def corners(self) -> Floats: ...

    @property
    def height(self) -> float: ...

    @property
    def thinness(self) -> float: ...

    def skeleton(self) -> Floats:
        """Points (n, 3) inside the poles, `thinness` away from the surface [m]."""
        ...


def size_grid(shape: Sized, sizes: Sizes, squeeze: Floats) -> tuple[Floats, Floats, Floats]:
    """Origin, spacing and values (nx, ny, nz) of the size, in squeezed units.

    The size is `interface` on the surface and grows with distance, to `core` inside and to
    `bulk` outside. The distance is taken from the poles' skeleton, less their half thickness.
    """
    from scipy.spatial import cKDTree

    skeleton = shape.skeleton()
    low = np.minimum(np.append(shape.corners.min(axis=0), 0.0), skeleton.min(axis=0))
    high = np.maximum(np.append(shape.corners.max(axis=0), shape.height), skeleton.max(axis=0))
    step = np.array([1.0, 1.0, sizes.elongation]) * min(sizes.interface, shape.thinness / 2)
    samples = np.prod(np.ceil((high - low) / step) + 3)
    step = step * max(1.0, (samples / _MOST_SAMPLES) ** (1 / 3))
    counts = np.ceil((high - low) / step).astype(int) + 3
    origin = low - step
    axes = [origin[k] + step[k] * np.arange(counts[k]) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    distance, _ = cKDTree(skeleton).query(grid)
    depth = distance - shape.thinness
    wanted = sizes.interface + sizes.growth * np.abs(depth)
    wanted = np.where(depth > 0, np.minimum(wanted, sizes.bulk), np.minimum(wanted, sizes.core))
    values = wanted * squeeze[0]
    return origin * squeeze, step * squeeze, values.reshape(counts)
