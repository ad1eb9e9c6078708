"""The time integrator: TR-BDF2 with error control. It knows no mesh and no kinetics.

TR-BDF2 is a second-order, L-stable, stiffly accurate method of two implicit stages that share
one shift 1/(d h), so that one matrix and one preconditioner serve a whole step (Bank et al.,
doi:10.1109/T-ED.1985.22232; as an embedded pair: Hosea and Shampine,
doi:10.1016/0168-9274(95)00115-8).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .control import Control, ImposedPotential
from .model import Evaluation, Model, StageFailure

if TYPE_CHECKING:
    from .nonlinear import Newton

Array = NDArray[np.float64]

D = 1.0 - 1.0 / math.sqrt(2.0)
"""The diagonal coefficient d; the first stage ends at 2 d of the step."""
W = math.sqrt(2.0) / 4.0
EMBEDDED = ((1.0 - W) / 3.0, (3.0 * W + 1.0) / 3.0, D / 3.0)
"""Weights of the third-order companion, whose difference is the error estimate."""

LADDER = math.sqrt(2.0)
"""Ratio of neighbouring step sizes: sizes are rungs, so that equal ones share a matrix."""
SAFETY, MOST_GROWTH, MOST_CUT = 0.8, 8.0, 0.1
FAILURE_CUT = 0.25


@dataclass(frozen=True)
class State:
    """Where the integration stands.

    Attributes:
        time: [s].
        u: (owned,) state of this rank.
        potential: V [V], just after any jump at this time.
        at: The model there.
        slope: (owned,) du/dt over the last step [1/s]; None at a fresh start.
    """

    time: float
    u: Array
    potential: float
    at: Evaluation
    slope: Array | None = None


@dataclass(frozen=True)
class Step:
    """One step taken, or tried.

    Attributes:
        start, end: The states on both sides.
        middle: (u, V) of the first stage, at start.time + 2 D size.
        size: [s].
        error: Local error over the tolerance.
        passed: Integral of the rate over the step [-]: the mean emptied by this much.
    """

    start: State
    end: State
    middle: tuple[Array, float]
    size: float
    error: float
    passed: float

    def interpolate(self, time: float) -> tuple[Array, float]:
        """(u, V) inside the step, by the parabola through its three states."""
        s, c = (time - self.start.time) / self.size, 2.0 * D
        weights = (
            (s - c) * (s - 1.0) / c,
            s * (s - 1.0) / (c * (c - 1.0)),
            s * (s - c) / (1.0 - c),
        )
        states = (
            (self.start.u, self.start.potential),
            self.middle,
            (self.end.u, self.end.potential),
        )
        u = sum(w * state[0] for w, state in zip(weights, states, strict=True))
        potential = sum(w * state[1] for w, state in zip(weights, states, strict=True))
        return np.asarray(u), float(potential)


def attempt_step(
    model: Model, newton: Newton, control: Control, start: State, *, size: float, tolerance: float
) -> Step:
    """Take one TR-BDF2 step.

    With f_i = f at the stages, M (u2 - u) = -h d (f1 + f2) and
    M (u3 - u) = -h (w f1 + w f2 + d f3).

    Raises:
        StageFailure: A stage did not converge.
    """
    shift = 1.0 / (D * size)
    held = shift * model.apply_mass(start.u)
    drift = 0.0 if start.slope is None else start.slope
    middle_time, end_time = start.time + 2.0 * D * size, start.time + size
    first = start.at.residual
    middle = newton.solve(
        shift,
        held - first,
        control,
        time=middle_time,
        guess=(start.u + (2.0 * D * size) * drift, start.potential),
    )
    slope = (middle.u - start.u) / (2.0 * D * size)
    end = newton.solve(
        shift,
        held - (W / D) * (first + middle.at.residual),
        control,
        time=end_time,
        guess=(start.u + size * slope, middle.potential),
    )
    stages = (start.at, middle.at, end.at)
    defect = sum(
        (weight - companion) * stage.residual
        for weight, companion, stage in zip((W, W, D), EMBEDDED, stages, strict=True)
    )
    error = newton.filter_error(shift, size * np.asarray(defect))
    passed = size * sum(w * stage.rate for w, stage in zip((W, W, D), stages, strict=True))
    return Step(
        start=start,
        end=State(end_time, end.u, end.potential, end.at, (end.u - start.u) / size),
        middle=(middle.u, middle.potential),
        size=size,
        error=model.error_norm(error, end.at) / tolerance,
        passed=passed,
    )


def consistent_state(model: Model, control: Control, time: float, u: Array) -> State:
    """The state just after a control is switched on: u stays, V follows.

    For an imposed rate, V solves rate(u, V) = rate_imposed, which is monotone in V: Newton's
    method inside a bracket that it narrows.

    Raises:
        StageFailure: No potential carries the current.
    """
    if isinstance(control, ImposedPotential):
        potential = control.potential(time)
        return State(time, u, potential, model.evaluate(u, potential))
    potential = model.equilibrium_potential(u)
    low, high = -math.inf, math.inf
    for _ in range(200):
        at = model.evaluate(u, potential)
        excess = at.rate - control.rate
        if excess == 0.0 or high - low < 1e-15 * max(1.0, abs(potential)):
            return State(time, u, potential, at)
        low, high = (low, potential) if excess > 0.0 else (potential, high)
        move = -excess / at.rate_slope if at.rate_slope > 0.0 else math.inf
        if abs(move) < 1e-14:
            return State(time, u, potential, at)
        following = potential + max(-0.5, min(0.5, move))
        if not low < following < high:
            following = 0.5 * (low + high)
        potential = following
    raise StageFailure("no potential carries the imposed current")


class StepController:
    """Chooses step sizes on a ladder of fixed rungs.

    Args:
        first: Size to start from [s].
        longest: Largest size [s].
    """

    def __init__(self, *, first: float, longest: float = math.inf) -> None:
        self.longest = longest
        self.size = _rung(min(first, longest))

    def restart(self, first: float, *, longest: float) -> None:
        """Start small again after a jump of the control, with a new largest size [s]."""
        self.longest = longest
        self.size = _rung(min(first, self.longest))

    def fit(self, remaining: float) -> float:
        """The size to try when `remaining` seconds are left: no sliver is left behind."""
        if remaining <= 1.0001 * self.size:
            return remaining
        if remaining < 2.0 * self.size:
            return 0.5 * remaining
        return self.size

    def accept(self, error: float, taken: float) -> None:
        """Choose the next size after a good step; a step cut short by its end never shrinks it."""
        factor = min(MOST_GROWTH, SAFETY * max(error, 1e-12) ** (-1.0 / 3.0))
        wanted = min(factor * taken, self.longest)
        if taken < 0.999 * self.size:
            wanted = max(wanted, self.size)
        elif 1.0 <= factor < LADDER:
            wanted = self.size
        self.size = _rung(min(wanted, self.longest))

    def reject(self, error: float, tried: float) -> None:
        """Choose a smaller size after a step whose error was too large."""
        factor = max(MOST_CUT, SAFETY * error ** (-1.0 / 3.0))
        self.size = _rung(min(factor, 1.0 / LADDER) * tried)

    def fail(self, tried: float) -> None:
        """Choose a smaller size after a step that did not converge."""
        self.size = _rung(FAILURE_CUT * tried)


def _rung(size: float) -> float:
    """The largest rung not above a size; a hair's breadth of rounding does not change it."""
    return LADDER ** math.floor(math.log(size, LADDER) + 1e-6)
