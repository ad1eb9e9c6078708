"""Families of runs on one mesh: a few in full, the others by what those taught.

    results = run_family([Simulation(mesh, ..., settings=SolverSettings(reduced=True)), ...])

The runs share the mesh and the kind of protocol; they may differ in potentials, currents, limits,
kinetics, diffusivity, salt, temperature and the initial stoichiometry. Each reduced run
comes with an estimate of its error; where that exceeds `SolverSettings.reduced_tolerance`, the
run is made in full, and learned from.

The estimate compares two reduced models of different size: the coarse one's error, nearly, which
the fine one's stays below. Runs that were made in full after their reduced twin tell the factor
between the estimate and the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ...errors import InputError
from ..result import Result
from .books import result_of, series_of
from .march import march
from .outputs import distance
from .parameters import Box, box_of, numbers_of, spread
from .training import SharedDomain, Training
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
FIRST_RUNS = (3, 8)
"""Fewest and most full runs before the first model is made."""
WORTH_WHILE = 10
"""Runs below which a family is run in full: learning would cost as much."""
CHECKS = 2
"""Reduced runs that are repeated in full to compare the estimate with the truth."""
SAFETY, LEAST_FACTOR = 3.0, 1.5
"""Factor on the largest ratio of error to estimate seen there; least factor on any estimate."""
TOO_MANY = 0.05
"""Share of the runs whose estimate may be too large without the models being made sharper."""
TIME_ERROR = 2.0
"""What two adaptive runs may differ by through their time steps, over the steps' tolerance."""
OUTSIDE = 10.0
"""Growth of the estimate per width of the training's box outside of it."""
MOST_SHARE = 0.3
"""Share of the runs that are made in full to better the model; the others fall back without."""


@dataclass(frozen=True)
class Guess:
    """A reduced run, and how far it may be off.

    Attributes:
        result: The run; None where it did not reach its end.
        apart: Its distance from the coarse model's run.
        estimate: Of its error.
        lost: Why it did not reach its end.
    """

    result: Result | None
    apart: float
    estimate: float
    lost: str | None = None


