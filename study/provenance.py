"""Where a result comes from: versions, machine, mesh and study, written beside it."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ..solver.software import versions as solver_versions
from .build import make_shape, make_sizing
from .cards import numbers_of, study_origins, texts_of
from .geometries import OwnMeshTable
from .microstructures import ImageTable
from .schema import GeometryStudy, RunStudy

PACKAGES = (
    "nanotrode", "dolfinx-solver-real", "fenics-dolfinx", "petsc4py", "mpi4py", "gmsh", "meshio",
    "numpy", "scipy", "pyvista", "vtk", "pydantic", "pint", "fenics-basix", "fenics-ffcx",
    "fenics-ufl", "matplotlib", "mpich", "optuna",
)  # fmt: skip
CARD_TEXTS = "card texts"
"""Where `provenance.json` keeps the whole content of each material card."""


def provenance(study: RunStudy, *, ranks: int = 1) -> dict[str, Any]:
    """Everything needed to say what made a run's folder, JSON-able."""
    return {
        "study": study_digest(study),
        "protocol": [table.model_dump(mode="json") for table in study.protocol],
        "mesh_recipe": mesh_digest(study),
        "mesh": None,
        "seed": getattr(study.geometry, "seed", None),
        **study_origins(study).as_table(),
        CARD_TEXTS: texts_of(study),
        "versions": versions(),
        "commit": commit(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "ranks": ranks,
        "started": now(),
        "finished": None,
    }


def study_digest(study: GeometryStudy) -> str:
    """SHA-256 of all that can change the results; name, question, pictures, report do not."""
    silent: Any = {
        "name": True,
        "question": True,
        "sweep": True,
        "optimise": True,
        "output": {"pictures", "report"},
    }
    values = study.model_dump(mode="json", exclude=silent)
    return _digest(values | {"files": _files(study)})


def mesh_digest(study: GeometryStudy) -> str:
    """SHA-256 of all that the mesh is made from."""
    values = study.model_dump(mode="json", include={"geometry", "mesh"})
    if not isinstance(study.geometry, OwnMeshTable):
        values["sizing"] = asdict(make_sizing(study))
    made_by = [_version("gmsh"), _version("nanotrode"), commit()]
    return _digest(values | {"file": _geometry_file(study), "made_by": made_by})


def versions() -> dict[str, str]:
    """Versions of the packages that are installed and matter."""
    found = {name: _version(name) for name in PACKAGES} | solver_versions()
    return {name: version for name, version in found.items() if version is not None}


def commit() -> str | None:
    """The checkout's commit, with '+changes' when files differ from it; None outside one."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{head}+changes" if changed else head


def now() -> str:
    """The date and time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _git(root: Path, *arguments: str) -> str:
    answer = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=10
    )
    return answer.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _files(study: GeometryStudy) -> list[str | None]:
    """Contents of the files and cards that the study names."""
    return [_geometry_file(study), _digest(numbers_of(study))]


def _geometry_file(study: GeometryStudy) -> str | None:
    """Digest of what the geometry's file holds; of an image's, its shape's description."""
    if isinstance(study.geometry, OwnMeshTable):
        return _content(study.geometry.file)
    if isinstance(study.geometry, ImageTable):
        shape = make_shape(study)
        assert shape is not None
        return _digest(shape.describe())
    return None


def _content(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
