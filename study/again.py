"""What a command that was interrupted says: how to go on."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from pathlib import Path

from ..errors import Interrupted
from .signals import orders


def interrupted(
    command: str, study: Path, *, out: Path | None, overrides: Sequence[str], flag: str = ""
) -> Interrupted:
    """The error of an interrupted command, with the words that go on with it.

    Args:
        command: Such as "run".
        study: The study file.
        out: The folder that was asked for.
        overrides: Of the study's keys.
        flag: With which the command goes on.
    """
    words = ["nanotrode", command, str(study), *(["--out", str(out)] if out else [])]
    words += [word for override in overrides for word in ("--set", override)]
    words += [flag] if flag else []
    return Interrupted(f"{said()}; go on with: {shlex.join(words)}", exit_code=exit_code())


def said() -> str:
    """That the process was told to end, and by what."""
    by = orders.number
    return "interrupted" if by == signal.SIGINT else f"interrupted by {signal.Signals(by).name}"


def exit_code() -> int:
    """What a shell makes of the signal."""
    return 128 + orders.number
