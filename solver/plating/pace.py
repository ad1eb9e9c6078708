"""How far the first time step of a protocol step may go, and how much lithium there is to strip."""

from __future__ import annotations

import numpy as np

from .march import State
from .model import PlatingModel

FIRST_DEPOSIT = 0.05
"""Deposit of the fastest site in the first step, over the thickness in which the barrier fades."""
FIRST_CONTENT = 0.01
"""Change of the lattice's content in the first step, where it is fastest."""


def first_size(model: PlatingModel, state: State) -> float:
    """Time in which neither the deposit nor the lattice changes much anywhere [s]."""
    rate = model.volume_per_charge * np.abs(state.plating).max()
    size = FIRST_DEPOSIT * model.anode.deposit.coverage_thickness / max(rate, 1e-300)
    if model.lattice is None:
        return float(size)
    filling = model.lattice.fastest(state.inserted[model.system.own])
    return float(min(size, FIRST_CONTENT / max(filling, 1e-300)))


def lithium(model: PlatingModel, state: State) -> float:
    """Charge of all lithium in the meshed part, plated and inserted [C]."""
    laid = float(model.sites.areas @ state.thickness) / model.volume_per_charge
    if model.lattice is None or state.content is None:
        return laid
    return laid + model.lattice.stored(state.content)
