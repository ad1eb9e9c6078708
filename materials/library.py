"""The library of materials: cards by name, or a user's own card or BPX file by path."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from .._arguments import check_is
from ..units import positive
from .card import read_card
from .constants import REFERENCE_TEMPERATURE
from .describe import Row, describe
from .material import Material
from .shelf import Shelf, read_file

__all__ = ["Row", "describe", "load", "names"]

FILES = "a path to a card (.toml) or a BPX file (.json)"
_SHELF = Shelf("cards", files=FILES)


def names() -> tuple[str, ...]:
    """Return the names of the materials that come with nanotrode, sorted."""
    return _SHELF.names()


def load(
    name: str | os.PathLike[str],
    *,
    temperature: float = REFERENCE_TEMPERATURE,
    electrode: str | None = None,
) -> Material:
    """Return a material by name, or from a card (.toml) or BPX file (.json).

    Args:
        name: A name of `names()`, in any case; or a path that ends in .toml or .json.
        temperature: Temperature that the laws shall hold at [K].
        electrode: "positive" or "negative": which electrode of a BPX file.

    Raises:
        MaterialError: No such material or file, or the file is at fault; the message names file,
            key and what was expected.

    Example:
        >>> load("lifepo4").c_s_max
        22806.0
    """
    check_is(name, (str, os.PathLike), "material", "the name of one, or a path")
    temperature = positive(temperature, "K", key="temperature")
    text = os.fspath(name)
    if Path(text).suffix.lower() == ".json":
        from .bpx import read_bpx

        return read_bpx(read_file(Path(text)), electrode, temperature=temperature, file=text)
    card = _SHELF.read(text)
    return _parsed(card.text, temperature, card.file)


@lru_cache(maxsize=64)
def _parsed(text: str, temperature: float, file: str) -> Material:
    """A card; a sweep of thousands of cases checks each, and materials never change."""
    return read_card(text, temperature=temperature, file=file)
