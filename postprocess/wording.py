"""Names with units, and numbers, as people read them."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import EngFormatter

_NAME = re.compile(r"(?P<words>.*?)\s*\[(?P<unit>[^\[\]]*)\]\s*")
_RAISED = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")
_POWER = re.compile(r"(?<=[A-Za-zµΩ%])(-?\d+)")
_TIMES = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"))
# Lengths, areas and volumes count in micrometres or nanometres, never in powers of a metre.
_LENGTHS = {"m": 1, "m2": 2, "m3": 3}
_PREFIXED = re.compile(r"(A|V|W|C|S|Pa|ohm|Hz)(?![A-Za-z])")


class Name(NamedTuple):
    """A column's or field's name, apart from its unit."""

    words: str
    unit: str
    """As it was written, such as "A.m-2"; empty where there is none, "-" for a plain number."""


class Reading(NamedTuple):
    """A number ready to be read."""

    number: str
    unit: str
    """In print, such as "A m⁻²"; empty for a plain number."""

    def __str__(self) -> str:
        return f"{self.number}\u202f{self.unit}" if self.unit else self.number


def split_name(name: str) -> Name:
    """Part `Voltage [V]` into its words and its unit."""
    match = _NAME.fullmatch(name)
    return Name(match["words"], match["unit"].strip()) if match else Name(name.strip(), "")


def unit_text(unit: str) -> str:
    """A unit in print: `A.m-2` and `A m-2` become "A m⁻²"; a plain number has none."""
    if unit.strip() in ("", "-"):
        return ""
    unit = _with_micro(unit)
    spaced = re.sub(r"(?<=[^\s\d])\.(?=[A-Za-zµ])|(?<=\d)\.(?=[A-Za-zµ])", " ", unit)
    return _POWER.sub(lambda found: found[1].translate(_RAISED), spaced).replace("ohm", "Ω")


def unit_mathtext(unit: str) -> str:
    """A unit for matplotlib: `A m-2` becomes "A m$^{-2}$", a plain number a dash."""
    if unit.strip() in ("", "-"):
        return "–"
    return _POWER.sub(r"$^{\1}$", _with_micro(unit).replace(".", " "))


def _with_micro(unit: str) -> str:
    return re.sub(r"\bu(?=m\b|m-?\d|A\b|V\b)", "µ", unit)


def number_text(value: float, digits: int = 4) -> str:
    """A number with a true minus, thin spaces between thousands, and no "e"."""
    if not np.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        text = f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"
        return text.replace(",", "\u202f").replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")


def duration(seconds: float) -> str:
    """A time in the unit that reads best."""
    size, unit = time_scale(seconds)
    return f"{seconds / size:.3g} {unit}"


def time_scale(seconds: float) -> tuple[float, str]:
    """The unit of time in which `seconds` reads best, its length [s] first."""
    for size, unit in _TIMES:
        if abs(seconds) >= (2.0 * size if size > 1 else size):
            return size, unit
    return 1.0, "s"


class Prefix(NamedTuple):
    """A factor and the unit that goes with it."""

    size: float
    """What one of `unit` is in the unit it was found for."""
    unit: str


def best_prefix(value: float, unit: str) -> Prefix:
    """The prefix with which a value in an SI unit reads best; none where it has one already."""
    magnitude = abs(value)
    if unit == "s":
        return Prefix(*time_scale(value))
    if not np.isfinite(magnitude) or magnitude == 0:
        return Prefix(1.0, unit_text(unit))
    if unit in _LENGTHS:
        power = _LENGTHS[unit]
        step = min(max(int(np.floor(np.log10(magnitude * 1.0001) / (3 * power))), -3), 0)
        if power > 1:  # a volume of nanometres is rather read as 0.02 µm³
            step = -2 if step < -1 else step
        name = {0: "m", -1: "mm", -2: "µm", -3: "nm"}[step]
        return Prefix(10.0 ** (3 * power * step), unit_text(f"{name}{power if power > 1 else ''}"))
    if _PREFIXED.match(unit) and not 1e-3 <= magnitude < 1e5:
        step = int(np.clip(3 * np.floor(np.log10(magnitude) / 3), -24, 24))
        return Prefix(10.0**step, EngFormatter.ENG_PREFIXES[step] + unit_text(unit))
    return Prefix(1.0, unit_text(unit))


def readable(value: float, unit: str, *, error: float | None = None) -> Reading:
    """A value [unit] with the prefix that reads best, and its error bar if it has one."""
    prefix = best_prefix(value, unit)
    scaled = value / prefix.size
    if error is None or not np.isfinite(error):
        return Reading(number_text(scaled), prefix.unit)
    bar = abs(error) / prefix.size
    places = 0 if bar == 0 else max(0, 1 - int(np.floor(np.log10(bar))))
    if bar == 0 or places > 8 or abs(scaled) >= 1e6:
        return Reading(f"{number_text(scaled)} ± {number_text(bar, 2)}", prefix.unit)
    both = f"{scaled:.{places}f} ± {bar:.{places}f}".replace("-", "−")
    return Reading(both, prefix.unit)
