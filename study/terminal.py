"""What is shown beside the results: it may go nowhere, and no run ends for that."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rich.console import Console


def terminal() -> Console:
    """A console on the error stream that never fails, whether that is closed, broken or full."""
    from rich.console import Console

    return Console(file=cast(IO[str], _Unfailing(sys.stderr)), soft_wrap=True)


def open_streams() -> None:
    """Make both output streams fit to be written to.

    One that was closed goes nowhere, and what a terminal's encoding lacks is escaped.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush_output() -> None:
    """Write what standard output holds back, while an error can still be told.

    Raises:
        OSError: It cannot be written.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        error.filename = error.filename or "standard output"
        raise


def drop(stream: Any) -> None:
    """Send nowhere what a stream still holds: Python would write it at its end, and complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Unfailing:
    """A text stream whose troubles nobody hears of."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        try:
            self._stream.write(text)
        except (OSError, ValueError, AttributeError):
            drop(self._stream)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self._stream.flush()
        except (OSError, ValueError, AttributeError):
            drop(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
