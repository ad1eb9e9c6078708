"""Meshes of the wire as nanotrode takes them."""

from __future__ import annotations

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


def built(segments: int) -> ElectrodeMesh:
    """What nanotrode itself makes of the wire, with so many elements around."""
    shape = NanowireArray(
        count=1, radius=wire.RADIUS, length=wire.LENGTH, pitch=4.0 * wire.RADIUS, tip="rounded"
    )
    return _cached(f"wire-built-{segments}", shape, Sizing(segments=segments))


def array(segments: int) -> ElectrodeMesh:
    """Two hundred such wires side by side."""
    shape = NanowireArray(
        count=200,
        radius=wire.RADIUS,
        length=wire.LENGTH,
        pitch=4.0 * wire.RADIUS,
        placement="hexagonal",
        tip="rounded",
    )
    return _cached(f"array-{segments}", shape, Sizing(segments=segments))


def find(name: str) -> ElectrodeMesh:
    """A mesh by its name in the tables: `uniform 20k`, `built 16`, `array 40`."""
    kind, size = name.split()
    if kind == "uniform":
        return uniform(size)
    return {"built": built, "array": array}[kind](int(size))


def _cached(name: str, shape: NanowireArray, sizing: Sizing) -> ElectrodeMesh:
    path = wire.CACHE / f"{name}.msh"
    if not path.exists():
        build_mesh(shape, sizing=sizing).save(path)
    return ElectrodeMesh.load(path)
