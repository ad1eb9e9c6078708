"""A run's folder: whose it is, whether it may be written, what is kept in it."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from .._files import PARTS, write_text
from ..postprocess.field_files import COLLECTION, FOLDER, field_files, remove_empty
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
CHECKPOINTS = ("checkpoint.npz", "checkpoint-before.npz", "checkpoint-damaged.npz")
RESULTS = (COLLECTION, "timeseries.csv", "summary.json", *CHECKPOINTS, LOG)
"""What a run leaves beside its fields and pictures."""
CASE = "case.json"
"""What a sweep leaves in a case's folder before the case is begun."""
AS_GIVEN = "study-as-given"


def read_provenance(folder: Path) -> dict[str, Any]:
    """What made the folder; empty when nothing is known."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("study"), str) else {}


def write_provenance(folder: Path, values: dict[str, Any]) -> None:
    """Write `provenance.json`, whole or not at all."""
    write_text(folder / PROVENANCE, json.dumps(values, indent=2) + "\n")


def is_empty(folder: Path) -> bool:
    """Whether a folder is absent, or holds hidden files alone."""
    return not folder.exists() or all(path.name.startswith(".") for path in folder.iterdir())


def is_ours(folder: Path) -> bool:
    """Whether a run or a sweep has made the folder."""
    return bool(read_provenance(folder)) or (folder / CASE).exists()


def result_files(folder: Path) -> Iterator[Path]:
    """All files that a run leaves, but study, provenance and mesh; a user's own are none."""
    for name in (*RESULTS, *PICTURES, REPORT):
        if (folder / name).is_file() or (folder / name).is_symlink():
            yield folder / name
    yield from field_files(folder / FOLDER)
    for place in (folder, folder / FOLDER, *(folder / FOLDER).glob("[0-9]*/")):
        yield from place.glob(PARTS)


def clear(folder: Path) -> None:
    """Remove an earlier run's results, and nothing else; the mesh is kept for another use."""
    for path in result_files(folder):
        path.unlink(missing_ok=True)
    remove_empty(folder / FOLDER)


def study_text(study: RunStudy) -> str:
    """A study as its folder keeps it, with every default."""
    return to_toml(study.model_dump(mode="json", exclude_none=True))


def write_study(folder: Path, text: str) -> None:
    """Write `study.toml`; one that the user has written stays, under another name."""
    path = folder / STUDY
    if path.exists() and _is_users(path):
        names = (f"{AS_GIVEN}{f'-{k}' if k else ''}.toml" for k in range(1000))
        os.rename(path, next(new for name in names if not (new := folder / name).exists()))
    write_text(path, text)


def _is_users(path: Path) -> bool:
    """Whether a study file is not what `study_text` makes, which has no comment and one layout."""
    with suppress(OSError, ValueError):
        text = path.read_text(encoding="utf-8")
        return to_toml(tomllib.loads(text)) != text
    return True
