"""A coat on all of a mesh's interface, for shapes that know of none: a tag on its facets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .tags import BOUNDARIES

if TYPE_CHECKING:
    from .mesh import ElectrodeMesh

COATING = "coating"
"""Key of a mesh's notes: thickness of its coat [m]."""


def coated(mesh: ElectrodeMesh, thickness: float) -> ElectrodeMesh:
    """The mesh with a coat of a thickness [m] on its whole interface, unless it has its own."""
    if mesh.shape.get(COATING) is not None or (mesh.facet_tags == BOUNDARIES["coating"]).any():
        return mesh
    bare = mesh.facet_tags == BOUNDARIES["interface"]
    tags = np.where(bare, BOUNDARIES["coating"], mesh.facet_tags).astype(mesh.facet_tags.dtype)
    return replace(mesh, facet_tags=tags, shape=mesh.shape | {COATING: thickness})
