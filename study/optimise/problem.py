"""What is searched: the study, what varies in it, and what is wanted."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cases.axes import Axis, read_axes
from ..cases.case import Case, make_case, refuse_impossible
from ..loading import read_table
from ..source import Source, read_source
from .goals import Goal, read_goal
from .schema import OptimiseTable

PROBES = (0.5, 0.0, 1.0)
"""Shares of all ranges at which a study must be possible at least once."""


@dataclass(frozen=True)
class Problem:
    """A search that can be run.

    Attributes:
        source: The study file.
        name: Of the study.
        axes: What varies.
        repeats: Over what each point's objective is averaged; may be empty.
        goal: What is wanted.
    """

    source: Source
    name: str
    axes: tuple[Axis, ...]
    repeats: tuple[Axis, ...]
    goal: Goal

    @property
    def table(self) -> OptimiseTable:
        """What `[optimise]` says."""
        return self.goal.table

    def cases(self, values: Sequence[Any]) -> list[Case]:
        """The cases of a point: one for each combination of the repeats' values."""
        axes = (*self.axes, *self.repeats)
        again = itertools.product(*(axis.values for axis in self.repeats))
        return [make_case(self.source, axes, (*values, *one)) for one in again]


def read_problem(path: str | Path, overrides: Iterable[str] = ()) -> Problem:
    """Read a study with an `[optimise]`, and check it before anything is run.

    Single points may be impossible, which the search learns; a study that is possible nowhere
    is refused.

    Raises:
        StudyError: One line per mistake.
    """
    source = read_source(path, overrides)
    table = read_table(source, "optimise", OptimiseTable)
    goal = read_goal(source, table)
    axes = read_axes(source, ("optimise", "over"), counted=False)
    repeats = read_axes(source, ("optimise", "repeats")) if table.repeats else ()
    problem = Problem(source, "", axes, repeats, goal)
    probes = [case for share in PROBES for case in problem.cases([a.at(share) for a in axes])]
    possible = [case.study for case in probes if case.study is not None]
    if not possible:
        refuse_impossible(probes)
    return Problem(source, possible[0].name, axes, repeats, goal)
