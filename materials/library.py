"""The library of materials: cards by name, or a user's own card or BPX file by path."""

from __future__ import annotations

import difflib
import os
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from ..errors import MaterialError
from .card import read_card
from .constants import REFERENCE_TEMPERATURE
from .describe import Row, describe
from .material import Material

__all__ = ["Row", "describe", "load", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the materials that come with nanotrode, sorted."""
    return tuple(sorted(_cards(), key=str.lower))


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
    text = os.fspath(name)
    suffix = Path(text).suffix.lower()
    if suffix == ".json":
        from .bpx import read_bpx

        return read_bpx(_read(Path(text)), electrode, temperature=temperature, file=text)
    if suffix == ".toml":
        return read_card(_read(Path(text)), temperature=temperature, file=text)
    card = _find(text)
    return read_card(card.read_text(encoding="utf-8"), temperature=temperature, file=card.name)


@cache
def _cards() -> dict[str, Traversable]:
    folder = resources.files(f"{__package__}.cards")
    return {
        entry.name.removesuffix(".toml"): entry
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }


def _find(name: str) -> Traversable:
    by_fold = {known.casefold(): known for known in _cards()}
    if name.casefold() in by_fold:
        return _cards()[by_fold[name.casefold()]]
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1)
    hint = f"; did you mean '{by_fold[close[0]]}'?" if close else ""
    raise MaterialError(
        f"unknown material '{name}'{hint} Expected one of {', '.join(names())}, "
        "or a path to a card (.toml) or a BPX file (.json)"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise MaterialError(f"{path}: cannot be read ({reason})") from None
