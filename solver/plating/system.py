"""The nonlinear system of one instant: two potentials, the collector's V, and the reactions.

    R(u, V) = L u + l V - w i     (ions)               G(u, V) = sum w i - I
              L u + l V + w i     (electrons)

with w the area and i(phi_s - phi_l) the current density of each site: a reaction takes place at
the nodes of a surface, each by itself; I is the current imposed, positive in oxidation. The current
into the collector is out of balance by g = G - sum R_s: where reactions' slopes are not negative,
(R, g) is the gradient of a convex energy, and its matrix symmetric, positive definite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..._fenics import PETSc
from ..model import total, totals
from .conduction import Conduction, new_matrix
from .kinetics import Current
from .potentials import Potentials
from .sites import Sites

if TYPE_CHECKING:
    from mpi4py import MPI

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

Law = Callable[[Array], Current]
"""The reactions of this rank's sites, as a function of phi_s - phi_l (own sites,) [V]."""

ROUNDING = 4.0 * float(np.finfo(float).eps)
"""Relative error of a potential, and of an exponential."""
THERMAL = 0.1
"""What the exponentials of a reaction lose beside the potentials, about four RT/F [V]."""
LEAST_SLOPE = 1e-12
"""Slope that matrices, not the equations, give to a surface where nothing reacts [S m-2]."""
LEAK = 1.0
"""What matrices, not the equations, let a stranded pocket's surface lose [S m-2]: nothing else
holds its potentials. No current leaves it, so that they only need some value; lithium has 200."""


@dataclass(frozen=True)
class Point:
    """The system at one (u, V).

    Attributes:
        residual: (size,) R [A].
        excess: G [A].
        into_collector: g [A].
        reaction: Of this rank's sites.
        drop: (own sites,) phi_s - phi_l [V].
        current: Sum of the reactions over all sites [A].
    """

    residual: Array
    excess: float
    into_collector: float
    reaction: Current
    drop: Array
    current: float


class System:
    """Residuals and matrices; the reactions are handed in with each call.

    Attributes:
        own: Numbers of this rank's sites.
        areas: (own,) [m2].
    """

    def __init__(self, potentials: Potentials, sites: Sites, conduction: Conduction) -> None:
        self.comm: MPI.Comm = conduction.comm
        self.potentials, self.conduction = potentials, conduction
        nodes = potentials.global_nodes[sites.nodes]
        inside = potentials.own_nodes
        self.own = np.flatnonzero((nodes >= inside.start) & (nodes < inside.stop))
        self.areas = sites.areas[self.own]
        self._leak = LEAK * self.areas * potentials.stranded[nodes[self.own]]
        ions = potentials.local(potentials.ions[nodes[self.own]])
        electrons = potentials.local(potentials.electrons[nodes[self.own]])
        # a site on the separator has its ion potential given, one on the collector V
        self._wet, self._inner = np.flatnonzero(ions >= 0), np.flatnonzero(electrons >= 0)
        self._outer = np.flatnonzero((electrons < 0) & (ions >= 0))
        self._both = np.flatnonzero((electrons >= 0) & (ions >= 0))
        self._ion, self._electron = ions, electrons
        self._given = np.zeros(len(self.own))
        dry = np.flatnonzero(ions < 0)
        self._given[dry] = conduction.given_at(nodes[self.own][dry])
        first = potentials.first
        ion, electron = ions[self._wet] + first, electrons[self._inner] + first
        beside, across = ions[self._both] + first, electrons[self._both] + first
        rows = np.concatenate([conduction.rows, ion, beside, across, electron])
        columns = np.concatenate([conduction.columns, ion, across, beside, electron])
        self._matrix = new_matrix(potentials, self.comm, rows, columns)
        self._matrix.setOption(PETSc.Mat.Option.SPD, True)

    def drop(self, u: Array, potential: float) -> Array:
        """(own,) phi_s - phi_l at the sites [V]."""
        return self.change(u, potential) - self._given

    def change(self, du: Array, move: float) -> Array:
        """(own,) the change of the drop with one of (u, V) [V]."""
        electron, ion = self._sides(du, move)
        return electron - ion

    def _sides(self, u: Array, potential: float) -> tuple[Array, Array]:
        """(own,) phi_s and phi_l at the sites, 0 where the latter is given [V]."""
        electron, ion = np.full(len(self.own), potential), np.zeros(len(self.own))
        electron[self._inner] = u[self._electron[self._inner]]
        ion[self._wet] = u[self._ion[self._wet]]
        return electron, ion

    def at(self, u: Array, potential: float, law: Law, current: float) -> Point:
        """Evaluate the system.

        Args:
            u: (size,) potentials [V].
            potential: V [V].
            law: The reactions.
            current: I, positive in oxidation [A].
        """
        drop = self.drop(u, potential)
        reaction = law(drop)
        flow = self.areas * reaction.density
        reaction = Current(reaction.density, np.maximum(reaction.slope, LEAST_SLOPE))
        residual = self.conduction.apply(u, potential)
        wet, inner = self._wet, self._inner
        residual -= np.bincount(self._ion[wet], flow[wet], minlength=len(u))
        residual += np.bincount(self._electron[inner], flow[inner], minlength=len(u))
        electrons = residual[self.potentials.n_ions :]
        whole, left = totals(self.comm, flow.sum(), electrons.sum())
        return Point(residual, whole - current, whole - current - left, reaction, drop, whole)

    def matrix(self, at: Point) -> PETSc.Mat:
        """The matrix over u; valid until the next call."""
        slope = self.areas * at.reaction.slope
        across, leaky = -slope[self._both], slope + self._leak
        ions, electrons = leaky[self._wet], leaky[self._inner]
        values = np.concatenate([self.conduction.entries, ions, across, across, electrons])
        self._matrix.setValuesCOO(values, PETSc.InsertMode.INSERT_VALUES)
        return self._matrix

    def border(self, at: Point) -> Array:
        """(size,) dR/dV, the column that V adds to the matrix [S]."""
        slope = self.areas[self._outer] * at.reaction.slope[self._outer]
        ions = self._ion[self._outer]
        return self.conduction.column - np.bincount(ions, slope, minlength=len(at.residual))

    def responses(self, at: Point, *changes: tuple[Array, float]) -> tuple[float, ...]:
        """The change of the whole reaction [A] with each change of (u, V)."""
        weights = self.areas * at.reaction.slope
        return totals(self.comm, *(weights @ self.change(*change) for change in changes))

    def rounding(self, at: Point, u: Array, potential: float) -> float:
        """Current that no reaction can be known better than, potentials being rounded [A].

        Near equilibrium a reaction is the difference of two currents that are alike.
        """
        electron, ion = self._sides(u, potential)
        volts = np.abs(electron) + np.abs(ion + self._given) + THERMAL
        lost = at.reaction.slope * volts + np.abs(at.reaction.density)
        return total(self.comm, ROUNDING * (self.areas @ lost))

    def conductance(self, at: Point) -> float:
        """Of all reactions side by side [S]."""
        return totals(self.comm, self.areas @ at.reaction.slope)[0]
