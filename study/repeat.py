"""A run that is made again: it waits in the folder until it is whole; then the old one goes.

    .new/<name>/      a run's folder, under way
    .new/moves.json   what of it is to be moved, from the moment that it is whole

Moving goes file by file and may be cut anywhere: whoever comes next completes it, and until then
the folder says that it holds an unfinished run.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from .._files import write_text
from ..postprocess.field_files import FOLDER, remove_empty
from .folder import (
    MESH,
    PROVENANCE,
    STUDY,
    read_provenance,
    result_files,
    write_provenance,
    write_study,
)

NEW, MOVES = ".new", "moves.json"


def place(folder: Path) -> Path:
    """Where a repeat of the run in a folder waits; its name is, or was, the folder's."""
    there = sorted(folder.glob(f"{NEW}/*/"))
    return there[0] if there else folder / NEW / (folder.resolve().name or "run")


def old(work: Path) -> Path | None:
    """The folder of the run that is made again in `work`; None if none is."""
    return work.parents[1] if work.parent.name == NEW else None


def begin(folder: Path) -> Path:
    """An empty place for a repeat."""
    shutil.rmtree(folder / NEW, ignore_errors=True)
    work = place(folder)
    work.mkdir(parents=True)
    return work


def is_whole(folder: Path) -> bool:
    """Whether there is a repeat that is finished, and not in its place yet."""
    return (folder / NEW / MOVES).exists() or bool(read_provenance(place(folder)).get("finished"))


def settle(folder: Path) -> None:
    """Put a repeat that is whole where the old run is, which goes."""
    work, moves = place(folder), folder / NEW / MOVES
    if not moves.exists():
        found = sorted(str(path.relative_to(work)) for path in work.rglob("*") if path.is_file())
        write_text(moves, json.dumps(found, indent=1) + "\n")
    names = [name for name in json.loads(moves.read_text("utf-8")) if name != PROVENANCE]
    if made := read_provenance(work):
        write_provenance(folder, made | {"finished": None})
    kept = {folder / name for name in names}
    for old in [*result_files(folder), folder / MESH]:
        if old not in kept:
            old.unlink(missing_ok=True)
    for name in [*names, PROVENANCE]:
        _move(work / name, folder / name)
    remove_empty(folder / FOLDER)
    shutil.rmtree(folder / NEW)


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return  # moved before
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.name == STUDY:
        write_study(target.parent, source.read_text("utf-8"))
        source.unlink()
    else:
        os.replace(source, target)
