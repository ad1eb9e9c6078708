"""What full runs of one mesh teach: the states they go through, the currents on their surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from ..domain import Domain
from ..surface import build_surface
from .basis import Compression, basis_of
from .cubature import find_cubature
from .model import Interior, ReducedModel

if TYPE_CHECKING:
    from ..._fenics import PETSc
    from ..result import Result
    from ..simulation import Simulation
    from ..stepping import Step as TimeStep

Array = NDArray[np.float64]

KEEP = 1e-6
"""Singular value, over the largest, down to which directions are remembered."""
SHARPER, MOST_SHAPES = 0.1, 60
"""How much sharper than states the shapes of a varying diffusivity's potential are taken."""
EXTREMES = 12
"""Most points that are watched only for the extremes of the local current density."""


class SharedDomain(Domain):
    """A domain whose operators are assembled once for all runs on it."""

    _operators: tuple[PETSc.Mat, PETSc.Mat] | None = None

    def assemble_operators(self, *, layers_under: str | None = None) -> tuple[PETSc.Mat, PETSc.Mat]:
        """See `Domain`; each caller gets matrices of its own."""
        if self._operators is None:
            self._operators = super().assemble_operators(layers_under=layers_under)
        mass, stiffness = self._operators
        return mass.copy(), stiffness.copy()


class Training:
    """Collects full runs on one mesh, and makes reduced models of them.

    Args:
        first: Any of the runs; it lends its mesh.
    """

    def __init__(self, first: Simulation) -> None:
        self.domain = SharedDomain(first.electrode(), first.comm)
        mass, stiffness = (
            _sparse(one) for one in self.domain.assemble_operators(layers_under="interface")
        )
        self.volume = float(mass.sum())
        self._mass, self._stiffness = mass / self.volume, stiffness / self.volume
        self._row_sums = np.asarray(self._mass.sum(axis=1)).ravel()
        self._surface = build_surface(self.domain, "interface")
        self.area = float(self._surface.weights.sum())
        self._states = Compression(self._mass, keep=KEEP)
        self._currents = Compression(self._surface.weights / self.area, keep=KEEP)
        self._law = first.material.diffusivity
        self._potentials = None if self._law.is_constant else Compression(self._mass, keep=KEEP)
        self._extremes: dict[int, None] = {}
        self._seen = 0.0

    def run(self, simulation: Simulation) -> Result:
        """Run in full, and learn from it.

        Raises:
            SolverError: The run failed.
        """
        self._seen, self._law = 0.0, simulation.material.diffusivity
        return simulation.run(domain=self.domain, watch=self._watch)

    def _watch(self, step: TimeStep) -> None:
        u, j = step.end.u, step.end.at.j
        centred, size = self._centred(u)
        self._seen = max(self._seen, size)
        if size > 0.0:
            # early states are small, but make the current of their time
            self._states.add(centred / max(size, 0.1 * self._seen))
            if self._potentials is not None:
                potential, spread = self._centred(self._law.integral(u))
                self._potentials.add(potential * (size / max(size, 0.1 * self._seen) / spread))
        current = float(np.sqrt(self._surface.weights @ j**2 / self.area))
        if current > 0.0:
            self._currents.add(j / current)
        self._extremes[int(np.argmin(j))] = self._extremes[int(np.argmax(j))] = None

    def _centred(self, u: Array) -> tuple[Array, float]:
        """A field without its mean, and its size."""
        centred = u - self._row_sums @ u
        return centred, float(np.sqrt(centred @ (self._mass @ centred)))

    def reduce(self, *, keep: float, most: int, tolerance: float) -> ReducedModel:
        """A model of the runs seen so far.

        Args:
            keep: Singular value of the states, over the largest, that is left out.
            most: Largest number of coefficients.
            tolerance: Size of a surface integrand, over the largest, that may be neglected.
        """
        basis = basis_of(self._states, keep=keep, most=most)
        at_surface = np.stack([self._surface.values(column.copy()) for column in basis.T], axis=1)
        currents, sizes = self._currents.directions
        rule = find_cubature(
            at_surface, currents * (sizes / sizes[0]), self._surface.weights, tolerance=tolerance
        )
        extremes = [p for p in list(self._extremes)[-EXTREMES:] if p not in set(rule.points)]
        share = self._surface.weights[:, None] / self.area
        return ReducedModel(
            basis=basis,
            stiffness=_moving_nothing(basis.T @ (self._stiffness @ basis), both=True),
            points=np.ascontiguousarray(at_surface[np.append(rule.points, extremes).astype(int)]),
            weights=np.append(rule.weights, np.zeros(len(extremes))),
            surface_mean=(share * at_surface).sum(axis=0),
            surface_gram=at_surface.T @ (share * at_surface),
            volume=self.volume,
            area=self.area,
            skin=self._skin(),
            interior=self._interior(basis, keep=SHARPER * keep),
        )

    def _interior(self, basis: Array, *, keep: float) -> Interior | None:
        """The Kirchhoff potential interpolated at few nodes.

        Chaturantabut and Sorensen, doi:10.1137/090766498; the nodes are those of the pivots of a
        QR factorisation (Drmac and Gugercin, doi:10.1137/15M1019271).
        """
        if self._potentials is None:
            return None
        shapes = basis_of(self._potentials, keep=keep, most=MOST_SHAPES)
        _, pivots = qr(shapes.T, mode="r", pivoting=True)
        nodes = pivots[: shapes.shape[1]]
        diffused = basis.T @ (self._stiffness @ shapes)
        weights = np.linalg.solve(shapes[nodes].T, diffused.T).T
        return Interior(basis[nodes], _moving_nothing(weights, both=False))

    def _skin(self) -> float:
        """See `ReducedModel.skin`: as `InsertionModel.depth` has it."""
        surface = np.zeros(len(self._row_sums))
        surface[self._surface.unknowns] = 1.0
        gradient = float(surface @ (self._stiffness @ surface))
        return 1.0 / ((self.volume / self.area) ** 2 * gradient)


def _moving_nothing(operator: Array, *, both: bool) -> Array:
    """An operator of diffusion whose mean is nothing, and not what rounding left of it."""
    operator[0] = 0.0
    if both:
        operator[:, 0] = 0.0
    return operator


def _sparse(matrix: Any) -> Any:
    """A PETSc matrix of one rank as scipy's."""
    from scipy.sparse import csr_matrix

    pointers, columns, values = matrix.getValuesCSR()
    return csr_matrix((values, columns, pointers), shape=matrix.getSize())
