"""Roots of many falling functions at once: Newton's method, kept inside brackets.

What `scipy.optimize.elementwise.find_root` does without slopes takes ten times as long here, where
a good guess is at hand and a law is asked hundreds of times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..model import StageFailure

Array = NDArray[np.float64]

MOST_ITERATIONS = 200
ROUNDING = 4.0 * float(np.finfo(float).eps)


class Value(NamedTuple):
    """Functions at a point.

    Attributes:
        value: (n,) of the functions.
        slope: (n,) negative.
        size: (n,) sum of the magnitudes that make the value, by which its rounding is judged.
    """

    value: Array
    slope: Array
    size: Array


def falling_roots(
    function: Callable[[Array], Value], guess: Array, *, low: Array, high: Array
) -> Array:
    """(n,) roots of functions that are positive at `low`, negative at `high`, and fall between.

    A step that leaves its bracket, or is not half as long as the one before, is a bisection.

    Raises:
        StageFailure: There is none, or it is not a number.
    """
    root, before = np.clip(guess, low, high), high - low
    for _ in range(MOST_ITERATIONS):
        at = function(root)
        low, high = np.where(at.value > 0.0, root, low), np.where(at.value < 0.0, root, high)
        step = -at.value / at.slope
        found = np.abs(step) <= ROUNDING * np.maximum(np.abs(root), 1.0)
        found |= np.abs(at.value) <= ROUNDING * at.size
        if found.all():
            return np.asarray(root + step)
        new = root + step
        trusted = (new > low) & (new < high) & (np.abs(step) < 0.5 * before)
        new = np.where(found, root, np.where(trusted, new, 0.5 * (low + high)))
        before, root = np.where(found, before, np.abs(new - root)), new
    raise StageFailure("the lattice's potential was not found")
