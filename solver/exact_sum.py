"""Linear solves for a stage whose sum over all equations is exact, however loose they are.

The columns of J = shift M + df/du sum to shift times the lumped mass, plus the slope of the rate:
diffusion has no part in that sum, since it only moves what is there. What a uniform change can do
is therefore known beforehand, and done first: to the iterations it is the slowest of all changes,
and where diffusion is fast they would not see it for its rounding.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .linear import LinearSolver
from .model import Evaluation, Model, total, totals

Array = NDArray[np.float64]


class Solution(NamedTuple):
    """What a linear solve found.

    Attributes:
        change: (owned,) the solution.
        mean: Its mean over the volume.
        rate: The slope of the reaction's rate along it [1/s].
        uneven: (owned,) what the iterations found: all but a uniform part.
    """

    change: Array
    mean: float
    rate: float
    uneven: Array


class ExactSumSolver:
    """Solves J x = b for the Jacobians of one model.

    Args:
        model: The semi-discrete system.
        size: Global number of unknowns.

    Attributes:
        linear: What solves for the uneven part.
    """

    def __init__(self, model: Model, *, size: int) -> None:
        self._model = model
        self.linear = LinearSolver(model.comm, size=size, symmetric=model.symmetric)
        # what the matrix was made of: the shift, and the reaction
        self._made_of: tuple[float, Evaluation]

    def set_point(self, shift: float, u: Array, at: Evaluation) -> None:
        """Take the Jacobian at a state.

        Raises:
            ArithmeticError: PETSc gave up.
        """
        self.linear.set_matrix(*self._model.jacobian(shift, u, at))
        self._made_of = shift, at

    def solve(
        self, right: Array, wanted: float, tolerance: float, *, guess: Array | None = None
    ) -> Solution:
        """A solution whose sum over all equations is exact.

        Args:
            right: (owned,) right-hand side.
            wanted: What it sums to over all ranks, but for rounding.
            tolerance: Of the iterations, relative.
            guess: The uneven part of a solution near by.

        Raises:
            ArithmeticError: PETSc gave up.
        """
        model, (shift, at) = self._model, self._made_of
        stiffness = shift + at.uniform_slope
        uniform = wanted / stiffness
        rest = right - uniform * model.uniform_response(shift, at)
        rest -= total(model.comm, rest.sum()) * model.lumped_mass
        if guess is None:
            uneven = self.linear.solve(rest, tolerance=tolerance)
        else:
            uneven = self.linear.improve(guess, rest, tolerance=tolerance)
        mean, along = totals(model.comm, model.lumped_mass @ uneven, model.rate_along(at, uneven))
        # the uneven part is to leave nothing in the sum
        change = uniform - (shift * mean + along) / stiffness
        rate = along + at.uniform_slope * change
        return Solution(uneven + change, mean + change, rate, uneven)
