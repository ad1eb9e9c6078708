"""Runs a sweep: each case in its folder, then the tables of results."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..._files import remove_leftovers
from ..cases.board import Board
from ..cases.case import Case, spelled
from ..cases.crew import ended_like_interrupted, run_tasks
from ..cases.harvest import harvest
from ..cases.store import CaseStore
from ..cases.table import input_columns, write_table
from ..cases.task import Record, Status, Task, make_task, read_record
from ..schema import GeometryStudy
from .bars import error_bars
from .levels import levels_of
from .plan import Plan
from .spread import is_seed, spread_over_seeds

log = logging.getLogger("nanotrode")

RESULTS, SPREAD = "results", "spread"
ABOUT = ("case", "folder", "status", "reason", "wall [s]")


@dataclass(frozen=True)
class Entry:
    """A case of the sweep, its number, and the tasks of its levels.

    Attributes:
        number: Of its folder.
        case: What varies, and its study.
        tasks: By the name of the level; empty where the case is impossible.
    """

    number: int
    case: Case
    tasks: dict[str, Task]


@dataclass(frozen=True)
class Outcome:
    """What a sweep came to.

    Attributes:
        folder: Of the sweep.
        rows: Of the table of results.
        inputs: Names of the columns that say what varies.
        files: The tables.
    """

    folder: Path
    rows: list[dict[str, Any]]
    inputs: tuple[str, ...]
    files: list[Path]


def default_folder(plan: Plan) -> Path:
    """Where a sweep's results go unless another folder is named."""
    return Path("runs") / (plan.name or "sweep")


def run_sweep(
    plan: Plan, out: str | Path | None = None, *, retry: bool = False, show: bool = False
) -> Outcome:
    """Bring all cases to their end and write the tables; done ones are not run again.

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
        with Board(_names(entries), show=show) as board, ended_like_interrupted():
            try:
                run_tasks(studies, plan.table, folder, retry=retry, report=board)
            finally:  # a table of what there is, however it ended
                outcome = _write(entries, folder, error=plan.table.error)
    return outcome


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


def _write(entries: Sequence[Entry], folder: Path, *, error: bool) -> Outcome:
    rows = [_row(entry, error=error) for entry in entries]
    inputs = tuple(dict.fromkeys(key for e in entries for key in input_columns(e.case)))
    files = write_table(folder / RESULTS, rows)
    if any(is_seed(key) for key in inputs):
        done = [row for row in rows if row["status"] == "done"]
        known = {*ABOUT, *inputs}
        metrics = list(dict.fromkeys(key for row in done for key in row if key not in known))
        metrics = [key for key in metrics if not key.endswith(" error")]
        files += write_table(
            folder / SPREAD, spread_over_seeds(done, inputs=inputs, metrics=metrics)
        )
    return Outcome(folder, rows, inputs, files)


def _row(entry: Entry, *, error: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"case": entry.number, **_stands(entry), **input_columns(entry.case)}
    if row["status"] != "done":
        return row
    numbers = {level: harvest(task) for level, task in entry.tasks.items()}
    bars = error_bars(numbers[""], numbers.get("coarse"), numbers.get("loose")) if error else {}
    for label, value in numbers[""].items():
        row[label] = value
        if label in bars:
            row[f"{label} error"] = bars[label]
    return row


def _stands(entry: Entry) -> dict[str, Any]:
    """Status, reason and time of a case; a level that failed leaves its reason."""
    if not entry.tasks:
        return dict(
            zip(
                ABOUT[1:], ("", "impossible", _first_line(entry.case.impossible), None), strict=True
            )
        )
    records = {level: read_record(task) for level, task in entry.tasks.items()}
    own = records[""]
    status: Status | str = own.status if own is not None else "waiting"
    reasons = list(_reasons(records))
    walls = [record.wall for record in records.values() if record is not None and record.wall]
    folder = entry.tasks[""].folder
    where = f"{folder.parent.name}/{folder.name}"
    return dict(
        zip(
            ABOUT[1:],
            (where, status, "; ".join(reasons), sum(walls) if walls else None),
            strict=True,
        )
    )


def _reasons(records: dict[str, Record | None]) -> Iterator[str]:
    for level, record in records.items():
        if record is not None and record.reason:
            yield f"{level}: {record.reason}" if level else record.reason


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""
