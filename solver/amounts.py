"""Amounts in a protocol's words: `C/2`, `1 mA/cm2`, `150 mAh/g`, `2.5 V`, `30 minutes`.

A table of its own, since here `C` is a rate and not a coulomb, and what an amount *is* (a
current? a capacity? per what?) decides how a step is read.
"""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple

from .. import units
from .._messages import near_miss, quoted
from ..errors import InputError
from ..materials.plausible import refuse_impossible

Per = Literal["c_rate", "areal", "total", "specific"]


class Reading(NamedTuple):
    """A value in SI units, with what it measures.

    Attributes:
        quantity: current, capacity, voltage, sweep rate or time.
        per: How a current or capacity is counted ("total" for the others).
        value: C-rate [1/h], else [A], [C], [V], [V/s], [s], per [m2] or [kg] where counted so.
        reference: Metal that a voltage is said against, such as "Li"; empty where not said.
    """

    quantity: str
    per: Per
    value: float
    reference: str = ""


PREFIXES = {"": 1.0, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
BASES = {
    "A": ("current", 1.0),
    "Ah": ("capacity", 3600.0),
    "C": ("capacity", 1.0),
    "V": ("voltage", 1.0),
}
TIMES = {
    1e-9: ("ns", "nanosecond", "nanoseconds"),
    1e-6: ("us", "microsecond", "microseconds"),
    1e-3: ("ms", "millisecond", "milliseconds"),
    1.0: ("s", "sec", "secs", "second", "seconds"),
    60.0: ("min", "mins", "minute", "minutes"),
    3600.0: ("h", "hr", "hrs", "hour", "hours"),
    86400.0: ("d", "day", "days"),
    604800.0: ("week", "weeks"),
}
SECONDS = {name: factor for factor, names in TIMES.items() for name in names}
AREAS = {"m2": 1.0, "dm2": 1e-2, "cm2": 1e-4, "mm2": 1e-6, "um2": 1e-12, "nm2": 1e-18}
MASSES = {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "ug": 1e-9}
LONGEST = 200
"""Characters of an amount."""
COMMON = {
    "current": ("C", "mA/cm2", "A/m2", "mA", "A", "uA", "nA", "pA", "mA/g", "A/g"),
    "capacity": ("mAh/cm2", "mAh/g", "mAh", "uAh", "Ah"),
    "voltage": ("V", "mV"),
    "sweep rate": ("mV/s", "V/s", "V/h"),
    "time": ("s", "min", "minutes", "h", "hours", "seconds", "day", "days"),
}
"""Units that a near-miss is looked for among, per quantity."""
SPELLED = dict.fromkeys(("amp", "amps", "ampere", "amperes"), "A")
SPELLED |= dict.fromkeys(("volt", "volts"), "V")
"""Units that people write out, and that a table of prefixes would take for others."""
SAMPLES = {"current": "{}C", "capacity": "{} mAh/cm2", "voltage": "{} V"}
SAMPLES |= {"sweep rate": "{} mV/s", "time": "{} min"}
"""How a bare number would be written with a unit, per quantity."""

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
C_RATE = re.compile(
    rf"(?:({NUMBER})(?:\s*/\s*({NUMBER}))?)?\s*C(?:\s*/\s*({NUMBER}))?", re.IGNORECASE
)
AMOUNT = re.compile(rf"({NUMBER})\s*(.*)")
DECIMAL_COMMA = re.compile(r"([+-]?\d+),(\d+)(.*)")
AGAINST = re.compile(r"(.*V)\s*\(?\s*(?:vs\.?|versus|against)\s*([^()]+?)\s*\)?", re.IGNORECASE)
METAL = re.compile(r"([A-Z][a-z]?)(?:\d?\+)?(?:\s*/\s*\1(?:\d?\+)?)?")
SPELLINGS = str.maketrans(
    {"µ": "u", "μ": "u", "²": "2", "⁻": "-", "¹": "1", "−": "-", "·": " ", "*": " ", "^": None}
    | {"⁺": "+"}
)


def read(words: str, *wanted: str) -> Reading:
    """Read an amount.

    Args:
        words: Such as "2.5 V".
        wanted: The quantities that fit the place, the likeliest first; hints are drawn from them.

    Raises:
        ValueError: Says what is wrong with the words.
    """
    if len(words) > LONGEST:
        raise ValueError(f"{quoted(words)} is not an amount: a number and a unit")
    plain = words.replace("**", "^").translate(SPELLINGS).strip()
    rate = C_RATE.fullmatch(plain)
    found = _c_rate(rate, words) if rate else _clock(plain) or _amount(plain, words, wanted)
    if not math.isfinite(found.value):
        raise ValueError(f"{quoted(words)} is not a finite amount")
    if wanted and found.quantity not in wanted:
        raise ValueError(_another(words, found.quantity, wanted))
    if found.quantity == "voltage":
        try:
            refuse_impossible("potential", found.value, name=quoted(words))
        except InputError as error:
            raise ValueError(str(error)) from None
    return found


def _c_rate(rate: re.Match[str], words: str) -> Reading:
    """`C/2`, `0.5C`, `1C/2` and `1/2C` are all the same."""
    if rate[2] and rate[3]:
        raise ValueError(f"{quoted(words)} divides twice")
    divisor = float(rate[2] or rate[3] or 1.0)
    if divisor == 0:
        raise ValueError(f"{quoted(words)} divides by zero")
    return Reading("current", "c_rate", float(rate[1] or 1.0) / divisor)


def _amount(plain: str, words: str, wanted: tuple[str, ...]) -> Reading:
    match = AMOUNT.fullmatch(plain)
    comma = DECIMAL_COMMA.fullmatch(plain)
    if comma:
        better = quoted(f"{comma[1]}.{comma[2]}{comma[3]}")
        raise ValueError(f"{quoted(words)} has a comma; decimals take a point, as in {better}")
    if not match:
        raise ValueError(f"{quoted(words)} is not an amount: a number and a unit")
    if not match[2]:
        better = SAMPLES[wanted[0] if wanted else "voltage"].format(words)
        raise ValueError(
            f"{quoted(words)} is a bare number and has no unit (write such as {quoted(better)})"
        )
    against = AGAINST.fullmatch(match[2])
    found = _unit(against[1].strip() if against else match[2])
    if found is None:
        raise ValueError(_unknown(words, match[2], wanted))
    reference = _metal(against[2]) if against else ""
    return found._replace(value=float(match[1]) * found.value, reference=reference)


def _metal(text: str) -> str:
    """The metal of `Li/Li+`, `Li+/Li` or `Li`."""
    found = METAL.fullmatch(text)
    if not found:
        raise ValueError(
            f"'vs {quoted(text)[1:-1]}' is not known here: potentials are measured against the "
            "ion's own metal, such as 'vs Li/Li+'; give the potential against that"
        )
    return found[1]


def _clock(plain: str) -> Reading | None:
    """A time; `1 h 30 min` is added up."""
    parts = re.findall(rf"({NUMBER})\s*([a-z]+)", plain, re.IGNORECASE)
    rest = re.sub(rf"({NUMBER})\s*([a-z]+)", "", plain, flags=re.IGNORECASE)
    if not parts or rest.strip():
        return None
    seconds = [float(number) * SECONDS.get(_time_unit(unit), math.nan) for number, unit in parts]
    return None if any(map(math.isnan, seconds)) else Reading("time", "total", sum(seconds))


def _time_unit(unit: str) -> str:
    """Small letters, but where a capital one is another prefix: Ms is no ms."""
    return unit if unit.lower() in ("ms", "us", "ns") else unit.lower()


def _another(words: str, got: str, wanted: tuple[str, ...]) -> str:
    *most, last = [f"a {kind}" for kind in wanted]
    needed = f"{', '.join(most)} or {last}" if most else last
    return f"{quoted(words)} is a {got}, but {needed} is needed"


def _unknown(words: str, unit: str, wanted: tuple[str, ...]) -> str:
    """What is said of a unit that a protocol does not know."""
    if re.search(r"%|\bSo[CH]\b", unit, re.IGNORECASE):
        return f"no step ends at a state of charge (write such as {_one_of(wanted)})"
    fitting = [one for kind in wanted for one in COMMON[kind]]
    meant = SPELLED.get(unit.casefold(), unit)
    same = [one for one in fitting if one.casefold() == meant.casefold()]
    kind = None if same else units.kind_of(unit)
    if kind in _KINDS and _KINDS[kind] in wanted:
        return f"{quoted(unit)} is not a unit known here; write such as {', '.join(fitting[:5])}"
    if kind:
        imposed = "; a step imposes a current or a potential" if kind in NOT_IMPOSED else ""
        return f"{_another(words, kind.removeprefix('a '), wanted)}{imposed}"
    near = same[0] if same else None
    if kind is None and near is None:
        near = near_miss(unit, fitting, cutoff=0.6)
    hint = f" (did you mean '{near}'?)" if near else ""
    return f"{quoted(unit)} is not a unit known here{hint}"


_KINDS = {
    "a time": "time",
    "a voltage": "voltage",
    "a voltage sweep rate": "sweep rate",
    **dict.fromkeys(("a current", "a current density", "a specific current"), "current"),
    "a charge (or capacity)": "capacity",
    **dict.fromkeys(("an areal capacity", "a specific capacity"), "capacity"),
}
"""Quantity of a protocol that a kind of unit measures."""
NOT_IMPOSED = ("a power", "a specific power", "a power density", "a resistance", "an energy")


def _one_of(wanted: tuple[str, ...]) -> str:
    samples = {"current": "C/20", "capacity": "1 mAh/cm2", "voltage": "2.5 V"}
    samples |= {"sweep rate": "1 mV/s", "time": "30 minutes"}
    return " or ".join(f"'{samples[kind]}'" for kind in wanted)


def _unit(text: str) -> Reading | None:
    text = re.sub(r"A[ .]h", "Ah", text)
    match = re.fullmatch(r"(\w+)(?:\s*/\s*\(?\s*(\w+?)\s*\)?|[ .]+([a-zA-Z]+)-([12]))?", text)
    if not match:
        return None
    base = _base(match[1])
    below = match[2] or (match[3] and match[3] + match[4].replace("1", ""))
    if base is None or not below:
        return base
    if base.quantity == "voltage":
        if below not in SECONDS:
            return None
        return Reading("sweep rate", "total", base.value / SECONDS[below])
    if below in AREAS:
        return Reading(base.quantity, "areal", base.value / AREAS[below])
    if below in MASSES:
        return Reading(base.quantity, "specific", base.value / MASSES[below])
    return None


def _base(text: str) -> Reading | None:
    for name, (quantity, factor) in BASES.items():
        prefix = text.removesuffix(name)
        if text.endswith(name) and prefix in PREFIXES:
            return Reading(quantity, "total", PREFIXES[prefix] * factor)
    return None
