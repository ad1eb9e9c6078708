"""The cases of a sweep, read from its `results.csv`: the one place that knows its columns."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import InputError

RESULTS = "results.csv"
CASES = "cases"
_OWN = ("case", "status", "reason")
_OF_SEARCH = ("point", "cases", "keeps constraints")
_ERROR = " error"
_SAME = 1e-6
"""Relative difference up to which numbers are the same."""
# What is asked first, of an insertion electrode and of a host; the others follow in their order.
_FIRST = (
    "First discharge: utilisation [-]",
    "First discharge: peak local current density [A.m-2]",
    "End of discharge: variation of local current density [-]",
    "End of plating: variation of the deposit [-]",
    "End of plating: share in the lowest third of the height [-]",
    "End of plating: share in the middle third of the height [-]",
    "End of plating: share in the highest third of the height [-]",
    "End of plating: share on collector [-]",
    "First plating: peak local current density [A.m-2]",
)
# Groups of a summary, in small letters, say what was run; metrics begin with a capital.
_ABOUT = re.compile(r"[a-z][^:]*: .*|unknowns|warnings|largest loss budget error|wall \[s\]")
# A key of the study, such as `geometry.radius [m]` or `protocol.0.steps`; a metric is in words.
_KEY = re.compile(r"[a-z_]\w*(\.\w+)+(\s*\[[^\]]*\])?|(name|temperature|seed)(\s*\[[^\]]*\])?")

Value = float | str | None


@dataclass(frozen=True)
class Column:
    """An input or a metric over all cases.

    Attributes:
        name: With its unit.
        values: One for each case; None where a case has none.
        errors: Half the width of each error bar, in the same unit; None where there is none.
    """

    name: str
    values: tuple[Value, ...]
    errors: tuple[float | None, ...]

    @property
    def words(self) -> str:
        """Its name as it is read, without the unit: "coat conductivity" of a study's key."""
        words = self.name.split(" [")[0]
        last = words.rsplit(".", 1)[-1]
        key = _KEY.fullmatch(self.name) and not last.isdecimal()
        return last.replace("_", " ") if key else words

    @property
    def numeric(self) -> bool:
        """Whether all its values are numbers, and there are some."""
        there = [value for value in self.values if value is not None]
        return bool(there) and all(isinstance(value, float) for value in there)

    @property
    def varies(self) -> bool:
        """Whether not all cases have the same value; numbers up to what solvers leave."""
        there = {value for value in self.values if value is not None}
        if not self.numeric or len(there) < 2:
            return len(there) > 1
        numbers = [value for value in there if isinstance(value, float)]
        span = max(numbers) - min(numbers)
        return span > _SAME * max(abs(number) for number in numbers)


class Columns(NamedTuple):
    """What was varied, what came out, and what was run."""

    inputs: tuple[Column, ...]
    metrics: tuple[Column, ...]
    others: tuple[Column, ...]


@dataclass(frozen=True)
class SweepTable:
    """A sweep's results.

    Attributes:
        cases: The name of each case, which is that of its folder.
        states: `done`, `failed`, ...
        reasons: Why a case failed; empty for the others.
        inputs: What was varied, or given.
        metrics: What came out.
        others: What was run: meshed volumes and areas, conservation.
    """

    cases: tuple[str, ...]
    states: tuple[str, ...]
    reasons: tuple[str, ...]
    inputs: tuple[Column, ...]
    metrics: tuple[Column, ...]
    others: tuple[Column, ...]


def read_sweep(directory: Path, keys: Collection[str] = ()) -> SweepTable:
    """Read a sweep's `results.csv`.

    Args:
        directory: The sweep's folder.
        keys: What was varied, where it is known: a name in braces does not look like a key.

    Raises:
        InputError: The file is absent, or has no cases.
    """
    path = directory / RESULTS
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    rows = [_as_case(row) for row in rows]
    if not rows or "case" not in rows[0]:
        raise InputError(f"{path}: got no row with a 'case'; expected one row for each case")
    columns = columns_of(rows, keys)
    return SweepTable(
        cases=tuple(_case(row["case"]) for row in rows),
        states=tuple(row.get("status") or "done" for row in rows),
        reasons=tuple(row.get("reason") or "" for row in rows),
        inputs=columns.inputs,
        metrics=columns.metrics,
        others=columns.others,
    )


