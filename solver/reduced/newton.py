"""Newton's method for one implicit stage of each of many reduced runs.

The equations and the safeguards are those of `nonlinear`, with the control solved beside the
field; what differs is the linear algebra: small, dense, and for all runs in one call. Runs that
have converged leave, so that none waits for another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .model import Family, Rates, Rows

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MAX_ITERATIONS = 16
"""Fewer than in full runs: all others wait for the last one, and a shorter step costs little."""
UNDAMPED, STALLED = 4, 0.5
"""After this many steps, one that leaves more than this share of the residual is halved."""
LOCAL = 2.0
"""Largest factor between a point's conductances before and after a step that is small there."""
MAX_POTENTIAL_STEP = 0.2
"""Largest change of the potential in one Newton step [V]."""
FLOOR, CEILING = 1e-9, 1.0 - 1e-9
"""Stoichiometries between which Newton's iterates are kept on the surface."""
ROUND_OFF = 1e-14
TINY = 1e-300


class Imposed(NamedTuple):
    """What is imposed on m runs at one stage: a potential [V], or a rate [1/s] (else NaN)."""

    potential: Array
    rate: Array


class Stages(NamedTuple):
    """Solved stages of m runs.

    Attributes:
        a: (m, r) coefficients.
        potential: (m,) [V].
        rate: (m,) [1/s].
        f: (m, r) minus the slope of a [1/s], as the stage's equation has it.
        j: (m, n) local current density [A m-2].
        rate_slope: (m,) d rate / d V.
        state_slope: (m, r) d rate / d a.
        jacobian: (m, r, r) of the last Newton step.
        failed: (m,) where the method did not converge.
    """

    a: Array
    potential: Array
    rate: Array
    f: Array
    j: Array
    rate_slope: Array
    state_slope: Array
    jacobian: Array
    failed: Flags


class _Look(NamedTuple):
    """The equations at the iterates of some runs."""

    at: Rates
    residual: Array
    excess: Array
    slope: Array
    size: Array
    reduction: Array

    def only(self, chosen: Flags) -> _Look:
        at = Rates(*(part[chosen] for part in self.at))
        return _Look(at, *(part[chosen] for part in self[1:]))


def solve_stages(
    family: Family,
    rows: Rows,
    shift: Array,
    target: Array,
    imposed: Imposed,
    *,
    guess: tuple[Array, Array],
    tolerance: float,
) -> Stages:
    """Solve shift a + f(a, V) = target for each of m runs.

    Args:
        family: The runs.
        rows: Which of them.
        shift: (m,) [1/s].
        target: (m, r) [1/s].
        imposed: The control at the stage.
        guess: Coefficients (m, r) and potentials (m,) to start from.
        tolerance: Largest error left in any coefficient, in the potential [V], and in the
            potential that would make up for what is wrong with the rate [V].
    """
    iterates = _Iterates(family, rows, shift, target, imposed, guess)
    live = np.arange(len(rows))
    for iteration in range(MAX_ITERATIONS):
        look = iterates.look(live)
        done = iterates.converged(live, look, tolerance)
        if done.any():
            iterates.finish(live[done], look.only(done))
        going = ~done & np.isfinite(look.size)
        if not going.any():
            break
        if not going.all():
            live, look = live[going], look.only(going)
        iterates.move(live, look, halve=iteration >= UNDAMPED)
    return iterates.stages()


