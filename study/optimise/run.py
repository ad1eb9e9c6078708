"""Runs a search: batches of cases until the target is reached or the budget is spent.

The loop of Kattan's flow chart: set, simulate, test, readjust until the improvement is reached.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._files import atomic_path, remove_leftovers, write_text
from ...errors import NanotrodeError
from ..cases.board import Board
from ..cases.case import spelled
from ..cases.crew import jobs_here, run_tasks
from ..cases.store import CaseStore
from ..cases.table import write_table
from ..cases.task import Task
from ..folder import STUDY
from ..schema import GeometryStudy
from ..signals import orders
from ..to_toml import to_toml
from .campaign import Campaign
from .problem import Problem

if TYPE_CHECKING:
    from .search import Point

SAID = "sweep.toml"
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
    from ...postprocess.report.make import make_report
    from .search import Search

    folder = Path(out) if out is not None else default_folder(problem)
    store = CaseStore(folder)
    with store.alone():
        remove_leftovers(folder)
        campaign = Campaign(problem, Search(folder, problem.axes, problem.goal), store)
        with Board({}, show=show) as board, orders.obeyed():
            try:
                while batch := _next_batch(campaign):
                    _run_batch(campaign, batch, board)
                    write_table(folder / RESULTS, list(campaign.rows()))
            finally:
                found = _write(campaign)
        make_report(folder)
    if not any(point.score for point in campaign.search.points):
        raise NanotrodeError(
            f"none of {found.points} cases could be run; the column 'reason' of "
            f"{folder / RESULTS}.csv says why"
        )
    return found


def _next_batch(campaign: Campaign) -> list[Point]:
    """Points that an interruption left open, else new ones; none when the search is over."""
    points, problem = campaign.search.points, campaign.problem
    if left := [point for point in points if point.open]:
        return left
    if any(point.score and problem.goal.reached(point.score) for point in points):
        return []
    table = problem.table
    at_once = table.jobs or (SLURM_BATCH if table.executor == "slurm" else jobs_here(table))
    count = math.ceil(at_once / math.prod(len(axis.values) for axis in problem.repeats))
    return [campaign.search.ask() for _ in range(min(count, table.budget - len(points)))]


def _run_batch(campaign: Campaign, batch: Sequence[Point], board: Board) -> None:
    studies: dict[Task, GeometryStudy] = {}
    for point in batch:
        tasks = campaign.members(point).tasks
        studies |= tasks
        for task in tasks:
            board.add(task, f"{point.number:4d}  {spelled(campaign.inputs(point))}")
    table, folder = campaign.problem.table, campaign.store.folder
    run_tasks(studies, table, folder, retry=False, report=board)
    for point in batch:
        campaign.search.tell(point, campaign.score(point))


def _write(campaign: Campaign) -> Found:
    """The table, the best study, the summary and the picture."""
    from ...postprocess.history import plot_history

    found, table = _found(campaign), campaign.problem.table
    rows = list(campaign.rows())
    if not rows:
        return found
    write_table(found.folder / RESULTS, rows)
    write_text(found.folder / SAID, to_toml(campaign.problem.source.said()))
    if found.best is not None:
        task = next(iter(campaign.members(found.best).tasks))
        with atomic_path(found.folder / BEST) as temporary:
            shutil.copyfile(task.folder / STUDY, temporary)
    write_text(found.folder / SUMMARY, json.dumps(_summary(campaign, found), indent=2) + "\n")
    tried = [(row["objective"], row["keeps constraints"]) for row in rows]
    label = campaign.label()
    plot_history(found.folder / PICTURE, tried, label=label, goal=table.goal, target=table.target)
    return found


def _found(campaign: Campaign) -> Found:
    best, goal = campaign.best(), campaign.problem.goal
    return Found(
        folder=campaign.store.folder,
        best=best,
        inputs=campaign.inputs(best) if best else {},
        points=len(campaign.search.points),
        reached=best is not None and best.score is not None and goal.reached(best.score),
    )


def _summary(campaign: Campaign, found: Found) -> dict[str, Any]:
    table, best = campaign.problem.table, found.best
    return {
        "objective": table.objective,
        "goal": table.goal,
        "target": table.target,
        "reached": found.reached,
        "points": found.points,
        "budget": table.budget,
        "best": {"point": best.number, **found.inputs, **asdict(best.score)}
        if best is not None and best.score is not None
        else None,
    }
