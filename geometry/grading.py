"""Steps that grow from a fine one: levels along a pole or through a film, depths of layers."""

from __future__ import annotations

import numpy as np

from .arrays import Floats


def graded(length: float, first: float, largest: float, ratio: float = 1.2) -> Floats:
    """Levels from 0 to `length` with steps growing from about `first` to at most `largest`."""
    steps = [min(first, length)]
    while sum(steps) < length:
        steps.append(min(steps[-1] * ratio, largest))
    levels = np.concatenate([[0.0], np.cumsum(steps)])
    levels *= length / levels[-1]
    levels[-1] = length
    return levels


def depths(
    first: float, *, layers: int | None = None, ratio: float = 1.5, refine: float = 1.0
) -> Floats:
    """Relative depths of the copies of a surface, from 0; what is left to 1 is the core.

    Each layer, and then the core, is thicker than the one before by the same factor.

    Args:
        first: thickness of the layer at the surface over the half thickness.
        layers: their number; by default as few as keep the factor at `ratio` or below.
        ratio: the largest factor that is chosen.
        refine: how many times as many layers follow the same grading.
    """
    if layers is None:
        layers = 1
        while _total(first, ratio, layers + 1) < 1:
            layers += 1
    low, high = 0.0, 1.0 / first
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _total(first, middle, layers + 1) < 1 else (low, middle)
    if refine == 1.0:
        return np.concatenate([[0.0], np.cumsum(first * low ** np.arange(layers))])
    parts = max(2, round(refine * (layers + 1)))
    at = np.arange(parts) * (layers + 1) / parts
    # the factor is 1 where all layers are alike
    return first * (np.expm1(at * np.log(low)) / (low - 1.0) if abs(low - 1.0) > 1e-9 else at)


def _total(first: float, ratio: float, count: int) -> float:
    return float((first * ratio ** np.arange(count)).sum())
