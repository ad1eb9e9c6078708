"""Cards that come with nanotrode, by name, and files of the user's own, by path."""

from __future__ import annotations

import os
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from .._reading import read_text
from ..errors import MaterialError
from .entries import did_you_mean


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
        if card is None:
            raise MaterialError(
                f"unknown material '{text}'{did_you_mean(text, self._cards) or '.'} "
                f"Expected one of {', '.join(self.names())}, or {self._files}"
            )
        return CardText(card.read_text(encoding="utf-8"), card.name)


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
