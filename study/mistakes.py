"""What is wrong with a study, collected: all of it is told at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..errors import InputError, StudyError
from .locations import Path as KeyPath
from .locations import nearest_line
from .source import Source


class Mistakes:
    """Collects what is wrong, each with its place in the file.

    Args:
        source: Where it is said.
        found: Key and message of each mistake that is known.
    """

    def __init__(self, source: Source, found: Iterable[tuple[KeyPath, str]] = ()) -> None:
        self.source = source
        self._found = list(found)

    @property
    def tables(self) -> set[str]:
        """Top-level keys in which there is a mistake."""
        return {str(key[0]) for key, _ in self._found if key}

    def add(self, key: KeyPath, message: str) -> None:
        """Note a mistake."""
        self._found.append((key, message))

    @contextmanager
    def at(self, table: str, *keys: str | int) -> Iterator[None]:
        """Note an error of the block at this key, or at the one of its keys it speaks of."""
        try:
            yield
        except InputError as error:
            for line in str(error).splitlines():
                self._note((table, *keys), line)

    def _note(self, key: KeyPath, line: str) -> None:
        values = self.source.data.get(str(key[0]))
        if len(key) == 1 and isinstance(values, dict):
            named = (word for word in re.findall(r"\w+", line) if word in values)
            key += tuple(list(named)[:1])
        self.add(key, line.removeprefix(f"{key[-1]}: "))

    def raise_any(self) -> None:
        """Raise a StudyError of all that was noted, in the order of the file.

        Raises:
            StudyError: There is something.
        """
        if self._found:
            lines = self.source.lines
            ordered = sorted(self._found, key=lambda found: nearest_line(lines, found[0]))
            told = [f"{self.source.where(key)}: {message}" for key, message in ordered]
            raise StudyError("\n".join(dict.fromkeys(told)))
