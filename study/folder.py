"""A run's folder: whose it is, whether it may be written, what is kept in it."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from .._files import write_text
from ..errors import InputError
from .provenance import study_digest
from .schema import RunStudy
from .to_toml import to_toml

STUDY, PROVENANCE, MESH, LOG = "study.toml", "provenance.json", "mesh.msh", "log.txt"
PICTURES = (
    "voltage.png",
    "stoichiometry.png",
    "current_density.png",
    "concentration_cut.png",
    "deposit.png",
    "deposit_thickness.png",
)
REPORT = "report.html"
RESULTS = ("fields", "fields.pvd", "timeseries.csv", "summary.json", "checkpoint.npz", LOG)
"""What a run leaves beside its pictures."""

State = Literal["new", "unfinished", "finished"]


def read_provenance(folder: Path) -> dict[str, Any]:
    """What made the folder; empty when nothing is known."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_provenance(folder: Path, values: dict[str, Any]) -> None:
    """Write `provenance.json`, whole or not at all."""
    write_text(folder / PROVENANCE, json.dumps(values, indent=2) + "\n")


def claim(folder: Path, study: RunStudy, *, resume: bool, force: bool) -> State:
    """See that the folder may be used for this study, and make it.

    Results are never lost without a word: a folder of another study, or with an unfinished run,
    is only overwritten when that is asked for.

    Returns:
        Whether the folder holds this study already: no ("new"), in part, or to its end.

    Raises:
        InputError: The folder holds something else, or an unfinished run.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file, but a folder is needed for the results")
    state = _state(folder, study, force=force)
    if state == "unfinished" and not (resume or force):
        raise InputError(
            f"{folder}: holds an unfinished run of this study; go on with --resume, "
            "or start again with --force"
        )
    if state == "new" or not resume:
        clear(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        values = study.model_dump(mode="json", exclude_none=True)
        write_text(folder / STUDY, to_toml(values))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None
    return state if resume else "new"


def clear(folder: Path) -> None:
    """Remove an earlier run's results, and nothing else; the mesh is kept for another use."""
    for name in (*RESULTS, *PICTURES, REPORT):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _state(folder: Path, study: RunStudy, *, force: bool) -> State:
    if not folder.exists() or not any(folder.iterdir()):
        return "new"
    made = read_provenance(folder)
    if made.get("study") == study_digest(study):
        return "finished" if made.get("finished") else "unfinished"
    if force:
        return "new"
    if not made:
        raise InputError(
            f"{folder}: is not empty and was not made by nanotrode; choose another folder "
            "with --out, or write into it with --force"
        )
    raise InputError(
        f"{folder}: holds another study{_differences(folder, study)}; choose another folder "
        "with --out, or overwrite it with --force"
    )


def _differences(folder: Path, study: RunStudy) -> str:
    try:
        there = tomllib.loads((folder / STUDY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    here = study.model_dump(mode="json", exclude_none=True)
    keys = [key for key in _changed(there, here) if key not in ("name", "question")]
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return f" (other {', '.join(keys[:3])}{more})" if keys else ""


def _changed(there: Any, here: Any, path: str = "") -> Iterator[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted(there.keys() | here.keys()):
            yield from _changed(there.get(key), here.get(key), f"{path}.{key}".lstrip("."))
    elif there != here:
        yield path
