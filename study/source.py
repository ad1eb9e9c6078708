"""The text of a study: read from TOML, overridden from the command line, each key located."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from .._messages import plain, quoted
from .._reading import read_text, reason_of
from ..errors import StudyError
from .locations import Path as KeyPath
from .locations import key_lines, nearest_line

MOST_BYTES = 2_000_000
"""Of a study file; what is larger is none."""
LONGEST_QUESTION = 4000
"""Characters that a comment at the head of a file may give, as many as the key takes."""

LONGEST_SAID = 120
"""Characters that a message repeats of an override, or of a key."""
DEEPEST = 20
"""Tables and lists that may stand in one another."""

MANY = ("sweep", "uncertain", "optimise")
"""The tables that make many cases of a study."""

_LONG_KEY = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){200}")
_AT_LINE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Source:
    """What the user wrote, before anything is made of it.

    Attributes:
        path: The study file, as the user named it.
        data: Its values, overrides included.
        lines: Line of each key in the file.
        overrides: The text of the override that set a key.
        head: The comment that the file begins with, without its marks.
    """

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, int]
    overrides: dict[KeyPath, str] = field(default_factory=dict)
    head: str = ""

    def where(self, key: KeyPath) -> str:
        """The opening of a message: `study.toml:5: geometry.radius`, or the override."""
        dotted = ".".join(str(part) for part in key)
        for depth in range(len(key), 0, -1):
            if key[:depth] in self.overrides:
                return f"--set {plain(self.overrides[key[:depth]], LONGEST_SAID)}: {dotted}"
        place = f"{self.path}:{nearest_line(self.lines, key)}"
        return f"{place}: {plain(dotted, LONGEST_SAID) or 'the study'}"

    def without(self, *tables: str) -> Source:
        """A copy that does not have these tables."""
        kept = {key: value for key, value in self.data.items() if key not in tables}
        return replace(self, data=deepcopy(kept), lines=dict(self.lines))

    def said(self) -> dict[str, Any]:
        """All that the file says, with the name and the question that it has at least."""
        name = self.path.stem.lstrip(".") or "study"
        return {"name": name, "question": self.head[:LONGEST_QUESTION]} | deepcopy(self.data)

    def with_values(self, values: Mapping[KeyPath, Any], lines: Mapping[KeyPath, int]) -> Source:
        """A copy in which keys have other values, written on lines elsewhere in the file.

        Raises:
            StudyError: A key has no place.
        """
        made = self.without()
        for key, value in values.items():
            for below in [path for path in made.lines if path[: len(key)] == key]:
                del made.lines[below]
            made.lines[key] = lines[key]
            _set(made, key, deepcopy(value), made.where(key))
        return made


def read_source(path: str | Path, overrides: Iterable[str] = ()) -> Source:
    """Read a study file and apply overrides such as `geometry.radius=60 nm`.

    Raises:
        StudyError: The file cannot be read, is not TOML, or an override has no place.
    """
    path = Path(path)
    text = _text(path)
    if _LONG_KEY.search(text):  # the reader would take seconds for it
        raise StudyError(f"{path}: a key has more than {DEEPEST} parts")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(_not_toml(path) or _syntax(path, text, str(error))) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise StudyError(f"{path}: cannot be read as TOML ({reason_of(error)})") from None
    source = Source(path=path, data=data, lines=_lines(text), head=_head(text))
    mistakes: dict[str, None] = {}
    for override in overrides:
        try:
            _apply(source, override)
        except StudyError as error:
            mistakes[str(error)] = None
    if mistakes:
        raise StudyError("\n".join(mistakes))
    _check_depth(source)
    return source


def _check_depth(source: Source) -> None:
    """Refuse tables in tables in tables, which no study has, before anything walks through them."""
    level: list[Any] = [source.data]
    for _ in range(DEEPEST):
        level = [
            below
            for one in level
            for below in (one.values() if isinstance(one, dict) else one)
            if isinstance(below, dict | list)
        ]
        if not level:
            return
    raise StudyError(f"{source.path}: tables or lists stand in one another {DEEPEST} deep or more")


def _head(text: str) -> str:
    """The comment at the head of a file; an empty comment line parts two paragraphs."""
    lines = takewhile(lambda line: line.startswith("#"), text.lstrip().splitlines())
    return "\n".join(line.lstrip("#").strip() for line in lines).strip()


def _lines(text: str) -> dict[KeyPath, int]:
    try:
        return key_lines(text)
    except (ValueError, RecursionError):  # TOML that is not known there: messages say line 1
        return {}


def _text(path: Path) -> str:
    try:
        return read_text(path, most=MOST_BYTES)
    except FileNotFoundError:
        near = sorted(other.name for other in path.parent.glob("*.toml"))[:5]
        hint = f"; there are {', '.join(near)}" if near else "; 'nanotrode new' writes one"
        raise StudyError(f"{path}: no such file{hint}") from None
    except UnicodeDecodeError as error:
        what = _not_toml(path) or f"{path}: not a text file in UTF-8 (byte {error.start})"
        raise StudyError(what) from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror})") from None


def _not_toml(path: Path) -> str | None:
    """What is said of a file that cannot be read as TOML and has another ending."""
    if path.suffix.lower() == ".toml":
        return None
    return f"{path}: is no study file; expected one in TOML, such as 'nanotrode new' writes"


def _syntax(path: Path, text: str, message: str) -> str:
    found = _AT_LINE.search(message)
    if found and found[1]:
        line, column = int(found[1]), f" (column {found[2]})"
    else:
        line, column = text.rstrip().count("\n") + 1, ""
    content = text.split("\n")[line - 1]
    hint = ""
    unquoted = re.match(r"\s*([\w.-]+)\s*=\s*([^\s\"'\[{#][^\"'#]*)", content)
    if unquoted and not _is_value(unquoted[2]):
        value = plain(unquoted[2].strip())
        hint = f'; a quantity or a text needs quotes: {plain(unquoted[1])} = "{value}"'
    said = _AT_LINE.sub("", message)
    return f"{path}:{line}: {_SAID_TWICE.get(said, said)}{column}{hint}"


_SAID_TWICE = {"Cannot overwrite a value": "the key is said twice"}
"""What Python's TOML reader says, in plain words."""


