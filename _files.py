"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError

_PREFIX = ".part-"
PARTS = f"{_PREFIX}*"
"""Names of files that are not whole yet, as a pattern."""


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` when the block succeeds.

    A reader sees the old file or the new one, never half of one, even when the process is
    killed. The temporary name keeps the suffix, since many writers choose their format by it.
    Missing folders are made. When the block raises, the temporary file is removed and `path`
    stays as it was.

        with atomic_path(folder / "summary.json") as temporary:
            temporary.write_text(text)
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = part_of(target)
    try:
        yield temporary
        os.replace(temporary, target)
    except OSError as error:
        error.filename = error.filename or str(target)  # a full disk does not say which file
        raise
    finally:
        temporary.unlink(missing_ok=True)


def part_of(target: Path) -> Path:
    """The name under which this process writes a file that is not whole yet."""
    return target.with_name(f"{_PREFIX}{os.getpid()}-{target.name}")


def write_text(path: str | Path, text: str) -> None:
    """Write `text` (UTF-8) to `path`, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def check_target(path: str | Path) -> None:
    """See, before anything is computed for it, that a file can be written; its folder is made.

    Raises:
        InputError: It cannot; the message names it and the cause.
    """
    target = Path(path)
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder, but a file is to be written")
        target.parent.mkdir(parents=True, exist_ok=True)
        trial = part_of(target)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror})") from None


def failure_of(error: OSError) -> str:
    """What the system refused, in one line: the file, by the user's name for it, and the cause."""
    cause = error.strerror or " ".join(str(error).split()) or type(error).__name__
    if not isinstance(error.filename, str | os.PathLike):
        return cause
    file = Path(error.filename)
    if file.name.startswith(_PREFIX):
        file = file.with_name(file.name.removeprefix(_PREFIX).partition("-")[2])
    return f"{file}: {cause}"


def remove_leftovers(folder: str | Path) -> None:
    """Delete the temporary files that a killed process left in `folder`."""
    for leftover in Path(folder).glob(PARTS):
        leftover.unlink(missing_ok=True)
