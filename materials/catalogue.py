"""All cards together, whatever they are for: insertion materials and plating hosts."""

from __future__ import annotations

import os
from pathlib import Path

from . import library
from .card import read_card
from .describe import Row, describe, describe_plating
from .plating_card import is_plating_card, read_plating_card
from .shelf import Shelf

_SHELF = Shelf("cards", "plating_cards", files=library.FILES)


def describe_card(name: str | os.PathLike[str]) -> tuple[Row, ...]:
    """Return the rows of any card, by name or from a file (.toml, .json).

    Raises:
        MaterialError: No such card or file, or it is at fault.
    """
    if Path(name).suffix.lower() == ".json":
        return describe(library.load(name))
    card = _SHELF.read(name)
    if is_plating_card(card.text, file=card.file):
        return describe_plating(read_plating_card(card.text, file=card.file))
    return describe(read_card(card.text, file=card.file))
