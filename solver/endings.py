"""When a protocol step ends: each condition as a number that turns negative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.optimize import brentq

from .steps import (
    Amount,
    CapacityLimit,
    ConstantCurrent,
    CurrentLimit,
    Step,
    Termination,
    VoltageLimit,
)

LOCATED = 1e-7
"""Share of a time step to which an ending is located inside it."""


@dataclass(frozen=True)
class ElectrodeScale:
    """What turns the words of a protocol into numbers for a whole electrode.

    Attributes:
        capacity: Charge between the material's stoichiometry limits [C].
        full_charge: Charge from stoichiometry 0 to 1 [C].
        footprint: Collector area [m2].
        mass: Active mass [kg]; None without a density.
    """

    capacity: float
    full_charge: float
    footprint: float
    mass: float | None

    def current(self, amount: Amount) -> float:
        """An amount of current for the whole electrode [A]."""
        return amount.amperes(
            capacity_coulomb=self.capacity, footprint=self.footprint, mass=self.mass
        )


@dataclass(frozen=True)
class Reading:
    """What an ending looks at.

    Attributes:
        potential: [V].
        current: Total current, positive in discharge [A].
        charge: Charge passed in this protocol step, positive in discharge [C].
    """

    potential: float
    current: float
    charge: float


@dataclass(frozen=True)
class Ending:
    """One end condition.

    Attributes:
        margin: Positive before the end, zero at it.
        reason: How the log names it.
    """

    margin: Callable[[Reading], float]
    reason: str


class AlreadyMet(ArithmeticError):
    """An ending held before the time step that met it."""


def locate(
    met: Sequence[Ending], reading: Callable[[float], Reading], longest: float
) -> tuple[float, str]:
    """Where in a time step the first of the endings is that it met.

    Args:
        met: The endings.
        reading: What they look at, so long [s] after the step's start.
        longest: The step's own length [s], at which all have been met.

    Returns:
        The length [s] of the step that ends there, one that was read, and the ending's reason.

    Raises:
        AlreadyMet: One held at the start of the step.
    """
    found = []
    for ending in met:
        if ending.margin(reading(0.0)) <= 0.0:
            raise AlreadyMet(f"'{ending.reason}' held before the step")
        size = brentq(
            lambda size, of: of.margin(reading(size)),
            0.0,
            longest,
            args=(ending,),
            xtol=LOCATED * longest,
            rtol=1e-15,
        )
        found.append((float(size), ending.reason))
    size, reason = min(found)
    reading(size)
    return size, reason


def endings_of(step: Step, scale: ElectrodeScale, before: float) -> list[Ending]:
    """The end conditions of a protocol step that began at a potential [V]."""
    return [_ending(condition, step, scale, before) for condition in step.terminations]


def _ending(condition: Termination, step: Step, scale: ElectrodeScale, before: float) -> Ending:
    if isinstance(condition, VoltageLimit):
        value = condition.value
        falling = before > value
        if isinstance(step, ConstantCurrent):
            falling = step.lowers
        sign = 1.0 if falling else -1.0
        return Ending(lambda r: sign * (r.potential - value), f"reached {value:g} V")
    if isinstance(condition, CurrentLimit):
        limit = scale.current(condition.amount)
        return Ending(lambda r: abs(r.current) - limit, f"the current fell to {limit:.4g} A")
    if isinstance(condition, CapacityLimit):
        charge = condition.coulombs(footprint=scale.footprint, mass=scale.mass)
        return Ending(lambda r: charge - abs(r.charge), f"passed {charge / 3600.0:.4g} A.h")
    raise TypeError(f"no ending for {condition!r}")
