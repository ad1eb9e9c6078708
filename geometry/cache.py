"""Meshes kept from one run to the next, by the hash of all that they are made from.

They are in `~/.cache/nanotrode/meshes` (`XDG_CACHE_HOME` is heeded); the environment variable
`NANOTRODE_CACHE` names another folder, and `NANOTRODE_CACHE=0` keeps none. A mesh is there whole
or not at all, a damaged one is made again, and the oldest go when all together are too large.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._files import atomic_path
from ..errors import MeshError
from .build_cad import Shape, build_mesh
from .mesh import ElectrodeMesh
from .sizing import Sizing

log = logging.getLogger(__name__)

MOST_BYTES = 2_000_000_000
_ARRAYS = ("points", "cells", "cell_tags", "facets", "facet_tags")


class Made(NamedTuple):
    """A mesh and where it comes from.

    Attributes:
        mesh: the mesh.
        found: the file that held it, or None if it was made now.
        seconds: that making or reading took [s].
    """

    mesh: ElectrodeMesh
    found: Path | None
    seconds: float


def build_or_find(shape: Shape, *, sizing: Sizing | None = None, order: int = 2) -> Made:
    """The mesh that `build_mesh` would make, from the cache if it is there.

    Raises:
        MeshError: if it has to be made and cannot be.
    """
    start, folder = time.perf_counter(), cache_folder()
    path = None if folder is None else folder / f"{recipe(shape, sizing, order)}.npz"
    mesh = None if path is None else _read(path)
    if mesh is not None:
        return Made(mesh, path, time.perf_counter() - start)
    mesh = build_mesh(shape, sizing=sizing, order=order)
    if path is not None:
        _keep(mesh, path)
    return Made(mesh, None, time.perf_counter() - start)


def cache_folder() -> Path | None:
    """Where meshes are kept, or None if they are not."""
    given = os.environ.get("NANOTRODE_CACHE", "").strip()
    if given == "0":
        return None
    if given:
        return Path(given) / "meshes"
    home = os.environ.get("XDG_CACHE_HOME", "").strip()
    try:
        return (Path(home) if home else Path.home() / ".cache") / "nanotrode" / "meshes"
    except RuntimeError:  # a user without a home keeps none
        return None


def recipe(shape: Shape, sizing: Sizing | None, order: int) -> str:
    """SHA-256 of all that a mesh is made from, the mesher included."""
    values = [shape.describe(), asdict(sizing or Sizing()), order, _mesher()]
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=repr).encode()).hexdigest()


@cache
def _mesher() -> str:
    """SHA-256 of this folder's sources and of what they call."""
    state = hashlib.sha256()
    for package in ("gmsh", "numpy", "scipy"):
        try:
            state.update(metadata.version(package).encode())
        except metadata.PackageNotFoundError:
            state.update(b"-")
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        state.update(file.read_bytes())
    return state.hexdigest()


def _read(path: Path) -> ElectrodeMesh | None:
    """The mesh in a file; None if there is none, or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            notes = json.loads(str(stored["notes"]))
            mesh = ElectrodeMesh(
                **{key: stored[key] for key in _ARRAYS},
                footprint=notes["footprint"],
                multiplicity=notes["multiplicity"],
                shape=notes["shape"],
            )
        if mesh.digest() != notes["digest"]:
            raise ValueError("it is not what was written")
        os.utime(path)
        return mesh
    except FileNotFoundError:
        return None
    except Exception as error:  # zip, JSON, numpy and ours: whatever a damaged file can raise
        log.debug("%s is damaged and made again: %s", path, error)
        return None


def _keep(mesh: ElectrodeMesh, path: Path) -> None:
    """Write a mesh, and drop the oldest ones; a cache that cannot be written to is no error."""
    notes = {
        "footprint": mesh.footprint,
        "multiplicity": mesh.multiplicity,
        "shape": mesh.shape,
        "digest": mesh.digest(),
    }
    arrays = {key: getattr(mesh, key) for key in _ARRAYS}
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, notes=np.array(json.dumps(notes)), **arrays)
        _drop_oldest(path.parent)
    except (OSError, TypeError, MeshError) as error:
        log.info("the mesh is not kept: %s", error)


def _drop_oldest(folder: Path) -> None:
    room = MOST_BYTES
    for _, size, file in sorted(_entries(folder), reverse=True):
        room -= size
        if room < 0:
            file.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file was last used, and its size."""
    for file in folder.glob("*.npz"):
        try:
            status = file.stat()
        except FileNotFoundError:  # another run has dropped it
            continue
        yield status.st_mtime, status.st_size, file
