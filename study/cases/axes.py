"""The keys that vary from case to case, each with its values: a list, or a range with units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._messages import did_you_mean, quoted
from ...errors import InputError, StudyError
from ...units import kind_of as measured_by
from ...units import quantity
from ..locations import Path as KeyPath
from ..locations import nearest_line
from ..schema import Study, kind_of
from ..source import MANY, Source

MOST_STEPS = 10_000
_RANGE = {"from", "to", "steps", "scale"}
_MEASURE = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")
_RATE = re.compile(r"\s*(?:C\s*/\s*(0*[1-9]\d*|\d*\.\d*[1-9]\d*)|(\d+\.?\d*|\.\d+|)\s*C)\s*")


@dataclass(frozen=True)
class Range:
    """All values between two, in the unit of the first.

    Attributes:
        low: The first value [unit].
        high: The last one [unit].
        unit: As the user writes it; empty for plain numbers.
        steps: Number of values that were asked for; None where that was not said.
        log: Whether the values lie evenly in their logarithm.
        whole: Whether only whole numbers are meant.
    """

    low: float
    high: float
    unit: str = ""
    steps: int | None = None
    log: bool = False
    whole: bool = False

    def at(self, share: float) -> Any:
        """The value at a share from 0 to 1 of the way."""
        if self.log:
            return self.written(self.low * (self.high / self.low) ** share)
        return self.written(self.low + (self.high - self.low) * share)

    def written(self, number: float) -> Any:
        """A number [unit] as the study file would say it."""
        if self.whole:
            return round(number)
        if not self.unit:
            return float(f"{number:.10g}")
        return f"{number:.10g}{self.unit}" if self.unit == "C" else f"{number:.10g} {self.unit}"

    def values(self) -> tuple[Any, ...]:
        """All values asked for, from end to end; whole numbers without a repetition."""
        steps = self.steps
        if steps is None:
            steps = round(abs(self.high - self.low)) + 1
        shares = (k / max(1, steps - 1) for k in range(steps))
        return tuple(dict.fromkeys(map(self.at, shares)))


@dataclass(frozen=True)
class Axis:
    """One key and its values.

    Attributes:
        key: In the study, as messages write it; a name in braces there if `named`.
        line: Where the study file says so.
        choices: The values of a list; None for a range.
        range: The range; None for a list.
        named: Whether `key` stands in braces in texts of the study, such as "{rate}".
    """

    key: str
    line: int
    choices: tuple[Any, ...] | None = None
    range: Range | None = None
    named: bool = False

    @property
    def values(self) -> tuple[Any, ...]:
        """All values, in order."""
        if self.choices is not None:
            return self.choices
        assert self.range is not None
        return self.range.values()

    def at(self, share: float) -> Any:
        """The value at a share from 0 to 1, for samples."""
        if self.choices is not None:
            return self.choices[min(int(share * len(self.choices)), len(self.choices) - 1)]
        assert self.range is not None
        if self.range.whole and not self.range.log:  # each whole number as likely as the next
            low, count = min(self.range.low, self.range.high), abs(self.range.high - self.range.low)
            return round(low) + min(int(share * (count + 1)), round(count))
        return self.range.at(share)


def read_axes(source: Source, place: KeyPath, *, counted: bool = True) -> tuple[Axis, ...]:
    """Read a table of keys with their values.

    Args:
        source: The study file.
        place: Where the table stands, such as ("sweep", "over").
        counted: Whether ranges must say how many values they have.

    Raises:
        StudyError: One line for each axis that cannot be read.
    """
    table: Any = source.data
    for part in place:
        table = table[part]
    axes, mistakes = [], []
    for path, given in _leaves(table, place):
        key, where = ".".join(map(str, path[len(place) :])), source.where(path)
        line = nearest_line(source.lines, path)
        try:
            axes.append(_axis(key, given, line, source, counted=counted))
        except InputError as error:
            mistakes.append(f"{where}: {error}")
    if mistakes:
        raise StudyError("\n".join(mistakes))
    return tuple(axes)


def _leaves(table: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Lists and ranges below a table: geometry.radius = [...] may be written in any way."""
    for key, value in table.items():
        if isinstance(value, dict) and not {"from", "to"} & value.keys():
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _axis(key: str, given: Any, line: int, source: Source, *, counted: bool) -> Axis:
    named = _is_name(key, source)
    if isinstance(given, list):
        if not given:
            raise InputError("the list is empty; expected at least one value")
        return Axis(key, line, choices=tuple(given), named=named)
    if isinstance(given, dict):
        return Axis(key, line, range=_range(given, counted=counted), named=named)
    raise InputError(
        f"got {given!r}, expected a list of values, or a range such as "
        '{ from = "50 nm", to = "200 nm", steps = 4 }'
    )


