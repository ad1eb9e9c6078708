"""The only gate to Gmsh: one model at a time, with the few verbs that building needs.

Poles enter as discrete surfaces (nodes and triangles that we computed), the box as planes of
Gmsh's own CAD kernel around them: no boolean operation is needed, so none can fail. Every verb
returns the entity it made; no entity number is ever written down.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

from ..errors import MeshError
from .arrays import Floats, Ints

APT_LINE = (
    "apt-get install -y --no-install-recommends libgl1 libglu1-mesa libx11-6 libxcursor1 "
    "libxext6 libxfixes3 libxft2 libxinerama1 libxrender1 libfontconfig1 libgomp1"
)
_HXT, _FRONTAL = 10, 6


class Tetrahedra(NamedTuple):
    """What came out: nodes in Gmsh's own numbering, cells, and the volume entity of each."""

    points: Floats
    cells: Ints
    volumes: Ints


def load_gmsh() -> ModuleType:
    """Import gmsh.

    Raises:
        MeshError: naming what to install, if gmsh or a library it needs is missing.
    """
    try:
        return importlib.import_module("gmsh")
    except OSError as error:
        raise MeshError(
            f"Gmsh lacks a system library ({error}); install it with: {APT_LINE}"
        ) from error
    except ImportError as error:
        raise MeshError("Gmsh is not installed; install it with: pip install gmsh") from error


@contextmanager
def gmsh_model(name: str) -> Iterator[GmshModel]:
    """A fresh Gmsh model, removed afterwards; a session that the caller opened stays open."""
    gmsh = load_gmsh()
    ours = not gmsh.isInitialized()
    if ours:
        gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        gmsh.model.add(name)
        yield GmshModel(gmsh)
    finally:
        if ours:
            gmsh.finalize()
        else:
            gmsh.model.remove()


class GmshModel:
    """Discrete curves and surfaces, planes around them, and the volumes they bound."""

    def __init__(self, gmsh: ModuleType) -> None:
        self._gmsh, self._model, self._geo = gmsh, gmsh.model, gmsh.model.geo
        self._nodes = 0
        # Discrete and CAD entities would otherwise be numbered independently, and collide.
        self._fresh = [count(1) for _ in range(4)]
        settings = {
            "General.Verbosity": 0,
            "General.Terminal": 0,
            "General.NumThreads": 1,
            "Mesh.RandomFactor": 1e-9,
            "Mesh.RandomSeed": 1,
            "Mesh.MeshSizeExtendFromBoundary": 0,
            "Mesh.MeshSizeFromPoints": 0,
            "Mesh.MeshSizeFromCurvature": 0,
            "Mesh.Algorithm": _FRONTAL,
            "Mesh.Algorithm3D": _HXT,
            "Mesh.Optimize": 1,
        }
        for key, value in settings.items():
            gmsh.option.setNumber(key, value)

    def nodes(self, points: Floats) -> Ints:
        """Reserve numbers for nodes that will be given to discrete entities."""
        first = self._nodes + 1
        self._nodes += len(points)
        return np.arange(first, first + len(points))

    def discrete_point(self, node: int, point: Floats) -> int:
        """A point that is a node of the mesh already."""
        tag = self._model.addDiscreteEntity(0, next(self._fresh[0]))
        # Lines of the CAD kernel may end here: it has to know where the point is.
        self._model.setCoordinates(tag, *point)
        self._model.mesh.addNodes(0, tag, [node], point)
        self._model.mesh.addElementsByType(tag, 15, [], [node])
        return tag

    def discrete_curve(self, ids: Ints, points: Floats, ends: tuple[int, int]) -> int:
        """A polyline; `ids` run from one end to the other (a closed one ends on its first)."""
        tag = self._model.addDiscreteEntity(1, next(self._fresh[1]), list(ends))
        if len(ids) > 2:
            self._model.mesh.addNodes(1, tag, ids[1:-1], points[1:-1].ravel())
        pairs = np.column_stack([ids[:-1], ids[1:]])
        self._model.mesh.addElementsByType(tag, 1, [], pairs.ravel())
        return tag

    def discrete_surface(
        self, triangles: Ints, inner_ids: Ints, inner_points: Floats, curves: Sequence[int]
    ) -> int:
        """Triangles of node numbers; `inner_*` are the nodes that lie on none of its curves."""
        tag = self._model.addDiscreteEntity(2, next(self._fresh[2]), list(curves))
        if len(inner_ids):
            self._model.mesh.addNodes(2, tag, inner_ids, inner_points.ravel())
        self._model.mesh.addElementsByType(tag, 2, [], triangles.ravel())
        return tag

    def point(self, x: Floats) -> int:
        """A corner of the box."""
        return self._geo.addPoint(*x, tag=next(self._fresh[0]))

    def line(self, a: int, b: int) -> int:
        """A straight line between two points, discrete or not."""
        return self._geo.addLine(a, b, next(self._fresh[1]))

    def plane(self, outer: Sequence[int], holes: Sequence[Sequence[int]] = ()) -> int:
        """A plane inside a loop of signed curves, less the loops of its holes."""
        loops = [self._geo.addCurveLoop(list(loop), reorient=True) for loop in (outer, *holes)]
        return self._geo.addPlaneSurface(loops, next(self._fresh[2]))

    def volume(self, surfaces: Sequence[int]) -> int:
        """The volume inside a closed set of surfaces."""
        loop = self._geo.addSurfaceLoop(list(surfaces))
        return self._geo.addVolume([loop], next(self._fresh[3]))

    def mesh(self, origin: Floats, spacing: Floats, sizes: Floats) -> Tetrahedra:
        """Mesh all volumes with the size field `sizes` (nx, ny, nz) on a regular grid.

        Raises:
            MeshError: with Gmsh's own last words, if it gives up.
        """
        self._geo.synchronize()
        with tempfile.TemporaryDirectory(prefix="nanotrode-") as folder:
            path = Path(folder) / "sizes.bin"
            header = np.concatenate([origin, spacing]).astype("<f8").tobytes()
            header += np.array(sizes.shape, dtype="<i4").tobytes()
            path.write_bytes(header + np.ascontiguousarray(sizes, dtype="<f8").tobytes())
            field = self._model.mesh.field.add("Structured")
            self._model.mesh.field.setString(field, "FileName", str(path))
            self._model.mesh.field.setAsBackgroundMesh(field)
            self._gmsh.logger.start()
            try:
                self._model.mesh.generate(3)
            except Exception as error:  # gmsh raises bare Exception
                raise MeshError(f"Gmsh could not mesh this shape: {error}{self._log()}") from error
            finally:
                self._gmsh.logger.stop()
        return self._collect()

    def _log(self) -> str:
        words = [line for line in self._gmsh.logger.get() if "Error" in line or "Warning" in line]
        return "".join(f"\n  {line}" for line in words[-5:])

    def _collect(self) -> Tetrahedra:
        tags, points, _ = self._model.mesh.getNodes()
        order = np.argsort(tags)
        place = np.full(int(tags.max()) + 1, -1, dtype=np.int64)
        place[tags[order].astype(np.int64)] = np.arange(len(tags))
        cells, volumes = [], []
        for _, entity in self._model.getEntities(3):
            _, nodes = self._model.mesh.getElementsByType(4, entity)
            cells.append(place[nodes.astype(np.int64)].reshape(-1, 4))
            volumes.append(np.full(len(cells[-1]), entity))
        if not cells or min(map(len, cells)) == 0:
            raise MeshError(f"Gmsh left a volume without cells{self._log()}")
        return Tetrahedra(points.reshape(-1, 3)[order], np.vstack(cells), np.concatenate(volumes))
