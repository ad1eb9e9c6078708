"""The table of results: a row for each case, as CSV and as Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..._files import atomic_path, write_text
from ..fields import Quantity, Unit
from ..schema import GeometryStudy
from .case import Case, key_path

Row = Mapping[str, Any]


def input_columns(case: Case) -> dict[str, Any]:
    """What varies, as it was written, and quantities once more in SI units."""
    columns: dict[str, Any] = {}
    for key, value in case.inputs.items():
        columns[key] = json.dumps(value) if isinstance(value, list | dict) else value
        found = _quantity(case.study, key) if case.study is not None else None
        if found is not None:
            columns[f"{key} [{found[1]}]"] = found[0]
    return columns


def write_table(stem: Path, rows: Sequence[Row]) -> list[Path]:
    """Write rows as `stem.csv` and `stem.parquet`; what a row lacks is left empty.

    Returns:
        The files.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name) for name in names] for row in rows)
    write_text(stem.with_suffix(".csv"), text.getvalue())
    _write_parquet(stem.with_suffix(".parquet"), names, rows)
    return [stem.with_suffix(".csv"), stem.with_suffix(".parquet")]


def _write_parquet(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    import pyarrow
    from pyarrow import parquet

    columns = {name: _alike([row.get(name) for row in rows]) for name in names}
    with atomic_path(path) as temporary:
        parquet.write_table(pyarrow.table(columns), temporary)


def _alike(values: list[Any]) -> list[Any]:
    """Values of one type: numbers if all are, else texts."""
    there = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in there):
        whole = all(isinstance(value, int) for value in there)
        return values if whole else [None if v is None else float(v) for v in values]
    return [None if value is None else str(value) for value in values]


def _quantity(study: GeometryStudy, key: str) -> tuple[float, str] | None:
    """A key's value [SI] and unit, if it is a quantity."""
    *tables, last = key_path(key)
    here: Any = study
    for part in tables:
        here = here[part] if isinstance(part, int) else getattr(here, part, None)
    value = getattr(here, str(last), None)
    if not isinstance(value, Quantity):
        return None
    unit = unit_of(type(here), str(last))
    return None if unit is None else (float(value), unit)


def unit_of(table: type[BaseModel], key: str) -> str | None:
    """The SI unit of a key of a table; None where it is a plain number."""
    field = table.model_fields[key]
    marks = [*field.metadata, *_inner(field.annotation)]
    return next((mark.si for mark in marks if isinstance(mark, Unit)), None)


def _inner(annotation: Any) -> list[Any]:
    """The marks of `Length | None`, which pydantic leaves inside the annotation."""
    return [
        mark
        for part in getattr(annotation, "__args__", ())
        for mark in getattr(part, "__metadata__", ())
    ]
