"""The time series of a plating run: one row per accepted step, columns named as PyBaMM's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .ledger import Ledger
from .losses import losses_of
from .measures import filled_fraction, spread_of
from .model import PlatingModel
from .state import State

Array = NDArray[np.float64]

COLUMNS = (
    "Time [s]",
    "Step",
    "Cycle",
    "Voltage [V]",
    "Current [A]",
    "Current density [mA.cm-2]",
    "Discharge capacity [A.h]",
    "Areal capacity [mA.h.cm-2]",
    "Plated lithium [mA.h.cm-2]",
    "Inserted lithium [mA.h.cm-2]",
    "Mean lithium content of the host",
    "Side reaction [mA.h.cm-2]",
    "Mean deposit thickness [um]",
    "Max deposit thickness [um]",
    "Deposit coefficient of variation",
    "Share on collector",
    "Filled fraction of pores",
    "Min local current density [A.m-2]",
    "Max local current density [A.m-2]",
    "Ohmic loss of ions [V]",
    "Ohmic loss of electrons [V]",
    "Concentration loss [V]",
    "Kinetic loss [V]",
    "Nucleation loss [V]",
    "Insertion work [V]",
    "Loss budget error",
    "Time step [s]",
)

LEAST_CURRENT = 1e-6
"""Current per collector area below which a host is at rest [A m-2]."""


def row_of(
    model: PlatingModel,
    state: State,
    ledger: Ledger,
    *,
    step: int,
    cycle: int,
    copies: float,
    size: float,
) -> dict[str, float]:
    """The row of a state, by column.

    Args:
        model: The host.
        state: Where it stands.
        ledger: What has passed.
        step: Index of the protocol step.
        cycle: Its cycle.
        copies: Of the meshed part in the whole electrode.
        size: Time step that led here [s].
    """
    area = model.footprint
    unit = 1.0 / (36.0e3 * area)
    spread = spread_of(model.sites, state.thickness)
    losses = losses_of(model, state)
    least = LEAST_CURRENT * area
    volts = losses.voltages(state.current, least=least)
    return {
        "Time [s]": state.time,
        "Step": step,
        "Cycle": cycle,
        "Voltage [V]": state.potential,
        "Current [A]": -copies * state.current,
        "Current density [mA.cm-2]": -state.current / area / 10.0,
        "Discharge capacity [A.h]": copies * ledger.passed / 3600.0,
        "Areal capacity [mA.h.cm-2]": unit * ledger.passed,
        "Plated lithium [mA.h.cm-2]": unit * ledger.plated.sum(),
        "Inserted lithium [mA.h.cm-2]": unit * ledger.inserted.sum(),
        "Mean lithium content of the host": _mean_content(model, state),
        "Side reaction [mA.h.cm-2]": unit * ledger.side.sum(),
        "Mean deposit thickness [um]": 1e6 * spread.mean,
        "Max deposit thickness [um]": 1e6 * state.thickness.max(),
        "Deposit coefficient of variation": spread.variation,
        "Share on collector": spread.on_collector,
        "Filled fraction of pores": filled_fraction(model.sites, state.thickness),
        "Min local current density [A.m-2]": state.plating.min(),
        "Max local current density [A.m-2]": state.plating.max(),
        "Ohmic loss of ions [V]": volts["ions"],
        "Ohmic loss of electrons [V]": volts["electrons"],
        "Concentration loss [V]": volts["concentration"],
        "Kinetic loss [V]": volts["kinetics"],
        "Nucleation loss [V]": volts["nucleation"],
        "Insertion work [V]": volts["insertion"],
        "Loss budget error": losses.missing if abs(state.current) > least else 0.0,
        "Time step [s]": size,
    }


def _mean_content(model: PlatingModel, state: State) -> float:
    """Of the body; 0 where it is not resolved."""
    if model.lattice is None or state.content is None:
        return 0.0
    return model.lattice.mean(state.content)
