"""The shape of an open-circuit potential: where it rises, where it stands at a given value.

A potential of one phase falls with x everywhere. One that rises somewhere is a regular solution,
noise of a measurement, or a table over something else than x; each of these is told apart here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .guard import Guarded
from .laws import Constant, Formula, Law, Table

Array = npt.NDArray[np.float64]

FLAT = 1e-9
"""Differences of potential that are none [V]."""
SMALLEST_RISE = 1e-3
"""Rises that are worth a word [V]."""
NOISE = 5
"""Separate rises from which on a table is noisy: no material is known to have so many."""
_SAMPLES = 4001
_BISECTIONS = 60


class Span(NamedTuple):
    """Stoichiometries that share a potential: a point, or from one end of a plateau to the other.

    Attributes:
        low, high: Its ends, equal for a point.
        falls: Whether the potential falls through it.
    """

    low: float
    high: float
    falls: bool


class Rise(NamedTuple):
    """A stretch over which a potential rises.

    Attributes:
        low, high: Its ends in x.
        height: By how much [V].
    """

    low: float
    high: float
    height: float


def plain(law: Law) -> Law:
    """A law without the guard at its ends."""
    return law.law if isinstance(law, Guarded) else law


def rises(law: Law, low: float, high: float) -> list[Rise]:
    """The stretches of [low, high] over which a potential rises, by more than rounding."""
    x, value = _profile(law, low, high)
    step = np.diff(value)
    found = (
        Rise(float(x[a]), float(x[b + 1]), float(value[b + 1] - value[a]))
        for a, b in _runs(step > 0.0)
    )
    return [rise for rise in found if rise.height > FLAT]


def range_of(law: Law, low: float, high: float) -> tuple[float, float]:
    """The lowest and the highest potential on [low, high] [V]."""
    value = _profile(law, low, high).value
    return float(value.min()), float(value.max())


def rises_throughout(law: Law, low: float, high: float) -> bool:
    """Whether a potential climbs from one end to the other, but for small dips or noise."""
    value = _profile(law, low, high).value
    climb = float(value[-1] - value[0])
    dip = float((np.maximum.accumulate(value) - value).max())
    if climb <= FLAT or dip <= 0.05 * climb:
        return climb > FLAT
    return len(rises(law, low, high)) >= NOISE and _misfit(value, rising=True) < _misfit(value)


def _misfit(value: Array, *, rising: bool = False) -> float:
    """Distance of some values from the nearest that only fall, or only rise (sum of squares)."""
    from scipy.optimize import isotonic_regression

    return float(((isotonic_regression(value, increasing=rising).x - value) ** 2).sum())


def spans_at(law: Law, voltage: float, low: float, high: float) -> list[Span]:
    """All stoichiometries of [low, high] at which a potential has a value, rising."""
    x, value = _profile(law, low, high)
    excess = value - voltage
    excess[np.abs(excess) <= FLAT] = 0.0
    found = []
    for a, b in _runs(excess == 0.0):
        before, after = excess[max(a - 1, 0)], excess[min(b + 1, len(x) - 1)]
        falls = bool(before >= 0.0 >= after)
        found.append(Span(float(x[a]), float(x[b]), falls))
    crossed = np.flatnonzero(excess[:-1] * excess[1:] < 0.0)
    for place, root in zip(crossed, _bisect(law, voltage, x, crossed), strict=True):
        found.append(Span(float(root), float(root), bool(excess[place] > 0.0)))
    return sorted(found)


def smoothed(table: Table) -> Table:
    """A noisy table as a falling one.

    Isotonic regression (the pool-adjacent-violators algorithm) finds the nearest values that never
    rise; each pool of points that it levels then becomes one point, in its middle. Where a table
    falls by more than its noise from point to point, it stays as it was.
    """
    from scipy.optimize import isotonic_regression

    x, value = np.array(table.x), np.array(table.value)
    levels = isotonic_regression(value, increasing=False)
    first, last = levels.blocks[:-1], levels.blocks[1:] - 1
    middle, level = 0.5 * (x[first] + x[last]), levels.x[first]
    if len(middle) < 2:
        return table
    middle[0], middle[-1] = x[0], x[-1]
    return replace(table, x=tuple(map(float, middle)), value=tuple(map(float, level)))


class Cleaned(NamedTuple):
    """A potential as it was read, and what is to be said of it.

    Attributes:
        law: The same law, or a noisy table as a falling one.
        remarks: What was done to it.
    """

    law: Constant | Formula | Table
    remarks: tuple[str, ...] = ()


def without_noise(law: Constant | Formula | Table) -> Cleaned:
    """Take the noise out of a potential's table, where there is any."""
    if not isinstance(law, Table):
        return Cleaned(law)
    found = rises(law, law.x[0], law.x[-1])
    if len(found) < NOISE or rises_throughout(law, law.x[0], law.x[-1]):
        return Cleaned(law)
    falling = smoothed(law)
    away = float(np.sqrt(np.mean((falling(np.array(law.x)) - np.array(law.value)) ** 2)))
    most = max(rise.height for rise in found)
    return Cleaned(
        falling,
        (
            f"the table of its ocp is noisy, rising at {len(found)} places by up to "
            f"{1e3 * most:.2g} mV; taken is the nearest potential that falls, {1e3 * away:.2g} mV "
            "from the points (root mean square)",
        ),
    )


class _Profile(NamedTuple):
    """A potential at rising x, between which it is monotone [V]."""

    x: Array
    value: Array


def _profile(law: Law, low: float, high: float) -> _Profile:
    try:
        return _kept_profile(law, low, high)  # type: ignore[arg-type]
    except TypeError:  # a law of the user's own that has no hash
        return _make_profile(law, low, high)


def _make_profile(law: Law, low: float, high: float) -> _Profile:
    x = _nodes(law, low, high)
    return _Profile(x, law(x))


_kept_profile = lru_cache(maxsize=32)(_make_profile)
"""Materials are copied with other numbers and the same potential, again and again."""


def _nodes(law: Law, low: float, high: float) -> Array:
    """Rising x from low to high between which a potential is monotone."""
    x = np.linspace(low, high, _SAMPLES)
    inner = plain(law)
    if isinstance(inner, Table):
        at = np.array(inner.x)
        return np.unique(np.concatenate([x, at[(at > low) & (at < high)]]))
    return np.unique(np.concatenate([x, _extremes(law, x)]))


def _extremes(law: Law, x: Array) -> Array:
    """Where a smooth law turns around between some x, by bisection of its slope."""
    slope = law.evaluate(x)[1]
    place = np.flatnonzero(np.sign(slope[:-1]) * np.sign(slope[1:]) < 0.0)
    left, right, sign = x[place], x[place + 1], np.sign(slope[place])
    for _ in range(_BISECTIONS):
        middle = 0.5 * (left + right)
        same = np.sign(law.evaluate(middle)[1]) * sign > 0.0
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return left


def _bisect(law: Law, voltage: float, x: Array, place: npt.NDArray[np.intp]) -> Array:
    left, right = x[place], x[place + 1]
    sign = np.sign(law(left) - voltage)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (left + right)
        same = (law(middle) - voltage) * sign > 0.0
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return np.asarray(0.5 * (left + right))


def _runs(chosen: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last place of each unbroken run of what is chosen."""
    edges = np.diff(np.concatenate([[0], chosen.astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
