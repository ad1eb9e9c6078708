"""Proper orthogonal decomposition of the states that a few full runs went through.

Snapshots come one at a time and are compressed on the way (a streaming SVD by the method of
snapshots, Sirovich, doi:10.1090/qam/910462), so that memory holds a few dozen of them at most.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BUFFER = 48
"""Snapshots that are gathered before they are compressed."""
ROUND_OFF = 1e-7
"""Singular value, over the largest, below which the method of snapshots sees only rounding."""


class Compression:
    """The principal directions of a stream of vectors.

    Args:
        mass: The inner product: a sparse matrix (n, n), or the diagonal (n,) of one.
        keep: Singular value, over the largest, below which directions are dropped.
    """

    def __init__(self, mass: Any, *, keep: float) -> None:
        self._mass, self._keep = mass, max(keep, ROUND_OFF)
        self._scaled: Array | None = None
        self._buffer: list[Array] = []

    def add(self, vector: Array) -> None:
        """Take one more vector (n,)."""
        self._buffer.append(vector)
        if len(self._buffer) >= BUFFER:
            self._compress()

    @property
    def directions(self) -> tuple[Array, Array]:
        """Orthonormal directions (n, k), and their singular values (k,), falling."""
        self._compress()
        assert self._scaled is not None
        sizes = np.sqrt(np.einsum("nk,nk->k", self._scaled, self.weighted(self._scaled)))
        return self._scaled / sizes, sizes

    def weighted(self, vectors: Array) -> Array:
        """The inner product's matrix times vectors (n, k)."""
        if isinstance(self._mass, np.ndarray):
            return self._mass[:, None] * vectors
        return self._mass @ vectors

    def _compress(self) -> None:
        if not self._buffer:
            return
        new = np.stack(self._buffer, axis=1)
        self._buffer = []
        both = new if self._scaled is None else np.hstack([self._scaled, new])
        values, vectors = np.linalg.eigh(both.T @ self.weighted(both))
        kept = values > self._keep**2 * values[-1]
        self._scaled = both @ vectors[:, kept][:, ::-1]


def basis_of(compression: Compression, *, keep: float, most: int) -> Array:
    """The constant and the directions that matter, orthonormal (n, r).

    The directions are those of fields without a mean, so that the first coefficient of a state
    is its mean, and a test with the constant is the conservation of charge.

    Args:
        compression: Of fields without a mean.
        keep: Singular value, over the largest, below which directions are left out.
        most: Largest r.
    """
    directions, sizes = compression.directions
    count = int((sizes > keep * sizes[0]).sum())
    chosen = directions[:, : min(count, most - 1)]
    factor = np.linalg.cholesky(chosen.T @ compression.weighted(chosen))
    chosen = np.linalg.solve(factor, chosen.T).T
    return np.ascontiguousarray(np.hstack([np.ones((len(chosen), 1)), chosen]))
