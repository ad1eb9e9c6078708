"""Steps that grow from a fine one: levels along a pole or through a film, depths of layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .arrays import Floats, Ints

_FROM_EDGE = 2.0
"""Of a step to the one before, from a sharp edge on."""


def graded(length: float, first: float, largest: float, ratio: float = 1.2) -> Floats:
    """Levels from 0 to `length` with steps growing from about `first` to at most `largest`."""
    steps = [min(first, length)]
    while sum(steps) < length:
        steps.append(min(steps[-1] * ratio, largest))
    levels = np.concatenate([[0.0], np.cumsum(steps)])
    levels *= length / levels[-1]
    levels[-1] = length
    return levels


class Edge(NamedTuple):
    """How fine a mesh is at sharp edges: the first step from there [m], and what refines growth."""

    size: float
    refine: float = 1.0

    def levels(self, length: float, largest: float) -> Floats:
        """From 0 to `length`, in growing steps up to `largest`, or all about as large [m]."""
        if self.size >= min(length, largest):
            return np.linspace(0.0, length, max(1, int(np.ceil(length / largest - 0.1))) + 1)
        ratio = _FROM_EDGE ** (1.0 / self.refine)
        inner = depths(self.size / length, ratio=ratio, largest=largest / length)
        return np.asarray(length * np.append(inner, 1.0))


def apart(levels: Floats, least: float) -> Ints:
    """Which of ascending levels to keep: both ends, and between as many as are `least` apart."""
    chosen = [0]
    for k in range(1, len(levels) - 1):
        if levels[k] - levels[chosen[-1]] >= least and levels[-1] - levels[k] >= least:
            chosen.append(k)
    return np.array([*chosen, len(levels) - 1])


def depths(
    first: float,
    *,
    layers: int | None = None,
    ratio: float = 1.5,
    largest: float = 1.0,
    refine: float = 1.0,
) -> Floats:
    """Relative depths of the copies of a surface, from 0; what is left to 1 is the core.

    Each layer, and then the core, is thicker than the one before by the same factor, until they
    are as thick as `largest`.

    Args:
        first: thickness of the layer at the surface over the half thickness.
        layers: their number, and no largest thickness; by default as few as keep to both limits.
        ratio: the largest factor that is chosen.
        largest: thickness over the half thickness, of layers and core.
        refine: how many times as many layers follow the same grading.
    """
    if layers is None:
        first = min(first, largest)
        count = int(np.ceil(_count(first, ratio, largest) - 1e-9))
        factor = _solve(lambda q: count - _count(first, q, largest), 1.0, ratio)
    else:
        count, largest = layers + 1, np.inf
        factor = _solve(lambda q: _total(first, q, count) - 1.0, 0.0, 1.0 / first)
    parts = count if refine == 1.0 else max(2, round(refine * count))
    levels = _depth(np.arange(parts + 1) * count / parts, first, factor, largest)
    # a first layer that is nearly the largest becomes thinner: whole layers must fill the depth
    return levels[:-1] / levels[-1]


def _depth(at: Floats, first: float, factor: float, largest: float) -> Floats:
    """The depth after `at` layers, whole or not, that grow by `factor` up to `largest`."""
    if abs(factor - 1.0) < 1e-9:
        return first * at
    turn = np.minimum(at, _turn(first, factor, largest))
    grown = first * np.expm1(turn * np.log(factor)) / (factor - 1.0)
    return grown + (at > turn) * (at - turn) * min(largest, 1.0)


def _count(first: float, factor: float, largest: float) -> float:
    """How many such layers, whole or not, reach the depth 1."""
    if factor - 1.0 < 1e-9:
        return 1.0 / first
    turn = _turn(first, factor, largest)
    depth = float(_depth(np.array(turn), first, factor, largest))
    if depth < 1.0:
        return turn + (1.0 - depth) / largest
    return float(np.log1p((factor - 1.0) / first) / np.log(factor))


def _turn(first: float, factor: float, largest: float) -> float:
    """After how many layers that grow they are as thick as they may be."""
    if largest == np.inf or factor < 1.0:
        return np.inf
    # one layer is thinner than the depth grows per layer at its lower end
    slope = first * np.log(factor) / (factor - 1.0)
    return max(0.0, float(np.log(largest / slope) / np.log(factor)))


def _solve(rises: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function is zero, or the end that is nearest to it."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rises(middle) < 0 else (low, middle)
    return high


def _total(first: float, ratio: float, count: int) -> float:
    return float((first * ratio ** np.arange(count)).sum())
