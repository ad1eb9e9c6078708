"""The time integrator: TR-BDF2 with error control. It knows no mesh and no kinetics.

TR-BDF2 is a second-order, L-stable, stiffly accurate method of two implicit stages that share
one shift 1/(d h), so that one matrix and one preconditioner serve a whole step (Bank et al.,
doi:10.1109/T-ED.1985.22232; as an embedded pair: Hosea and Shampine,
doi:10.1016/0168-9274(95)00115-8).

It begins with the slope at the start of the step. Just after a jump of the control that slope
may be beyond all measure (the exponential of volts), so the first step is taken by the SDIRK2
method of Alexander (doi:10.1137/0714068): of order 2 and L-stable too, with the same shift,
and without an explicit stage. It overshoots what it damps; where the jump fills a layer that no
mesh resolves, that would turn the current round, and Euler's implicit method is taken instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .control import Control, ImposedPotential
from .model import Evaluation, Model, StageFailure

if TYPE_CHECKING:
    from .nonlinear import Newton, Stage

Array = NDArray[np.float64]

D = 1.0 - 1.0 / math.sqrt(2.0)
"""The diagonal coefficient d; the first stage ends at 2 d of the step."""
W = math.sqrt(2.0) / 4.0
EMBEDDED = ((1.0 - W) / 3.0, (3.0 * W + 1.0) / 3.0, D / 3.0)
"""Weights of the third-order companion, whose difference is the error estimate."""

SETTLING_ITERATIONS = 100
"""Most steps of Newton's method where a jump is settled: a wall is climbed by R T / (alpha F)."""
UNJUDGED = 0.5
"""Error over the tolerance that a step is said to have which has no say: the next is as long."""
REACH = 2.0
"""How far ahead a parabola is trusted to predict, in lengths of what it goes through."""


class Point(NamedTuple):
    """A point of the run's curve: time [s], (owned,) state, potential [V]."""

    time: float
    u: Array
    potential: float


@dataclass(frozen=True)
class State:
    """Where the integration stands.

    Attributes:
        time: [s].
        u: (owned,) state of this rank.
        potential: V [V], just after any jump at this time.
        at: The reaction there.
        content: (owned,) M u.
        f: (owned,) f(u, V) = -M du/dt [1/s]; None just after a jump, where it may be anything.
        past: Earlier points of the same smooth stretch, the latest first.
    """

    time: float
    u: Array
    potential: float
    at: Evaluation
    content: Array
    f: Array | None = None
    past: tuple[Point, ...] = ()

    @property
    def point(self) -> Point:
        """The state as a point of its curve."""
        return Point(self.time, self.u, self.potential)


@dataclass(frozen=True)
class Step:
    """One step taken, or tried.

    Attributes:
        start, end: The states on both sides.
        middle: The first implicit stage.
        size: [s].
        error: Local error over the tolerance.
        passed: Integral of the rate over the step [-]: the mean emptied by this much.
    """

    start: State
    end: State
    middle: Point
    size: float
    error: float
    passed: float

    def interpolate(self, time: float) -> tuple[Array, float]:
        """(u, V) inside the step, by the parabola through its three states."""
        return _curve(time, self.start.point, self.middle, self.end.point)


class Tableau(NamedTuple):
    """A method of two implicit stages with one diagonal; rows hold weights of f_1, f_2, f_3.

    f_1 is f at the start of the step; f_2 and f_3 are those of the stages. The last stage is
    the end of the step.
    """

    fraction: float
    middle: tuple[float, float]
    end: tuple[float, float, float]
    companion: tuple[float, float, float]
    diagonal: float = D


TR_BDF2 = Tableau(2.0 * D, (D, D), (W, W, D), EMBEDDED)
SDIRK2 = Tableau(D, (0.0, D), (0.0, 1.0 - D, D), (0.0, 1.0, 0.0))
# two steps of half the length: they overshoot nothing, and take 0.94 of Cottrell's charge
EULER = Tableau(0.5, (0.0, 0.5), (0.0, 0.5, 0.5), (0.0, 0.0, 1.0), 0.5)


