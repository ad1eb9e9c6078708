"""The cases of a sweep, read from its `results.csv`: the one place that knows its columns."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import InputError

RESULTS = "results.csv"
CASES = "cases"
_OWN = ("case", "status", "reason")
_ERROR = " error"
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
    def numeric(self) -> bool:
        """Whether all its values are numbers, and there are some."""
        there = [value for value in self.values if value is not None]
        return bool(there) and all(isinstance(value, float) for value in there)

    @property
    def varies(self) -> bool:
        """Whether not all cases have the same value."""
        return len({value for value in self.values if value is not None}) > 1


@dataclass(frozen=True)
class SweepTable:
    """A sweep's results.

    Attributes:
        cases: The name of each case, which is that of its folder.
        states: `done`, `failed`, ...
        reasons: Why a case failed; empty for the others.
        inputs: What was varied, or given.
        metrics: What came out.
    """

    cases: tuple[str, ...]
    states: tuple[str, ...]
    reasons: tuple[str, ...]
    inputs: tuple[Column, ...]
    metrics: tuple[Column, ...]


def read_sweep(directory: Path) -> SweepTable:
    """Read a sweep's `results.csv`.

    Raises:
        InputError: The file is absent, or has no cases.
    """
    path = directory / RESULTS
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if not rows or "case" not in rows[0]:
        raise InputError(f"{path}: got no row with a 'case'; expected one row for each case")
    names = [name for name in rows[0] if name and name not in _OWN]
    errors = {_bare(name): name for name in names if _is_error(name)}
    columns = [_column(rows, n, errors.get(_bare(n))) for n in names if n not in errors.values()]
    return SweepTable(
        cases=tuple(_case(row["case"]) for row in rows),
        states=tuple(row.get("status") or "done" for row in rows),
        reasons=tuple(row.get("reason") or "" for row in rows),
        inputs=tuple(c for c in columns if _KEY.fullmatch(c.name)),
        metrics=tuple(c for c in columns if not _KEY.fullmatch(c.name) and c.numeric),
    )


def case_folder(directory: Path, case: str) -> Path:
    """Where a case lies."""
    return directory / CASES / case


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
    return Column(
        name,
        tuple(_value(row.get(name, "")) for row in rows),
        tuple(abs(bar) if isinstance(bar, float) else None for bar in bars),
    )


def _value(text: str | None) -> Value:
    if text is None or not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else None
