"""What becomes of a claim: words for it, and how choices and materials are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SUPPORTED, CONTRADICTED, SAME = "supported", "contradicted", "no difference"
NO_RESULT = "not a result"
TRIVIAL = "trivially true"
"""Of any model of this kind, whatever its numbers: no test, and out of the count."""
_CLEAR = 0.1
"""Relative difference between neighbours from which on they differ (assumed)."""


@dataclass(frozen=True)
class Judged:
    """One claim beside the figures of one material.

    Attributes:
        words: What the paper says, in ours.
        printed: Its number.
        ours: Our figures.
        why: In a sentence.
        by: What becomes of it for each choice that the paper leaves open; or one verdict for all.
    """

    words: str
    printed: str
    ours: str
    why: str
    by: Mapping[str, str] | str


@dataclass(frozen=True)
class Claim:
    """One claim with what becomes of it in all materials.

    Attributes:
        words: What the paper says, in ours.
        printed: Its number.
        ours: Figures by material.
        verdict: What becomes of it.
        why: In a sentence.
    """

    words: str
    printed: str
    ours: Mapping[str, str]
    verdict: str
    why: str

    @property
    def kind(self) -> str:
        """The verdict without the choices that it hangs on."""
        return self.verdict.partition(":")[0]


def join(judged: Mapping[str, Judged]) -> Claim:
    """One claim from those of each material."""
    first = next(iter(judged.values()))
    ours = {name: each.ours for name, each in judged.items()}
    verdict = depends(_merged({name: each.by for name, each in judged.items()}))
    return Claim(first.words, first.printed, ours, verdict, first.why)


def depends(by: Mapping[str, str]) -> str:
    """The verdict of all choices, or which choice gives which."""
    found = list(dict.fromkeys(by.values()))
    if len(found) == 1:
        return found[0]
    said = [f"{verdict} {', '.join(c for c in by if by[c] == verdict)}" for verdict in found]
    return f"depends: {'; '.join(said)}"


def _merged(each: Mapping[str, Mapping[str, str] | str]) -> dict[str, str]:
    """Choices of all materials: a material is named only where it makes a difference."""
    tables = {name: {"": by} if isinstance(by, str) else by for name, by in each.items()}
    merged: dict[str, str] = {}
    for choice in dict.fromkeys(c for table in tables.values() for c in table):
        found = {name: table[choice] for name, table in tables.items() if choice in table}
        if len(set(found.values())) == 1:
            merged[choice] = next(iter(found.values()))
        else:
            merged |= {f"{choice} in {name}".strip(): v for name, v in found.items()}
    return merged


def rising(values: Sequence[float]) -> str:
    """Whether each value is clearly larger than the one before it, or smaller."""
    steps = [after / before - 1 for before, after in pairwise(values)]
    if all(step > _CLEAR for step in steps):
        return SUPPORTED
    return SAME if all(abs(step) <= _CLEAR for step in steps) else CONTRADICTED


def falling(values: Sequence[float]) -> str:
    """Whether each value is clearly smaller than the one before it, or larger."""
    return rising(values[::-1])
