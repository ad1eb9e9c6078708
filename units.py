"""Quantities with units, read from the user's text and handed on in SI.

This is the one place that knows pint; it is imported when the first quantity is read.
"""

from __future__ import annotations

import math
import numbers
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ._arguments import as_float
from ._messages import plain, quoted
from .errors import InputError

if TYPE_CHECKING:
    import pint

_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)")
_DECIMAL_COMMA = re.compile(r"([+-]?\d+),(\d+(?:[eE][+-]?\d+)?\s*[^\d,]*)")
_AGAINST = re.compile(r"(.*V)\s*\(?\s*(?:vs\.?|versus|against)\s", re.IGNORECASE)
_LARGEST = 10**300
LONGEST = 200
"""Characters that a quantity has at most."""
_UNIT = re.compile(r"[A-Za-zµμΩΩ°%²³·*/^().\s\d+-]{1,80}")
_TOWER = re.compile(r"(\*\*|\^)\s*[(+-]*\s*[\d.]+\s*\)?\s*(\*\*|\^)|\d{3}")

_KINDS = {
    "": "a plain number",
    "m": "a length",
    "m^2": "an area",
    "m^3": "a volume",
    "s": "a time",
    "1/s": "a rate",
    "kg": "a mass",
    "kg/m^3": "a mass density",
    "K": "a temperature",
    "V": "a voltage",
    "V/s": "a voltage sweep rate",
    "V/K": "a voltage per temperature",
    "A": "a current",
    "A/m^2": "a current density",
    "A/kg": "a specific current",
    "C": "a charge (or capacity)",
    "C/m^2": "an areal capacity",
    "C/kg": "a specific capacity",
    "C/m^3": "a volumetric capacity",
    "S": "a conductance",
    "S/m": "a conductivity",
    "ohm": "a resistance",
    "ohm m^2": "an area resistance",
    "ohm m": "a resistivity",
    "F/m^2": "an areal capacitance",
    "m^2/s": "a diffusivity",
    "m/s": "a velocity",
    "mol": "an amount of substance",
    "mol/m^3": "a concentration",
    "mol/(m^2 s)": "a molar flux",
    "kg/mol": "a molar mass",
    "m^3/mol": "a molar volume",
    "J/mol": "a molar energy",
    "J": "an energy",
    "W": "a power",
    "W/kg": "a specific power",
    "W/m^2": "a power density",
    "Pa": "a pressure",
    "m^2.5 mol^-0.5 s^-1": "a rate constant of insertion",
}
"""SI unit -> what a quantity of that dimension is called in a message."""

_EXAMPLES = {
    "": "0.5",
    "m": "50 nm",
    "s": "10 min",
    "V": "4.2 V",
    "V/s": "0.1 mV/s",
    "K": "25 degC",
    "A/m^2": "1 mA/cm^2",
    "A/kg": "100 mA/g",
    "C/m^2": "4 mAh/cm^2",
    "C/kg": "150 mAh/g",
    "S/m": "10 mS/cm",
    "m^2/s": "1e-14 m^2/s",
    "mol/m^3": "1 mol/L",
    "kg/m^3": "3.6 g/cm^3",
}


IN_USE = ("m^2/s", "mol/m^3", "A/m^2", "S/m", "kg/m^3", "V/s")
"""SI units that people write as often as another."""
COLDEST_IN_KELVIN = 150.0
"""A bare temperature below this is taken for one in degrees Celsius, in messages."""


def quantity(
    text: str | float,
    unit: str,
    *,
    key: str,
    example: str | None = None,
    error: type[InputError] = InputError,
) -> float:
    """Read a quantity such as "50 nm" and return it in the SI unit `unit`.

    Args:
        text: What the user wrote. A bare number is accepted where `unit` is "" only.
        unit: SI unit to return in, such as "m" or "A/m^2"; "" for a plain number.
        key: The user's key, which opens every message.
        example: A sample for messages; one is found by the unit if left out.
        error: Class of error to raise.

    Returns:
        The value [unit], rounded to 15 significant digits so that "50 nm" is 5e-08.

    Raises:
        InputError: No unit, an unknown unit, another dimension, or no number at all.

    Example:
        >>> quantity("50 nm", "m", key="geometry.radius")
        5e-08
    """
    sample = example or _EXAMPLES.get(unit, f"1 {unit}")
    number, unit_text = _split(text, sample, key=key, error=error)
    if not unit_text:
        if unit:
            better = _with_unit(number, unit, sample)
            raise error(f"{key}: a bare number has no unit; write such as {better}")
        return number
    found = _parse_unit(unit_text)
    if found is None:
        raise error(f"{key}: {_unknown(str(text), unit_text, unit, sample)}")
    return _convert(number, found, unit, text=str(text), sample=sample, key=key, error=error)


def number(given: object, unit: str, *, key: str, error: type[InputError] = InputError) -> float:
    """A number [SI], as Python hands it over, or a quantity in words, such as "25 degC".

    Raises:
        InputError: It is neither, or not finite.
    """
    if isinstance(given, str):
        return quantity(given, unit, key=key, error=error)
    sample = _EXAMPLES.get(unit, f"1 {unit}")
    if isinstance(given, bool) or not isinstance(given, numbers.Real):
        wanted = f'a number in {unit}, or a text such as "{sample}"' if unit else "a number"
        raise error(f"{key}: got {quoted(given)}, expected {wanted}")
    value = as_float(given)
    if not math.isfinite(value):
        raise error(f"{key}: got {value}, expected a finite number")
    return value


