"""Effective transport of one phase in one direction: the Laplace problem on its mesh.

    div grad phi = 0 in the phase;  phi = 1 and 0 on two opposite faces of the box;
    no flux through all other walls.

With the box's length L and cross-section A, D_eff / D = L / A * int |grad phi|^2 dx, which is
the flux of the discrete solution to the last digit. The tortuosity factor is that of TauFactor
(Cooper et al., SoftwareX 5 (2016) 203, doi:10.1016/j.softx.2016.09.002): the phase's whole
volume fraction, pieces that lead nowhere included, over D_eff / D.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc
from ..errors import InputError
from .domain import Domain
from .laplace import solve_laplace
from .model import total

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh

AXES = "xyz"

# VTK's order of the edges' nodes in a tetrahedron of ten.
TET_EDGES = np.array([(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)])

QUADRATIC_BELOW = 600_000
"""Cells of a phase."""

ON_FACE = 1e-6
"""Part of the box's length within which a node lies on its face."""


class Transport(NamedTuple):
    """Effective transport of a phase along one axis.

    Attributes:
        axis: "x", "y" or "z".
        diffusivity: D_eff / D; 0 if the phase does not lead from face to face.
        fraction: Volume fraction of the phase.
        tortuosity: Tortuosity factor, fraction / diffusivity; infinite if nothing leads through.
    """

    axis: str
    diffusivity: float
    fraction: float
    tortuosity: float


def transport_of(axis: str, diffusivity: float, fraction: float) -> Transport:
    """The two ratios from one of them."""
    tortuosity = fraction / diffusivity if diffusivity > 0 else float("inf")
    return Transport(axis, diffusivity, fraction, tortuosity)


def effective_transport(
    mesh: ElectrodeMesh | None,
    region: str,
    axes: str = AXES,
    *,
    height: float | None = None,
    quadratic: bool | None = None,
    comm: MPI.Comm | None = None,
    tolerance: float = 1e-6,
) -> tuple[Transport, ...]:
    """Effective transport of a region along each of `axes`.

    Args:
        mesh: The mesh, on rank 0; other ranks may pass None.
        region: A name of `tags.REGIONS`.
        axes: Some of "xyz".
        height: Where the box ends [m], below an electrolyte headroom; by default with the mesh.
        quadratic: Whether the potential is quadratic in straight cells too; by default up to
            `QUADRATIC_BELOW` cells. Linear ones leave a pore of a few cells too open.
        comm: Where to solve; by default this process alone.
        tolerance: Relative, of the linear solve.
    """
    from mpi4py import MPI

    if not axes or set(axes) - set(AXES):
        raise InputError(f"axes: got '{axes}', expected some of x, y and z")
    comm = comm or MPI.COMM_SELF
    found = []
    for axis in axes:
        phase = _phase(mesh, region, axis, height, quadratic) if comm.rank == 0 and mesh else None
        found.append(_solve(phase, axis, comm, tolerance))
    return tuple(found)


class _Phase(NamedTuple):
    """What of a region leads from face to face along an axis, and the box that it lies in.

    Attributes:
        mesh: The pieces that do; None if there are none.
        fixed: (n,) 1 on one face, 0 on the other, not a number where it is to be found.
        length, area: The box's length along the axis [m] and its cross-section [m2].
        fraction: Volume fraction of the region.
    """

    mesh: ElectrodeMesh | None
    fixed: NDArray
    length: float
    area: float
    fraction: float


def _phase(
    mesh: ElectrodeMesh, region: str, axis: str, height: float | None, quadratic: bool | None
) -> _Phase:
    low, size = mesh.points.min(axis=0), np.ptp(mesh.points, axis=0)
    part = mesh.region(region)
    volume = mesh.volume(region)
    if height is not None and height < size[2] * (1 - ON_FACE):
        if region == "electrolyte":
            volume -= float(size[0] * size[1]) * (float(size[2]) - height)
        size[2] = height
        part = _below(part, float(low[2]) + height * (1 - ON_FACE))
    along = AXES.index(axis)

    def place(points: NDArray) -> NDArray:
        return (points[:, along] - low[along]) / size[along]

    where = place(part.points)
    kept = _leading_through(part, where < ON_FACE, where > 1.0 - ON_FACE)
    through = _only(part, kept)
    if through.order == 1 and (kept.sum() < QUADRATIC_BELOW if quadratic is None else quadratic):
        through = _with_middles(through)
    where = place(through.points)
    fixed = np.where(where < ON_FACE, 1.0, np.where(where > 1.0 - ON_FACE, 0.0, np.nan))
    area = float(np.prod(np.delete(size, along)))
    return _Phase(
        through if kept.any() else None,
        fixed,
        float(size[along]),
        area,
        volume / float(np.prod(size)),
    )


