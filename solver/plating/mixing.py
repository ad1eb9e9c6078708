"""Anderson's mixing: where to go on in turns that converge slowly.

After H. F. Walker, P. Ni, SIAM J. Numer. Anal. 49 (2011) 1715, doi:10.1137/10078356X: of all
combinations of the last points, the one whose gap would be least if gaps were linear.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEPTH = 6
"""Points that are remembered."""


class Mixing:
    """Turns x -> x + gap(x), hastened; arrays must be the same on all ranks."""

    def __init__(self) -> None:
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
        weights = np.linalg.lstsq(gaps, gap)[0]
        return np.asarray(point + gap - (steps + gaps) @ weights)
