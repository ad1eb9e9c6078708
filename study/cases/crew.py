"""Who runs the tasks: this machine or Slurm; what is done already is not run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..schema import GeometryStudy
from . import slurm
from .families import gather_families
from .forms import compile_forms
from .pool import Report, cores, run_here
from .schema import CasesTable
from .task import Record, Task, forget_failure, read_record, write_record


def run_tasks(
    studies: Mapping[Task, GeometryStudy],
    table: CasesTable,
    folder: Path,
    *,
    retry: bool,
    report: Report,
) -> None:
    """Bring each task to its end.

    Args:
        studies: What is to be done, each with its study; what has ended is only reported.
        table: How many at a time, and where.
        folder: Of the sweep or search.
        retry: Whether failed ones are begun again.
        report: Hears of each beginning and end.
    """
    waiting = {}
    for task, study in studies.items():
        if retry:
            forget_failure(task)
        record = read_record(task)
        if record is not None and record.ended:
            report(task, record)
        else:
            waiting[task] = study
    if not waiting:
        return
    tasks, families = gather_families(waiting, folder)
    report = _for_members(families, report)
    if table.executor == "slurm":
        slurm.run_on_slurm(tasks, table.slurm, folder, jobs=table.jobs, report=report)
        return
    compile_forms(tasks)
    run_here(tasks, jobs=jobs_here(table), report=report)


def _for_members(families: Mapping[Task, Sequence[Task]], report: Report) -> Report:
    """Reports of a family as reports of its members."""

    def tell(task: Task, record: Record | None) -> None:
        for member in families.get(task, (task,)):
            own = record
            if member is not task and record is not None:
                own = read_record(member) or replace(record, digest=member.digest, wall=None)
                write_record(member, own)
            report(member, own)

    return tell


def jobs_here(table: CasesTable) -> int:
    """How many cases run at the same time on this machine."""
    return table.jobs or max(1, cores() // table.ranks)
