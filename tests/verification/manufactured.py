"""Paper K's prescribed concentration as a manufactured solution, solved by our integrator.

C = cos(2 pi x)/(4 pi^2) + x^2 + 1/t on 0 < x < 1 does not satisfy Fick's law; it does with

    C_t - D C_xx = S,  S = -1/t^2 - 8 + 4 cos(2 pi x)  (D = 4),  D C_x = 0 at x = 0, 8 at x = 1.

As a `Model` of its own it shows that the contract is not one of Butler-Volmer: its control
is the clock, V = t.
"""

from __future__ import annotations

import basix
import numpy as np

from nanotrode.solver.domain import Domain
from nanotrode.solver.model import Evaluation, Jacobian, total

DIFFUSIVITY = 4.0


def concentration(x: np.ndarray, t: float) -> np.ndarray:
    """The solution at depth x and time t."""
    return np.cos(2 * np.pi * x) / (4 * np.pi**2) + x**2 + 1.0 / t


class ManufacturedModel:
    """M dc/dt + D K c - s(t) = 0, with the source and the flux at x = 1 in s."""

    symmetric = True

    def __init__(self, domain: Domain, *, boundary: str) -> None:
        import ufl
        from dolfinx import fem
        from dolfinx.fem.petsc import assemble_vector
        from petsc4py import PETSc

        self.comm = domain.comm
        self.mass, self.stiffness = domain.assemble_operators()
        self.stiffness.scale(DIFFUSIVITY)
        self._in, self._out = self.mass.createVecs()
        self.lumped_mass = self.apply_mass(np.ones(domain.owned))
        self.mass_diagonal = self.mass.getDiagonal().array_r.copy()
        v = ufl.TestFunction(domain.space)
        x = ufl.SpatialCoordinate(domain.mesh)[2]
        exact = {"quadrature_degree": 8}
        dx = ufl.Measure("dx", domain=domain.mesh, metadata=exact)
        where = [(1, np.column_stack(domain.integration_facets(boundary)).ravel())]
        ds = ufl.Measure("ds", domain=domain.mesh, subdomain_data=where, metadata=exact)
        form = (4 * ufl.cos(2 * ufl.pi * x) - 8) * v * dx + 8 * v * ds(1)
        steady = assemble_vector(fem.form(form))
        steady.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        self._steady = steady.array_r.copy()
        self._operator = self.mass.duplicate(copy=True)

    def evaluate(self, u: np.ndarray, potential: float) -> Evaluation:
        nothing = np.zeros_like(u)
        flux = self.lumped_mass / potential**2 - self._steady
        return Evaluation(
            rate=total(self.comm, flux.sum()),
            rate_slope=1.0,
            uniform_slope=0.0,
            j=nothing,
            flux=flux,
            potential_slope=nothing,
            state_slope=nothing,
        )

    def apply_mass(self, u: np.ndarray) -> np.ndarray:
        return self._apply(self.mass, u)

    def residual(self, shift: float, u: np.ndarray, at: Evaluation) -> np.ndarray:
        return shift * self.apply_mass(u) + self._apply(self.stiffness, u) + at.flux

    def uniform_response(self, shift: float, at: Evaluation) -> np.ndarray:
        return shift * self.lumped_mass

    def rate_along(self, at: Evaluation, change: np.ndarray) -> float:
        return 0.0

    def jacobian(self, shift: float, u: np.ndarray, at: Evaluation) -> Jacobian:
        self.stiffness.copy(self._operator)
        self._operator.axpy(shift, self.mass)
        return Jacobian(self._operator)

    def restrained(self, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return new

    def admissible(self, old: np.ndarray, new: np.ndarray, *, reach: float) -> np.ndarray:
        return new

    def error_norm(self, error: np.ndarray, at: Evaluation) -> float:
        return float(np.sqrt(error @ self.apply_mass(error)))

    def equilibrium_potential(self, u: np.ndarray) -> float:
        return 0.0

    def mean(self, u: np.ndarray) -> float:
        return float(self.lumped_mass @ u / self.lumped_mass.sum())

    def _apply(self, matrix: object, u: np.ndarray) -> np.ndarray:
        self._in.array_w[:] = u
        matrix.mult(self._in, self._out)
        return self._out.array_r.copy()


def l2_error(domain: Domain, u: np.ndarray, exact: object) -> float:
    """Relative L2 norm of u - exact(points), by quadrature on the (curved) cells."""
    element = domain.space.element.basix_element
    points, weights = basix.make_quadrature(basix.CellType.tetrahedron, 6)
    table = element.tabulate(1, points)[..., 0]
    geometry = domain.mesh.geometry
    corners = geometry.x[geometry.dofmaps[0]]
    jacobian = np.einsum("dqn,cnx->cqxd", table[1:], corners)
    volume = weights * np.abs(np.linalg.det(jacobian))
    where = np.einsum("qn,cnx->cqx", table[0], corners)
    value = np.einsum("qn,cn->cq", table[0], u[domain.space.dofmap.list])
    truth = exact(where)
    return float(np.sqrt((volume * (value - truth) ** 2).sum() / (volume * truth**2).sum()))
