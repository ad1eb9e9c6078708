"""Which files in a run's folder are its fields: those that `blocks` writes, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from . import names

COLLECTION, FOLDER = "fields.pvd", "fields"

_OUTPUT = re.compile(r"\d{4,}")
_BLOCKS = (names.ELECTRODE, names.INTERFACE, names.ELECTROLYTE, names.COLLECTOR)
_SHARED = re.compile(rf"{names.ELECTROLYTE}-\d{{4,}}\.vtu")


def field_files(fields: Path) -> Iterator[Path]:
    """All files of fields in the folder `fields`; a user's own files are none."""
    for path in sorted(fields.iterdir()) if fields.is_dir() else ():
        is_list = path.suffix == ".vtm" and _OUTPUT.fullmatch(path.stem)
        if is_list or _SHARED.fullmatch(path.name):
            yield path
        elif _OUTPUT.fullmatch(path.name) and path.is_dir():
            yield from (file for block in _BLOCKS if (file := path / f"{block}.vtu").exists())


def output_of(path: Path, fields: Path) -> str | None:
    """The name of the output that a file of fields belongs to; None where several share it."""
    first = path.relative_to(fields).parts[0]
    return None if _SHARED.fullmatch(first) else Path(first).stem


def remove_empty(fields: Path) -> None:
    """Remove the folders of outputs in which nothing is left, and `fields` itself if empty."""
    for folder in [*fields.glob("[0-9]*/"), fields]:
        if not folder.is_symlink() and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
