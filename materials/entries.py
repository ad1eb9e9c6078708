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


class Entries:
    """The entries of a card, or of one table in it: looks up keys, says which one is wrong.

    Args:
        entries: The parsed TOML.
        file: Name of the file, which opens every message.
        prefix: Keys of the tables that these entries stand in, such as "lithiation.".

    Attributes:
        sources: Where each number that was read so far is from, by its key.
    """

    def __init__(self, entries: dict[str, Any], *, file: str, prefix: str = "") -> None:
        self._entries = entries
        self._file = file
        self._prefix = prefix
        self.sources: dict[str, str] = {}

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
        """A number with unit and source, in the SI unit `unit`."""
        return self.quantity(self.sourced(key, allowed=("value",))["value"], unit, key)

    def sourced(self, key: str, *, allowed: tuple[str, ...]) -> dict[str, Any]:
        """The entry of a key; one without a source or with none of the forms is refused."""
        entry = self._entries.get(key)
        if not isinstance(entry, dict):
            what = "is missing" if entry is None else f"got {entry!r}"
            raise self.error(key, f"{what}, expected {_SAMPLE}")
        forms = [form for form in allowed if form in entry]
        known = {*allowed, "source"} if "value" in entry else {*allowed, "source", "unit"}
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
