"""What a sweep found over what is not known better: each result's range, and what decides it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from ..wording import readable, split_name
from .markup import tag

RANGES = "ranges.csv"
_OWN = ("result", "as it is", "lowest", "highest", "decided by", "cases")
_LEAD = (
    "Each number that a card or the study gives a range, and the seed of a random structure, "
    "varied: what a result is with the values as they are, between what it lies, and what moves "
    "it furthest."
)


def over_ranges(directory: Path) -> list[Element]:
    """A row for each result that what is uncertain moves; empty where nothing was varied so.

    Args:
        directory: The sweep's folder.
    """
    try:
        with (directory / RANGES).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return []
    if not rows or not set(_OWN) <= rows[0].keys():
        return []
    inputs = [key for key in rows[0] if key not in _OWN]
    heads = [*inputs, *_OWN]
    head = tag("tr", *(tag("th", words, scope="col") for words in heads))
    table = tag("table", tag("thead", head), tag("tbody", *(_line(row, inputs) for row in rows)))
    return [
        tag("h2", "What is not known better"),
        tag("p", _LEAD, class_="lead"),
        tag("div", table, class_="scroll"),
    ]


def _line(row: Mapping[str, str], inputs: list[str]) -> Element:
    words, unit = split_name(row["result"])
    numbers = [_text(row[name], unit) for name in ("as it is", "lowest", "highest")]
    return tag(
        "tr",
        *(tag("td", row[key]) for key in inputs),
        tag("td", words),
        *(tag("td", number, class_="value") for number in numbers),
        tag("td", row["decided by"]),
        tag("td", row["cases"]),
    )


def _text(value: str, unit: str) -> str:
    return str(readable(float(value), unit)) if value else "–"
