"""One process's work: a study, the folder of its results, and how far that has come."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ..._files import write_text
from ..folder import CASE as RECORD
from ..folder import STUDY, read_provenance
from ..provenance import study_digest
from ..schema import GeometryStudy, RunStudy
from ..source import MANY
from ..to_toml import to_toml

OUTPUT, SUMMARY, MESH = "output.txt", "summary.json", "mesh.msh"

Kind = Literal["run", "mesh", "family"]
Status = Literal["running", "done", "failed", "timed out", "stopped"]


@dataclass(frozen=True)
class Task:
    """A study to be run in a folder by a process of its own.

    Attributes:
        folder: Where its results go.
        digest: Of all that can change them.
        ranks: MPI processes.
        kind: "run" for a whole study, "mesh" for a geometry alone, "family" for many runs that a
            reduced model is learned from, whose folders `members.json` lists.
        seconds: After which it is stopped [s]; None for never.
    """

    folder: Path
    digest: str
    ranks: int = 1
    kind: Kind = "run"
    seconds: float | None = None


@dataclass(frozen=True)
class Record:
    """How a task stands: `case.json` in its folder.

    Attributes:
        digest: Of the study that it is about.
        status: Where it stands.
        reason: Why it did not come to its end.
        exit_code: Of the process; negative for a signal.
        wall: Time from start to end [s].
        starts: How often it was begun.
        pid: Of the process.
    """

    digest: str
    status: Status
    reason: str = ""
    exit_code: int | None = None
    wall: float | None = None
    starts: int = 1
    pid: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it is not to be begun again unless that is asked for."""
        return self.status in ("done", "failed", "timed out")


def make_task(
    folder: Path, study: GeometryStudy, *, ranks: int = 1, seconds: float | None = None
) -> Task:
    """A task, and its folder with the study in it."""
    study = study.model_copy(update=dict.fromkeys(MANY))
    kind: Kind = "run" if isinstance(study, RunStudy) else "mesh"
    folder.mkdir(parents=True, exist_ok=True)
    task = Task(folder.absolute(), study_digest(study), ranks, kind, seconds)
    if read_record(task) is None:  # an earlier study's papers would be taken for this one's
        (folder / RECORD).unlink(missing_ok=True)
        values = study.model_dump(mode="json", exclude_none=True)
        write_text(folder / STUDY, to_toml(values))
    return task


def read_record(task: Task) -> Record | None:
    """What is known of a task; None when it was never begun, or its folder is another study's.

    A run that came to its end although nobody was left to write that down is done.
    """
    record = _stored(task)
    if _finished(task) and (record is None or record.status != "done"):
        starts = record.starts if record else 1
        return Record(task.digest, "done", wall=record.wall if record else None, starts=starts)
    return record


def _finished(task: Task) -> bool:
    """Whether the results themselves say that they are whole."""
    if task.kind == "family":
        return False
    if task.kind == "run":
        made = read_provenance(task.folder)
        return made.get("study") == task.digest and bool(made.get("finished"))
    try:
        summary = json.loads((task.folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(summary.get("study") == task.digest)


def _stored(task: Task) -> Record | None:
    try:
        found: dict[str, Any] = json.loads((task.folder / RECORD).read_text(encoding="utf-8"))
        record = Record(**found)
    except (OSError, ValueError, TypeError):
        return None
    known = record.digest == task.digest and record.status in get_args(Status)
    return record if known else None


def write_record(task: Task, record: Record) -> None:
    """Write a task's record, whole or not at all."""
    write_text(task.folder / RECORD, json.dumps(asdict(record), indent=2) + "\n")


def forget_failure(task: Task) -> None:
    """Let a failed task be begun again."""
    record = read_record(task)
    if record is not None and record.status in ("failed", "timed out"):
        write_record(task, replace(record, status="stopped"))