def columns_of(rows: list[dict[str, str]], keys: Collection[str] = ()) -> Columns:
    """The columns of a table, sorted by what they tell.

    Args:
        rows: By the names in the table's head.
        keys: What was varied, where it is known.
    """
    names = [name for name in rows[0] if name and name not in _OWN]
    errors = {_bare(name): name for name in names if _is_error(name)}
    columns = [_column(rows, n, errors.get(_bare(n))) for n in names if n not in errors.values()]
    inputs = [c for c in columns if _KEY.fullmatch(c.name) or _bare(c.name) in keys]
    counted = {_bare(c.name) for c in inputs if c.name != _bare(c.name)}
    results = [c for c in columns if c not in inputs and c.numeric]
    return Columns(
        inputs=tuple(c for c in inputs if c.name not in counted),
        metrics=tuple(sorted((c for c in results if not _ABOUT.fullmatch(c.name)), key=_rank)),
        others=tuple(c for c in results if _ABOUT.fullmatch(c.name)),
    )


def case_folder(directory: Path, case: str) -> Path:
    """Where a case lies."""
    return directory / CASES / case


def _as_case(row: dict[str, str]) -> dict[str, str]:
    """A point of a search as a case: the first of its cases stands for all."""
    if "case" in row or not row.get("cases"):
        return row
    kept = {name: value for name, value in row.items() if name not in _OF_SEARCH}
    status = "done" if row.get("objective") else "failed"
    return {"case": row["cases"].split()[0], "status": status} | kept


def _rank(column: Column) -> int:
    return _FIRST.index(column.name) if column.name in _FIRST else len(_FIRST)


def _case(text: str) -> str:
    """Folders are numbered in four digits, which a spreadsheet may have cut."""
    return f"{int(text):04d}" if text.isdecimal() else text


def _is_error(name: str) -> bool:
    return name.split(" [")[0].endswith(_ERROR) or name.endswith(_ERROR)


def _bare(name: str) -> str:
    """A column's name without its unit, and without the word that makes it an error bar."""
    return name.removesuffix(_ERROR).split(" [")[0].removesuffix(_ERROR)


def _column(rows: list[dict[str, str]], name: str, error: str | None) -> Column:
    bars = [_value(row.get(error, "")) if error else None for row in rows]
    texts = [row.get(name) or "" for row in rows]
    kinds = _kinds(texts)
    return Column(
        name,
        tuple(kinds.get(text) or _value(text) for text in texts),
        tuple(abs(bar) if isinstance(bar, float) else None for bar in bars),
    )


def _value(text: str | None) -> Value:
    if text is None or not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        return _words(text)
    return number if math.isfinite(number) else None


def _kinds(texts: Collection[str]) -> dict[str, str]:
    """Tables that were varied by their kind alone, where no two of them have the same."""
    tables = {text: _parsed(text) for text in texts}
    kinds = {
        text: str(table["kind"])
        for text, table in tables.items()
        if isinstance(table, dict) and "kind" in table
    }
    return kinds if len(set(kinds.values())) == len(kinds) else {}


def _words(text: str) -> str:
    """A list or a table that was varied, in words: "5 um to 8 um", "film, thickness 98 nm"."""
    found = _parsed(text)
    if found is None:
        return text
    if isinstance(found, list):
        return (" to " if len(found) == 2 else ", ").join(map(str, found))
    kind = [str(found["kind"])] if "kind" in found else []
    return ", ".join(kind + [f"{key} {value}" for key, value in found.items() if key != "kind"])


def _parsed(text: str) -> Any:
    """A list or a table; None of any other text."""
    if text[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
