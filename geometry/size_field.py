"""The wanted element size everywhere, sampled on a regular grid in Gmsh's squeezed coordinates."""

from __future__ import annotations

import numpy as np

from .arrays import Floats
from .sizing import Sizes
from .squeeze import Squeeze
from .standing import StandingArray

_MOST_SAMPLES = 1_500_000


def size_grid(
    shape: StandingArray, sizes: Sizes, squeeze: Squeeze
) -> tuple[Floats, Floats, Floats]:
    """Origin, spacing and values (nx, ny, nz) of the size, in squeezed coordinates.

    The size is `interface` on the surface and grows with distance, to `core` inside and to
    `bulk` outside. The distance is taken from the poles' skeleton, less their half thickness;
    outside, the squeezed distance counts where it is shorter.
    """
    from scipy.spatial import cKDTree

    skeleton = shape.skeleton()
    ends = np.vstack([skeleton, np.column_stack([shape.corners, 0 * shape.corners[:, 0]])])
    ends = squeeze.forward(np.vstack([ends, [[*shape.corners[0], shape.height]]]))
    low, high = ends.min(axis=0), ends.max(axis=0)
    step = min(sizes.interface, shape.thinness / 2) / squeeze.unit
    step *= max(1.0, (np.prod(np.ceil((high - low) / step) + 3) / _MOST_SAMPLES) ** (1 / 3))
    counts = np.ceil((high - low) / step).astype(int) + 3
    axes = [low[k] + step * (np.arange(counts[k]) - 1) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    distance, _ = cKDTree(skeleton).query(squeeze.back(grid))
    depth = distance - shape.thinness
    short, _ = cKDTree(squeeze.forward(skeleton)).query(grid)
    free = np.clip(np.minimum(depth, short * squeeze.unit - shape.thinness), 0.0, None)
    outside = np.minimum(sizes.interface + sizes.growth * free, sizes.bulk)
    inside = np.minimum(sizes.interface - sizes.growth * depth, sizes.core)
    values = np.where(depth > 0, outside, inside) / squeeze.unit
    return low - step, np.full(3, step), values.reshape(counts)