def positive(
    given: object,
    unit: str,
    *,
    key: str,
    infinite: bool = False,
    error: type[InputError] = InputError,
) -> float:
    """As `number`, above zero; where `infinite` it may be that."""
    if infinite and isinstance(given, float) and given == math.inf:
        return given
    value = number(given, unit, key=key, error=error)
    if not value > 0:
        raise error(f"{key}: got {value:g}, expected a number above zero")
    return value


def kind_of(unit_text: str) -> str | None:
    """What a unit measures, such as "a power"; "" where that has no name, None for no unit."""
    found = _parse_unit(unit_text)
    return None if found is None else _known_kind(found) or ""


def _with_unit(number: float, unit: str, sample: str) -> str:
    """A bare number as it was probably meant: in the unit of the sample, warm in degrees.

    In a unit of the laboratory or in SI, where both are in use: to guess would mislead.
    """
    match = _NUMBER.fullmatch(sample)
    units = [match[2] if match and match[2] else unit]
    if unit == "K":
        units = ["degC" if number < COLDEST_IN_KELVIN else "K"]
    elif unit in IN_USE:
        units = list(dict.fromkeys((*units, unit)))
    return " or ".join(f'"{number:g} {one}"' for one in units)


def _unknown(text: str, unit_text: str, unit: str, sample: str) -> str:
    """What is said of a unit that is none."""
    against = _AGAINST.match(text)
    if against and unit == "V":
        return (
            f"{quoted(text)}: potentials are measured against the ion's own metal here; "
            f'write "{plain(against[1])}"'
        )
    return f'unknown unit {quoted(unit_text)}; expected something like "{sample}"'


def _split(
    text: str | float, sample: str, *, key: str, error: type[InputError]
) -> tuple[float, str]:
    """Part a quantity into its number and the text of its unit."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise error(f'{key}: got {quoted(text)}, expected a quantity such as "{sample}"')
    if not isinstance(text, str):
        number, unit_text = float(text) if not abs(text) > _LARGEST else math.inf, ""
    else:
        spelled = text.strip().replace("\N{MINUS SIGN}", "-")
        match = _NUMBER.fullmatch(spelled) if len(text) < LONGEST else None
        if match is None:
            raise error(f'{key}: {quoted(text)} is not a quantity; expected such as "{sample}"')
        comma = _DECIMAL_COMMA.fullmatch(spelled)
        if comma:
            better = plain(f"{comma[1]}.{comma[2]}")
            raise error(
                f'{key}: {quoted(text)} has a comma; decimals take a point, as in "{better}"'
            )
        number, unit_text = float(match[1]), match[2]
    if not math.isfinite(number):
        raise error(f'{key}: {quoted(text)} is not a finite number; expected such as "{sample}"')
    return number, unit_text


def _convert(
    number: float,
    found: pint.Unit,
    unit: str,
    *,
    text: str,
    sample: str,
    key: str,
    error: type[InputError],
) -> float:
    target = _known_unit(unit)
    if found.dimensionality != target.dimensionality:
        wanted = _KINDS.get(unit, f"a quantity in {unit}")
        got = _kind_of(found)
        raise error(f'{key}: {quoted(text)} is {got}, but {wanted} is needed (such as "{sample}")')
    value = float(_registry().Quantity(number, found).to(target).magnitude)
    return float(f"{value:.15g}")


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry()


@cache
def _known_unit(unit: str) -> pint.Unit:
    found = _parse_unit(unit) if unit else _registry().Unit("")
    if found is None:
        raise ValueError(f"'{unit}' is no unit")
    return found


@cache
def _parse_unit(text: str) -> pint.Unit | None:
    """Return the unit, or None where the text is no unit.

    Towers of powers and three-digit numbers are turned away before pint works them out.
    """
    if not _UNIT.fullmatch(text) or _TOWER.search(text):
        return None
    # "cm2" and "mol.m-3" are how chemists write; pint wants "cm^2" and "mol*m^-3"
    spelled = re.sub(r"(?<=[A-Za-zµμΩΩ])\s*\.\s*(?=[A-Za-z])", "*", text)
    spelled = re.sub(r"(?<=[A-Za-zµμΩΩ])(-?\d)", r"^\1", spelled)
    if re.fullmatch(r"[A-Z][a-z]{2,}", spelled):  # "Ohm", "Minutes"
        spelled = spelled.lower()
    try:
        return _registry().parse_units(spelled)
    except Exception:  # pint raises many kinds of errors, tokenizer's included, for text like this
        return None


def _kind_of(unit: pint.Unit) -> str:
    return _known_kind(unit) or f"a quantity in {unit:~}"


def _known_kind(unit: pint.Unit) -> str | None:
    same = unit.dimensionality
    return next(
        (kind for si, kind in _KINDS.items() if _known_unit(si).dimensionality == same), None
    )
