"""What a sweep found over its seeds: mean and scatter of the figures that are asked first."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from ..wording import readable, split_name
from .markup import tag
from .sweep_table import Column, columns_of

SPREAD = "spread.csv"
_MEAN, _SCATTER = " mean", " standard deviation"
_MOST_FIGURES = 5


def over_seeds(directory: Path, keys: Collection[str] = ()) -> list[Element]:
    """A row for all cases that differ in seeds alone; empty where no seed was varied.

    Args:
        directory: The sweep's folder.
        keys: What was varied, where it is known.
    """
    try:
        with (directory / SPREAD).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return []
    if not rows or "n" not in rows[0]:
        return []
    inputs, metrics, _ = columns_of([_as_cases(row) for row in rows], keys)
    shown = [column for column in metrics if column.varies][:_MOST_FIGURES]
    heads = [column.words for column in (*inputs, *shown)]
    head = tag("tr", *(tag("th", words, scope="col") for words in (*heads, "cases")))
    lines = [
        tag(
            "tr",
            *(tag("td", cell_text(column, at)) for column in inputs),
            *(tag("td", cell_text(column, at), class_="value") for column in shown),
            tag("td", row["n"]),
        )
        for at, row in enumerate(rows)
    ]
    table = tag("table", tag("thead", head), tag("tbody", *lines))
    return [
        tag("h2", "Over the seeds"),
        tag("p", "Mean ± standard deviation of random structures of one kind.", class_="lead"),
        tag("div", table, class_="scroll"),
    ]


def _as_cases(row: Mapping[str, str]) -> dict[str, str]:
    """A row's means under the names of what they are of, scatter as their error."""
    names = list(row)
    found = {name: row[name] for name in names[: names.index("n")]}
    for name in names:
        if name.endswith(_MEAN):
            label = name.removesuffix(_MEAN)
            found |= {label: row[name], f"{label} error": row[label + _SCATTER]}
    return found


def cell_text(column: Column, at: int) -> str:
    """A value with its unit and its error bar, as it is read."""
    value, unit = column.values[at], split_name(column.name).unit
    if isinstance(value, float):
        return str(readable(value, unit, error=column.errors[at]))
    return "–" if value is None else value