class ReducedFamily:
    """Reduced models of one mesh, and what is known of their error.

    Args:
        first: Any run of the family; it lends its mesh.

    Attributes:
        learned: Number of full runs learned from.
        ratios: Error over uncalibrated estimate of the reduced runs that were checked.
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

    def _reduce(self, keep: float, tolerance: float) -> ReducedModel:
        sharp = SHARPER**self._sharpened
        return self._training.reduce(
            keep=sharp * keep, most=MOST_COEFFICIENTS, tolerance=sharp * tolerance
        )

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
        if guess.result is not None and np.isfinite(guess.apart):
            error = distance(run.protocol.steps, result.series, guess.result.series)
            self.ratios.append(error / (guess.apart + TIME_ERROR * run.settings.tolerance))
        return result

    def solve(self, runs: Sequence[Simulation]) -> list[Guess]:
        """Reduced runs, all marched together, with the estimates of their errors."""
        if not runs:
            return []
        fine, coarse = self.models
        with threadpool_limits(limits=1, user_api="blas"):
            walks, family = self._march(fine, runs)
            rough, _ = self._march(coarse, runs)
        outside = self._box().outside(numbers_of(runs))
        return [
            self._guess(walk, other, family, row, float(outside[row]))
            for row, (walk, other) in enumerate(zip(walks, rough, strict=True))
        ]

    def _box(self) -> Box:
        return box_of(np.array(self._numbers))

    def _march(self, model: ReducedModel, runs: Sequence[Simulation]) -> tuple[list[Walk], Family]:
        walks = [Walk(run, run.scale(model.volume), _diffusion_time(run, model)) for run in runs]
        tolerance = min(run.settings.algebraic_error for run in runs)
        return walks, march(model, walks, tolerance=tolerance)

    def _guess(self, walk: Walk, other: Walk, family: Family, row: int, outside: float) -> Guess:
        lost = walk.lost or other.lost
        if lost is not None:
            return Guess(None, np.inf, np.inf, lost)
        result = result_of(walk, family, row, self._training.domain, self._electrode)
        apart = distance(walk.run.protocol.steps, result.series, series_of(other))
        factor = max([LEAST_FACTOR, *(SAFETY * ratio for ratio in self.ratios)])
        floor = TIME_ERROR * walk.run.settings.tolerance
        estimate = factor * (apart + floor) * (1.0 + OUTSIDE * outside)
        result.summary["reduced"] = {
            "solved": "by the reduced model",
            "coefficients": family.model.rank,
            "surface points": len(family.model.weights),
            "full runs learned from": self.learned,
            "estimated error": estimate,
        }
        return Guess(result, apart, estimate)


def run_family(runs: Iterable[Simulation]) -> list[Result]:
    """Run simulations that share a mesh, as many as can be by a reduced model of the others.

    Those without `settings.reduced` are run in full, and so are all on several ranks, or where
    there are too few to learn from. `summary["reduced"]` of each result says what was done.

    Raises:
        InputError: The meshes differ, or the protocols have other kinds of steps.
        SolverError: A full run failed.
    """
    runs = list(runs)
    check_family(runs)
    wanted = [k for k, run in enumerate(runs) if run.settings.reduced]
    why = _not_reducible([runs[k] for k in wanted])
    if why is not None:
        log.info("run in full: %s", why)
        return _in_full(runs, why)
    family, results, guesses = train([runs[k] for k in wanted])
    found = {wanted[k]: result for k, result in results.items()}
    for k, guess in guesses.items():
        run = runs[wanted[k]]
        if guess.result is not None and guess.estimate <= run.settings.reduced_tolerance:
            found[wanted[k]] = guess.result
        else:
            why = guess.lost or f"the estimated error is {100.0 * guess.estimate:.2g} %"
            found[wanted[k]] = _noted(family.learn(run), why)
    for k, run in enumerate(runs):
        if k not in found:
            found[k] = _noted(family.learn(run), "solver.reduced is false")
    return [found[k] for k in range(len(runs))]


def train(runs: Sequence[Simulation]) -> tuple[ReducedFamily, dict[int, Result], dict[int, Guess]]:
    """A family's model, learned from as few of its runs as reach their tolerance.

    First runs far apart in their parameters; then, to compare estimate and truth, the worst and
    a typical one of the others; then the worst ones again as long as they exceed the tolerance.
    Models are made sharper before more runs are made.

    Returns:
        The model, the results of the runs learned from, and guesses of all others.
    """
    numbers = numbers_of(runs)
    places = box_of(numbers).place(numbers)
    varying = int((np.ptp(numbers, axis=0) > 0.0).sum())
    first = int(np.clip(2**varying, *FIRST_RUNS))
    family = ReducedFamily(runs[0])
    results = {k: _noted(family.learn(runs[k]), "to learn from") for k in spread(places, first)}
    most = max(len(results) + CHECKS, int(MOST_SHARE * len(runs)))
    while True:
        rest = [k for k in range(len(runs)) if k not in results]
        guesses = dict(zip(rest, family.solve([runs[k] for k in rest]), strict=True))
        excess = {k: guesses[k].estimate / runs[k].settings.reduced_tolerance for k in rest}
        over = sum(one > 1.0 for one in excess.values())
        if over > TOO_MANY * len(rest) and family.sharpen():
            continue
        checked = len(family.ratios) >= CHECKS
        if len(results) >= min(most, len(runs)) or (checked and not over):
            return family, results, guesses
        ranked = sorted(rest, key=excess.__getitem__)
        chosen = ranked[len(ranked) // 2] if len(family.ratios) == 1 else ranked[-1]
        results[chosen] = _noted(family.check(runs[chosen], guesses[chosen]), "to learn from")


def check_family(runs: Sequence[Simulation]) -> None:
    """See that runs share their mesh.

    Raises:
        InputError: They do not, or there are none.
    """
    if not runs:
        raise InputError("run_family: got no simulations, expected at least one")
    first = runs[0]
    same = first.comm.bcast(
        all(run.mesh is first.mesh or _digest(run) == _digest(first) for run in runs)
        if first.comm.rank == 0
        else None
    )
    if not same:
        raise InputError(
            "run_family: got simulations of different meshes, expected one mesh for all; "
            "run each mesh's as a family of its own"
        )


def _digest(run: Simulation) -> tuple | None:
    mesh = run.mesh
    return None if mesh is None else (mesh.digest(), mesh.footprint, mesh.multiplicity)


def _not_reducible(runs: Sequence[Simulation]) -> str | None:
    """Why a family is to be run in full."""
    if len(runs) < WORTH_WHILE:
        return f"{len(runs)} runs are too few to learn from"
    if runs[0].comm.size > 1:
        return "a reduced model needs one rank"
    if len({run.material.diffusivity.is_constant for run in runs}) > 1:
        return "some diffusivities vary with the stoichiometry and some do not"
    return None


def _in_full(runs: Sequence[Simulation], why: str) -> list[Result]:
    domain = SharedDomain(runs[0].electrode(), runs[0].comm)
    return [_noted(run.run(domain=domain), why) for run in runs]


def _noted(result: Result, why: str) -> Result:
    """The result with a note on why it was run in full."""
    return replace(
        result, summary=result.summary | {"reduced": {"solved": "in full", "because": why}}
    )


def _diffusion_time(run: Simulation, model: ReducedModel) -> float:
    """As `InsertionModel.diffusion_time` [s]."""
    fastest = float(np.max(run.material.diffusivity(np.linspace(0.0, 1.0, 101))))
    return (model.volume / model.area) ** 2 / fastest
