"""Cases on one mesh that a reduced model may serve: told apart, and gathered into one task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..._files import write_text
from ..schema import GeometryStudy, Study
from .task import Task, read_record

MEMBERS, FOLDER = "members.json", "families"
WORTH_WHILE = 10
"""Cases on one mesh below which a reduced model is of no use: solver/reduced/run.py's number."""


def mesh_key(study: GeometryStudy) -> str:
    """What studies have in common whose runs may share a mesh; empty where that is not wanted."""
    if not isinstance(study, Study) or not study.solver.reduced:
        return ""
    return study.model_dump_json(include={"geometry", "mesh"})


def settle_reduced(studies: Sequence[GeometryStudy]) -> list[GeometryStudy]:
    """Studies without `solver.reduced` where too few share a mesh."""
    keys = [mesh_key(study) for study in studies]
    return [
        _in_full(study) if key and keys.count(key) < WORTH_WHILE else study
        for study, key in zip(studies, keys, strict=True)
    ]


def gather_families(
    tasks: Mapping[Task, GeometryStudy], folder: Path
) -> tuple[list[Task], dict[Task, list[Task]]]:
    """Make one task of all unfinished ones that share a mesh and a reduced model.

    Args:
        tasks: Each with its study.
        folder: Of the sweep.

    Returns:
        The tasks to be run, and the members of those that stand for several.
    """
    alone: list[Task] = []
    groups: dict[str, list[Task]] = {}
    for task, study in tasks.items():
        record = read_record(task)
        key = mesh_key(study)
        if key and not (record is not None and record.ended):
            groups.setdefault(key, []).append(task)
        else:
            alone.append(task)
    families = {_family(members, folder): members for members in groups.values()}
    return [*alone, *families], families


def _family(members: Sequence[Task], folder: Path) -> Task:
    digest = hashlib.sha256("".join(task.digest for task in members).encode()).hexdigest()
    place = (folder / FOLDER / digest[:12]).absolute()
    names = [str(task.folder) for task in members]
    write_text(place / MEMBERS, json.dumps(names, indent=1) + "\n")
    seconds = [task.seconds for task in members if task.seconds is not None]
    return Task(place, digest, kind="family", seconds=sum(seconds) if seconds else None)


def _in_full(study: GeometryStudy) -> GeometryStudy:
    assert isinstance(study, Study)
    solver = study.solver.model_copy(update={"reduced": False})
    return study.model_copy(update={"solver": solver})
