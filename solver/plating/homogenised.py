"""Effective conductivity of host and pores together: the cell problem of two conductors.

    div(k grad phi) = 0 in all that conducts;  phi = 1 and 0 on the collector's plane and the
    host's top;  no flux through all other walls.

With the host's height L over a footprint A, k_eff = L / A * int k |grad phi|^2 dx. It is solved
with the same straight cells as plating is, so that the two differ by the fineness of the pores
alone. `newman` uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ...geometry.tags import REGIONS
from ..domain import Domain
from ..effective import ON_FACE, below, energy_between, faces_fixed, leading_through, only_cells
from .conduction import Bulk

if TYPE_CHECKING:
    from ...geometry.mesh import ElectrodeMesh

TOLERANCE = 1e-8
"""Relative, of the linear solve."""


def effective_conductivity(
    mesh: ElectrodeMesh, conductivities: Mapping[str, float], *, height: float
) -> float:
    """Effective conductivity along z of the layer from the collector to a height [S m-1].

    Args:
        mesh: Host and electrolyte.
        conductivities: By region of `tags.REGIONS` [S m-1]; what is left out, or 0, insulates.
        height: Of the layer [m].

    Returns:
        0 if nothing leads through.

    Raises:
        InputError: A conductivity is negative.
    """
    from mpi4py import MPI

    for name, value in conductivities.items():
        if not value >= 0:
            raise InputError(f"conductivity of {name}: got {value:g} S/m, expected 0 or more")
    floor = float(mesh.points[:, 2].min())
    conducting = [REGIONS[name] for name, value in conductivities.items() if value > 0]
    layer = below(replace(mesh, parent_nodes=None), floor + height * (1 - ON_FACE))
    layer = only_cells(layer, np.isin(layer.cell_tags, conducting))
    where = (layer.points[:, 2] - floor) / height
    through = leading_through(layer, where < ON_FACE, where > 1.0 - ON_FACE)
    if not through.any():
        return 0.0
    layer = only_cells(layer, through)
    domain = Domain(layer, MPI.COMM_SELF)
    by_tag = np.zeros(max(REGIONS.values()) + 1)
    for name, value in conductivities.items():
        by_tag[REGIONS[name]] = value
    matrix = Bulk(domain).assembled(by_tag[domain.cell_tags])
    fixed = faces_fixed((layer.points[:, 2] - floor) / height)
    return energy_between(domain, matrix, fixed, TOLERANCE) * height / mesh.footprint
