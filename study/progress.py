"""Shows where a run stands: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .terminal import terminal

if TYPE_CHECKING:
    from ..solver.settings import StepReport

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Takes the solver's reports, and the package's log, to the user's terminal.

    Args:
        show: Whether to show anything at all.
    """

    def __init__(self, *, show: bool) -> None:
        self._show = show
        self._bar: Any = None
        self._handler: logging.Handler | None = None
        self._task: Any = None
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        if self._show:
            self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handler is not None:
            logging.getLogger("nanotrode").removeHandler(self._handler)
        if self._bar is not None and self._bar.live.is_started:  # else it prints an empty line
            self._bar.stop()

    def __call__(self, report: StepReport) -> None:
        """Show a report."""
        if not self._show:
            return
        line = describe(report)
        if self._bar.console.is_terminal:
            if self._task is None:
                self._task = self._bar.add_task(line, total=1.0)
            self._bar.update(self._task, completed=report.fraction, description=line)
        elif time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._bar.console.print(f"{report.fraction:4.0%} {line}", markup=False, highlight=False)

    def _start(self) -> None:
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = terminal()
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._handler = ToConsole(console)
        logging.getLogger("nanotrode").addHandler(self._handler)
        if console.is_terminal:
            self._bar.start()


class ToConsole(logging.Handler):
    """Log lines above the bar."""

    def __init__(self, console: Any) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message."""
        warns = record.levelno >= logging.WARNING
        self._console.print(
            f"{'Warning: ' if warns else ''}{record.getMessage()}",
            markup=False,
            highlight=False,
            style="yellow" if warns else None,
        )


def describe(report: StepReport) -> str:
    """Time, potential, protocol step and time step in one line."""
    return (
        f"t {report.time:.4g} s  {report.voltage:.4f} V  "
        f"step {report.step_index + 1}: {report.step_text}  dt {report.dt:.2g} s"
    )
