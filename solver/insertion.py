"""Insertion electrodes: Fick diffusion in the solid, Butler-Volmer on its surface.

The electrolyte is uniform (one concentration, one potential) and the solid conducts
electrons without loss; what is resolved is the ion in the solid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .interface import SurfaceReaction, molar_flux_scale, react
from .model import Evaluation, Jacobian, largest, total, totals
from .pace import Depth
from .surface import build_surface

if TYPE_CHECKING:
    from .._fenics import PETSc
    from ..materials.material import Material
    from .domain import Domain

Array = NDArray[np.float64]

TINY = 1e-300
FLOOR, CEILING = 1e-9, 1.0 - 1e-9
"""Stoichiometries between which Newton's iterates are kept on the surface."""
MOST_POTENTIAL = 0.2
"""Largest change of a surface point's open-circuit potential in one Newton step [V]."""
BISECTIONS = 60
"""Halvings that find a stoichiometry for a potential to rounding."""
LEAST_SHARE = 1e-13
"""Share of the mass in the Jacobian below which rounding of the stiffness would drown it."""
NEAR = 0.2
"""Share of its distance to a bound within which a surface value moves freely."""


class InsertionModel:
    """Transient diffusion of an inserted ion with Butler-Volmer flux on the interface.

    The unknown is the stoichiometry x = c / c_s_max at the nodes. With the Kirchhoff
    potential Phi(x) = int_0^x D, whose gradient is D grad x, Fick's law div(D(x) grad x) is
    the Laplacian of Phi: for all tests v,

        d/dt int x v dx + int grad Phi(x) . grad v dx + int j(x, V) / (z F c_s_max) v dS = 0,

    with Phi interpolated at the nodes, so that one stiffness matrix serves any D(x). v = 1
    gives the conservation of charge, exactly, in the discrete system too. Both matrices are
    divided by the volume: rows are in 1/s, and the sum of the rates is that of the mean.

    Args:
        domain: The electrode's mesh.
        material: Open-circuit potential, diffusivity, kinetics, c_s_max.
        temperature: [K].
        c_e: Salt concentration of the electrolyte [mol m-3].
    """

    def __init__(
        self, domain: Domain, material: Material, *, temperature: float, c_e: float
    ) -> None:
        self.comm = domain.comm
        self.material, self.temperature, self.c_e = material, temperature, c_e
        self.surface = build_surface(domain, "interface")
        self.area = total(self.comm, self.surface.weights.sum())
        self._mass, self._stiffness = domain.assemble_operators(layers_under="interface")
        ones, row_sums = self._mass.createVecs()
        ones.set(1.0)
        self._mass.mult(ones, row_sums)
        self.volume = float(row_sums.sum())
        self._mass.scale(1.0 / self.volume)
        self._stiffness.scale(1.0 / self.volume)
        self.lumped_mass = row_sums.array_r / self.volume
        self.mass_diagonal = self._mass.getDiagonal().array_r.copy()
        self.symmetric = bool(material.diffusivity.is_constant)
        if self.symmetric:
            self._stiffness.scale(float(np.asarray(material.diffusivity(0.5))))
        self._in, self._out = ones, row_sums
        self.flux_scale = molar_flux_scale(material)
        self._scale = self.flux_scale / self.volume
        self._base = self._mass.duplicate(copy=True)
        self._operator = self._mass.duplicate(copy=True)
        self._shift: float | None = None
        self._diffusivity: Array | None = None
        self._base_is_new = True
        steepest = (self._stiffness.getDiagonal().array_r / self.mass_diagonal).max(initial=0.0)
        self._least_share = LEAST_SHARE * largest(self.comm, float(steepest))

    @property
    def full_charge(self) -> float:
        """Charge [C] of the meshed electrode from empty to full (x from 0 to 1)."""
        return 1.0 / self._scale

    @property
    def depth(self) -> Depth:
        """What sets the pace: the time in which the whole solid takes part, the outermost layer."""
        fastest = fastest_diffusivity(self.material)
        surface = np.zeros_like(self.lumped_mass)
        surface[self.surface.unknowns] = 1.0
        gradient = total(self.comm, surface @ self._apply(self._stiffness, surface))
        if self.symmetric:
            gradient /= fastest
        depth = self.volume / self.area
        # a field that falls from one to nothing over a layer has 1/layer for the gradient's square
        return Depth(diffusion_time=depth**2 / fastest, skin=1.0 / (depth**2 * gradient))

    def evaluate(self, u: Array, potential: float) -> Evaluation:
        """See `model.Model.evaluate`."""
        reaction = self.react(self.surface.values(u), potential)
        # a reaction that slows as the surface fills would make the Jacobian indefinite; without
        # that part Newton's method takes a step more there, and always has a direction
        state_slope = np.maximum(reaction.slope_x, 0.0, out=reaction.slope_x)
        state_slope *= self._scale
        potential_slope = reaction.slope_potential
        potential_slope *= self._scale
        flux = self._scale * reaction.j
        sums = (self.surface.weights @ v for v in (flux, state_slope, potential_slope))
        rate, uniform_slope, rate_slope = totals(self.comm, *sums)
        return Evaluation(
            rate=rate,
            rate_slope=rate_slope,
            uniform_slope=uniform_slope,
            j=reaction.j,
            flux=flux,
            potential_slope=potential_slope,
            state_slope=state_slope,
        )

    def react(self, x: Array, potential: float) -> SurfaceReaction:
        """The reaction where the surface has the stoichiometries x."""
        return react(self.material, x, potential, c_e=self.c_e, temperature=self.temperature)

    def apply_mass(self, u: Array) -> Array:
        """See `model.Model.apply_mass`."""
        return self._apply(self._mass, u)

    def residual(self, shift: float, u: Array, at: Evaluation) -> Array:
        """See `model.Model.residual`: one product where the diffusivity is constant."""
        if self.symmetric and shift >= self._least_share:
            self._set_base(shift, None)
            result = self._apply(self._base, u)
        else:
            result = self._apply(
                self._stiffness, u if self.symmetric else self.material.diffusivity.integral(u)
            )
            result += shift * self.apply_mass(u)
        self.surface.add_tests(at.flux, result)
        return result

    def jacobian(self, shift: float, u: Array, at: Evaluation) -> Jacobian:
        """See `model.Model.jacobian`: shift M + K diag(D) + the surface's part."""
        diffusivity = None if self.symmetric else self.material.diffusivity(u)
        self._set_base(shift, diffusivity)
        anew, self._base_is_new = self._base_is_new, False
        only = self.surface.add_to(self._base, at.state_slope, self._operator, anew=anew)
        return Jacobian(self._operator, diagonal_only=only)

    def potential_slope(self, at: Evaluation) -> Array:
        """See `model.Model.potential_slope`."""
        result = np.zeros_like(self.lumped_mass)
        self.surface.add_tests(at.potential_slope, result)
        return result

    def uniform_response(self, shift: float, at: Evaluation) -> Array:
        """See `model.Model.uniform_response`; of a uniform diffusivity nothing is left."""
        result = shift * self.lumped_mass
        if self._diffusivity is not None:
            uneven = self._diffusivity - self.mean(self._diffusivity)
            result += self._apply(self._stiffness, uneven)
        self.surface.add_tests(at.state_slope, result)
        return result

    def rate_along(self, at: Evaluation, change: Array) -> float:
        """See `model.Model.rate_along`."""
        return float((self.surface.weights * at.state_slope) @ self.surface.values(change))

    def _set_base(self, shift: float, diffusivity: Array | None) -> None:
        """Make the base shift M + K diag(D) of the Jacobian, unless it stands already.

        A share of the mass that is too small to be seen beside the stiffness is made larger: the
        uniform change, which alone would feel it, is not left to the matrix (`nonlinear`).
        """
        if shift == self._shift and diffusivity is None:
            return
        self._diffusivity = diffusivity
        same = self._base.Structure.SAME_NONZERO_PATTERN
        self._stiffness.copy(self._base, same)
        if diffusivity is not None:
            self._in.array_w[:] = diffusivity
            self._base.diagonalScale(None, self._in)
        fastest = (
            1.0 if diffusivity is None else largest(self.comm, float(diffusivity.max(initial=0.0)))
        )
        self._base.axpy(max(shift, fastest * self._least_share), self._mass, same)
        self._shift, self._base_is_new = shift, True

    def admissible(self, old: Array, new: Array, *, reach: float = math.inf) -> Array:
        """Keep a Newton step in range: see `model.Model.admissible`.

        On the surface a value stops half-way to the bound (0 or 1) that it would cross, and
        where it comes near one, where the exponentials of a steep potential would run away,
        its open-circuit potential changes by `MOST_POTENTIAL` at most.
        """
        where = self.surface.unknowns
        before = old[where]
        least = min(before.min(initial=1.0), 1.0 - before.max(initial=0.0))
        if reach <= NEAR * least:
            return new  # as nearly always
        after = new[where]
        change = np.abs(after - before)
        room = np.minimum(before, 1.0 - before)
        far = np.flatnonzero(change > NEAR * np.maximum(room, 0.0))
        if far.size:
            start, end = before[far], after[far]
            end = np.where((end < FLOOR) & (start > FLOOR), 0.5 * (start + FLOOR), end)
            end = np.where((end > CEILING) & (start < CEILING), 0.5 * (start + CEILING), end)
            moved = np.abs(self.material.ocp(end) - self.material.ocp(start))
            new[where[far]] = start + (end - start) * (
                MOST_POTENTIAL / np.maximum(moved, MOST_POTENTIAL)
            )
        return new

    def restrained(self, old: Array, new: Array) -> Array:
        """See `model.Model.restrained`.

        A surface value far beyond full comes back by R T / (alpha F) of its potential in each
        Newton step. At order 2 no reaction is evaluated at the unknowns, and they may lie beyond.
        """
        return self.admissible(old, new) if self.surface.pointwise else new

    def error_norm(self, error: Array, at: Evaluation) -> float:
        """Largest of three means: in the volume, on the surface, and in the potential [V]."""
        on_surface, weights = self.surface.values(error), self.surface.weights
        volume, surface, rate = totals(
            self.comm,
            error @ self.apply_mass(error),
            weights @ on_surface**2 / self.area,
            weights @ (at.state_slope * on_surface),
        )
        potential = abs(rate) / max(at.rate_slope, TINY)
        return float(max(np.sqrt(volume), np.sqrt(surface), potential))

    def settled(self, u: Array, potential: float) -> Array:
        """See `model.Model.settled`."""
        # beyond empty and full, where the laws go on as tangents: from there Newton's method comes
        # back at once, whereas from within it would climb a wall of exponentials
        low, high = -0.1, 1.1
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            full = float(self.material.ocp(np.array([middle]))[0]) < potential
            low, high = (low, middle) if full else (middle, high)
        result = u.copy()
        result[self.surface.unknowns] = low
        return result

    def equilibrium_potential(self, u: Array) -> float:
        """The open-circuit potential [V] of the mean surface stoichiometry."""
        return float(np.asarray(self.material.ocp(np.array([self.surface_mean(u)])))[0])

    def surface_mean(self, u: Array) -> float:
        """Area mean of the stoichiometry on the interface."""
        return total(self.comm, self.surface.weights @ self.surface.values(u)) / self.area

    def mean(self, u: Array) -> float:
        """Volume mean of the stoichiometry."""
        return total(self.comm, self.lumped_mass @ u)

    def surface_range(self, u: Array) -> tuple[float, float]:
        """Smallest and largest stoichiometry on the interface."""
        x = self.surface.values(u)
        smallest = -largest(self.comm, float(-x.min(initial=np.inf)))
        return smallest, largest(self.comm, float(x.max(initial=-np.inf)))

    def current_range(self, at: Evaluation) -> tuple[float, float]:
        """Smallest and largest local current density on the interface [A m-2]."""
        smallest = -largest(self.comm, float(-at.j.min(initial=np.inf)))
        return smallest, largest(self.comm, float(at.j.max(initial=-np.inf)))

    def _apply(self, matrix: PETSc.Mat, u: Array) -> Array:
        product = np.empty_like(u)
        self._in.placeArray(u)
        self._out.placeArray(product)
        matrix.mult(self._in, self._out)
        self._in.resetArray()
        self._out.resetArray()
        return product


def fastest_diffusivity(material: Material) -> float:
    """The largest diffusivity [m2 s-1] between empty and full."""
    return float(np.max(material.diffusivity(np.linspace(0.0, 1.0, 101))))
