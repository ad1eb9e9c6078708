"""Amounts in a protocol's words: `C/2`, `1 mA/cm2`, `150 mAh/g`, `2.5 V`, `30 minutes`.

A table of its own, since here `C` is a rate and not a coulomb, and what an amount *is* (a
current? a capacity? per what?) decides how a step is read.
"""

from __future__ import annotations

import difflib
import math
import re
from typing import Literal, NamedTuple

Per = Literal["c_rate", "areal", "total", "specific"]


class Reading(NamedTuple):
    """A value in SI units, with what it measures.

    Attributes:
        quantity: current, capacity, voltage, sweep rate or time.
        per: How a current or capacity is counted ("total" for the others).
        value: C-rate [1/h], else [A], [C], [V], [V/s], [s], per [m2] or [kg] where counted so.
    """

    quantity: str
    per: Per
    value: float


PREFIXES = {"": 1.0, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
BASES = {
    "A": ("current", 1.0),
    "Ah": ("capacity", 3600.0),
    "C": ("capacity", 1.0),
    "V": ("voltage", 1.0),
}
TIMES = {
    1e-3: ("ms", "millisecond", "milliseconds"),
    1.0: ("s", "sec", "second", "seconds"),
    60.0: ("min", "minute", "minutes"),
    3600.0: ("h", "hr", "hour", "hours"),
    86400.0: ("d", "day", "days"),
}
SECONDS = {name: factor for factor, names in TIMES.items() for name in names}
AREAS = {"m2": 1.0, "dm2": 1e-2, "cm2": 1e-4, "mm2": 1e-6, "um2": 1e-12, "nm2": 1e-18}
MASSES = {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "ug": 1e-9}
COMMON = (
    "C", "mA/cm2", "A/m2", "mA", "uA", "nA", "pA", "mA/g", "A/g", "V", "mV", "mV/s", "V/s",
    "mAh/cm2", "mAh/g", "mAh", "s", "min", "minutes", "h", "hours", "seconds",
)  # fmt: skip

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
C_RATE = re.compile(rf"({NUMBER})?\s*C(?:\s*/\s*({NUMBER}))?", re.IGNORECASE)
SPELLINGS = str.maketrans(
    {"µ": "u", "μ": "u", "²": "2", "⁻": "-", "¹": "1", "−": "-", "·": " ", "*": " ", "^": None}
)


def read(words: str) -> Reading:
    """Read an amount.

    Raises:
        ValueError: Says what is wrong with the words.
    """
    plain = words.replace("**", "^").translate(SPELLINGS).strip()
    rate = C_RATE.fullmatch(plain)
    if rate:
        divisor = float(rate[2] or 1.0)
        if divisor == 0:
            raise ValueError(f"'{words}' divides by zero")
        return _finite(Reading("current", "c_rate", float(rate[1] or 1.0) / divisor), words)
    match = re.fullmatch(rf"({NUMBER})\s*(.*)", plain)
    if not match:
        raise ValueError(f"'{words}' is not an amount: a number and a unit")
    if not match[2]:
        raise ValueError(f"'{words}' is a bare number and has no unit (write such as '{words} V')")
    found = _unit(match[2])
    if found is None:
        near = difflib.get_close_matches(match[2], COMMON, n=1, cutoff=0.5) or [
            unit for unit in COMMON if unit.lower() == match[2].lower()
        ]
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise ValueError(f"'{match[2]}' is not a unit known here{hint}")
    return _finite(found._replace(value=float(match[1]) * found.value), words)


def _finite(found: Reading, words: str) -> Reading:
    if not math.isfinite(found.value):
        raise ValueError(f"'{words}' is not a finite amount")
    return found


def _unit(text: str) -> Reading | None:
    if text.lower() in SECONDS:
        return Reading("time", "total", SECONDS[text.lower()])
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
