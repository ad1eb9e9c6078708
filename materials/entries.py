"""The entries of a card: texts, and numbers of which each stands beside its source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from .._messages import did_you_mean
from .._reading import reason_of
from ..errors import MaterialError
from ..units import quantity

_MOST = 10**300
_SAMPLE = '{ value = "...", source = "doi:..." }'
_ENDS = {"low": "low", "high": "high"}
_FACTORS = {"low": "factor_low", "high": "factor_high"}


class Entries:
    """The entries of a card, or of one table in it: looks up keys, says which one is wrong.

    Args:
        entries: The parsed TOML.
        file: Name of the file, which opens every message.
        prefix: Keys of the tables that these entries stand in, such as "lithiation.".

    Attributes:
        sources: Where each number that was read so far is from, by its key.
        ranges: (low, high) of each that may lie elsewhere too, in the unit that it was asked in.
    """

    def __init__(self, entries: dict[str, Any], *, file: str, prefix: str = "") -> None:
        self._entries = entries
        self._file = file
        self._prefix = prefix
        self.sources: dict[str, str] = {}
        self.ranges: dict[str, tuple[float, float]] = {}

    @classmethod
    def parse(cls, text: str, *, file: str) -> Entries:
        """Parse a card.

        Raises:
            MaterialError: The text is not TOML.
        """
        try:
            return cls(tomllib.loads(text.removeprefix("\ufeff")), file=file)
        except (ValueError, RecursionError, OverflowError) as error:
            raise MaterialError(f"{file}: is not TOML ({reason_of(error)})") from None

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def check_keys(self, known: Iterable[str], required: Iterable[str]) -> None:
        """Refuse unknown keys, with the nearest known one, and missing ones."""
        known = tuple(known)
        for key in self._entries:
            if key not in known:
                raise self.error(key, f"unknown key{did_you_mean(key, known)}")
        for key in required:
            if key not in self._entries:
                raise self.error(key, "is missing")

    def text(self, key: str) -> str:
        """The text of a key; empty without one."""
        return str(self.plain(key, str, default=""))

    def paragraphs(self, key: str) -> tuple[str, ...]:
        """The text of a key, cut where a line is empty; line breaks inside are taken out."""
        parts = self.text(key).strip().split("\n\n")
        return tuple(" ".join(part.split()) for part in parts if part.strip())

    def plain(self, key: str, kind: type, *, default: Any = None) -> Any:
        """A value that has neither unit nor source."""
        value = self._entries.get(key, default)
        if type(value) is not kind:
            wanted = {str: "text", bool: "true or false"}.get(kind, "a whole number")
            raise self.error(key, f"got {value!r}, expected {wanted}")
        return value

    def number(self, key: str, unit: str) -> float:
        """A number with unit and source, in the SI unit `unit`; its range goes to `ranges`."""
        return self.value(self.sourced(key, allowed=("value",)), unit, key)

    def value(self, entry: dict[str, Any], unit: str, key: str) -> float:
        """The value of an entry, in the SI unit `unit`; its range goes to `ranges`."""
        value = self.quantity(entry["value"], unit, key)
        self._keep_range(key, value, entry, unit, _ENDS)
        return value

    def factors(self, entry: dict[str, Any], key: str) -> None:
        """Keep by what a law may have to be multiplied, if its entry says so, in `ranges`."""
        name = f"{key}.factor"
        self._keep_range(name, 1.0, entry, "", _FACTORS)
        if self.ranges.get(name, (1.0, 1.0))[0] <= 0:
            raise self.error(key, "factor_low: expected more than 0")

    def _keep_range(
        self, key: str, value: float, entry: dict[str, Any], unit: str, names: dict[str, str]
    ) -> None:
        ends = {
            end: self.quantity(entry[name], unit, f"{key}.{name}")
            for end, name in names.items()
            if name in entry
        }
        if not ends:
            return
        low, high = ends.get("low", value), ends.get("high", value)
        if not low <= value <= high:
            raise self.error(
                key,
                f"got {value:g} {unit}".rstrip() + f" with a range of {low:g} to {high:g}, "
                f"expected {names['low']} <= value <= {names['high']}",
            )
        self.ranges[key] = (low, high)

    def sourced(
        self, key: str, *, allowed: tuple[str, ...], factors: bool = False
    ) -> dict[str, Any]:
        """The entry of a key; one without a source or with none of the forms is refused.

        Args:
            key: Of the card.
            allowed: Forms of the number, such as "value", "formula".
            factors: Whether a law that is no plain value may tell its range, by factors.
        """
        entry = self._entries.get(key)
        if not isinstance(entry, dict):
            what = "is missing" if entry is None else f"got {entry!r}"
            raise self.error(key, f"{what}, expected {_SAMPLE}")
        forms = [form for form in allowed if form in entry]
        known = {*allowed, "source", *(_ENDS.values() if "value" in entry else ("unit",))}
        if factors and "value" not in entry:
            known |= set(_FACTORS.values())
        if set(entry) - known or len(forms) != 1:
            found = ", ".join(entry) or "nothing"
            raise self.error(key, f"got {found}; expected source and one of {', '.join(allowed)}")
        source = entry.get("source")
        if not isinstance(source, str) or not source.strip():
            raise self.error(key, 'has no source; expected source = "doi:..." or "assumed: why"')
        self.sources[key] = source
        return entry

    def quantity(self, text: Any, unit: str, key: str) -> float:
        """A quantity in words, in the SI unit `unit`."""
        return quantity(text, unit, key=self.name(key), error=MaterialError)

    def table(self, key: str) -> Entries:
        """The entries of a table, with sources of their own."""
        table = self._entries.get(key)
        if not isinstance(table, dict):
            raise self.error(key, f"got {table!r}, expected a table [{self._prefix}{key}]")
        return Entries(table, file=self._file, prefix=f"{self._prefix}{key}.")

    def tables(self, key: str) -> Iterator[Entries]:
        """The entries of each table of an array, with sources of their own."""
        array = self._entries.get(key)
        if not isinstance(array, list) or not all(isinstance(table, dict) for table in array):
            raise self.error(key, f"got {array!r}, expected tables [[{self._prefix}{key}]]")
        for number, table in enumerate(array):
            yield Entries(table, file=self._file, prefix=f"{self._prefix}{key}.{number}.")

    def name(self, key: str) -> str:
        """A key as messages name it: with its file."""
        return f"{self._file}: {self._prefix}{key}"

    def error(self, key: str, what: str) -> MaterialError:
        """An error about a key."""
        return MaterialError(f"{self.name(key)}: {what}")

    def refused(self, error: MaterialError) -> MaterialError:
        """The same error, opened by where these entries stand."""
        return MaterialError(f"{self.name('')}{error}")


def is_number(value: Any) -> bool:
    """Whether a value of a file, where whole numbers have no end, can be computed with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or abs(value) < _MOST
