"""How far the first time step of a protocol step may go, and how much lithium there is to strip."""

from __future__ import annotations

import numpy as np

from .model import PlatingModel
from .state import State

FIRST_DEPOSIT = 0.05
"""Deposit of the fastest site in the first step, over the thickness in which the barrier fades."""
FIRST_CHANGE = 0.003
"""Change of salt and lattice in the first step, where it is fastest."""


def first_size(model: PlatingModel, state: State) -> float:
    """Time in which neither the deposit nor salt and lattice change much anywhere [s].

    Nor do nuclei grow much by what they cover, before which a bare surface decides who grows.
    """
    around, deposit = state.surroundings, model.anode.deposit
    more = around.fed * deposit.exchange_current_density * model.barrier(around).gain(state.drop)
    rate = model.volume_per_charge * max(np.abs(state.plating).max(), more.max())
    growth = FIRST_DEPOSIT * deposit.coverage_thickness / max(rate, 1e-300)
    fastest = 0.0
    if model.salt is not None and state.salt is not None:
        fastest = model.salt.fastest(model.salt_flow(state.u, state.salt))
    if model.lattice is not None:
        fastest = max(fastest, model.lattice.fastest(state.inserted[model.system.own]))
    return float(min(growth, FIRST_CHANGE / max(fastest, 1e-300)))


def lithium(model: PlatingModel, state: State) -> float:
    """Charge of all lithium in the meshed part, plated and inserted [C]."""
    laid = float(model.sites.areas @ state.thickness) / model.volume_per_charge
    if model.lattice is None or state.content is None:
        return laid
    return laid + model.lattice.stored(state.content)
