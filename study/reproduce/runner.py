"""Runs the studies of a reproduction, each as an ordinary case in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..._files import write_text
from ...errors import SolverError
from ..cases.crew import run_tasks
from ..cases.schema import CasesTable
from ..cases.task import Record, Task, make_task
from ..loading import load_study
from ..schema import GeometryStudy
from ..signals import orders

Tell = Callable[[str], None]
"""Takes a line for the user."""


def run_studies(texts: Mapping[str, str], out: Path, *, force: bool, tell: Tell) -> None:
    """Run what has not been run yet, side by side; what was interrupted goes on.

    Args:
        texts: Study files by the name of their run.
        out: Gets `studies/` and `runs/`.
        force: Begin again what has failed.
        tell: Gets a line when a run begins and when it ends.

    Raises:
        SolverError: A run failed; the others have come to their ends.
    """
    tasks: dict[Task, GeometryStudy] = {}
    for key, text in texts.items():
        path = out / "studies" / f"{key}.toml"
        write_text(path, text)
        study = load_study(path)
        tasks[make_task(out / "runs" / key, study)] = study
    ended: dict[Task, Record] = {}

    def report(task: Task, record: Record | None) -> None:
        if record is None:
            tell(f"begun: {task.folder.name}")
            return
        ended[task] = record
        took = "" if record.wall is None else f" after {record.wall:.0f} s"
        tell(f"{len(ended)} of {len(tasks)} {record.status}: {task.folder.name}{took}")

    with orders.obeyed():
        run_tasks(tasks, CasesTable(), out, retry=force, report=report)
    failed = [f"{task.folder.name}: {r.reason}" for task, r in ended.items() if r.status != "done"]
    if failed:
        raise SolverError("\n".join(failed) + "\nbegin them again with --force")
