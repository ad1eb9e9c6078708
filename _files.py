"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".part-"


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
    temporary = target.with_name(f"{_PREFIX}{os.getpid()}-{target.name}")
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` (UTF-8) to `path`, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove_leftovers(folder: str | Path) -> None:
    """Delete the temporary files that a killed process left in `folder`."""
    for leftover in Path(folder).glob(f"{_PREFIX}*"):
        leftover.unlink(missing_ok=True)
