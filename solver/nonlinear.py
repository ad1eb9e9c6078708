"""Newton's method for one implicit stage, the control solved with the field.

A stage looks for (u, V) with

    r   = shift M u + f(u, V) - target = 0,
    rho = rate(u, V) - rate_imposed    = 0     (only where the current is imposed).

With J = shift M + df/du, g = df/dV, h = d rate/du, the bordered step is eliminated by blocks:
J y = r, J z = g, dV = (rho - h.y) / (d rate/dV - h.z), du = y - z dV.

Each linear solve is inexact, but its sum over all equations is made exact, by a shift along
the constants: the mean of the field then follows the current however loose the solver, which
is conservation of charge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .control import Control, ImposedPotential, ImposedRate
from .linear import LinearSolver
from .model import Evaluation, Model, StageFailure, largest, total, totals

Array = NDArray[np.float64]

MAX_ITERATIONS = 40
GUARDED_ITERATIONS = 25
"""Newton steps that are kept inside the admissible range; later ones are free."""
UNDAMPED, STALLED = 4, 0.5
"""After this many steps, one that leaves more than this share of the residual is halved."""
MAX_POTENTIAL_STEP = 0.2
"""Largest change of the potential in one Newton step [V]."""
ROUND_OFF = 1e-15
"""Residual, relative to its terms, below which nothing can be gained."""


@dataclass(frozen=True)
class Stage:
    """A converged stage.

    Attributes:
        u: (owned,) state.
        potential: V [V].
        at: The model there.
        iterations: Newton steps taken.
    """

    u: Array
    potential: float
    at: Evaluation
    iterations: int


class Newton:
    """Solves stages of one model, keeping matrices and preconditioner between them.

    Args:
        model: The semi-discrete system.
        size: Global number of unknowns.
        tolerance: Largest error left in any unknown (state, and potential [V]).
    """

    def __init__(self, model: Model, *, size: int, tolerance: float) -> None:
        self.model, self.tolerance = model, tolerance
        self._linear = LinearSolver(model.comm, size=size, symmetric=model.symmetric)
        self.iterations = 0
        self._vectors: tuple | None = None
        self._column_sums = np.zeros(0)

    @property
    def counts(self) -> dict[str, int]:
        """Newton and linear iterations so far."""
        return {"newton": self.iterations, "linear": self._linear.iterations}

    @property
    def keeps(self) -> bool:
        """Whether the linear solver has gone over to a kept preconditioner."""
        return self._linear.keeps

    def resume(self, *, keeps: bool, counts: dict[str, int]) -> None:
        """Stand where a stopped run stood."""
        self.iterations = counts.get("newton", 0)
        self._linear.iterations = counts.get("linear", 0)
        if keeps:
            self._linear.start_keeping()

    def forget(self) -> None:
        """Drop the kept preconditioner, so that what follows depends on the state alone."""
        self._linear.forget()

    def solve(
        self, shift: float, target: Array, control: Control, *, time: float, guess: tuple
    ) -> Stage:
        """Find (u, V) of a stage.

        Args:
            shift: Factor of M [1/s].
            target: (owned,) right-hand side [1/s].
            control: What is imposed.
            time: The stage's time [s].
            guess: (u, V) to start from.

        Raises:
            StageFailure: No convergence; the message says what was seen.
        """
        model = self.model
        u, potential = guess[0].copy(), guess[1]
        rate = control.rate if isinstance(control, ImposedRate) else None
        if isinstance(control, ImposedPotential):
            potential = control.potential(time)
        before, update, error, reduction = None, np.inf, np.inf, None
        for iteration in range(MAX_ITERATIONS):
            at = model.evaluate(u, potential)
            residual = shift * model.apply_mass(u) + at.residual - target
            excess = 0.0 if rate is None else at.rate - rate
            size = self._size(residual, excess, shift, at)
            if not np.isfinite(size):
                raise StageFailure("the residual is not a finite number")
            if before is not None:
                # at rest the first residual can be exactly nothing
                reduction = size / before if before > 0.0 else 1.0
                error = update * min(1.0, reduction)
                if error < self.tolerance or size < ROUND_OFF * self._scale(shift, u):
                    return Stage(u, potential, at, iteration)
            digits = self._linear_tolerance(error, reduction)
            step, move = self._step(shift, at, residual, excess, rate is None, digits)
            damping = min(1.0, MAX_POTENTIAL_STEP / abs(move)) if move else 1.0
            if iteration >= UNDAMPED and reduction is not None and reduction > STALLED:
                damping *= 0.5  # between two sides of a bend in a law: full steps go to and fro
            new = u - damping * step
            if iteration < GUARDED_ITERATIONS:
                new = model.admissible(u, new)
            update = max(self._largest(new - u), abs(damping * move))
            u, potential, before = new, potential - damping * move, size
            self.iterations += 1
        raise StageFailure(
            f"Newton's method left an error of {error:.1e} after {MAX_ITERATIONS} steps"
        )

    def filter_error(self, shift: float, defect: Array) -> Array:
        """J^-1 shift defect, with the last stage's J: a local error freed of its stiff part."""
        try:
            return self._linear_solve(shift * defect, 1e-6)
        except ArithmeticError as failure:
            raise StageFailure(str(failure)) from failure

    def _step(
        self,
        shift: float,
        at: Evaluation,
        residual: Array,
        excess: float,
        imposed: bool,
        tolerance: float,
    ) -> tuple[Array, float]:
        """The Newton step (du, dV), to be taken off."""
        comm = self.model.comm
        try:
            self._linear.set_matrix(self.model.jacobian(shift, at))
            self._column_sums = shift * self.model.lumped_mass + at.state_slope
            y = self._linear_solve(residual, tolerance)
            if imposed:
                return y, 0.0
            z = self._linear_solve(at.potential_slope, tolerance)
        except ArithmeticError as failure:
            raise StageFailure(str(failure)) from failure
        along_y, along_z = totals(comm, at.state_slope @ y, at.state_slope @ z)
        conductance = at.rate_slope - along_z
        if conductance <= 0.0:
            raise StageFailure("the surface cannot carry the imposed current")
        move = (excess - along_y) / conductance
        return y - move * z, move

    def _linear_solve(self, right: Array, tolerance: float) -> Array:
        if self._vectors is None:
            self._vectors = self._linear.vectors()
        b, x = self._vectors
        b.array_w[:] = right
        self._linear.solve(b, x, tolerance=tolerance)
        solution = x.array_r.copy()
        sums = self._column_sums
        wanted, have, unit = totals(self.model.comm, right.sum(), sums @ solution, sums.sum())
        solution += (wanted - have) / unit
        return solution

    def _linear_tolerance(self, error: float, reduction: float | None) -> float:
        """Solve no further than this Newton step can use (Eisenstat-Walker), nor less."""
        if reduction is None:
            return 1e-3
        enough = 0.1 * self.tolerance / max(error, self.tolerance)
        return float(np.clip(max(enough, 0.1 * reduction**2), 1e-8, 1e-3))

    def _size(self, residual: Array, excess: float, shift: float, at: Evaluation) -> float:
        weights = shift * self.model.mass_diagonal
        square = total(self.model.comm, residual @ (residual / weights))
        return float(np.sqrt(square + excess**2 / max(at.rate_slope, 1e-300)))

    def _scale(self, shift: float, u: Array) -> float:
        """The size of the terms that a residual is the small difference of."""
        return float(np.sqrt(shift * total(self.model.comm, self.model.mass_diagonal @ u**2)))

    def _largest(self, values: Array) -> float:
        return largest(self.model.comm, float(np.abs(values).max(initial=0.0)))
