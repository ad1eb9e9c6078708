"""Geometry: from a shape to tagged, conformal tetrahedra.

Shapes, sizes and meshes are plain data; Gmsh is imported only when something is meshed.
"""

from __future__ import annotations

from .mesh import ElectrodeMesh, Surface
from .quality import MeshQuality
from .shapes import Film, NanobeltArray, NanowireArray
from .sizing import Sizing
from .tags import BOUNDARIES, REGIONS

__all__ = [
    "BOUNDARIES",
    "REGIONS",
    "ElectrodeMesh",
    "Film",
    "MeshQuality",
    "NanobeltArray",
    "NanowireArray",
    "Sizing",
    "Surface",
    "build_mesh",
]


def build_mesh(
    shape: Film | NanowireArray | NanobeltArray, *, sizing: Sizing | None = None, order: int = 2
) -> ElectrodeMesh:
    """Mesh a shape; see `build_cad.build_mesh`."""
    from .build_cad import build_mesh as build

    return build(shape, sizing=sizing, order=order)
