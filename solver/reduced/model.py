"""The equations of an insertion electrode in a few coefficients.

With u = V a and the columns of V orthonormal in the mass matrix, the first one constant, the
equations of `insertion.InsertionModel` tested by V are, for all coefficients i,

    da_i/dt + D sum_k K_ik a_k + sum_p w_p V_i(x_p) j(u(x_p), V) / (z F c_s_max volume) = 0,

with the cubature's points x_p and weights w_p. Where D varies with u, its integral Phi(u) takes
the place of D u, interpolated from few nodes (`interior`). i = 0 is the conservation of charge:
the mean follows the sum of the current exactly. Potential, rate, kinetics, diffusivity, salt and
temperature stay parameters, so one model serves a family of runs, which are evaluated together:
(m, ...) arrays have a row for each run.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...materials.kinetics import ConstantExchange, RootExchange
from ...materials.laws import Formula
from ..interface import molar_flux_scale, react

if TYPE_CHECKING:
    from ...materials.laws import Law
    from ...materials.material import Material
    from ..simulation import Simulation

Array = NDArray[np.float64]
Rows = NDArray[np.intp]


class Interior(NamedTuple):
    """The diffusion of a Kirchhoff potential that is known at few nodes.

    Attributes:
        points: (p, r) the basis there.
        weights: (r, p) int grad V_i . grad of its interpolant / volume [m-2].
    """

    points: Array
    weights: Array


@dataclass(frozen=True)
class ReducedModel:
    """What does not depend on the run.

    Attributes:
        basis: (nodes, r) orthonormal fields, the first one 1.
        stiffness: (r, r) int grad V_i . grad V_k / volume [m-2].
        points: (n, r) the basis at the evaluation points on the surface.
        weights: (n,) area that each stands for [m2]; 0 where only the extremes are looked for.
        surface_mean: (r,) area means of the basis on the surface.
        surface_gram: (r, r) area means of its products.
        volume: Of the meshed electrode [m3].
        area: Of its surface [m2].
        skin: The outermost layer of unknowns, in units of volume/area.
        interior: What replaces the stiffness where the diffusivity varies.
    """

    basis: Array
    stiffness: Array
    points: Array
    weights: Array
    surface_mean: Array
    surface_gram: Array
    volume: float
    area: float
    skin: float
    interior: Interior | None = None

    @property
    def rank(self) -> int:
        """Number of coefficients."""
        return self.basis.shape[1]


class Rates(NamedTuple):
    """The reaction of m runs, each at its state.

    Attributes:
        forcing: (m, r) the surface's part of the equations [1/s]; the first one is the rate.
        potential_slope: (m, r) its slope over the potential [1/(s V)].
        state_slope: (m, r) slope of the rate over the coefficients [1/s].
        surface_slope: (m, n) slope of the weighted reaction at the points, for the Jacobian.
        conductance: (m, n) slope of j over the potential, but for a factor that each run has.
        j: (m, n) local current density [A m-2].
    """

    forcing: Array
    potential_slope: Array
    state_slope: Array
    surface_slope: Array
    conductance: Array
    j: Array


class Family:
    """A reduced model with the parameters of m runs.

    Args:
        model: What they share.
        runs: Their materials and conditions.
    """

    def __init__(self, model: ReducedModel, runs: Iterable[Simulation]) -> None:
        self.model, self.runs = model, list(runs)
        r = model.rank
        self._products = (model.points[:, :, None] * model.points[:, None, :]).reshape(-1, r * r)
        self.diffusivity = np.array(
            [float(np.asarray(run.material.diffusivity(0.5))) for run in self.runs]
        )
        self._flux = np.array([molar_flux_scale(run.material) for run in self.runs]) / model.volume
        self._salt = np.array([[run.c_e] for run in self.runs])
        self._temperature = np.array([[run.temperature] for run in self.runs])
        plain = [_plain_kinetics(run.material) for run in self.runs]
        self._speed = np.array([speed for _, speed in plain])
        self._laws, self._law_of = _distinct([material for material, _ in plain], _same_reaction)
        if model.interior is not None:
            points, weights = model.interior
            self._fluxes = (weights.T[:, :, None] * points[:, None, :]).reshape(-1, r * r)
            laws = [_plain_diffusivity(run.material.diffusivity) for run in self.runs]
            self._factor = np.array([[factor] for _, factor in laws])
            self._diffusivities, self._diffusivity_of = _distinct(
                [law for law, _ in laws], operator.eq
            )

    def rates(self, rows: Rows, a: Array, potential: Array) -> Rates:
        """The reaction of some of the runs at coefficients (m, r) and potentials (m,)."""
        points = self.model.points
        j, slope_x, slope_v = self._react(rows, a @ points.T, potential[:, None])
        speed = self._speed[rows, None]
        weighted = (speed * self._flux[rows, None]) * self.model.weights
        # clipped like the full model's, so that both take the same steps
        slope_x = weighted * np.maximum(slope_x, 0.0)
        return Rates(
            forcing=(weighted * j) @ points,
            potential_slope=(weighted * slope_v) @ points,
            state_slope=slope_x @ points,
            surface_slope=slope_x,
            conductance=slope_v,
            j=speed * j,
        )

    def diffusion(self, rows: Rows, a: Array) -> Array:
        """(m, r) the interior's part of the equations [1/s]."""
        interior = self.model.interior
        if interior is not None:
            x = a @ interior.points.T
            potential = self._by_law(rows, x, lambda law, part: law.integral(part))
            return potential @ interior.weights.T
        return self.diffusivity[rows, None] * (a @ self.model.stiffness)

    def jacobian(self, rows: Rows, shift: Array, a: Array, at: Rates) -> Array:
        """(m, r, r) shift + the slope of both parts over the coefficients."""
        r, interior = self.model.rank, self.model.interior
        matrix = (at.surface_slope @ self._products).reshape(-1, r, r)
        if interior is None:
            matrix += self.diffusivity[rows, None, None] * self.model.stiffness
        else:
            x = a @ interior.points.T
            slope = self._by_law(rows, x, lambda law, part: law(part))
            matrix += (slope @ self._fluxes).reshape(-1, r, r)
        diagonal = np.arange(r)
        matrix[:, diagonal, diagonal] += shift[:, None]
        return matrix

    def surface_ocp(self, rows: Rows, a: Array) -> Array:
        """(m,) open-circuit potential [V] of the mean surface stoichiometry."""
        means = a @ self.model.surface_mean
        return np.array(
            [
                float(np.asarray(self.runs[row].material.ocp(np.array([x])))[0])
                for row, x in zip(rows, means, strict=True)
            ]
        )

    def _by_law(self, rows: Rows, x: Array, evaluate: Callable[[Law, Array], Array]) -> Array:
        """A function of x (m, p) that differs between diffusivities."""
        values, laws = np.empty_like(x), self._diffusivity_of[rows]
        for number in np.unique(laws):
            mine = laws == number
            values[mine] = evaluate(self._diffusivities[number], x[mine])
        return self._factor[rows] * values

    def _react(self, rows: Rows, x: Array, potential: Array) -> tuple[Array, Array, Array]:
        laws = self._law_of[rows]
        if len(self._laws) == 1:
            return self._of_law(0, rows, x, potential)
        j, slope_x, slope_v = np.empty_like(x), np.empty_like(x), np.empty_like(x)
        for law in np.unique(laws):
            mine = laws == law
            found = self._of_law(int(law), rows[mine], x[mine], potential[mine])
            j[mine], slope_x[mine], slope_v[mine] = found
        return j, slope_x, slope_v

    def _of_law(
        self, law: int, rows: Rows, x: Array, potential: Array
    ) -> tuple[Array, Array, Array]:
        columns: Any = (self._salt[rows], self._temperature[rows])
        reaction = react(self._laws[law], x, potential, c_e=columns[0], temperature=columns[1])
        return reaction.j, reaction.slope_x, reaction.slope_potential


