"""Where each key of a TOML file stands: `tomllib` reads values but drops the line numbers.

The text has been read by `tomllib` already, so it is well formed and this only walks it:
tables, arrays of tables, dotted keys, inline tables and the items of arrays.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
# the first alternative that fits wins: triple quotes before single ones
_SCALAR = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}\n#]+",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Path, int]:
    """Line, counted from 1, of every key and array item of a well-formed TOML text.

    Returns:
        Paths such as `("geometry", "radius")` or `("protocol", 0, "steps", 2)`, each with
        the line on which it is first set.
    """
    return _Walk(text).lines


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Line of the key, or of the closest table around it; 1 when there is none."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.passed, self.passed_lines = 0, 1
        prefix: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self._header()
            else:
                self._assignment(prefix)
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"not TOML at line {self._line()}")
        self.at = match.end()
        return match[0]

    def _line(self) -> int:
        self.passed_lines += self.text.count("\n", self.passed, self.at)
        self.passed = self.at
        return self.passed_lines

    def _peek(self, token: str) -> bool:
        found = self.text.startswith(token, self.at)
        if found:
            self.at += len(token)
        return found

    def _note(self, path: Path, line: int) -> None:
        for depth in range(1, len(path) + 1):
            self.lines.setdefault(path[:depth], line)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            token = self._skip(_KEY)
            keys.append(token[1:-1] if token[0] in "\"'" else token)
            self._skip(_SPACE)
            if not self._peek("."):
                return keys

    def _header(self) -> Path:
        line = self._line()
        repeated = self._peek("[[")
        if not repeated:
            self._peek("[")
        *parents, last = self._keys()
        self._peek("]]" if repeated else "]")
        path: Path = ()
        for key in parents:
            path = self._current((*path, key))
        path += (last,)
        if repeated:
            self.counts[path] = self.counts.get(path, -1) + 1
        path = self._current(path)
        self._note(path, line)
        return path

    def _current(self, path: Path) -> Path:
        """Inside an array of tables, a name means its latest table."""
        return (*path, self.counts[path]) if path in self.counts else path

    def _assignment(self, prefix: Path) -> None:
        line = self._line()
        path = prefix + tuple(self._keys())
        self._note(path, line)
        self._peek("=")
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._peek("["):
            self._items(path)
        elif self._peek("{"):
            self._skip(_BLANK)
            while not self._peek("}"):
                self._assignment(path)
                self._skip(_BLANK)
                self._peek(",")
                self._skip(_BLANK)
        else:
            self._skip(_SCALAR)

    def _items(self, path: Path) -> None:
        index = 0
        self._skip(_BLANK)
        while not self._peek("]"):
            self._note((*path, index), self._line())
            self._value((*path, index))
            self._skip(_BLANK)
            self._peek(",")
            self._skip(_BLANK)
            index += 1
