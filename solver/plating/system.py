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
LEAST_SLOPE = 1e-6
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
        self._ions = potentials.local(potentials.ions[nodes[self.own]])
        electrons = potentials.local(potentials.electrons[nodes[self.own]])
        self._inner = np.flatnonzero(electrons >= 0)
        self._outer = np.flatnonzero(electrons < 0)
        self._electrons = electrons[self._inner]
        ion, electron = self._ions + potentials.first, self._electrons + potentials.first
        beside = ion[self._inner]
        rows = np.concatenate([conduction.rows, ion, beside, electron, electron])
        columns = np.concatenate([conduction.columns, ion, electron, beside, electron])
        self._matrix = new_matrix(potentials, self.comm, rows, columns)
        self._matrix.setOption(PETSc.Mat.Option.SPD, True)

    def drop(self, u: Array, potential: float) -> Array:
        """(own,) phi_s - phi_l at the sites [V]."""
        electron = np.full(len(self.own), potential)
        electron[self._inner] = u[self._electrons]
        return electron - u[self._ions]

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
        residual -= np.bincount(self._ions, flow, minlength=len(u))
        residual += np.bincount(self._electrons, flow[self._inner], minlength=len(u))
        electrons = residual[self.potentials.n_ions :]
        whole, left = totals(self.comm, flow.sum(), electrons.sum())
        return Point(residual, whole - current, whole - current - left, reaction, drop, whole)

    def matrix(self, at: Point) -> PETSc.Mat:
        """The matrix over u; valid until the next call."""
        slope = self.areas * at.reaction.slope
        inner = slope[self._inner]
        ions, electrons = slope + self._leak, inner + self._leak[self._inner]
        values = np.concatenate([self.conduction.entries, ions, -inner, -inner, electrons])
        self._matrix.setValuesCOO(values, PETSc.InsertMode.INSERT_VALUES)
        return self._matrix

    def border(self, at: Point) -> Array:
        """(size,) dR/dV, the column that V adds to the matrix [S]."""
        slope = self.areas[self._outer] * at.reaction.slope[self._outer]
        ions = self._ions[self._outer]
        return self.conduction.column - np.bincount(ions, slope, minlength=len(at.residual))

    def responses(self, at: Point, *changes: tuple[Array, float]) -> tuple[float, ...]:
        """The change of the whole reaction [A] with each change of (u, V)."""
        weights = self.areas * at.reaction.slope
        return totals(self.comm, *(weights @ self.drop(*change) for change in changes))

    def rounding(self, at: Point, u: Array, potential: float) -> float:
        """Current that no reaction can be known better than, potentials being rounded [A].

        Near equilibrium a reaction is the difference of two currents that are alike.
        """
        electron = np.abs(self.drop(u, potential) + u[self._ions])
        volts = electron + np.abs(u[self._ions]) + THERMAL
        lost = at.reaction.slope * volts + np.abs(at.reaction.density)
        return total(self.comm, ROUNDING * (self.areas @ lost))

    def conductance(self, at: Point) -> float:
        """Of all reactions side by side [S]."""
        return totals(self.comm, self.areas @ at.reaction.slope)[0]
