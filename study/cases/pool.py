"""Runs tasks side by side on this machine: threads that wait for processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from . import launch
from .task import Record, Task

Report = Callable[[Task, Record | None], None]
"""Called when a task begins (without a record), and when it ends."""


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def run_here(tasks: Sequence[Task], *, jobs: int, report: Report) -> None:
    """Run tasks, `jobs` at a time, in their order.

    Raises:
        KeyboardInterrupt: From outside; all processes have been ended by then.
    """
    processes = launch.Processes()

    def one(task: Task) -> tuple[Task, Record]:
        if not processes.stopping:
            report(task, None)
        return task, launch.launch(task, processes)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        waiting = {pool.submit(one, task) for task in tasks}
        try:
            while waiting:
                ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ended:
                    report(*future.result())
        except BaseException:
            processes.stop()
            try:
                pool.shutdown(cancel_futures=True)
            except BaseException:  # told again, while they write their checkpoints
                processes.kill()
                raise
            raise
