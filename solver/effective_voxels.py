"""Effective diffusivity of a phase on the voxels of an image, without a mesh.

Finite volumes on the phase's voxels: div grad phi = 0, phi = 1 and 0 on two opposite faces of
the image (half a voxel from the outer centres), no flux elsewhere. It is TauFactor's scheme
(Cooper et al., SoftwareX 5 (2016) 203, doi:10.1016/j.softx.2016.09.002), solved by conjugate
gradients with multigrid.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .effective import Transport, transport_of
from .voxel_multigrid import conductance

Mask = NDArray[np.bool_]
Tell = Callable[[int, float], None]


def effective_transport_of_voxels(
    phase: Mask, axis: int, *, tolerance: float = 1e-4, tell: Tell | None = None
) -> Transport:
    """Effective transport of a phase along one axis, as the voxels are.

    Args:
        phase: Where the phase is, one value per voxel.
        axis: 0, 1 or 2.
        tolerance: Relative, of the diffusivity.
        tell: Called after each iteration with its number and the error that is left.
    """
    through = leading_through(phase, axis)
    fraction = float(phase.mean())
    if not through.any():
        return transport_of("xyz"[axis], 0.0, fraction)
    found = conductance(through, tolerance=tolerance, tell=tell).conductance
    return transport_of("xyz"[axis], found * len(through) / through[0].size, fraction)


def leading_through(phase: Mask, axis: int) -> Mask:
    """The part that reaches from face to face along an axis, which comes first then."""
    from scipy import ndimage

    labels, count = ndimage.label(np.moveaxis(phase, axis, 0))
    through = np.zeros(count + 1, dtype=bool)
    through[np.intersect1d(labels[0], labels[-1])] = True
    through[0] = False
    kept: Mask = through[labels]
    return np.ascontiguousarray(kept)
