"""Meshes of the wire as nanotrode takes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import wire

from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.shapes import NanowireArray
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import BOUNDARIES, REGIONS


def uniform(size: str) -> ElectrodeMesh:
    """The benchmark's uniform mesh, in metres."""
    mesh = wire.load(size)
    return ElectrodeMesh(
        points=wire.RADIUS * mesh.points,
        cells=mesh.cells,
        cell_tags=np.full(len(mesh.cells), REGIONS["electrode"], dtype=np.int32),
        facets=mesh.facets,
        facet_tags=np.full(len(mesh.facets), BOUNDARIES["interface"], dtype=np.int32),
        footprint=np.pi * wire.RADIUS**2,
        shape={"kind": "wire-step", "size": size},
    )


def build(name: str) -> None:
    """Mesh `built SEGMENTS` or `array SEGMENTS` anew: the mesher may have changed."""
    kind, segments = name.split()
    many = {"built": {"count": 1}, "array": {"count": 200, "placement": "hexagonal"}}[kind]
    shape = NanowireArray(
        radius=wire.RADIUS, length=wire.LENGTH, pitch=4.0 * wire.RADIUS, tip="rounded", **many
    )
    sizing = Sizing() if segments == "automatic" else Sizing(segments=int(segments))
    build_mesh(shape, sizing=sizing).save(_path(name))


def find(name: str) -> ElectrodeMesh:
    """A mesh by its name in the tables: `uniform 20k`, `built automatic`, `array 20`."""
    kind, size = name.split()
    return uniform(size) if kind == "uniform" else ElectrodeMesh.load(_path(name))


def _path(name: str) -> Path:
    return wire.CACHE / f"{name.replace(' ', '-')}.msh"