def _distinct[L](laws: list[L], same: Callable[[L, L], bool]) -> tuple[list[L], Rows]:
    """The laws that differ, and the number among those of each given one."""
    kept: list[L] = []
    numbers = []
    for law in laws:
        number = next((k for k, other in enumerate(kept) if same(law, other)), len(kept))
        if number == len(kept):
            kept.append(law)
        numbers.append(number)
    return kept, np.array(numbers)


def _same_reaction(one: Material, other: Material) -> bool:
    same = one.ocp == other.ocp and one.kinetics == other.kinetics
    return same and one.c_s_max == other.c_s_max


def _plain_diffusivity(law: Law) -> tuple[Law, float]:
    """The law without its own factor, and that factor."""
    return (replace(law, factor=1.0), law.factor) if isinstance(law, Formula) else (law, 1.0)


def _plain_kinetics(material: Material) -> tuple[Material, float]:
    """The material with a rate constant of 1, and its own as a factor on all currents."""
    law = material.kinetics.exchange_current
    plain: ConstantExchange | RootExchange = RootExchange(1.0)
    speed = law.rate_constant if isinstance(law, RootExchange) else law.j0
    if isinstance(law, ConstantExchange):
        plain = ConstantExchange(1.0)
    return material.replace(kinetics=replace(material.kinetics, exchange_current=plain)), speed
