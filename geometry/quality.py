"""What can be measured of a finished mesh, and what it must at least keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .measure import dihedral_range, gamma, jacobian_ratios, tet_volumes
from .topology import facets_of, find_rows

if TYPE_CHECKING:
    from .mesh import ElectrodeMesh


@dataclass(frozen=True)
class MeshQuality:
    """The measures of a mesh; angles in degrees.

    Attributes:
        cells: number of cells, `points` of nodes (all of them used).
        min_dihedral: smallest dihedral angle of any cell (straight version).
        max_dihedral: largest one.
        min_gamma: smallest radius ratio, 1 for a regular tetrahedron.
        untagged_facets: facets on the outside or between two regions that carry no tag.
        nonmanifold: facets that more than two cells share.
        min_jacobian: smallest ratio of a Jacobian determinant to the cell's mean (1 if straight).
        unused_points: nodes that belong to no cell.
    """

    cells: int
    points: int
    min_dihedral: float
    max_dihedral: float
    min_gamma: float
    untagged_facets: int
    nonmanifold: int
    min_jacobian: float
    unused_points: int


def measure_quality(mesh: ElectrodeMesh) -> MeshQuality:
    """Measure every cell and facet of `mesh`."""
    smallest, largest = dihedral_range(mesh.points, mesh.cells)
    every = facets_of(mesh.cells)
    outer = every.second < 0
    between = ~outer & (mesh.cell_tags[every.first] != mesh.cell_tags[every.second])
    bare = 0
    if len(mesh.facets):
        bare = int((find_rows(mesh.facets[:, :3], every.nodes[outer | between]) < 0).sum())
    else:
        bare = int((outer | between).sum())
    worst = 1.0 if tet_volumes(mesh.points, mesh.cells[:, :4]).min() > 0 else -1.0
    if mesh.order == 2:
        worst = float(jacobian_ratios(mesh.points, mesh.cells).min())
    used = np.unique(mesh.cells)
    return MeshQuality(
        cells=len(mesh.cells),
        points=len(mesh.points),
        min_dihedral=float(smallest.min()),
        max_dihedral=float(largest.max()),
        min_gamma=float(gamma(mesh.points, mesh.cells).min()),
        untagged_facets=bare,
        nonmanifold=every.crowded,
        min_jacobian=worst,
        unused_points=len(mesh.points) - len(used),
    )
