"""Runs a search: batches of cases until the target is reached or the budget is spent.

The loop of Kattan's flow chart: set, simulate, test, readjust until the improvement is reached.
"""

from __future__ import annotations

import json
import logging
import math
import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._files import atomic_path, remove_leftovers, write_text
from ...errors import NanotrodeError
from ..cases.board import Board
from ..cases.case import spelled
from ..cases.crew import ended_like_interrupted, jobs_here, run_tasks
from ..cases.harvest import harvest
from ..cases.store import CaseStore
from ..cases.table import input_columns, write_table
from ..cases.task import Task, make_task, read_record
from ..folder import STUDY
from ..schema import GeometryStudy
from .goals import Goal, Score
from .problem import Problem

if TYPE_CHECKING:
    from .search import Point, Search

log = logging.getLogger("nanotrode")

RESULTS, SUMMARY, BEST, PICTURE = "results", "optimise.json", "best.toml", "history.png"
SLURM_BATCH = 8
"""Points at the same time where `jobs` does not say: a cluster has no number of cores."""


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes:
        folder: Of the search.
        best: The best point that keeps all constraints; None where there is none.
        inputs: What varies, at the best point.
        points: How many were tried.
        reached: Whether the target was reached.
    """

    folder: Path
    best: Point | None
    inputs: Mapping[str, Any]
    points: int
    reached: bool


def default_folder(problem: Problem) -> Path:
    """Where a search's results go unless another folder is named."""
    return Path("runs") / (problem.name or "optimise")


def run_optimise(problem: Problem, out: str | Path | None = None, *, show: bool = False) -> Found:
    """Search until the target is reached or the budget is spent; goes on where it was stopped.

    Args:
        problem: From `read_problem`.
        out: The search's folder; by default `runs/<name of the study>`.
        show: Show the cases on the terminal.

    Raises:
        InputError: The folder holds something else, or a case has no such number.
        NanotrodeError: No case of the whole budget could be run.
        KeyboardInterrupt: From outside; what is done stays.
    """
    from .search import Search

    folder = Path(out) if out is not None else default_folder(problem)
    store = CaseStore(folder)
    with store.alone():
        remove_leftovers(folder)
        search = Search(folder, problem.axes, problem.goal)
        with Board({}, show=show) as board, ended_like_interrupted():
            while batch := _next_batch(problem, search):
                _run_batch(problem, search, store, batch, board)
                _write(problem, search, store)
    found = _best(problem, search, folder)
    if not any(point.score for point in search.points):
        raise NanotrodeError(
            f"none of {found.points} cases could be run; the column 'reason' of "
            f"{folder / RESULTS}.csv says why"
        )
    return found


def _next_batch(problem: Problem, search: Search) -> list[Point]:
    """Points that an interruption left open, else new ones; none when the search is over."""
    points = search.points
    if left := [point for point in points if point.open]:
        return left
    if any(point.score and problem.goal.reached(point.score) for point in points):
        return []
    at_once = SLURM_BATCH if problem.table.executor == "slurm" else jobs_here(problem.table)
    count = math.ceil(at_once / math.prod(len(axis.values) for axis in problem.repeats))
    return [search.ask() for _ in range(min(count, problem.table.budget - len(points)))]


def _run_batch(
    problem: Problem, search: Search, store: CaseStore, batch: Sequence[Point], board: Board
) -> None:
    studies: dict[Task, GeometryStudy] = {}
    members = [_tasks(problem, store, point) for point in batch]
    for point, tasks in zip(batch, members, strict=True):
        studies |= tasks
        for task in tasks:
            board.add(task, f"{point.number:4d}  {spelled(_inputs(problem, point))}")
    run_tasks(studies, problem.table, store.folder, retry=False, report=board)
    for point, tasks in zip(batch, members, strict=True):
        search.tell(point, _score(problem.goal, list(tasks)))


