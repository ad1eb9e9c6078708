"""Shows how many cases stand where: a live table on a terminal, a line per case elsewhere."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .launch import last_line
from .task import OUTPUT, Record, Task

if TYPE_CHECKING:
    from rich.console import RenderableType

_COLOURS = {"done": "green", "failed": "red", "timed out": "red", "stopped": "yellow"}
_SHOWN = 8
"""Cases that have ended, and that run, which are shown."""


class Board:
    """Takes reports of tasks to the terminal; several threads may report.

    Args:
        names: What to call each task.
        show: Whether to show anything at all.
    """

    def __init__(self, names: Mapping[Task, str], *, show: bool) -> None:
        self._names = dict(names)
        self._show = show
        self._lock = threading.Lock()
        self._running: dict[Task, float] = {}
        self._ended: deque[tuple[Task, Record]] = deque(maxlen=_SHOWN)
        self._counts: dict[str, int] = {}
        self._walls: list[float] = []
        self._live: Any = None
        self._handler: logging.Handler | None = None

    def __enter__(self) -> Self:
        if self._show:
            from rich.live import Live

            from ..progress import ToConsole
            from ..terminal import terminal

            console = terminal()
            self._live = Live(get_renderable=self._table, console=console, transient=True)
            self._handler = ToConsole(console)
            logging.getLogger("nanotrode").addHandler(self._handler)
            if console.is_terminal:
                self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handler is not None:
            logging.getLogger("nanotrode").removeHandler(self._handler)
        if self._live is not None:
            self._live.stop()

    def add(self, task: Task, name: str) -> None:
        """Tell of a task that was not known at the start."""
        with self._lock:
            self._names[task] = name

    def __call__(self, task: Task, record: Record | None) -> None:
        """Note that a task has begun (no record) or ended."""
        with self._lock:
            if record is None:
                self._running[task] = time.monotonic()
                return
            ran = self._running.pop(task, None) is not None
            self._ended.append((task, record))
            self._counts[record.status] = self._counts.get(record.status, 0) + 1
            if ran and record.wall is not None:
                self._walls.append(record.wall)
        if (
            self._live is not None
            and not self._live.is_started
            and (ran or record.status != "done")
        ):
            line = f"{self._stand()}  {self._line(task, record)}"
            self._live.console.print(line, markup=False, highlight=False)

    def _line(self, task: Task, record: Record) -> str:
        wall = "" if record.wall is None else f" in {record.wall:.1f} s"
        reason = f": {record.reason}" if record.reason else ""
        return f"{self._names.get(task, task.folder.name)}  {record.status}{wall}{reason}"

    def _stand(self) -> str:
        ended = sum(self._counts.values())
        return f"{ended}/{len(self._names)}"

    def _table(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            table = Table(box=None, pad_edge=False, caption=self._caption(), caption_justify="left")
            for heading in ("case", "stands", "time", "says"):
                table.add_column(heading, no_wrap=True, overflow="ellipsis")
            for task, record in self._ended:
                wall = "" if record.wall is None else f"{record.wall:.0f} s"
                status = Text(record.status, _COLOURS.get(record.status, ""))
                table.add_row(Text(self._names[task]), status, wall, Text(record.reason))
            for task, since in islice(self._running.items(), _SHOWN):
                said = Text(last_line(task.folder / OUTPUT))
                wall = f"{time.monotonic() - since:.0f} s"
                table.add_row(Text(self._names[task]), Text("runs", "cyan"), wall, said)
        return table

    def _caption(self) -> str:
        ended, all_of_them = sum(self._counts.values()), len(self._names)
        bad = ended - self._counts.get("done", 0)
        parts = [f"{ended} of {all_of_them} ended", f"{len(self._running)} running"]
        parts += [f"{bad} not done"] if bad else []
        if self._walls and self._running and ended < all_of_them:
            each = sum(self._walls) / len(self._walls) / len(self._running)
            parts.append(f"about {_spoken(each * (all_of_them - ended))} left")
        return " · ".join(parts)


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
