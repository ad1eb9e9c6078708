"""Reduced runs of a family, each with an estimate of its error.

The estimate compares two reduced models of different size: the coarse one's error, nearly, which
the fine one's stays below. Runs that were made in full after their reduced twin tell the factor
between the estimate and the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..balance import WARNED
from ..insertion import fastest_diffusivity
from ..pace import Depth
from ..result import Result
from .books import charge_error, result_of, series_of
from .march import march
from .outputs import distance
from .parameters import box_of, numbers_of
from .training import Training
from .walk import Walk

if TYPE_CHECKING:
    from ..simulation import Simulation
    from .model import Family, ReducedModel

Array = NDArray[np.float64]
log = logging.getLogger(__name__)

FINE, COARSE = 2e-3, 6e-3
"""Singular values of states, over the largest, that the two models leave out."""
SHARPER, SHARPEST = 0.3, 3
"""Factor on all of these where estimates stay too large, and how often it may be applied."""
MOST_COEFFICIENTS = 40
FINE_RULE, COARSE_RULE = 1e-3, 3e-3
"""Size of the surface integrands, over the largest, that their cubatures leave out."""
SAFETY, LEAST_FACTOR = 3.0, 1.5
"""Factor on the largest ratio of error to estimate that was seen; least factor on any estimate."""
RECENT = 3
"""How many of them count: the earlier ones were of poorer models."""
TIME_ERROR = 3.0
"""What two adaptive runs may differ by through their time steps, over the steps' tolerance."""
OUTSIDE = 10.0
"""Growth of the estimate per width of the training's box outside of it."""


@dataclass(frozen=True)
class Guess:
    """A reduced run, and how far it may be off.

    Attributes:
        result: The run; None where it did not reach its end.
        raw: Its distance from the coarse model's run, what time steps may add, and a factor
            outside of the training's box.
        estimate: Of its error: that times the family's factor.
        lost: Why it did not reach its end.
    """

    result: Result | None
    raw: float
    estimate: float
    lost: str | None = None


class ReducedFamily:
    """Reduced models of one mesh, and what is known of their error.

    Args:
        first: Any run of the family; it lends its mesh.

    Attributes:
        learned: Number of full runs learned from.
        ratios: Error over raw estimate of the reduced runs that were checked.
    """

    def __init__(self, first: Simulation) -> None:
        electrode = first.electrode()
        assert electrode is not None  # one rank holds it all
        self._electrode = electrode
        self._training = Training(first)
        self._numbers: list[Array] = []
        self._models: tuple[ReducedModel, ReducedModel] | None = None
        self._sharpened = 0
        self.ratios: list[float] = []

    @property
    def learned(self) -> int:
        """Number of full runs learned from."""
        return len(self._numbers)

    @property
    def models(self) -> tuple[ReducedModel, ReducedModel]:
        """The fine model and the coarse one, of all runs learned from so far."""
        if self._models is None:
            self._models = (
                self._reduce(FINE, FINE_RULE),
                self._reduce(COARSE, COARSE_RULE),
            )
            log.info(
                "reduced model: %d coefficients, %d points on the surface",
                self._models[0].rank, len(self._models[0].weights),
            )  # fmt: skip
        return self._models

    def sharpen(self) -> bool:
        """Leave less out of both models, unless that has been done as often as it may be."""
        if self._sharpened == SHARPEST:
            return False
        self._sharpened, self._models = self._sharpened + 1, None
        self.ratios.clear()  # they were another pair of models'
        return True

    def learn(self, run: Simulation) -> Result:
        """Run in full and learn from it.

        Raises:
            SolverError: The run failed.
        """
        result = self._training.run(run)
        self._numbers.append(numbers_of([run])[0])
        self._models = None
        return result

    def check(self, run: Simulation, guess: Guess) -> Result:
        """Learn from a run whose reduced twin is there, and compare the two."""
        result = self.learn(run)
        if guess.result is not None and np.isfinite(guess.raw):
            error = distance(run.protocol.steps, result.series, guess.result.series)
            self.ratios.append(error / guess.raw)
        return result

    def solve(self, runs: Sequence[Simulation]) -> list[Guess]:
        """Reduced runs, all marched together, with the estimates of their errors."""
        if not runs:
            return []
        fine, coarse = self.models
        with threadpool_limits(limits=1, user_api="blas"):
            walks, family = self._march(fine, runs)
            rough, _ = self._march(coarse, runs)
        outside = box_of(np.array(self._numbers)).outside(numbers_of(runs))
        return [
            self._guess(walk, other, family, row, float(outside[row]))
            for row, (walk, other) in enumerate(zip(walks, rough, strict=True))
        ]

    def _reduce(self, keep: float, tolerance: float) -> ReducedModel:
        sharp = SHARPER**self._sharpened
        return self._training.reduce(
            keep=sharp * keep, most=MOST_COEFFICIENTS, tolerance=sharp * tolerance
        )

    def _march(self, model: ReducedModel, runs: Sequence[Simulation]) -> tuple[list[Walk], Family]:
        walks = [Walk(run, run.scale(model.volume), _depth(run, model)) for run in runs]
        tolerance = min(run.settings.algebraic_error for run in runs)
        return walks, march(model, walks, tolerance=tolerance)

    def _guess(self, walk: Walk, other: Walk, family: Family, row: int, outside: float) -> Guess:
        lost = walk.lost or other.lost
        if lost is None and charge_error(walk) > WARNED:
            lost = "charge was lost"
        if lost is not None:
            return Guess(None, np.inf, np.inf, lost)
        result = result_of(walk, family, row, self._training.domain, self._electrode)
        apart = distance(walk.run.protocol.steps, result.series, series_of(other))
        factor = max([LEAST_FACTOR, *(SAFETY * ratio for ratio in self.ratios[-RECENT:])])
        raw = apart + TIME_ERROR * walk.run.settings.tolerance
        raw *= 1.0 + OUTSIDE * outside
        estimate = factor * raw
        result.summary["reduced"] = {
            "solved": "by the reduced model",
            "coefficients": family.model.rank,
            "surface points": len(family.model.weights),
            "full runs learned from": self.learned,
            "estimated error": estimate,
        }
        return Guess(result, raw, estimate)


def _depth(run: Simulation, model: ReducedModel) -> Depth:
    """As `InsertionModel.depth`."""
    square = (model.volume / model.area) ** 2
    return Depth(diffusion_time=square / fastest_diffusivity(run.material), skin=model.skin)