def _is_name(key: str, source: Source) -> bool:
    """Whether a key is no key of a study but a name in braces; a wrong one is refused."""
    if "." in key or key in Study.model_fields:
        return False
    texts = f"{source.head} {source.without(*MANY).data}"
    if f"{{{key}}}" in texts:
        return True
    names = re.findall(r"\{(\w+)\}", texts)
    hint = did_you_mean(key, [*names, *kind_of(source.data).model_fields])
    raise InputError(
        f"is no key of a study (such as geometry.radius), and no text of it holds {{{key}}}{hint}"
    )


def _range(given: dict[str, Any], *, counted: bool) -> Range:
    for key in given.keys() - _RANGE:
        hint = did_you_mean(key, _RANGE) or "; known are from, to, steps, scale"
        raise InputError(f"unknown key {quoted(key)} of a range{hint}")
    for key in ("from", "to"):
        if key not in given:
            raise InputError(f"a range needs '{key}' beside {', '.join(sorted(given))}")
    scale = given.get("scale", "linear")
    if scale not in ("linear", "log"):
        raise InputError(f"scale: got {scale!r}, expected 'linear' or 'log'")
    low, high, unit, whole = _ends(given["from"], given["to"])
    if scale == "log" and not min(low, high) > 0:
        raise InputError("a range with scale = 'log' needs ends above zero")
    steps = _steps(given.get("steps"), whole=whole, counted=counted, span=abs(high - low))
    return Range(low, high, unit, steps, log=scale == "log", whole=whole)


def _steps(given: Any, *, whole: bool, counted: bool, span: float) -> int | None:
    if given is None:
        if counted and not (whole and span < MOST_STEPS):
            raise InputError("a range needs the number of its values, such as steps = 4")
        return None
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MOST_STEPS:
        raise InputError(f"steps: got {given!r}, expected a whole number from 1 to {MOST_STEPS}")
    return given


def _ends(first: Any, last: Any) -> tuple[float, float, str, bool]:
    """Both ends as numbers, their unit, and whether they are whole numbers."""
    (low, unit), (high, other) = _measure(first, "from"), _measure(last, "to")
    for given, name, one in ((first, "from", unit), (last, "to", other)):
        # of a C-rate, C is the multiple and no coulomb
        if one and one != "C" and measured_by(one) is None:
            raise InputError(f"{name}: {quoted(given)} has an unknown unit, {quoted(one)}")
    if unit != other:
        if not unit or not other:
            raise InputError(f"from {first!r} to {last!r}: one end has a unit and one has none")
        high = quantity(str(last), unit, key="to", example=f"100 {unit}")
    if not math.isfinite(low) or not math.isfinite(high):
        raise InputError(f"from {first!r} to {last!r}: expected finite ends")
    return low, high, unit, all(type(end) is int for end in (first, last))


def _measure(given: Any, key: str) -> tuple[float, str]:
    """Number and unit of "50 nm"; of a C-rate, "C/2" or "0.5C", the multiple of C."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given), ""
    if isinstance(given, str):
        if rate := _RATE.fullmatch(given):
            return (1.0 / float(rate[1]) if rate[1] else float(rate[2] or 1)), "C"
        if found := _MEASURE.fullmatch(given):
            return float(found[1]), found[2]
    raise InputError(f'{key}: got {given!r}, expected a number or a quantity such as "50 nm"')
