"""Newton's method for one implicit stage, the control solved with the field.

A stage looks for (u, V) with

    r   = shift M u + f(u, V) - target = 0,
    rho = rate(u, V) - rate_imposed    = 0     (only where the current is imposed).

With J = shift M + df/du, g = df/dV, h = d rate/du, the bordered step is eliminated by blocks:
J y = r, J z = g, dV = (rho - h.y) / (d rate/dV - h.z), du = y - z dV.

Each linear solve is inexact, but its sum over all equations is made exact, by a shift along
the constants; and so is, to second order, the sum of a stage's own equations when Newton's
method stops. The mean of the field then follows the current however loose the solver, which
is conservation of charge. In those sums diffusion has no part, since it only moves what is
there; so they are taken without it, or fast diffusion would drown them in its rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .control import Control, ImposedPotential, ImposedRate
from .exact_sum import ExactSumSolver, Solution
from .model import Evaluation, Model, StageFailure, largest, total

Array = NDArray[np.float64]

MAX_ITERATIONS = 40
GUARDED_ITERATIONS = 25
"""Newton steps that are kept inside the admissible range; later ones are free."""
UNDAMPED, STALLED = 4, 0.5
"""After this many steps, one that leaves more than this share of the residual is halved."""
EVEN = 0.01
"""Uniform change that is left at the end, over the root of the tolerance: it is made then, and
what it leaves is of second order. Where diffusion is fast no residual would show it."""
LOCAL = 2.0
"""Largest factor between a point's conductances before and after a step that is small there."""
MAX_POTENTIAL_STEP = 0.2
"""Largest change of the potential in one Newton step [V]."""
ESTIMATE = 1e-2
"""Relative tolerance of the solve that makes an error estimate of a defect."""
TINY = 1e-300
ROUND_OFF = 1e-15
"""Residual, relative to its terms, below which nothing can be gained."""


@dataclass(frozen=True)
class Stage:
    """A converged stage.

    Attributes:
        u: (owned,) state.
        potential: V [V].
        at: The reaction there.
        content: (owned,) M u.
        f: (owned,) f(u, V) [1/s], as the stage's equation has it: target - shift M u.
        iterations: Newton steps taken.
    """

    u: Array
    potential: float
    at: Evaluation
    content: Array
    f: Array
    iterations: int


class _Left(NamedTuple):
    """What is left of a stage's equations.

    Attributes:
        residual: (owned,) r [1/s].
        gained: Sum of its parts without the reaction's: what the mean gained in the stage [1/s].
        imbalance: Its sum over all ranks, free of the rounding of the diffusion [1/s].
        surplus: The same with the rate imposed in the place of the reaction's [1/s], which is free
            of the kinetics' rounding too; None where V is imposed.
    """

    residual: Array
    gained: float
    imbalance: float
    surplus: float | None

    def uniform(self, shift: float, at: Evaluation) -> tuple[float, float]:
        """The uniform change of u, and that of V [V], that zero the sum of the equations."""
        if self.surplus is None:
            return self.imbalance / (shift + at.uniform_slope), 0.0
        change, excess = self.surplus / shift, self.imbalance - self.surplus
        return change, (excess - at.uniform_slope * change) / max(at.rate_slope, TINY)


