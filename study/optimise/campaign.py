"""The cases of a search, point by point: where they lie, and what they are worth."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..cases.case import Case
from ..cases.harvest import find, harvest
from ..cases.store import CaseStore
from ..cases.table import input_columns
from ..cases.task import Task, make_task, read_record
from ..schema import GeometryStudy
from .goals import Score
from .problem import Problem

if TYPE_CHECKING:
    from .search import Point, Search


@dataclass(frozen=True)
class Members:
    """What is run for one point.

    Attributes:
        cases: One for each combination of the repeats' values.
        tasks: Theirs, with their studies; none where no such study is possible.
    """

    cases: list[Case]
    tasks: dict[Task, GeometryStudy]


class Campaign:
    """A search under way in its folder.

    Args:
        problem: What is searched.
        search: Draws the points.
        store: Of the cases.
    """

    def __init__(self, problem: Problem, search: Search, store: CaseStore) -> None:
        self.problem, self.search, self.store = problem, search, store
        self._members: dict[int, Members] = {}

    def members(self, point: Point) -> Members:
        """What is run for a point."""
        if point.number not in self._members:
            self._members[point.number] = self._made(point)
        return self._members[point.number]

    def _made(self, point: Point) -> Members:
        table, cases = self.problem.table, self.problem.cases(point.values)
        if any(case.study is None for case in cases):
            return Members(cases, {})
        seconds = None if table.timeout is None else float(table.timeout)
        tasks = {}
        for number, case in zip(self.store.number(cases), cases, strict=True):
            assert case.study is not None
            place = self.store.place(number)
            tasks[make_task(place, case.study, ranks=table.ranks, seconds=seconds)] = case.study
        return Members(cases, tasks)

    def score(self, point: Point) -> Score | None:
        """The mean over a point's cases; None where one is missing.

        Raises:
            InputError: The cases have no such number.
        """
        tasks = self.members(point).tasks
        records = [read_record(task) for task in tasks]
        if not tasks or any(record is None or record.status != "done" for record in records):
            return None
        scores = [self.problem.goal.score(harvest(task)) for task in tasks]
        sides = zip(*(score.violations for score in scores), strict=True)
        return Score(
            statistics.fmean(score.objective for score in scores),
            tuple(statistics.fmean(side) for side in sides),
        )

    def best(self) -> Point | None:
        """The best point that keeps all constraints, if there is one."""
        kept = [point for point in self.search.points if point.score and point.score.feasible]
        return min(kept, key=self._cost, default=None)

    def _cost(self, point: Point) -> float:
        return math.inf if point.score is None else self.problem.goal.cost(point.score.objective)

    def label(self) -> str:
        """What the objective is called in a case, with its unit; else as the user calls it."""
        name, best = self.problem.table.objective, self.best()
        if best is None:
            return name
        task = next(iter(self.members(best).tasks))
        return find(name, harvest(task), where=self.problem.goal.where)

    def inputs(self, point: Point) -> dict[str, Any]:
        """What varies, at a point."""
        axes = self.problem.axes
        return {axis.key: value for axis, value in zip(axes, point.values, strict=True)}

    def rows(self) -> Iterator[dict[str, Any]]:
        """The table of results: a row for each point."""
        for point in self.search.points:
            members, score = self.members(point), point.score
            repeated = {axis.key for axis in self.problem.repeats}
            inputs = input_columns(members.cases[0])
            yield {
                "point": point.number,
                "cases": " ".join(task.folder.name for task in members.tasks),
                "reason": "; ".join(_reasons(members)),
                **{key: value for key, value in inputs.items() if key not in repeated},
                "objective": score.objective if score else None,
                "keeps constraints": score.feasible if score else None,
                **self._beyond(score),
            }

    def _beyond(self, score: Score | None) -> dict[str, float | None]:
        constraints = self.problem.goal.constraints
        violations = score.violations if score else (None,) * len(constraints)
        return {
            f"beyond {one.side} {one.bound:g}: {one.name}": value
            for one, value in zip(constraints, violations, strict=True)
        }


def _reasons(members: Members) -> Iterator[str]:
    for case in members.cases[:1]:
        yield from case.impossible.splitlines()[:1]
    for task in members.tasks:
        record = read_record(task)
        if record is not None and record.reason:
            yield record.reason
