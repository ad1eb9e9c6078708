"""All cards together, whatever they are for: insertion materials and plating hosts."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from ..errors import MaterialError
from . import bpx, library
from .card import read_card
from .describe import Row, describe, describe_plating
from .plating_card import is_plating_card, read_plating_card
from .shelf import CardText, Shelf, read_file

_SHELF = Shelf("cards", "plating_cards", files=library.FILES)


_WORDS = ("about", "notes", "source", "low", "high", "licence")
"""Keys of cards that change no result."""


def describe_card(name: str | os.PathLike[str], electrode: str | None = None) -> tuple[Row, ...]:
    """Return the rows of any card, by name or from a file (.toml, .json).

    Args:
        name: Of a card, or a path.
        electrode: "positive" or "negative", of a BPX file that has both.

    Raises:
        MaterialError: No such card or file, or it is at fault.
    """
    if _is_bpx(name):
        return describe(library.load(name, electrode=electrode))
    if electrode is not None:
        raise MaterialError(f"electrode: '{name}' has one; only BPX files (.json) have several")
    card = _SHELF.read(name)
    if is_plating_card(card.text, file=card.file):
        return describe_plating(read_plating_card(card.text, file=card.file))
    return describe(read_card(card.text, file=card.file))


def electrodes_of(name: str | os.PathLike[str]) -> tuple[str, ...]:
    """The electrodes of a BPX file; none of a card.

    Raises:
        MaterialError: The file cannot be read.
    """
    return bpx.electrodes_in(read_file(Path(name)), file=str(name)) if _is_bpx(name) else ()


def card_text(name: str | os.PathLike[str]) -> CardText:
    """A card or BPX file as it is written, by name or path.

    Raises:
        MaterialError: No such card or file.
    """
    if _is_bpx(name):
        return CardText(read_file(Path(name)), os.fspath(name))
    return _SHELF.read(name)


def numbers_in(text: str) -> Any:
    """What of a card or BPX file can change a result: all but words and sources, for a digest."""
    try:
        content = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return text
    return _without_words(content)


def _without_words(content: Any) -> Any:
    if isinstance(content, dict):
        return {k: _without_words(v) for k, v in content.items() if k not in _WORDS}
    return [_without_words(item) for item in content] if isinstance(content, list) else content


def _is_bpx(name: str | os.PathLike[str]) -> bool:
    return Path(name).suffix.lower() == ".json"
