"""Effective diffusivity of a phase on the voxels of an image, without a mesh.

Finite volumes on the phase's voxels: div grad phi = 0, phi = 1 and 0 on two opposite faces of
the image (half a voxel from the outer centres), no flux elsewhere. It is TauFactor's scheme
(Cooper et al., SoftwareX 5 (2016) 203, doi:10.1016/j.softx.2016.09.002), solved by conjugate
gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc
from .effective import Transport, transport_of
from .laplace import solve_laplace

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Mask = NDArray[np.bool_]


def effective_transport_of_voxels(
    phase: Mask, axis: int, *, spacing: float = 1.0, tolerance: float = 1e-5
) -> Transport:
    """Effective transport of a phase along one axis.

    Args:
        phase: Where the phase is, one value per voxel.
        axis: 0, 1 or 2.
        spacing: Edge of a voxel [m]; the ratios do not depend on it.
        tolerance: Relative, of the linear solve.
    """
    from mpi4py import MPI

    open_to = np.moveaxis(_through(phase, axis), axis, 0)
    fraction, length = float(phase.mean()), spacing * phase.shape[axis]
    if not open_to.any():
        return transport_of("xyz"[axis], 0.0, fraction)
    matrix, right, ends = _laplacian(open_to)
    assembled = PETSc.Mat().createAIJ(
        size=matrix.shape, csr=(matrix.indptr, matrix.indices, matrix.data), comm=MPI.COMM_SELF
    )
    phi = solve_laplace(assembled, right, comm=MPI.COMM_SELF, tolerance=tolerance)
    assembled.destroy()
    # what enters at phi = 1 leaves at phi = 0; a half voxel conducts twice a whole one
    into, out = 2.0 * (1.0 - phi[ends[0]]).sum(), 2.0 * phi[ends[1]].sum()
    flux = 0.5 * float(into + out) * spacing
    area = spacing**2 * open_to[0].size
    return transport_of("xyz"[axis], flux * length / area, fraction)


def _through(phase: Mask, axis: int) -> Mask:
    """The part of the phase that reaches from face to face: elsewhere nothing flows."""
    from scipy import ndimage

    labels, _ = ndimage.label(phase)
    low, high = (np.unique(labels.take(end, axis)) for end in (0, -1))
    return np.isin(labels, np.setdiff1d(np.intersect1d(low, high), [0]))


def _laplacian(phase: Mask) -> tuple[csr_array, NDArray, tuple[NDArray, NDArray]]:
    """Matrix and right-hand side of the unknowns, and those at the first and the last face."""
    from scipy.sparse import coo_array, dia_array

    number = np.full(phase.shape, -1, dtype=np.int32)
    count = int(phase.sum())
    number[phase] = np.arange(count, dtype=np.int32)
    pairs = []
    for axis in range(3):
        one = np.delete(np.arange(phase.shape[axis]), -1)
        both = phase.take(one, axis) & phase.take(one + 1, axis)
        pairs.append(np.stack([number.take(one, axis)[both], number.take(one + 1, axis)[both]]))
    i, j = np.concatenate(pairs, axis=1)
    ends = number[0][phase[0]], number[-1][phase[-1]]
    diagonal = np.bincount(i, minlength=count) + np.bincount(j, minlength=count).astype(float)
    right = np.zeros(count)
    right[ends[0]] = 2.0
    for end in ends:
        diagonal[end] += 2.0
    off = coo_array((np.full(len(i), -1.0), (i, j)), shape=(count, count))
    matrix = (off + off.T + dia_array((diagonal[None], [0]), shape=(count, count))).tocsr()
    matrix.sort_indices()
    return matrix, right, ends
