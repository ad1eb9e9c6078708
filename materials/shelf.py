"""Cards that come with nanotrode, by name, and files of the user's own, by path."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from .._messages import near_miss, quoted
from .._reading import read_text
from ..errors import MaterialError


class CardText(NamedTuple):
    """A card as it is written.

    Attributes:
        text: The whole card.
        file: Name of its file, for messages.
    """

    text: str
    file: str


class Shelf:
    """The cards in some folders of this package.

    Args:
        folders: Names of packages beside this module.
        files: What a user's own file may be, for messages.
    """

    def __init__(self, *folders: str, files: str = "a path to a card (.toml)") -> None:
        self._folders = folders
        self._files = files

    @cached_property
    def _cards(self) -> dict[str, Traversable]:
        return {
            entry.name.removesuffix(".toml"): entry
            for folder in self._folders
            for entry in resources.files(f"{__package__}.{folder}").iterdir()
            if entry.name.endswith(".toml")
        }

    def names(self) -> tuple[str, ...]:
        """The names of the cards, sorted."""
        return tuple(sorted(self._cards, key=str.lower))

    def read(self, name: str | os.PathLike[str]) -> CardText:
        """A card by its name, in any case, or by the path of a file that ends in .toml.

        Raises:
            MaterialError: No such card or file.
        """
        text = os.fspath(name)
        if Path(text).suffix.lower() == ".toml":
            return CardText(read_file(Path(text)), text)
        by_fold = {known.casefold(): card for known, card in self._cards.items()}
        card = by_fold.get(text.casefold())
        if card is None and (os.sep in text or os.path.isfile(text)):
            raise MaterialError(f"{text}: expected {self._files.removeprefix('a path to ')}")
        if card is None:
            raise MaterialError(
                f"unknown material {quoted(text)}{_hint(text, self._cards)} "
                f"Expected one of {', '.join(self.names())}, or {self._files}"
            )
        return CardText(card.read_text(encoding="utf-8"), card.name)


OTHER_NAMES = {
    "LFP": "LiFePO4",
    "LCO": "LiCoO2",
    "NMC": "NMC811",
    "NCM": "NMC811",
    "NCM811": "NMC811",
    "NCM622": "NMC622",
    "NCM532": "NMC532",
    "NMC523": "NMC532",
    "Si": "silicon",
    "Li4Ti5O12": "LTO",
    "LiNi0.5Mn1.5O4": "LNMO",
    "LiNi0.8Co0.15Al0.05O2": "NCA",
    "Na3V2(PO4)2F3": "NVPF",
    "HC": "hard-carbon",
    "Gr": "graphite",
    "copper": "Cu",
    "lithium": "Li",
}
"""What materials are called elsewhere."""


ELEMENTS = (
    "H Li B C N O F Na Mg Al Si P S Cl K Ca Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Y Zr Nb Mo Sn Sb "
    "La Ta W"
)
_FORMULA = re.compile(rf"(?:(?:{'|'.join(ELEMENTS.split())})[\d.]*)+")


def _hint(name: str, known: Collection[str]) -> str:
    """The card that was meant; LiFeSO4 is near LiFePO4 as a word, but it is another compound."""
    meant = {other.casefold(): card for other, card in OTHER_NAMES.items()}.get(name.casefold())
    near = meant or near_miss(name, known)
    if near is None or near not in known:
        return "."
    letters, wanted = Counter(name.casefold()), Counter(near.casefold())
    changed = ((letters - wanted) + (wanted - letters)).total()
    if meant is None and changed > 1 and _FORMULA.fullmatch(name):
        return "."
    return f"; did you mean '{near}'?"


def read_file(path: Path) -> str:
    """The text of a user's file.

    Raises:
        MaterialError: It cannot be read, or is not text.
    """
    try:
        return read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise MaterialError(f"{path}: cannot be read ({reason})") from None
