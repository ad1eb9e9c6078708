"""What a user should know of a run that goes on all the same: told once, wherever one looks.

A notice is logged as a warning, which brings it to the terminal and into `log.txt`; the run's
summary keeps it under "warnings", from where the report takes it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

log = logging.getLogger("nanotrode")


class Notices:
    """The warnings of one run, each once, in the order in which they were given.

    Args:
        known: Warnings that were told before.
        told: Whether new ones are logged: on one rank of several.
    """

    def __init__(self, known: Iterable[str] = (), *, told: bool = True) -> None:
        self._texts = dict.fromkeys(known)
        self._told = told

    def warn(self, text: str) -> None:
        """Tell a warning, a whole sentence without a full stop, unless it was told before."""
        if text in self._texts:
            return
        self._texts[text] = None
        if self._told:
            log.warning("%s", text)

    def recall(self, texts: Iterable[str]) -> None:
        """Know warnings that were told in an earlier part of the run."""
        self._texts |= dict.fromkeys(texts)

    @property
    def texts(self) -> list[str]:
        """All warnings so far."""
        return list(self._texts)
