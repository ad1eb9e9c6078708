"""The search for better points, by optuna, which is met only here.

Its journal lies in the folder of the search, so that a killed search goes on where it was. Each
point is drawn with a random state of its own, seeded by its number: going on later does not
change what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.samplers import BaseSampler, NSGAIISampler, TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState

from ..cases.axes import Axis
from .goals import Goal, Score

JOURNAL = "search.log"
RANDOM_POINTS = 10
"""Points drawn at random before the first model of the objective; a default of optuna's."""
LEAST_POPULATION, GENERATIONS = 4, 8
"""Of the evolutionary method: the budget makes about eight generations."""


@dataclass(frozen=True)
class Point:
    """A point of the search.

    Attributes:
        number: Counted from 1.
        values: Of each axis, as a study would say them.
        score: What it is worth; None while it is not known, and where no such case can be run.
        open: Whether it has not been told of.
    """

    number: int
    values: tuple[Any, ...]
    score: Score | None = None
    open: bool = True


class Search:
    """Asks for points and learns from what they are worth.

    Args:
        folder: For the journal.
        axes: What varies.
        goal: What is wanted.
    """

    def __init__(self, folder: Path, axes: Sequence[Axis], goal: Goal) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._axes, self._goal = tuple(axes), goal
        storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL)))
        self._study = optuna.create_study(
            storage=storage, study_name="nanotrode", direction="minimize", load_if_exists=True
        )

    @property
    def points(self) -> list[Point]:
        """All points so far, in their order."""
        return [self._point(trial) for trial in self._study.get_trials(deepcopy=False)]

    def ask(self) -> Point:
        """A new point."""
        self._study.sampler = self._sampler(len(self._study.get_trials(deepcopy=False)))
        trial = self._study.ask()
        for axis in self._axes:
            _suggest(trial, axis)
        return self._point(self._study.get_trials(deepcopy=False)[trial.number])

    def tell(self, point: Point, score: Score | None) -> None:
        """Say what a point is worth; None where no such case can be run, or it failed."""
        frozen = self._study.get_trials(deepcopy=False)[point.number - 1]
        trial = Trial(self._study, frozen._trial_id)
        if score is None:
            self._study.tell(trial, state=TrialState.PRUNED)
            return
        trial.set_user_attr("objective", score.objective)
        trial.set_user_attr("violations", list(score.violations))
        for constraint, violation in zip(self._goal.constraints, score.violations, strict=True):
            trial.set_constraint(constraint.name, violation)
        self._study.tell(trial, self._goal.cost(score.objective))

    def _sampler(self, number: int) -> BaseSampler:
        table = self._goal.table
        seed = (table.seed * 1_000_003 + number) % 2**32
        if table.method == "bayesian":
            return TPESampler(seed=seed, n_startup_trials=RANDOM_POINTS)
        population = max(LEAST_POPULATION, table.budget // GENERATIONS)
        return NSGAIISampler(seed=seed, population_size=population)

    def _point(self, trial: FrozenTrial) -> Point:
        values = tuple(_value(axis, trial.params[axis.key]) for axis in self._axes)
        score = None
        if trial.state == TrialState.COMPLETE:
            attributes = trial.user_attrs
            score = Score(attributes["objective"], tuple(attributes["violations"]))
        return Point(trial.number + 1, values, score, open=not trial.state.is_finished())


def _suggest(trial: Trial, axis: Axis) -> None:
    """Draw a value; of a list its place, since values may be whole tables."""
    if axis.choices is not None:
        trial.suggest_categorical(axis.key, list(range(len(axis.choices))))
        return
    assert axis.range is not None
    low, high = sorted((axis.range.low, axis.range.high))
    if axis.range.whole:
        trial.suggest_int(axis.key, round(low), round(high), log=axis.range.log)
    else:
        trial.suggest_float(axis.key, low, high, log=axis.range.log)


def _value(axis: Axis, drawn: Any) -> Any:
    if axis.choices is not None:
        return axis.choices[drawn]
    assert axis.range is not None
    return axis.range.written(drawn)
