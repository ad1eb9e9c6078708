"""The steps of a protocol as plain values in SI units: what is imposed, and what ends it.

`protocol` reads them from words. Directions are words, never signs: to discharge is to
lithiate, to plate is to deposit metal (the potential falls, the reported current is positive);
to charge is to delithiate, to strip is to dissolve.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..errors import ProtocolError

Direction = Literal["discharge", "charge", "plate", "strip"]
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Amount:
    """A current as the user sizes it: by capacity, collector area, mass, or in total.

    Attributes:
        kind: How `value` is counted.
        value: C-rate [1/h], or [A m-2] of collector, [A], [A kg-1] of electrode.
    """

    kind: Literal["c_rate", "areal", "total", "specific"]
    value: float

    def amperes(
        self, *, capacity_coulomb: float, footprint: float, mass: float | None = None
    ) -> float:
        """Total current [A] for a whole electrode.

        Args:
            capacity_coulomb: Charge between the stoichiometry limits [C].
            footprint: Collector area [m2].
            mass: Mass of active material [kg]; None when its density is not known.

        Raises:
            ProtocolError: A specific current is asked of a material without a density.
        """
        if self.kind == "c_rate":
            return self.value * capacity_coulomb / SECONDS_PER_HOUR
        if self.kind == "areal":
            return self.value * footprint
        if self.kind == "total":
            return self.value
        return self.value * _known(mass, "a current per gram")


@dataclass(frozen=True)
class VoltageLimit:
    """The step ends when the potential reaches `value` [V], from whichever side it started."""

    value: float


@dataclass(frozen=True)
class CurrentLimit:
    """The step ends when the magnitude of the current has fallen to `amount`."""

    amount: Amount


@dataclass(frozen=True)
class CapacityLimit:
    """The step ends when it has passed this much charge.

    Attributes:
        kind: How `value` is counted.
        value: [C m-2] of collector, [C], or [C kg-1] of electrode.
    """

    kind: Literal["areal", "total", "specific"]
    value: float

    def coulombs(self, *, footprint: float, mass: float | None = None) -> float:
        """Charge [C] of a whole electrode of this collector area [m2] and mass [kg]."""
        if self.kind == "areal":
            return self.value * footprint
        if self.kind == "total":
            return self.value
        return self.value * _known(mass, "a capacity per gram")


Termination = VoltageLimit | CurrentLimit | CapacityLimit


@dataclass(frozen=True, kw_only=True)
class Step:
    """What all steps share.

    Attributes:
        text: The words the user wrote.
        duration: Longest time [s], or None.
        terminations: Conditions of which the first one met ends the step.
        references: Metals that its potentials are said against ("Li"), where that is said.
    """

    text: str
    duration: float | None = None
    terminations: tuple[Termination, ...] = ()
    # left out of what a checkpoint is compared by: it changes nothing in a run
    references: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.duration is None and not self.terminations:
            raise ProtocolError(
                f"'{self.text}': this step never ends; add a time or an end, "
                "such as 'for 10 minutes' or 'until 2.5 V'"
            )


@dataclass(frozen=True, kw_only=True)
class ConstantCurrent(Step):
    """A current is imposed; the potential follows."""

    direction: Direction
    amount: Amount

    @property
    def lowers(self) -> bool:
        """Whether it lowers the potential, and so counts as a positive current."""
        return self.direction in ("discharge", "plate")


@dataclass(frozen=True, kw_only=True)
class ConstantVoltage(Step):
    """A potential [V] is imposed; the current follows."""

    voltage: float


@dataclass(frozen=True, kw_only=True)
class Rest(Step):
    """No current passes."""


@dataclass(frozen=True, kw_only=True)
class VoltageSweep(Step):
    """The potential moves linearly and the step ends at `stop`.

    Attributes:
        start: First potential [V]; None starts from where the electrode stands.
        stop: Last potential [V].
        rate: Speed [V/s], positive in either direction.
    """

    start: float | None
    stop: float
    rate: float

    def __post_init__(self) -> None:
        if not self.rate > 0:
            raise ProtocolError(f"'{self.text}': the sweep rate must be above 0 V/s")
        if self.start == self.stop:
            raise ProtocolError(f"'{self.text}': the sweep starts where it stops")


def _known(mass: float | None, what: str) -> float:
    if mass is None:
        raise ProtocolError(
            f"{what} needs the mass of the electrode, but its material card has no density; "
            "give the density, or use a C-rate or a value per cm2"
        )
    return mass
