"""What is wanted of a case: its objective, its constraints, and when it is good enough."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..._messages import did_you_mean, quoted
from ...errors import InputError, StudyError
from ..cases.harvest import find
from ..locations import Path as KeyPath
from ..source import Source
from .schema import OptimiseTable

PLACE = ("optimise", "constraints")


@dataclass(frozen=True)
class Constraint:
    """A bound on a number of a case.

    Attributes:
        name: As the user wrote it.
        side: Which side of the bound is allowed.
        bound: In the number's unit.
        where: The opening of a message about it.
    """

    name: str
    side: Literal["at_most", "at_least"]
    bound: float
    where: str

    def violation(self, value: float) -> float:
        """How far a value is beyond the bound, over the bound's size; at most 0 is kept."""
        excess = value - self.bound if self.side == "at_most" else self.bound - value
        return excess / (abs(self.bound) or 1.0)


@dataclass(frozen=True)
class Score:
    """What a case is worth.

    Attributes:
        objective: The number that was asked for.
        violations: Of each constraint, in their order; at most 0 is kept.
    """

    objective: float
    violations: tuple[float, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether all constraints are kept."""
        return all(violation <= 0.0 for violation in self.violations)


@dataclass(frozen=True)
class Goal:
    """What makes one case better than another.

    Attributes:
        table: What `[optimise]` says.
        constraints: Read from it.
        where: The opening of a message about the objective.
    """

    table: OptimiseTable
    constraints: tuple[Constraint, ...]
    where: str

    def score(self, numbers: Mapping[str, float]) -> Score:
        """What a case's numbers are worth.

        Raises:
            InputError: They have no such number.
        """
        objective = numbers[find(self.table.objective, numbers, where=self.where)]
        violations = (
            one.violation(numbers[find(one.name, numbers, where=one.where)])
            for one in self.constraints
        )
        return Score(objective, tuple(violations))

    def cost(self, objective: float) -> float:
        """What is to be made small."""
        if self.table.goal == "maximise":
            return -objective
        if self.table.goal == "reach":
            return abs(objective - (self.table.target or 0.0))
        return objective

    def reached(self, score: Score) -> bool:
        """Whether a case is good enough to stop at."""
        target = self.table.target
        if target is None or not score.feasible:
            return False
        if self.table.goal == "reach":
            return self.cost(score.objective) <= self.table.within * (abs(target) or 1.0)
        return self.cost(score.objective) <= self.cost(target)


def read_goal(source: Source, table: OptimiseTable) -> Goal:
    """The goal that a study's `[optimise]` describes.

    Raises:
        StudyError: One line for each constraint that cannot be read.
    """
    found, mistakes = [], []
    for path, given in _leaves(table.constraints, PLACE):
        name, where = ".".join(map(str, path[len(PLACE) :])), source.where(path)
        try:
            found.append(_constraint(name, given, where))
        except InputError as error:
            mistakes.append(f"{where}: {error}")
    if mistakes:
        raise StudyError("\n".join(mistakes))
    return Goal(table, tuple(found), source.where(("optimise", "objective")))


def _leaves(table: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Bounds below a table, whose names may be written with dots."""
    for key, value in table.items():
        if isinstance(value, dict) and any(isinstance(item, dict) for item in value.values()):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _constraint(name: str, given: Any, where: str) -> Constraint:
    if not isinstance(given, dict) or len(given) != 1:
        raise InputError(f"got {given!r}, expected such as {{ at_most = 1.5 }}")
    side, bound = next(iter(given.items()))
    if side not in ("at_most", "at_least"):
        hint = did_you_mean(side, ("at_most", "at_least"))
        raise InputError(f"got {quoted(side)}, expected 'at_most' or 'at_least'{hint}")
    if not isinstance(bound, int | float) or isinstance(bound, bool) or not math.isfinite(bound):
        raise InputError(f"{side}: got {bound!r}, expected a number, in the unit of '{name}'")
    return Constraint(name, side, float(bound), where)