def _below(part: ElectrodeMesh, level: float) -> ElectrodeMesh:
    """The cells that are not wholly above a level [m]."""
    return _only(part, part.points[part.cells[:, :4], 2].min(axis=1) < level)


def _leading_through(
    part: ElectrodeMesh, low: NDArray[np.bool_], high: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which cells belong to pieces that touch both faces."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, others = np.repeat(part.cells[:, 0], 3), part.cells[:, 1:4].ravel()
    size = len(part.points)
    graph = coo_array((np.ones(len(first), np.int8), (first, others)), shape=(size, size))
    piece = connected_components(graph, directed=False)[1]
    through = np.intersect1d(piece[low], piece[high])
    return np.isin(piece[part.cells[:, 0]], through)


def _only(part: ElectrodeMesh, chosen: NDArray[np.bool_]) -> ElectrodeMesh:
    """Some cells of a mesh, without their facets."""
    nodes, local = np.unique(part.cells[chosen], return_inverse=True)
    none = np.empty((0, part.facets.shape[1]), np.int32)
    return replace(
        part,
        points=part.points[nodes],
        cells=local.reshape(-1, part.cells.shape[1]).astype(np.int32),
        cell_tags=part.cell_tags[chosen],
        facets=none,
        facet_tags=none[:, 0],
        parent_nodes=None,
    )


def _with_middles(mesh: ElectrodeMesh) -> ElectrodeMesh:
    """The same straight cells with nodes in the middles of their edges."""
    pairs = np.sort(mesh.cells[:, TET_EDGES].reshape(-1, 2), axis=1).astype(np.int64)
    keys, number = np.unique(pairs[:, 0] * len(mesh.points) + pairs[:, 1], return_inverse=True)
    ends = np.column_stack(np.divmod(keys, len(mesh.points)))
    middles = number.reshape(-1, 6) + len(mesh.points)
    return replace(
        mesh,
        points=np.vstack([mesh.points, mesh.points[ends].mean(axis=1)]),
        cells=np.hstack([mesh.cells, middles]).astype(np.int32),
        facets=np.empty((0, 6), np.int32),
    )


def _solve(phase: _Phase | None, axis: str, comm: MPI.Comm, tolerance: float) -> Transport:
    """The Laplace problem; the same answer on all ranks."""
    about = (phase.mesh is None, phase.length, phase.area, phase.fraction) if phase else None
    closed, length, area, fraction = comm.bcast(about)
    if closed:
        return transport_of(axis, 0.0, fraction)
    domain = Domain(phase.mesh if phase else None, comm)
    fixed = domain.scatter(phase.fixed if phase else None)
    energy = _energy(domain, fixed, comm, tolerance)
    return transport_of(axis, energy * length / area, fraction)


def _energy(domain: Domain, fixed: NDArray, comm: MPI.Comm, tolerance: float) -> float:
    """Energy int |grad phi|^2 dx [m] of the solution that takes the `fixed` values (owned,)."""
    _, stiffness = domain.assemble_operators()
    held = np.flatnonzero(~np.isnan(fixed))
    lifted, product = stiffness.createVecs()
    lifted.array_w[:] = np.nan_to_num(fixed)
    stiffness.mult(lifted, product)
    right = -product.array_r
    right[held] = 0.0
    reduced = stiffness.copy()
    first = domain.global_range[0]
    scale = float(stiffness.getDiagonal().array_r.mean()) if domain.owned else 1.0
    reduced.zeroRowsColumns((first + held).astype(PETSc.IntType), diag=scale)
    lifted.array_w[:] += solve_laplace(reduced, right, comm=comm, tolerance=tolerance)
    stiffness.mult(lifted, product)
    return total(comm, lifted.array_r @ product.array_r)