def attempt_step(
    model: Model,
    newton: Newton,
    control: Control,
    start: State,
    *,
    size: float,
    tolerance: float,
    settles: bool = False,
) -> Step:
    """Take one step: TR-BDF2, SDIRK2 just after a jump, or Euler's twice where it fills a layer.

    Each stage solves M (u_i - u_1) = -h sum_j a_ij f_j; the error is that of the difference
    between the method's weights and its companion's, freed of its stiff part.

    Args:
        model: The equations.
        newton: Solves the stages.
        control: What is imposed.
        start: Where the step begins.
        size: [s].
        tolerance: Local error allowed.
        settles: Whether a jump fills a layer too thin for the mesh, so that no error is to be told.

    Raises:
        StageFailure: A stage did not converge.
    """
    method = SDIRK2 if start.f is None else TR_BDF2
    if settles:
        method = EULER
    shift = 1.0 / (method.diagonal * size)
    held = shift * start.content
    middle_time, end_time = start.time + method.fraction * size, start.time + size
    solve = partial(newton.solve, shift, _target(held, method, method.middle, (start.f,)), control)
    middle = _first_stage(model, solve, middle_time, start, control=control, settles=settles)
    between = Point(middle_time, middle.u, middle.potential)
    # across a jump that was settled no line leads on
    before = () if settles else (start.point, *start.past[:1])
    end = newton.solve(
        shift,
        _target(held, method, method.end, (start.f, middle.f)),
        control,
        time=end_time,
        guess=_guess(model, end_time, between, *before),
    )
    weights = np.subtract(method.end, method.companion)
    defect = size * _combine(weights, (start.f, middle.f, end.f))
    rates = (start.at.rate, middle.at.rate, end.at.rate)
    error = newton.filter_error(shift, defect)
    norm = UNJUDGED * tolerance if settles else model.error_norm(error, end.at)
    past = (between, start.point)
    return Step(
        start=start,
        end=State(end_time, end.u, end.potential, end.at, end.content, end.f, past),
        middle=between,
        size=size,
        error=norm / tolerance,
        passed=size * sum(w * rate for w, rate in zip(method.end, rates, strict=True) if w),
    )


def _target(
    held: Array, method: Tableau, weights: tuple[float, ...], known: tuple[Array | None, ...]
) -> Array:
    """A stage's right-hand side: what was there, less what the stages before it took."""
    return held - _combine(np.divide(weights, method.diagonal), known)


def _combine(weights: Iterable[float], slopes: tuple[Array | None, ...]) -> Array:
    """The weighted sum of what is known; a weight of zero asks for nothing."""
    terms = (w * f for w, f in zip(weights, slopes, strict=False) if f is not None and w)
    return np.asarray(sum(terms))


def _first_stage(
    model: Model,
    solve: Callable[..., Stage],
    time: float,
    start: State,
    *,
    control: Control,
    settles: bool,
) -> Stage:
    """The first stage; where a jump fills the surface at once, sought from a surface that is full.

    From the state before, a reaction that quickens as the surface fills leads the wrong way.
    """
    if settles and isinstance(control, ImposedPotential):
        potential = control.potential(time)
        with suppress(StageFailure):
            full = model.settled(start.u, potential)
            return solve(time=time, guess=(full, potential), most=SETTLING_ITERATIONS)
    return solve(time=time, guess=_guess(model, time, start.point, *start.past))


def _guess(model: Model, time: float, latest: Point, *past: Point) -> tuple[Array, float]:
    """Where Newton's method sets out: what is predicted, where the model can be evaluated."""
    u, potential = _predict(time, latest, *past)
    return model.restrained(latest.u, u), potential


def _predict(time: float, latest: Point, *past: Point) -> tuple[Array, float]:
    """(u, V) at a time ahead, by the parabola or the line through what is known."""
    if len(past) > 1 and time - latest.time < REACH * (latest.time - past[1].time):
        return _curve(time, latest, *past)
    return _curve(time, latest, *past[:1])


def _curve(time: float, *points: Point) -> tuple[Array, float]:
    """(u, V) of the polynomial through points (Lagrange's form); of those at one time, the first.

    A time step may be so short that the clock does not see its stages.
    """
    points = tuple({p.time: p for p in reversed(points)}.values())[::-1]
    weights = [
        math.prod((time - q.time) / (p.time - q.time) for q in points if q is not p) for p in points
    ]
    u = sum(w * p.u for w, p in zip(weights, points, strict=True))
    potential = sum(w * p.potential for w, p in zip(weights, points, strict=True))
    return np.asarray(u), float(potential)


def consistent_state(model: Model, control: Control, time: float, u: Array) -> State:
    """The state just after a control is switched on: u stays, V follows.

    For an imposed rate, V solves rate(u, V) = rate_imposed, which is monotone in V: Newton's
    method inside a bracket that it narrows.

    Raises:
        StageFailure: No potential carries the current.
    """
    if isinstance(control, ImposedPotential):
        potential = control.potential(time)
        return State(time, u, potential, model.evaluate(u, potential), model.apply_mass(u))
    potential = model.equilibrium_potential(u)
    low, high = -math.inf, math.inf
    for _ in range(200):
        at = model.evaluate(u, potential)
        excess = at.rate - control.rate
        if excess == 0.0 or high - low < 1e-15 * max(1.0, abs(potential)):
            return State(time, u, potential, at, model.apply_mass(u))
        low, high = (low, potential) if excess > 0.0 else (potential, high)
        move = -excess / at.rate_slope if at.rate_slope > 0.0 else math.inf
        if abs(move) < 1e-14:
            return State(time, u, potential, at, model.apply_mass(u))
        following = potential + max(-0.5, min(0.5, move))
        if not low < following < high:
            following = 0.5 * (low + high)
        potential = following
    raise StageFailure("no potential carries the imposed current")
