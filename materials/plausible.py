"""What a material's numbers can be: one table, for cards, BPX files, study files and Python.

A number outside `possible` cannot be meant and is refused; one outside `usual` is odd, and a
warning. The bounds are wide: they are there to find slips of the unit, not to judge a material.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import InputError, MaterialError
from .constants import FARADAY


class Slip(NamedTuple):
    """A unit in which people have the number at hand: value [SI] = factor * number + offset.

    Attributes:
        unit: Its name.
        factor, offset: See above.
        least: Magnitude below which the value is not meant either [SI].
    """

    unit: str
    factor: float
    offset: float = 0.0
    least: float = 0.0


@dataclass(frozen=True)
class Range:
    """What a quantity can be, and what it mostly is.

    Attributes:
        unit: SI unit of all numbers here.
        possible: Smallest and largest number that can be meant.
        usual: What surprises nobody.
        slips: Other units that the number may have been given in.
        zero: Whether 0 is a number like another: "none".
    """

    unit: str
    possible: tuple[float, float]
    usual: tuple[float, float]
    slips: tuple[Slip, ...] = ()
    zero: bool = False

    def is_possible(self, value: float) -> bool:
        """Whether a number can be meant."""
        return (self.zero and value == 0) or self.possible[0] <= value <= self.possible[1]

    def is_usual(self, value: float) -> bool:
        """Whether a number surprises nobody."""
        return (self.zero and value == 0) or self.usual[0] <= value <= self.usual[1]


_PER_LITRE = Slip("mol/L", 1e3)
_PER_VOLUME = (_PER_LITRE, Slip("mol/m^3 in place of mol/L", 1e-3))
_MILLIVOLTS = Slip("mV", 1e-3, least=0.02)
_PER_CM = (Slip("mS/cm", 0.1), Slip("S/cm", 100.0))
_SMALL = (Slip("nm", 1e-9), Slip("um", 1e-6))
_CELSIUS = Slip("degC", 1.0, 273.15)
_CM2 = Slip("cm^2/s", 1e-4)

_ALPHAS = 0.01
"""By what share the sum of transfer coefficients may miss the number of electrons."""

POTENTIAL = Range("V", (-5.0, 10.0), (-1.0, 6.0), (_MILLIVOLTS,))

# Bounds are assumed. The densest hosts of lithium hold 9e4 mol/m^3 (Li22Si5), the metal itself
# 7.7e4; osmium, the densest solid, has 22 590 kg/m^3; the capacities end with those of Si and Li.
RANGES: dict[str, Range] = {
    "c_s_max": Range("mol/m^3", (100.0, 2e5), (1e3, 9e4), _PER_VOLUME),
    "diffusivity": Range("m^2/s", (1e-40, 1e12), (1e-22, 1e-11), (_CM2,)),
    "rate_constant": Range(
        "m^2.5 mol^-0.5 s^-1",
        (1e-30, 1e6),
        (1e-16, 1e-8),
        (Slip("(A/m^2)(m^3/mol)^1.5, as PyBaMM's m_ref", 1.0 / FARADAY),),
    ),
    "exchange_current_density": Range("A/m^2", (1e-20, 1e15), (1e-7, 1e4)),
    "density": Range("kg/m^3", (50.0, 3e4), (300.0, 1.2e4), (Slip("g/cm^3", 1e3),)),
    "specific capacity": Range("mAh/g", (1e-9, 1.2e4), (5.0, 4.5e3)),
    "ocp": POTENTIAL,
    "voltage_min": POTENTIAL,
    "voltage_max": POTENTIAL,
    "potential": POTENTIAL,
    "temperature": Range("K", (150.0, 1000.0), (233.15, 373.15), (_CELSIUS,)),
    "activation energy": Range(
        "J/mol",
        (-3e5, 4e5),
        (1e3, 1.5e5),
        (Slip("kJ/mol", 1e3), Slip("eV", FARADAY), Slip("meV", FARADAY / 1e3)),
        zero=True,
    ),
    "volume_change": Range("", (-0.95, 50.0), (-0.6, 4.0), (Slip("per cent", 0.01, least=1e-3),)),
    "C-rate": Range("C", (1e-15, 1e8), (1e-6, 1e5)),
    "current density": Range("A/m^2", (1e-15, 1e9), (1e-5, 1e6)),
    "concentration": Range("mol/m^3", (1e-6, 3e4), (10.0, 1.2e4), (_PER_LITRE,)),
    # hosts of plated metal
    "ionic_conductivity": Range("S/m", (1e-30, 1e6), (1e-12, 20.0), _PER_CM, zero=True),
    "electronic_conductivity": Range("S/m", (1e-30, 1e12), (1e-14, 2e8), _PER_CM, zero=True),
    "nucleation_barrier": Range("V", (1e-12, 5.0), (1e-4, 1.0), (_MILLIVOLTS,), zero=True),
    "salt.conductivity": Range("S/m", (1e-12, 1e6), (1e-4, 10.0), _PER_CM),
    "salt.diffusivity": Range("m^2/s", (1e-25, 1e3), (1e-14, 1e-8), (_CM2,)),
    "thermodynamic_factor": Range("", (1e-3, 1e3), (0.2, 20.0)),
    "molar_volume": Range("m^3/mol", (1e-7, 1e-3), (3e-6, 1e-4), (Slip("cm^3/mol", 1e-6),)),
    "coverage_thickness": Range("m", (1e-30, 1e-3), (1e-11, 1e-6), _SMALL),
    "film_thickness": Range("m", (1e-30, 1e-3), (1e-11, 1e-6), _SMALL),
    "last_thickness": Range("m", (1e-30, 1e-3), (1e-12, 1e-7), _SMALL),
    "c_max": Range("mol/m^3", (100.0, 2e5), (1e3, 9e4), _PER_VOLUME),
    "conductivity_gain": Range("", (1e-12, 1e12), (1e-3, 1e6)),
}
"""Name of a quantity, as in cards where it is there -> what it can be."""


def refuse_impossible(
    key: str, value: float, *, name: str | None = None, error: type[InputError] = MaterialError
) -> None:
    """Refuse a number that cannot be meant.

    Args:
        key: Of `RANGES`.
        value: The number [SI].
        name: What the message calls it, if not by its key.
        error: Class of error to raise.

    Raises:
        InputError: Says what was got, what is possible, and the unit that it may have been in.
    """
    known = RANGES[key]
    if known.is_possible(value):
        return
    low, high = known.possible
    raise error(
        f"{name or key}: got {_text(value, known)}, expected {low:g} to {high:g} "
        f"{known.unit}{_hint(value, known)}".rstrip()
    )


def oddities(key: str, value: float, *, name: str | None = None) -> list[str]:
    """A sentence on a number that is possible and yet odd; none on one that is usual."""
    known = RANGES[key]
    if known.is_usual(value):
        return []
    low, high = known.usual
    return [
        f"{name or key} = {_text(value, known)} is unusual, most are {low:g} to {high:g} "
        f"{known.unit}{_hint(value, known)}".rstrip()
    ]


def refuse_alpha(key: str, value: float, charge_number: int) -> None:
    """Refuse a transfer coefficient that no reaction of so many electrons can have.

    Raises:
        MaterialError: It is not positive, or more than twice the number of electrons.
    """
    if not 0 < value <= 2 * charge_number:
        hint = f"; is it in per cent? Then it is {value / 100:g}" if 10 < value <= 100 else ""
        raise MaterialError(
            f"{key}: got {value:g}, expected a positive number up to the number of electrons, "
            f"{charge_number} (a symmetric reaction has {charge_number / 2:g}){hint}"
        )


def alpha_oddities(alpha_a: float, alpha_c: float, charge_number: int) -> list[str]:
    """A sentence on transfer coefficients that do not add up to the number of electrons."""
    total = alpha_a + alpha_c
    if abs(total / charge_number - 1.0) <= _ALPHAS and max(alpha_a, alpha_c) <= charge_number:
        return []
    return [
        f"alpha_a = {alpha_a:g} and alpha_c = {alpha_c:g} are unusual: in a reaction in one step "
        f"they add up to the number of electrons, {charge_number}, or the two rates are not equal "
        "at the potential of Nernst's equation"
    ]


def refuse_temperatures(low: float | None, high: float | None) -> None:
    """Refuse ends of a range of temperatures [K] that cannot be meant.

    Raises:
        MaterialError: Says which one.
    """
    for key, value in (("temperature_min", low), ("temperature_max", high)):
        if value is not None:
            refuse_impossible("temperature", value, name=key)
    if low is not None and high is not None and low > high:
        raise MaterialError(
            f"temperature_min: got {low:g} K, expected no more than temperature_max, {high:g} K"
        )


def refuse_ranges(ranges: Mapping[str, tuple[float, float]]) -> None:
    """Refuse ranges whose ends are turned round or not finite.

    Raises:
        MaterialError: Says which one.
    """
    for key, (low, high) in ranges.items():
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise MaterialError(f"{key}: got a range of {low:g} to {high:g}, expected low <= high")


def too_warm_or_cold(temperature: float, low: float | None, high: float | None) -> list[str]:
    """A sentence on a temperature outside the range in which a card's numbers hold [K]."""
    if (low is None or temperature >= low) and (high is None or temperature <= high):
        return []
    ends = {"from": low, "to": high}
    text = " ".join(f"{word} {end - 273.15:.4g} degC" for word, end in ends.items() if end)
    return [f"its numbers hold {text}, and are used at {temperature - 273.15:.4g} degC"]


def _text(value: float, known: Range) -> str:
    return f"{value:g} {known.unit}".rstrip()


def _hint(value: float, known: Range) -> str:
    """The unit in which the number would be a usual one, as a question."""
    for slip in known.slips:
        meant = slip.factor * value + slip.offset
        if known.usual[0] <= meant <= known.usual[1] and abs(meant) >= slip.least:
            return f"; is it in {slip.unit}? Then it is {meant:.6g} {known.unit}"
    return ""