class _Iterates:
    """Where Newton's method stands in each run."""

    def __init__(
        self,
        family: Family,
        rows: Rows,
        shift: Array,
        target: Array,
        imposed: Imposed,
        guess: tuple[Array, Array],
    ) -> None:
        m, r = target.shape
        self._family, self._rows = family, rows
        self._shift, self._target, self._imposed = shift, target, imposed
        self._at_rate = ~np.isnan(imposed.rate)
        self._a = guess[0].copy()
        self._potential = np.where(self._at_rate, guess[1], imposed.potential)
        self._before, self._update = np.full(m, np.inf), np.full(m, np.inf)
        self._conductance = np.zeros((m, len(family.model.weights)))
        self._rate, self._rate_slope = np.zeros(m), np.ones(m)
        self._j, self._state_slope = np.zeros((m, len(family.model.weights))), np.zeros((m, r))
        self._jacobian = np.broadcast_to(np.eye(r), (m, r, r)).copy()
        self._failed = np.ones(m, dtype=bool)

    def look(self, live: Rows) -> _Look:
        """The equations at the iterates."""
        family, rows, shift, a = self._family, self._rows[live], self._shift[live], self._a[live]
        at = family.rates(rows, a, self._potential[live])
        residual = shift[:, None] * a - self._target[live]
        residual += family.diffusion(rows, a)
        residual += at.forcing
        slope = np.maximum(at.potential_slope[:, 0], TINY)
        excess = np.where(self._at_rate[live], at.forcing[:, 0] - self._imposed.rate[live], 0.0)
        size = np.sqrt(np.einsum("mr,mr->m", residual, residual) / shift + excess**2 / slope)
        before = self._before[live]
        # at rest the first residual can be exactly nothing
        reduction = np.where(before > 0.0, size / before, 1.0)
        return _Look(at, residual, excess, slope, size, reduction)

    def converged(self, live: Rows, look: _Look, tolerance: float) -> Flags:
        """Where what is left is below the tolerance, or below rounding."""
        a, moved = self._a[live], np.isfinite(self._update[live])
        update = np.where(moved, self._update[live], 1.0)
        small = update * np.minimum(look.reduction, 1.0) < tolerance
        # a residual that falls from a wall says nothing of the rest
        old, new = self._conductance[live[small]], look.at.conductance[small]
        local = ((old <= LOCAL * new) & (new <= LOCAL * old)).all(axis=1)
        small[small] = local | (update[small] < tolerance)
        scale = np.sqrt(self._shift[live] * np.einsum("mr,mr->m", a, a))
        return moved & (small | (look.size < ROUND_OFF * scale))

    def finish(self, ends: Rows, look: _Look) -> None:
        """Keep what has converged, its sum made exact by a last, uniform change."""
        at, uniform = look.at, look.at.state_slope[:, 0]
        shift, imbalance = self._shift[ends], look.residual[:, 0]
        at_rate = self._at_rate[ends]
        change = np.where(at_rate, (imbalance - look.excess) / shift, imbalance / (shift + uniform))
        move = np.where(at_rate, (look.excess - uniform * change) / look.slope, 0.0)
        self._a[ends, 0] -= change
        self._potential[ends] -= move
        self._rate[ends] = at.forcing[:, 0] - uniform * change - look.slope * move
        self._rate_slope[ends], self._state_slope[ends] = look.slope, at.state_slope
        self._j[ends], self._failed[ends] = at.j, False

    def move(self, live: Rows, look: _Look, *, halve: bool) -> None:
        """Take a Newton step."""
        rows, shift, a = self._rows[live], self._shift[live], self._a[live]
        jacobian = self._family.jacobian(rows, shift, a, look.at)
        self._jacobian[live] = jacobian
        step, move = _newton_step(jacobian, look, self._at_rate[live])
        felt = np.abs(np.einsum("mr,mr->m", look.at.state_slope, step)) / look.slope
        # of the whole step: one that is cut short says nothing of how far the solution is
        self._update[live] = np.maximum(np.abs(step).max(axis=1), np.maximum(np.abs(move), felt))
        damping = _damping(self._family, a, step, move)
        if halve:
            damping *= np.where(look.reduction > STALLED, 0.5, 1.0)
        self._a[live] -= damping[:, None] * step
        self._potential[live] -= damping * move
        self._before[live], self._conductance[live] = look.size, look.at.conductance

    def stages(self) -> Stages:
        """What was found."""
        f = self._target - self._shift[:, None] * self._a
        return Stages(
            self._a, self._potential, self._rate, f, self._j, self._rate_slope,
            self._state_slope, self._jacobian, self._failed,
        )  # fmt: skip


def solve_each(matrices: Array, right: Array) -> Array:
    """(m, r) solutions of m systems; NaN, which ends a run's iteration, where one is singular."""
    try:
        return np.linalg.solve(matrices, right[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full_like(right, np.nan)
        half = len(matrices) // 2
        parts = (slice(half), slice(half, None))
        return np.concatenate([solve_each(matrices[part], right[part]) for part in parts])


def _newton_step(jacobian: Array, look: _Look, at_rate: Flags) -> tuple[Array, Array]:
    """The Newton step (da, dV), to be taken off; dV = 0 where the potential is imposed."""
    m, r = look.residual.shape
    if not at_rate.any():
        return solve_each(jacobian, look.residual), np.zeros(m)
    bordered = np.zeros((m, r + 1, r + 1))
    bordered[:, :r, :r] = jacobian
    bordered[:, :r, r] = np.where(at_rate[:, None], look.at.potential_slope, 0.0)
    bordered[:, r, :r] = np.where(at_rate[:, None], look.at.state_slope, 0.0)
    bordered[:, r, r] = np.where(at_rate, look.slope, 1.0)
    right = np.concatenate([look.residual, look.excess[:, None]], axis=1)
    both = solve_each(bordered, right)
    return both[:, :r], both[:, r]


def _damping(family: Family, a: Array, step: Array, move: Array) -> Array:
    """(m,) share of a Newton step that keeps potential and surface in their range."""
    share = MAX_POTENTIAL_STEP / np.maximum(np.abs(move), MAX_POTENTIAL_STEP)
    points = family.model.points.T
    x, change = a @ points, step @ points
    after = x - change
    if after.min() > FLOOR and after.max() < CEILING:
        return share
    room = np.where(change > 0.0, x - FLOOR, CEILING - x)
    crossed = (room > 0.0) & (np.abs(change) > room)
    limit = np.where(crossed, 0.5 * room / np.maximum(np.abs(change), TINY), 1.0)
    return np.minimum(share, limit.min(axis=1))
