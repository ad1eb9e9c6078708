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
    """Mesh `layers N`, `straight N`, `plain N` or `array N` anew: the mesher may have changed."""
    kind, fineness = name.split()
    many = {"count": 200, "placement": "hexagonal"} if kind == "array" else {"count": 1}
    shape = NanowireArray(
        radius=wire.RADIUS, length=wire.LENGTH, pitch=4.0 * wire.RADIUS, tip="rounded", **many
    )
    order = 1 if kind == "straight" else 2
    build_mesh(shape, sizing=_sizing(kind, fineness), order=order).save(_path(name))


def _sizing(kind: str, fineness: str) -> Sizing:
    """By the elements around; layers become thinner and more numerous in the same measure."""
    if fineness == "automatic":
        return Sizing()
    segments = int(fineness)
    if kind == "plain":
        return Sizing(segments=segments, layers=0)
    around, first, layers = {"straight": (12, 0.05, 5)}.get(kind, (8, 0.08, 3))
    return Sizing(
        segments=segments,
        first_layer=first * wire.RADIUS * around / segments,
        layers=round(layers * segments / around),
    )


def find(name: str) -> ElectrodeMesh:
    """A mesh by its name in the tables: `uniform 20k`, `layers automatic`, `array 12`."""
    kind, size = name.split()
    return uniform(size) if kind == "uniform" else ElectrodeMesh.load(_path(name))


def _path(name: str) -> Path:
    return wire.CACHE / f"{name.replace(' ', '-')}.msh"
