"""Effective transport of one phase in one direction: the Laplace problem on its mesh.

    div grad phi = 0 in the phase;  phi = 1 and 0 on two opposite faces of the box;
    no flux through all other walls, nor where cells share less than a facet.

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
    phase = _phase(mesh, region, height) if comm.rank == 0 and mesh else None
    size, fraction = comm.bcast((phase.size, phase.fraction) if phase else None)
    found: list[Transport] = []
    pieces: _Pieces | None = None
    for along in map(AXES.index, axes):
        kept = phase.leading_through(along) if phase else None
        # along other axes it is nearly always the same pieces that lead through
        same = pieces is not None and kept is not None and np.array_equal(kept, pieces.kept)
        empty, same = comm.bcast((kept is not None and not kept.any(), same))
        if not empty and not same:
            pieces = _assemble(phase, kept, quadratic, comm)
        diffusivity = 0.0
        if not empty:
            assert pieces is not None
            where = phase.place(pieces.points, along) if phase else None
            energy = energy_between(pieces.domain, pieces.stiffness, faces_fixed(where), tolerance)
            diffusivity = energy * size[along] / float(np.prod(np.delete(size, along)))
        found.append(transport_of(AXES[along], diffusivity, fraction))
    return tuple(found)


class _Phase(NamedTuple):
    """A region in its box.

    Attributes:
        mesh: The region.
        low, size: (3,) the box's corner and edges [m].
        fraction: Volume fraction of the region.
    """

    mesh: ElectrodeMesh
    low: NDArray
    size: NDArray
    fraction: float

    def place(self, points: NDArray, along: int) -> NDArray:
        """(n,) from 0 on one face of the box to 1 on the opposite one."""
        where: NDArray = (points[:, along] - self.low[along]) / self.size[along]
        return where

    def leading_through(self, along: int) -> NDArray[np.bool_]:
        """Which cells belong to pieces that touch both faces."""
        where = self.place(self.mesh.points, along)
        return leading_through(self.mesh, where < ON_FACE, where > 1.0 - ON_FACE)


class _Pieces(NamedTuple):
    """The pieces that lead through, assembled.

    Attributes:
        kept: (m,) the region's cells that belong to them; on rank 0, as the next.
        points: (n, 3) their nodes [m].
        domain: Where the potential lives.
        stiffness: int grad phi_i . grad phi_j dx [m].
    """

    kept: NDArray[np.bool_]
    points: NDArray
    domain: Domain
    stiffness: PETSc.Mat


def _phase(mesh: ElectrodeMesh, region: str, height: float | None) -> _Phase:
    low, size = mesh.points.min(axis=0), np.ptp(mesh.points, axis=0)
    part = mesh.region(region)
    volume = mesh.volume(region)
    if height is not None and height < size[2] * (1 - ON_FACE):
        if region == "electrolyte":
            volume -= float(size[0] * size[1]) * (float(size[2]) - height)
        size[2] = height
        part = below(part, float(low[2]) + height * (1 - ON_FACE))
    return _Phase(part.detached(), low, size, volume / float(np.prod(size)))


def _assemble(
    phase: _Phase | None, kept: NDArray | None, quadratic: bool | None, comm: MPI.Comm
) -> _Pieces:
    """What leads through, from rank 0 to all ranks."""
    through = None
    if phase is not None and kept is not None:
        through = only_cells(phase.mesh, kept)
        few = kept.sum() < QUADRATIC_BELOW
        if through.order == 1 and (few if quadratic is None else quadratic):
            through = _with_middles(through)
    domain = Domain(through, comm)
    none = np.empty((0, 3))
    return _Pieces(
        none[:, 0].astype(bool) if kept is None else kept,
        none if through is None else through.points,
        domain,
        domain.assemble_stiffness(),
    )


def faces_fixed(where: NDArray | None) -> NDArray | None:
    """(n,) 1 on one face, 0 on the other, not a number where it is to be found."""
    if where is None:
        return None
    fixed: NDArray = np.where(where < ON_FACE, 1.0, np.where(where > 1.0 - ON_FACE, 0.0, np.nan))
    return fixed


def below(part: ElectrodeMesh, level: float) -> ElectrodeMesh:
    """The cells that are not wholly above a level [m]."""
    return only_cells(part, part.points[part.cells[:, :4], 2].min(axis=1) < level)


def leading_through(
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


def only_cells(part: ElectrodeMesh, chosen: NDArray[np.bool_]) -> ElectrodeMesh:
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


def energy_between(
    domain: Domain, stiffness: PETSc.Mat, fixed: NDArray | None, tolerance: float
) -> float:
    """Energy of the solution that takes given values: int |grad phi|^2 dx [m], times what weights.

    Args:
        domain: Where the potential lives.
        stiffness: Its matrix.
        fixed: (nodes,) on rank 0, not a number where the potential is to be found.
        tolerance: Relative, of the linear solve.
    """
    values = domain.scatter(fixed)
    held = np.flatnonzero(~np.isnan(values))
    lifted, product = stiffness.createVecs()
    lifted.array_w[:] = np.nan_to_num(values)
    stiffness.mult(lifted, product)
    right = -product.array_r
    right[held] = 0.0
    reduced = stiffness.copy()
    first = domain.global_range[0]
    scale = float(stiffness.getDiagonal().array_r.mean()) if domain.owned else 1.0
    reduced.zeroRowsColumns((first + held).astype(PETSc.IntType), diag=scale)
    solved = solve_laplace(reduced, right, comm=domain.comm, tolerance=tolerance)
    lifted.array_w[:] += solved
    stiffness.mult(lifted, product)
    return total(domain.comm, lifted.array_r @ product.array_r)
