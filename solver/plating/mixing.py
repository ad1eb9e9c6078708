"""Anderson's mixing: where to go on in turns that converge slowly.

After H. F. Walker, P. Ni, SIAM J. Numer. Anal. 49 (2011) 1715, doi:10.1137/10078356X: of all
combinations of the last points, the one whose gap would be least if gaps were linear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]

DEPTH = 6
"""Points that are remembered."""


class Mixing:
    """Turns x -> x + gap(x), hastened.

    Args:
        comm: The ranks over which arrays are spread; None where all have the same.
    """

    def __init__(self, comm: MPI.Comm | None = None) -> None:
        self._comm = comm
        self._points: list[Array] = []
        self._gaps: list[Array] = []

    def onwards(self, point: Array, gap: Array) -> Array:
        """The next point, from one (n,) and its gap (n,)."""
        self._points = [*self._points, point][-DEPTH:]
        self._gaps = [*self._gaps, gap][-DEPTH:]
        if len(self._gaps) == 1:
            return point + gap
        gaps = np.diff(np.column_stack(self._gaps), axis=1)
        steps = np.diff(np.column_stack(self._points), axis=1)
        weights = self._weights(gaps, gap)
        return np.asarray(point + gap - (steps + gaps) @ weights)

    def _weights(self, gaps: Array, gap: Array) -> Array:
        """(k,) of the columns of gaps (n, k) that come nearest to a gap (n,)."""
        if self._comm is None or self._comm.size == 1:
            return np.asarray(np.linalg.lstsq(gaps, gap)[0])
        # each rank's rows count by their triangle alone
        triangle = np.linalg.qr(np.column_stack([gaps, gap]), mode="r")
        stacked = np.vstack(self._comm.allgather(triangle))
        return np.asarray(np.linalg.lstsq(stacked[:, :-1], stacked[:, -1])[0])