class Newton:
    """Solves stages of one model, keeping matrices and preconditioner between them.

    Args:
        model: The semi-discrete system.
        size: Global number of unknowns.
        tolerance: Largest error left in any unknown (state, and potential [V]), and in the
            potential that would make up for what is wrong with the rate [V].
    """

    def __init__(self, model: Model, *, size: int, tolerance: float) -> None:
        self.model, self.tolerance = model, tolerance
        self._solver = ExactSumSolver(model, size=size)
        self.iterations = 0
        self._inverse_mass = 1.0 / model.mass_diagonal
        self._along: Array | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Newton and linear iterations so far."""
        return {"newton": self.iterations, "linear": self._solver.linear.iterations}

    @property
    def keeps(self) -> bool:
        """Whether the linear solver has gone over to a kept preconditioner."""
        return self._solver.linear.keeps

    def resume(self, *, keeps: bool, counts: dict[str, int]) -> None:
        """Stand where a stopped run stood."""
        self.iterations = counts.get("newton", 0)
        self._solver.linear.iterations = counts.get("linear", 0)
        if keeps:
            self._solver.linear.start_keeping()

    def forget(self) -> None:
        """Drop what is kept, so that what follows depends on the state alone."""
        self._solver.linear.forget()
        self._along = None

    def solve(
        self,
        shift: float,
        target: Array,
        control: Control,
        *,
        time: float,
        guess: tuple,
        most: int = MAX_ITERATIONS,
    ) -> Stage:
        """Find (u, V) of a stage.

        Args:
            shift: Factor of M [1/s].
            target: (owned,) right-hand side [1/s].
            control: What is imposed.
            time: The stage's time [s].
            guess: (u, V) to start from.
            most: Steps after which it is given up.

        Raises:
            StageFailure: No convergence; the message says what was seen.
        """
        model = self.model
        u, potential = guess
        rate = control.rate if isinstance(control, ImposedRate) else None
        if isinstance(control, ImposedPotential):
            potential = control.potential(time)
        update, error, reduction = np.inf, np.inf, None
        last: tuple[float, Evaluation] | None = None
        wanted = total(model.comm, target.sum())
        for iteration in range(most):
            at = model.evaluate(u, potential)
            residual = model.residual(shift, u, at)
            residual -= target
            excess = 0.0 if rate is None else at.rate - rate
            gained = shift * total(model.comm, model.lumped_mass @ u) - wanted
            surplus = None if rate is None else gained + rate
            left = _Left(residual, gained, gained + at.rate, surplus)
            size = self._size(residual, excess, shift, at)
            if not math.isfinite(size):
                raise StageFailure("the residual is not a finite number")
            if last is not None:
                before, then = last
                # at rest the first residual can be exactly nothing
                reduction = size / before if before > 0.0 else 1.0
                error = update * min(1.0, reduction)
                if error < self.tolerance and not self._is_local(then, at):
                    error = update  # a residual that falls from a wall says nothing of the rest
                change, move = left.uniform(shift, at)
                even = max(abs(change), abs(move)) < EVEN * math.sqrt(self.tolerance)
                if even and (error < self.tolerance or size < ROUND_OFF * self._scale(shift, u)):
                    found = u, potential, at
                    return self._stage(shift, target, found, left, change, move, iteration)
            digits = self._linear_tolerance(error, reduction)
            step, move, felt = self._step(shift, u, at, left, digits)
            # of the whole step: one that is cut short says nothing of how far the solution is
            reach = self._largest(step)
            update = max(reach, abs(move), felt)
            damping = min(1.0, MAX_POTENTIAL_STEP / abs(move)) if move else 1.0
            if iteration >= UNDAMPED and reduction is not None and reduction > STALLED:
                damping *= 0.5  # between two sides of a bend in a law: full steps go to and fro
            if damping < 1.0:
                step *= damping
            new = u - step
            if iteration < GUARDED_ITERATIONS:
                new = model.admissible(u, new, reach=reach)
            u, potential, last = new, potential - damping * move, (size, at)
            self.iterations += 1
        raise StageFailure(f"Newton's method left an error of {error:.1e} after {most} steps")

    def filter_error(self, shift: float, defect: Array) -> Array:
        """J^-1 shift defect, with the last stage's J: a local error freed of its stiff part."""
        try:
            right = shift * defect
            return self._solver.solve(right, total(self.model.comm, right.sum()), ESTIMATE).change
        except ArithmeticError as failure:
            raise StageFailure(str(failure)) from failure

    def _stage(
        self,
        shift: float,
        target: Array,
        found: tuple,
        left: _Left,
        change: float,
        move: float,
        iterations: int,
    ) -> Stage:
        """The stage where Newton's method stopped, its sum made exact by a last, uniform change.

        The rate that it tells is the one that balances: the reaction's own, but for what Newton's
        method left, and for rounding where the reaction is fast.
        """
        u, potential, at = found
        rate = shift * change - left.gained
        u -= change
        content = self.model.apply_mass(u)
        f = target - shift * content
        return Stage(u, potential - move, replace(at, rate=rate), content, f, iterations)

    def _step(
        self,
        shift: float,
        u: Array,
        at: Evaluation,
        left: _Left,
        tolerance: float,
    ) -> tuple[Array, float, float]:
        """The Newton step (du, dV), to be taken off, and the potential that du weighs [V]."""
        try:
            self._solver.set_point(shift, u, at)
            y = self._solver.solve(left.residual, left.imbalance, tolerance)
            if left.surplus is None:
                return y.change, 0.0, abs(y.rate) / max(at.rate_slope, TINY)
            z = self._along_potential(at, tolerance)
        except ArithmeticError as failure:
            raise StageFailure(str(failure)) from failure
        # d rate/dV - h.z by the sum of J z = g, in which nothing cancels
        conductance = shift * z.mean
        if conductance <= 0.0:
            raise StageFailure("the surface cannot carry the imposed current")
        move = (shift * y.mean - left.surplus) / conductance
        felt = abs(y.rate - move * z.rate) / max(at.rate_slope, TINY)
        return y.change - move * z.change, move, felt

    def _along_potential(self, at: Evaluation, tolerance: float) -> Solution:
        """J^-1 df/dV, from the one before: it changes little from step to step."""
        right = self.model.potential_slope(at)
        if self._along is None:
            self._along = np.zeros_like(right)
        found = self._solver.solve(right, at.rate_slope, tolerance, guess=self._along)
        self._along = found.uneven
        return found

    def _linear_tolerance(self, error: float, reduction: float | None) -> float:
        """Solve no further than this Newton step can use (Eisenstat-Walker), nor less."""
        if reduction is None:
            return 1e-3
        enough = 0.1 * self.tolerance / max(error, self.tolerance)
        return min(max(enough, 0.1 * reduction**2, 1e-8), 1e-3)

    def _size(self, residual: Array, excess: float, shift: float, at: Evaluation) -> float:
        square = total(self.model.comm, residual @ (residual * self._inverse_mass)) / shift
        return math.sqrt(square + excess**2 / max(at.rate_slope, TINY))

    def _is_local(self, then: Evaluation, at: Evaluation) -> bool:
        """Whether a step was small beside the bends of the kinetics, at every point."""
        old, new = then.potential_slope, at.potential_slope
        apart = bool((old > LOCAL * new).any() or (new > LOCAL * old).any())
        return largest(self.model.comm, float(apart)) == 0.0

    def _scale(self, shift: float, u: Array) -> float:
        """The size of the terms that a residual is the small difference of."""
        return float(np.sqrt(shift * total(self.model.comm, self.model.mass_diagonal @ u**2)))

    def _largest(self, values: Array) -> float:
        low, high = values.min(initial=0.0), values.max(initial=0.0)
        return largest(self.model.comm, float(max(-low, high)))
