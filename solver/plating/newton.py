"""Newton's method for the two potentials, with the collector's V as one more unknown.

    A y = R,   A z = dR/dV,   dV = (G - h(y, 0)) / h(-z, 1),   du = y - z dV    (current imposed)
    A y = R,   du = y                                                       (potential imposed)

where h(du, dV) is how much the whole reaction changes, a sum without cancellation however well
the host conducts.

The equations are those of a convex energy, so a step is right as long as the energy still falls
along it; where it has gone too far, the slope along the step says where to go back to. That makes
the method find the solution from a volt away, where exponentials are 1e8 times what they should be;
from several volts it gives up and says so.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..model import StageFailure, largest, total
from .krylov import Solver
from .system import Law, Point, System

Array = NDArray[np.float64]

MAX_ITERATIONS = 60
TOLERANCE = 1e-8
"""Error left in the potentials, by its energy [V]."""
FINEST = 1e-12
"""Change of all potentials [V] that is none: where metal is a billion times better a conductor than
its surface, the metal's rounded potentials alone have more energy than `TOLERANCE` allows."""
BALANCE = 1e-10
"""Error of the current, over the one imposed, unless rounding leaves a larger one."""
OVERSHOOT = 0.5
"""Slope along a step, over that at its start, beyond which it went too far."""
LONGEST = 0.5
"""Largest change of a site's phi_s - phi_l in one step [V]."""


class Solution(NamedTuple):
    """What solves the system.

    Attributes:
        u: (size,) potentials [V].
        potential: V [V].
        at: The system there.
        iterations: Newton steps taken.
    """

    u: Array
    potential: float
    at: Point
    iterations: int


class Newton:
    """Solves the system of one instant, keeping preconditioners between calls.

    Attributes:
        iterations: Newton steps so far.
        solver: The linear solver.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.solver = Solver(system.potentials, system.comm)
        self.iterations = 0
        self._along: Array | None = None

    def forget(self) -> None:
        """Drop what is kept, so that what follows depends on the state alone."""
        self.solver.forget()
        self._along = None

    def solve(
        self, law: Law, *, guess: tuple[Array, float], current: float | None, scale: float
    ) -> Solution:
        """Find (u, V).

        Args:
            law: The reactions.
            guess: (u, V) to start from.
            current: I, positive in oxidation [A]; None imposes the guess's V.
            scale: A current that is not small here [A].

        Raises:
            StageFailure: No convergence; the message says what was seen.
        """
        system, imposed = self.system, current is None
        target = current or 0.0
        u, potential = guess[0].copy(), guess[1]
        at = system.at(u, potential, law, target)
        for iteration in range(MAX_ITERATIONS):
            du, move = self._direction(at, imposed)
            step = system.change(du, move)
            change = max(_largest(system, step), abs(move))
            if not math.isfinite(change):
                raise StageFailure("a Newton step is not a finite number")
            slope = self._slope(du, move, at, imposed)
            length = min(1.0, LONGEST / change) if change > 0 else 1.0
            enough = TOLERANCE**2 * system.conductance(at)
            while True:
                new = u - length * du, potential - length * move
                there = system.at(*new, law, target)
                ahead = self._slope(du, move, there, imposed)
                if slope <= enough or not ahead < -OVERSHOOT * slope:
                    break
                length *= min(0.7, max(0.1, slope / (slope - ahead)))
            (u, potential), at = new, there
            self.iterations += 1
            missed = abs(at.current - target) if not imposed else 0.0
            still = slope > enough and max(_largest(system, du), abs(move)) > FINEST
            if not still and (
                missed <= BALANCE * scale or missed <= system.rounding(at, u, potential)
            ):
                return Solution(u, potential, at, iteration + 1)
        raise StageFailure(
            f"Newton's method still changes potentials by {length * change:.1e} V "
            f"after {MAX_ITERATIONS} steps"
        )

    def _direction(self, at: Point, imposed: bool) -> tuple[Array, float]:
        self.solver.set_matrix(self.system.matrix(at))
        y = self.solver.solve(at.residual)
        if imposed:
            return y, 0.0
        self._along = z = self.solver.solve(self.system.border(at), guess=self._along)
        by_y, conductance = self.system.responses(at, (y, 0.0), (-z, 1.0))
        if not conductance > 0.0:
            raise StageFailure("the host cannot carry the imposed current")
        move = (at.excess - by_y) / conductance
        return y - move * z, move

    def _slope(self, du: Array, move: float, at: Point, imposed: bool) -> float:
        """How fast the energy falls along a step [W]."""
        along = total(self.system.comm, du @ at.residual)
        return along if imposed else along + move * at.into_collector


def _largest(system: System, step: Array) -> float:
    return largest(system.comm, float(np.abs(step).max(initial=0.0)))
