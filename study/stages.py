"""Where a command without time steps stands: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Self

from .progress import SECONDS_BETWEEN_LINES
from .terminal import terminal

_UNSEEN = 2.0
"""Time that passes before a bar is shown [s]."""


class Stages:
    """Tells on the error stream which stage a command is at, from a thread of its own.

    Args:
        show: Whether to tell anything at all.
        pause: Time between two lines where there is no terminal [s].
    """

    def __init__(self, *, show: bool, pause: float = SECONDS_BETWEEN_LINES) -> None:
        self._show = show
        self._pause = pause
        self._console = terminal()
        self._start, self._worked = time.monotonic(), time.process_time()
        self._stage, self._detail = "", ""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        if self._show:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._show:
            self._thread.join(timeout=1.0)

    def say(self, line: str) -> None:
        """Tell something at once."""
        if self._show:
            self._console.print(line, markup=False, highlight=False)

    def at(self, stage: str) -> None:
        """A stage begins."""
        self._stage, self._detail = stage, ""

    def tell(self, detail: str) -> None:
        """How far the stage is."""
        self._detail = detail

    def solving(self, number: int, error: float) -> None:
        """An iteration of a solver is done; what is left is its relative error."""
        self.tell(f"iteration {number}, {100 * error:.2g} % left")

    @property
    def _line(self) -> str:
        passed = time.monotonic() - self._start
        detail = f": {self._detail}" if self._detail else ""
        return f"{passed:5.0f} s  {self._stage}{detail}"

    def _watch(self) -> None:
        if self._console.is_terminal:
            self._bar()
            return
        while not self._done.wait(self._pause):
            # a short command on a machine that is busy with others says nothing
            waited = time.monotonic() - self._start
            if waited >= 3 * self._pause or time.process_time() - self._worked >= 0.5 * self._pause:
                self.say(self._line)

    def _bar(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        columns: list[Any] = [TextColumn("{task.description}", markup=False)]
        bar = Progress(*columns, BarColumn(bar_width=20), console=self._console, transient=True)
        if self._done.wait(_UNSEEN):
            return
        with bar:
            task = bar.add_task("", total=None)
            while not self._done.wait(0.2):
                bar.update(task, description=self._line)
