"""A plating host's card as rows of text: what it is, each number, and where it comes from."""

from __future__ import annotations

from typing import Any

from .describe import Row
from .plating import Lithiation, Plateau, Solid
from .plating_card import UNITS, PlatingCard, kind_of, number_names


def describe_plating(card: PlatingCard) -> tuple[Row, ...]:
    """Return the rows of a card, for the command line and the report."""
    texts = (("name", card.name), ("kind", kind_of(card)), ("about", card.about))
    rows = [Row(key, text, "") for key, text in texts if text]
    rows += _numbers(card, card.sources)
    if isinstance(card, Solid) and card.lithiation is not None:
        rows += _lithiation(card.lithiation)
    rows += [Row("note", note, "") for note in card.notes]
    return tuple(rows)


def _lithiation(lithiation: Lithiation) -> list[Row]:
    rows = _numbers(lithiation, lithiation.sources)
    for place, plateau in enumerate(lithiation.plateaus):
        rows += _numbers(plateau, lithiation.sources, prefix=f"plateaus.{place}.")
    return [row._replace(key=f"lithiation.{row.key}") for row in rows]


def _numbers(part: PlatingCard | Lithiation | Plateau, sources: Any, prefix: str = "") -> list[Row]:
    return [
        Row(
            f"{prefix}{key}",
            f"{getattr(part, key):.6g} {UNITS[key]}".strip(),
            sources.get(f"{prefix}{key}", ""),
        )
        for key in number_names(type(part))
    ]
