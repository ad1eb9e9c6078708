"""What a checkpoint must share with the run that goes on from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from .protocol import Protocol


@dataclass(frozen=True)
class Fingerprint:
    """A run as far as its results depend on it.

    Attributes:
        study: SHA-256 of mesh, materials, start and settings.
        protocol: A run may go on with a protocol that has more steps at its end.
    """

    study: str
    protocol: Protocol

    @classmethod
    def of(cls, said: Iterable[object], protocol: Protocol) -> Fingerprint:
        """The fingerprint of all that is `said`, each with a `repr` of its own."""
        return cls(hashlib.sha256(repr(tuple(said)).encode()).hexdigest(), protocol)

    def text(self, steps: int | None = None) -> str:
        """For a checkpoint: study, number of steps, and those steps (by default all)."""
        count = len(self.protocol.steps) if steps is None else steps
        told = repr((self.protocol.steps[:count], self.protocol.cycles[:count]))
        return f"{self.study} {count} {hashlib.sha256(told.encode()).hexdigest()}"

    def goes_on(self, text: str) -> bool:
        """Whether a checkpoint that says `text` is of this run, or of its first steps."""
        words = text.split()
        known = len(words) == 3 and words[1].isdecimal()
        return (
            known and int(words[1]) <= len(self.protocol.steps) and text == self.text(int(words[1]))
        )
