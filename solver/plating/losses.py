"""Where the voltage goes: the loss budget of one instant.

Each equation times its own unknown, added up over all of them, is the balance of power

    V I = int |i_l|^2 / kappa - int i_l . grad psi + int sigma |grad phi_s|^2
          + int G |grad_s phi_s|^2 + sum w i (phi_s - phi_l + U) - sum w i U
          + sum w i_ins (phi_s - phi_l - E) + sum w i_ins E + sum w i_side (phi_s - phi_l),

ions, concentration (psi of `salt`), electrons, kinetics (of plating and of insertion), nucleation,
the work that goes into the lattice at its own potential E, and the side reaction. It
holds for the discrete solution as it stands, so what is missing is the error of the solver.
Divided by the current, each term is its share of the voltage.

U is what the barrier takes of a plating current's overpotential (`barriers`): by the kinetic law
U_n on the part that nucleates, and nothing on what grows or dissolves, so that neither kinetics
nor nucleation is ever negative; by the equilibrium law U_n (1 - theta) in either direction, which
a deposit that is stripped gives back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..model import total
from .model import PlatingModel
from .state import State

Array = NDArray[np.float64]


class Losses(NamedTuple):
    """Power that each process takes [W]; `work` is V I."""

    ions: float
    concentration: float
    electrons: float
    kinetics: float
    nucleation: float
    insertion: float
    side_reaction: float
    work: float

    @property
    def missing(self) -> float:
        """What the terms do not add up to, over the largest of them.

        The work itself passes zero where the voltage does, on the way from insertion to plating.
        """
        return abs(sum(self[:-1]) - self.work) / max(*map(abs, self), 1e-300)

    def voltages(self, current: float, *, least: float) -> dict[str, float]:
        """Each term over the current [V], by name; nothing where next to none passes."""
        if abs(current) < least:
            return dict.fromkeys(self._fields[:-1], 0.0)
        return {name: value / abs(current) for name, value in self._asdict().items()}


def losses_of(model: PlatingModel, state: State) -> Losses:
    """The loss budget of a state."""
    areas, n = model.sites.areas, model.potentials.n_ions
    overcome = model.barrier(state.surroundings).overcome(state.drop)
    plated, inserted = areas * state.plating, areas * state.inserted
    lattice = state.lattice_potential
    ions, electrons = np.zeros_like(state.u), np.zeros_like(state.u)
    ions[:n] = state.u[:n]
    electrons[n:] = state.u[n:] - state.potential  # the collector is the reference: no cancellation
    model.surround(state.surroundings)
    model.drive_by(np.empty(0) if state.salt is None else state.salt)
    fed = model.conduction
    concentration = _concentration(model, state)
    carried = total(model.comm, ions @ (fed.apply(ions, 0.0) - fed.given))
    fixed = fed.given + fed.drive
    return Losses(
        ions=carried - concentration,
        concentration=concentration,
        electrons=total(model.comm, electrons @ (fed.apply(electrons, 0.0) - fixed)),
        kinetics=float(plated @ (state.drop + overcome) + inserted @ (state.drop - lattice)),
        nucleation=0.0 - float(plated @ overcome),
        insertion=float(inserted @ lattice),
        side_reaction=float(areas * state.side @ state.drop),
        work=state.potential * state.current,
    )


def _concentration(model: PlatingModel, state: State) -> float:
    """- int i_l . grad psi over the pores [W]."""
    if model.salt is None or state.salt is None:
        return 0.0
    flow = model.salt_flow(state.u, state.salt)
    return -total(model.comm, flow @ model.salt.potential(state.salt))
