"""Time steps of many reduced runs at once, each with its own size.

The methods are `stepping`'s: TR-BDF2, SDIRK2 or Euler's just after a jump, the same error
estimates, so that a reduced run takes the steps that the full one would take.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..stepping import EULER, SDIRK2, TR_BDF2
from .model import Family, Rows
from .newton import Imposed, Stages, solve_each, solve_stages

Array = NDArray[np.float64]

METHODS = (TR_BDF2, SDIRK2, EULER)
EULERS = 2
"""The place of Euler's method among them, whose error is not told."""
REACH = 2.0
"""How far ahead a parabola is trusted to predict, in lengths of what it goes through."""


@dataclass
class States:
    """Where m runs stand, and the last two points of the curve that led there.

    Attributes:
        time: (m,) [s].
        a: (m, r) coefficients.
        potential: (m,) [V].
        rate: (m,) of the reaction [1/s].
        f: (m, r) minus the slope of a [1/s]; NaN just after a jump.
        middle_time, middle: (m,), (m, r + 1) the last middle stage, coefficients and potential;
            NaN just after a jump.
        before_time, before: The state before that, likewise.
    """

    time: Array
    a: Array
    potential: Array
    rate: Array
    f: Array
    middle_time: Array
    middle: Array
    before_time: Array
    before: Array

    def take(self, rows: Rows | slice) -> States:
        """Some of the runs."""
        return States(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    def put(self, rows: Rows, new: States) -> None:
        """Change some of the runs."""
        for one in fields(self):
            getattr(self, one.name)[rows] = getattr(new, one.name)


class Steps(NamedTuple):
    """Steps of m runs, taken or tried.

    Attributes:
        end: The states they lead to.
        j: (m, n) local current densities there [A m-2].
        error: (m,) local error, in stoichiometry and volts.
        passed: (m,) integral of the rate [-].
        failed: (m,) whether a stage did not converge.
    """

    end: States
    j: Array
    error: Array
    passed: Array
    failed: NDArray[np.bool_]


def attempt_steps(
    family: Family,
    rows: Rows,
    start: States,
    sizes: Array,
    kinds: Rows,
    imposed: tuple[Imposed, Imposed],
    *,
    tolerance: float,
) -> Steps:
    """Take a step of its own size with each of some runs.

    Args:
        family: The runs.
        rows: Which of them.
        start: Their states.
        sizes: (m,) [s].
        kinds: (m,) the methods; see `kinds_of`.
        imposed: At the end of the first stage, and of the step (see `middle_times`).
        tolerance: Algebraic error left in a stage.
    """
    middle_time, end_time = middle_times(start, sizes, kinds), start.time + sizes
    weights = _WEIGHTS[kinds]
    f = np.where(np.isnan(start.f), 0.0, start.f)
    diagonal = weights[:, 3:4]
    shift = 1.0 / (diagonal[:, 0] * sizes)
    held = shift[:, None] * start.a
    middle = solve_stages(
        family, rows, shift, held - weights[:, 0:1] / diagonal * f, imposed[0],
        guess=_predict(middle_time, start), tolerance=tolerance,
    )  # fmt: skip
    between, before = _point(middle.a, middle.potential), _point(start.a, start.potential)
    target = held - weights[:, 1:2] / diagonal * f - weights[:, 2:3] / diagonal * middle.f
    end = solve_stages(
        family, rows, shift, target, imposed[1],
        guess=_predict_end(end_time, (middle_time, between), (start.time, before), start),
        tolerance=tolerance,
    )  # fmt: skip
    defect = weights[:, 4:5] * f + weights[:, 5:6] * middle.f + weights[:, 6:7] * end.f
    error = solve_each(end.jacobian, (shift * sizes)[:, None] * defect)
    norm = np.where(kinds == EULERS, 0.0, _error_norm(family, error, end))
    passed = weights[:, 1] * start.rate + weights[:, 2] * middle.rate + weights[:, 3] * end.rate
    return Steps(
        end=States(
            end_time, end.a, end.potential, end.rate, end.f, middle_time, between,
            start.time, before,
        ),
        j=end.j,
        error=norm,
        passed=sizes * passed,
        failed=middle.failed | end.failed | np.isnan(error).any(axis=1),
    )  # fmt: skip


def kinds_of(start: States, settles: NDArray[np.bool_]) -> Rows:
    """(m,) which method each run takes: its row of the weights.

    Args:
        start: Where they stand.
        settles: (m,) whether a jump fills a layer too thin for the mesh.
    """
    jumped = np.isnan(start.f[:, 0])
    return np.where(jumped, np.where(settles, EULERS, 1), 0)


def middle_times(start: States, sizes: Array, kinds: Rows) -> Array:
    """(m,) when the first stage of each step ends [s]."""
    return start.time + _FRACTIONS[kinds] * sizes


def _error_norm(family: Family, error: Array, end: Stages) -> Array:
    """Largest of three means: in the volume, on the surface, and in the potential [V]."""
    volume = np.einsum("mr,mr->m", error, error)
    surface = np.einsum("mr,mr->m", error @ family.model.surface_gram, error)
    potential = np.abs(np.einsum("mr,mr->m", end.state_slope, error)) / end.rate_slope
    return np.maximum(np.sqrt(np.maximum(volume, surface)), potential)


def _point(a: Array, potential: Array) -> Array:
    """(m, r + 1) coefficients with the potential beside them."""
    return np.concatenate([a, potential[:, None]], axis=1)


def _predict(time: Array, start: States) -> tuple[Array, Array]:
    """Coefficients and potentials ahead, by the parabola or the line through the last points."""
    unknown = np.isnan(start.middle_time)
    if unknown.all():
        return start.a, start.potential
    now = _point(start.a, start.potential)
    far = time - start.time >= REACH * (start.time - start.before_time)
    times = (start.time, start.middle_time, start.before_time)
    guess = _curve(time, times, (now, start.middle, start.before), far)
    guess = np.where(unknown[:, None], now, guess)
    return guess[:, :-1], guess[:, -1]


def _predict_end(time: Array, middle: tuple, now: tuple, start: States) -> tuple[Array, Array]:
    """The same for the end of a step, from its middle stage, its start and what was before."""
    times = (middle[0], now[0], start.middle_time)
    unknown = np.isnan(start.middle_time)
    guess = _curve(time, times, (middle[1], now[1], start.middle), unknown)
    return guess[:, :-1], guess[:, -1]


def _curve(time: Array, times: tuple, values: tuple, straight: NDArray[np.bool_]) -> Array:
    """The parabola through three points of each run, or the line through the first two."""
    p, q, s = times
    line = (time - q) / (p - q)
    first = line * (time - s) / (p - s)
    second = (time - p) / (q - p) * (time - s) / (q - s)
    third = (time - p) / (s - p) * (time - q) / (s - q)
    first = np.where(straight, line, first)
    second = np.where(straight, 1.0 - line, second)
    last = np.where(straight[:, None], 0.0, third[:, None] * values[2])
    return first[:, None] * values[0] + second[:, None] * values[1] + last


def _weights() -> Array:
    """Rows of all methods: middle's 1st, end's 3, end minus companion."""
    return np.array(
        [[one.middle[0], *one.end, *np.subtract(one.end, one.companion)] for one in METHODS]
    )


_WEIGHTS = _weights()
_FRACTIONS = np.array([one.fraction for one in METHODS])
