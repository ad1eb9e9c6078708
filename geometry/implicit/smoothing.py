"""Level sets from labelled voxels: rounded, and as large as the voxels say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..tags import REGIONS
from ..voxels import Mask, Voxels

Singles = NDArray[np.float32]

_AMONG_SOLIDS = ("binder", "additive")

_NEAR, _FAR = 1.0, 3.0
"""Distances from a surface [voxels]: up to the first the smoothed image alone shapes a level
set, beyond the second the distance to the surface alone."""

_SAMPLES = 2_000_000
"""Points at which volumes are compared: 0.02 % of a box that is full of surface."""


@dataclass(frozen=True, eq=False)
class VoxelField:
    """Values at the centres of voxels, with a cubic spline between them.

    Attributes:
        coefficients: of the spline, one per voxel.
        spacing: edge of a voxel [m].
        scale: metres per unit of the values.
        iso: value that is taken off before.
    """

    coefficients: Singles
    spacing: float
    scale: float
    iso: float = 0.0

    def __call__(self, points: Floats) -> Floats:
        """(n,) values at (n, 3) points [m]; outside the box those of its mirror image."""
        from scipy import ndimage

        place = points.T / self.spacing - 0.5
        values = ndimage.map_coordinates(
            self.coefficients, place, order=3, mode="reflect", prefilter=False, output=np.float64
        )
        found: Floats = self.scale * (values - self.iso)
        return found


def level_sets(voxels: Voxels, smoothing: float) -> tuple[tuple[str, VoxelField], ...]:
    """Nested level sets [m]: all solids first, then each further solid among them.

    A phase ends where its smoothed indicator equals the largest of the others; a small shift
    then gives each the volume that its voxels have.

    Args:
        voxels: The image.
        smoothing: Standard deviation of the Gaussian [voxels].
    """
    points = _scattered(voxels)
    solid = _field(voxels, _solid_level(voxels.solid, smoothing))
    solid, inside = _with_share(solid, points, float(voxels.solid.mean()))
    found = [("electrode", solid)]
    points, left = points[inside], int(voxels.solid.sum())
    present = [name for name in ("electrode", *_AMONG_SOLIDS) if name in voxels.regions]
    shares = _smoothed_shares(voxels, present, smoothing)
    for name in _AMONG_SOLIDS:
        if name not in present:
            continue
        others = np.max([shares[other] for other in present if other != name], axis=0)
        level = (0.5 * smoothing * np.sqrt(2 * np.pi)) * (others - shares[name])
        count = int(voxels.phase(name).sum())
        field, inside = _with_share(_field(voxels, level), points, count / left)
        found.append((name, field))
        points, left = points[~inside], left - count
    return tuple(found)


def _solid_level(solid: Mask, smoothing: float) -> Singles:
    """About the distance from the solid's surface [voxels], negative inside."""
    from scipy import ndimage

    near = smoothing * np.sqrt(2 * np.pi) * (0.5 - _smoothed(solid, smoothing))
    inside = near < 0
    far = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    far -= 0.5 * np.sign(far)
    weight = np.clip((np.abs(far) - _NEAR) / (_FAR - _NEAR), 0.0, 1.0)
    return ((1 - weight) * near + weight * far).astype(np.float32)


def _smoothed_shares(voxels: Voxels, solids: list[str], smoothing: float) -> dict[str, Singles]:
    """The smoothed indicator of each solid; pores count as the solid that is nearest.

    Two solids then meet the pore's wall at a right angle, and not along it.
    """
    from scipy import ndimage

    if len(solids) < 2:
        return {}
    nearest = ndimage.distance_transform_edt(
        ~voxels.solid, return_distances=False, return_indices=True
    )
    extended = voxels.tags[tuple(nearest)]
    return {name: _smoothed(extended == REGIONS[name], smoothing) for name in solids}


def _smoothed(mask: Mask, smoothing: float) -> Singles:
    from scipy import ndimage

    found: Singles = ndimage.gaussian_filter(mask.astype(np.float32), smoothing, mode="reflect")
    return found


def _field(voxels: Voxels, level: Singles) -> VoxelField:
    from scipy import ndimage

    coefficients = ndimage.spline_filter(level, order=3, output=np.float32, mode="reflect")
    return VoxelField(coefficients, voxels.spacing, voxels.spacing)


def _with_share(field: VoxelField, points: Floats, share: float) -> tuple[VoxelField, Mask]:
    """The field shifted so that a share of the points lies inside, and which of them do."""
    values = field(points) / field.scale
    iso = float(np.quantile(values, share))
    return VoxelField(field.coefficients, field.spacing, field.scale, iso), values < iso


def _scattered(voxels: Voxels) -> Floats:
    """Points [m], as many in each voxel as in every other (or, in a large image, in each n-th)."""
    random = np.random.default_rng(0)
    shape, count = voxels.tags.shape, voxels.tags.size
    voxel = np.arange(0, count, max(1, count // _SAMPLES))
    voxel = np.tile(voxel, max(1, _SAMPLES // count))
    place = np.column_stack(np.unravel_index(voxel, shape)) + random.random((len(voxel), 3))
    return voxels.spacing * place