def _tasks(problem: Problem, store: CaseStore, point: Point) -> dict[Task, GeometryStudy]:
    """A point's tasks with their studies; none where no such study is possible."""
    cases = problem.cases(point.values)
    seconds = None if problem.table.timeout is None else float(problem.table.timeout)
    found = {}
    for number, case in zip(store.number(cases), cases, strict=True):
        if case.study is None:
            return {}
        task = make_task(
            store.place(number), case.study, ranks=problem.table.ranks, seconds=seconds
        )
        found[task] = case.study
    return found


def _score(goal: Goal, tasks: Sequence[Task]) -> Score | None:
    """The mean over a point's cases; None where one is missing."""
    records = [read_record(task) for task in tasks]
    if not tasks or any(record is None or record.status != "done" for record in records):
        return None
    scores = [goal.score(harvest(task)) for task in tasks]
    sides = zip(*(score.violations for score in scores), strict=True)
    return Score(
        statistics.fmean(score.objective for score in scores),
        tuple(statistics.fmean(side) for side in sides),
    )


def _inputs(problem: Problem, point: Point) -> dict[str, Any]:
    return {axis.key: value for axis, value in zip(problem.axes, point.values, strict=True)}


def _best(problem: Problem, search: Search, folder: Path) -> Found:
    points = search.points
    kept = [point for point in points if point.score is not None and point.score.feasible]
    best = min(kept, key=lambda point: _cost(problem, point), default=None)
    return Found(
        folder=folder,
        best=best,
        inputs=_inputs(problem, best) if best else {},
        points=len(points),
        reached=best is not None and best.score is not None and problem.goal.reached(best.score),
    )


def _cost(problem: Problem, point: Point) -> float:
    return math.inf if point.score is None else problem.goal.cost(point.score.objective)


def _write(problem: Problem, search: Search, store: CaseStore) -> None:
    """The table, the best study, the summary and the picture, after each batch."""
    from ...postprocess.history import plot_history

    folder, found = store.folder, _best(problem, search, store.folder)
    rows = list(_rows(problem, search, store))
    write_table(folder / RESULTS, rows)
    table = problem.table
    summary = {
        "objective": table.objective,
        "goal": table.goal,
        "target": table.target,
        "reached": found.reached,
        "points": found.points,
        "budget": table.budget,
        "best": None
        if found.best is None
        else {"point": found.best.number, **found.inputs}
        | asdict(found.best.score or Score(math.nan)),
    }
    write_text(folder / SUMMARY, json.dumps(summary, indent=2) + "\n")
    if found.best is not None:
        cases = problem.cases(found.best.values)
        source = store.place(store.number(cases)[0]) / STUDY
        with atomic_path(folder / BEST) as temporary:
            shutil.copyfile(source, temporary)
    plot_history(
        folder / PICTURE,
        [(row["objective"], row["keeps constraints"]) for row in rows],
        label=table.objective, goal=table.goal, target=table.target,
    )  # fmt: skip


def _rows(problem: Problem, search: Search, store: CaseStore) -> Iterator[dict[str, Any]]:
    for point in search.points:
        cases = problem.cases(point.values)
        tasks = list(_tasks(problem, store, point))
        records = [record for task in tasks if (record := read_record(task)) is not None]
        reasons = [record.reason for record in records if record.reason]
        reasons += [case.impossible.splitlines()[0] for case in cases[:1] if case.impossible]
        inputs = input_columns(cases[0])
        for axis in problem.repeats:
            inputs = {key: value for key, value in inputs.items() if key != axis.key}
        score = point.score
        yield {
            "point": point.number,
            "cases": " ".join(task.folder.name for task in tasks),
            "reason": "; ".join(reasons),
            **inputs,
            "objective": score.objective if score else None,
            "keeps constraints": score.feasible if score else None,
            **_bounds(problem, score),
        }


def _bounds(problem: Problem, score: Score | None) -> dict[str, float | None]:
    violations = score.violations if score else (None,) * len(problem.goal.constraints)
    pairs = zip(problem.goal.constraints, violations, strict=True)
    return {f"beyond {one.side} {one.bound:g}: {one.name}": value for one, value in pairs}
