"""The rows of a sweep's table: how a case stands, what varies in it, what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..cases.case import Case
from ..cases.harvest import harvest, warnings_of
from ..cases.table import input_columns
from ..cases.task import Record, Task, read_record
from .bars import error_bars

ABOUT = ("case", "folder", "status", "reason", "wall [s]")
"""Columns that say how a case stands."""

WARNINGS = "warnings"
"""Column that counts the warnings of a case that is done, where it has any."""


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


def row_of(entry: Entry, *, error: bool) -> dict[str, Any]:
    """The row of a case; one that is not done has no numbers.

    Args:
        entry: The case.
        error: Whether each number has an error bar beside it.
    """
    row = _stands(entry) | input_columns(entry.case)
    if row["status"] != "done":
        return row
    numbers = {level: _numbers(task) for level, task in entry.tasks.items()}
    bars = error_bars(numbers[""], numbers.get("coarse"), numbers.get("loose")) if error else {}
    for label, value in numbers[""].items():
        row[label] = value
        if label in bars:
            row[f"{label} error"] = bars[label]
    warned = warnings_of(entry.tasks[""])
    return row | ({WARNINGS: len(warned)} if warned else {})


def _numbers(task: Task) -> dict[str, float]:
    """What a task came to; nothing where it did not come to its end."""
    record = read_record(task)
    return harvest(task) if record is not None and record.status == "done" else {}


def _stands(entry: Entry) -> dict[str, Any]:
    """How a case stands; a level that failed leaves its reason."""
    if not entry.tasks:
        why = entry.case.impossible.splitlines()[:1]
        values: tuple[Any, ...] = (entry.number, "", "impossible", "".join(why), None)
        return dict(zip(ABOUT, values, strict=True))
    records = {level: read_record(task) for level, task in entry.tasks.items()}
    own, folder = records[""], entry.tasks[""].folder
    status = own.status if own is not None else "waiting"
    walls = [record.wall for record in records.values() if record is not None and record.wall]
    where = f"{folder.parent.name}/{folder.name}"
    values = (entry.number, where, status, _reasons(records), sum(walls) if walls else None)
    return dict(zip(ABOUT, values, strict=True))


def _reasons(records: Mapping[str, Record | None]) -> str:
    return "; ".join(
        f"{level}: {record.reason}" if level else record.reason
        for level, record in records.items()
        if record is not None and record.reason
    )