def _is_value(text: str) -> bool:
    try:
        return set(tomllib.loads(f"value = {text}")) == {"value"}
    except (ValueError, RecursionError, OverflowError):
        return False


def _apply(source: Source, override: str) -> None:
    key, equals, text = override.partition("=")
    parts = re.sub(r"\[(\d{1,6})\]", r".\1", key.strip()).split(".")
    said = f"--set {plain(override, LONGEST_SAID)}"
    if not equals or not all(parts) or len(parts) > DEEPEST:
        raise StudyError(f"{said}: expected KEY=VALUE, such as --set 'geometry.radius=60 nm'")
    path = _set(source, tuple(parts), _value(text.strip()), said)
    source.overrides[path] = override


def _set(source: Source, key: KeyPath, value: Any, said: str) -> KeyPath:
    """Give a key a value, making tables on the way; the key as the data knows it."""
    here: Any = source.data
    path: KeyPath = ()
    for part in key[:-1]:
        step = _step(here, str(part), said, path)
        if isinstance(here, dict):
            here.setdefault(step, {})
        path += (step,)
        here = here[step]
    last = _step(here, str(key[-1]), said, path)
    here[last] = value
    return (*path, last)


def _step(here: Any, part: str, said: str, path: KeyPath) -> str | int:
    name = ".".join(map(str, path))
    if isinstance(here, dict):
        return part
    if isinstance(here, list):
        if part.isdecimal() and len(part) < 10 and int(part) < len(here):
            return int(part)
        raise StudyError(
            f"{said}: {name} is a list of {len(here)}; "
            f"expected a number from 0 to {len(here) - 1}, got {quoted(part)}"
        )
    raise StudyError(f"{said}: {name} holds a value and has no key {quoted(part)}")


def _value(text: str) -> Any:
    """A TOML value where the text is one (3, true, [..]); else the text itself (60 nm)."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError, OverflowError):  # TOML's own error is a ValueError
        return text
    return parsed["value"] if set(parsed) == {"value"} else text
