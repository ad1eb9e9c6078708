"""Pieces of a slab, a cylinder and a sphere whose exact solutions are known.

Made with Gmsh directly, not by nanotrode's own builders: only the curved (or top) face
reacts, the cut faces are symmetry planes.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import gmsh
import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.tags import BOUNDARIES, REGIONS

Build = Callable[[], Callable[[tuple[float, float, float]], bool]]


def slab(*, size: float, order: int, length: float) -> ElectrodeMesh:
    """A column 0 < z < 1 that reacts at z = 1."""
    width = max(size, 0.05)

    def build() -> Callable[[tuple[float, float, float]], bool]:
        gmsh.model.occ.addBox(0, 0, 0, width, width, 1.0)
        return lambda centre: abs(centre[2] - 1.0) < 1e-6

    return _mesh(build, size=size, order=order, length=length)


def cylinder(*, size: float, order: int, length: float) -> ElectrodeMesh:
    """A quarter of a disc of radius 1, reacting on its curved face."""
    height = max(size, 0.1)

    def build() -> Callable[[tuple[float, float, float]], bool]:
        gmsh.model.occ.addCylinder(0, 0, 0, 0, 0, height, 1.0, angle=math.pi / 2)
        return lambda centre: math.hypot(centre[0], centre[1]) > 0.85

    return _mesh(build, size=size, order=order, length=length)


def sphere(*, size: float, order: int, length: float) -> ElectrodeMesh:
    """An eighth of a sphere of radius 1, reacting on its curved face."""

    def build() -> Callable[[tuple[float, float, float]], bool]:
        quarter = math.pi / 2
        gmsh.model.occ.addSphere(0, 0, 0, 1.0, angle1=0.0, angle2=quarter, angle3=quarter)
        return lambda centre: min(centre) > 0.1

    return _mesh(build, size=size, order=order, length=length)


def _mesh(build: Build, *, size: float, order: int, length: float) -> ElectrodeMesh:
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.model.add("wedge")
        reacts = build()
        gmsh.model.occ.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeMin", size)
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        gmsh.model.mesh.generate(3)
        gmsh.model.mesh.setOrder(order)
        return _arrays(reacts, order=order, length=length)
    finally:
        gmsh.finalize()


def _arrays(
    reacts: Callable[[tuple[float, float, float]], bool], *, order: int, length: float
) -> ElectrodeMesh:
    nodes, points, _ = gmsh.model.mesh.getNodes()
    row = np.zeros(int(nodes.max()) + 1, dtype=np.int32)
    row[nodes.astype(int)] = np.arange(len(nodes))
    cells = _elements(3, -1, row, 4 if order == 1 else 10)
    if order == 2:
        cells = cells[:, [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]]  # Gmsh's last two edges, in VTK's order
    facets, tags = [], []
    for _, face in gmsh.model.getEntities(2):
        name = "interface" if reacts(gmsh.model.occ.getCenterOfMass(2, face)) else "sides"
        facets.append(_elements(2, face, row, 3 if order == 1 else 6))
        tags.append(np.full(len(facets[-1]), BOUNDARIES[name], dtype=np.int32))
    return ElectrodeMesh(
        points=length * points.reshape(-1, 3),
        cells=cells,
        cell_tags=np.full(len(cells), REGIONS["electrode"], dtype=np.int32),
        facets=np.vstack(facets),
        facet_tags=np.concatenate(tags),
        footprint=length**2,
    )


def _elements(dim: int, tag: int, row: np.ndarray, width: int) -> np.ndarray:
    _, _, nodes = gmsh.model.mesh.getElements(dim, tag)
    return row[nodes[0].astype(int)].reshape(-1, width)
