"""Runs a sweep: each case in its folder, then the tables of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..._files import remove_leftovers, write_text
from ..cases.board import Board
from ..cases.case import spelled
from ..cases.crew import run_tasks
from ..cases.store import CaseStore
from ..cases.table import input_columns, write_table
from ..cases.task import Task, make_task
from ..schema import GeometryStudy
from ..signals import orders
from ..to_toml import to_toml
from .levels import levels_of
from .plan import Plan
from .ranges import ranges_over
from .rows import ABOUT, WARNINGS, Entry, row_of
from .spread import is_seed, spread_over_seeds

RESULTS, SPREAD, RANGES, STUDY = "results", "spread", "ranges", "sweep.toml"


@dataclass(frozen=True)
class Outcome:
    """What a sweep came to.

    Attributes:
        folder: Of the sweep.
        rows: Of the table of results.
        inputs: Names of the columns that say what varies.
        files: The tables, and the page where there is one.
        ranges: Of the table of ranges, where something is uncertain.
        doubted: The keys that are.
    """

    folder: Path
    rows: list[dict[str, Any]]
    inputs: tuple[str, ...]
    files: list[Path]
    ranges: list[dict[str, Any]] = field(default_factory=list)
    doubted: frozenset[str] = frozenset()


def default_folder(plan: Plan) -> Path:
    """Where a sweep's results go unless another folder is named."""
    return Path("runs") / (plan.name or "sweep")


def run_sweep(
    plan: Plan, out: str | Path | None = None, *, retry: bool = False, show: bool = False
) -> Outcome:
    """Bring all cases to their end, write tables and page; what is done is not run again.

    Args:
        plan: From `plan_sweep`.
        out: The sweep's folder; by default `runs/<name of the study>`.
        retry: Run failed cases again.
        show: Show the cases on the terminal.

    Raises:
        InputError: The folder holds something else.
        KeyboardInterrupt: From outside; what is done stays.
    """
    folder = Path(out) if out is not None else default_folder(plan)
    store = CaseStore(folder)
    with store.alone():
        remove_leftovers(folder)
        entries, studies = _entries(plan, store)
        with Board(_names(entries), show=show) as board, orders.obeyed():
            try:
                run_tasks(studies, plan.table, folder, retry=retry, report=board)
            finally:  # a table of what there is, however it ended
                outcome = _write(entries, folder, plan)
                write_text(folder / STUDY, to_toml(plan.said))
        from ...postprocess.report.make import make_report

        page = make_report(folder)
    return replace(outcome, files=[*outcome.files, *([page] if page else [])])


def _entries(plan: Plan, store: CaseStore) -> tuple[list[Entry], dict[Task, GeometryStudy]]:
    """Folders and tasks of all cases, and the study of each task; equal cases share them."""
    seconds = None if plan.table.timeout is None else float(plan.table.timeout)
    numbers = store.number(list(plan.cases))
    entries, studies = [], {}
    for number, case in zip(numbers, plan.cases, strict=True):
        tasks = {}
        levels = levels_of(case.study, error=plan.table.error) if case.study is not None else ()
        for level in levels:
            place = store.place(number) / level.name
            task = make_task(place, level.study, ranks=plan.table.ranks, seconds=seconds)
            tasks[level.name], studies[task] = task, level.study
        entries.append(Entry(number, case, tasks))
    return entries, studies


def _names(entries: Sequence[Entry]) -> dict[Task, str]:
    return {
        task: f"{entry.number:04d} {level}".strip() + f"  {spelled(entry.case.inputs)}"
        for entry in entries
        for level, task in entry.tasks.items()
    }


def _write(entries: Sequence[Entry], folder: Path, plan: Plan) -> Outcome:
    rows = [row_of(entry, error=plan.table.error) for entry in entries]
    inputs = tuple(dict.fromkeys(key for e in entries for key in input_columns(e.case)))
    done = [row for row in rows if row["status"] == "done"]
    outcome = Outcome(folder, rows, inputs, write_table(folder / RESULTS, rows))
    if plan.doubted:
        metrics = [name for name in _metrics(done, inputs) if name[:1].isupper()]
        ranges = ranges_over(done, inputs=inputs, doubted=plan.doubted, metrics=metrics)
        files = write_table(folder / RANGES, ranges) if ranges else []
        files = [*outcome.files, *files]
        return replace(outcome, files=files, ranges=ranges, doubted=plan.doubted)
    if any(map(is_seed, inputs)):
        spread = spread_over_seeds(done, inputs=inputs, metrics=_metrics(done, inputs))
        outcome.files.extend(write_table(folder / SPREAD, spread))
    return outcome


def _metrics(done: Sequence[dict[str, Any]], inputs: Sequence[str]) -> list[str]:
    """Columns of numbers, without those of their errors."""
    about = (*ABOUT, WARNINGS, *inputs)
    numbers = dict.fromkeys(key for row in done for key in row if key not in about)
    return [key for key in numbers if key.removesuffix(" error") not in numbers.keys() - {key}]
