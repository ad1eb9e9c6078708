"""What the numbers of a run rest on: where each is from, and which that decide are assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .material import Material
from .plating import Anode
from .sourcing import is_assumed

RESTS_ON, CARDS, SOURCES = "rests on", "cards", "sources"
"""Keys under which summaries and `provenance.json` tell it."""

GIVEN = "given in the study"
"""The source of a number that a study sets in place of a card's."""

_INSERTION = ("c_s_max", "x_min", "x_max", "diffusivity", "ocp")
_KINETICS = ("rate_constant", "exchange_current_density")
_DECIDING: Mapping[str, tuple[str, ...]] = {
    "material": (*_INSERTION, *_KINETICS),
    "solid": ("ionic_conductivity", "electronic_conductivity", "nucleation_barrier"),
    "coat": ("electronic_conductivity", "nucleation_barrier"),
    "collector": ("nucleation_barrier",),
    "salt": ("conductivity",),
    "deposit": ("exchange_current_density", "coverage_thickness"),
    "side": ("exchange_current_density",),
    "lithiation": ("c_max", "diffusivity", "exchange_current_density"),
}
"""Part of an electrode -> the numbers that capacity, voltage and evenness follow from; transfer
coefficients, cut-offs and densities are told with their sources, and decide less."""


@dataclass(frozen=True)
class Origins:
    """Where the numbers of an electrode are from.

    Attributes:
        cards: Part of the electrode -> name of its card: "material" -> "LiFePO4".
        sources: Part -> key of the card -> DOI, or "assumed: why".
        illustrative: Names of cards that describe no measured material.
    """

    cards: Mapping[str, str]
    sources: Mapping[str, Mapping[str, str]]
    illustrative: tuple[str, ...] = ()

    def rests_on(self) -> str:
        """What carries the run's figures, in a line; told on screen, in summary and report."""
        told = (
            [f"illustrative numbers: {', '.join(self.illustrative)}"] if self.illustrative else []
        )
        for word, found in (
            ("assumed numbers", self._deciding(is_assumed)),
            ("numbers of the study's own", self._deciding(_is_given)),
            ("numbers without a source", self._deciding(_is_missing)),
        ):
            if found:
                listed = "; ".join(f"{', '.join(keys)} of {name}" for name, keys in found.items())
                told.append(f"{word}: {listed}")
        return " | ".join(told) or "numbers of which each has a source that is not an assumption"

    def warnings(self) -> list[str]:
        """What must not be overlooked, a sentence each."""
        return [
            f"{name} is illustrative: its numbers show the way and describe no measured material, "
            "and so do the results"
            for name in self.illustrative
        ]

    def as_table(self) -> dict[str, Any]:
        """All of it, for `summary.json` and `provenance.json`."""
        sources = {part: dict(found) for part, found in self.sources.items()}
        return {RESTS_ON: self.rests_on(), CARDS: dict(self.cards), SOURCES: sources}

    def _deciding(self, wanted: Callable[[str], bool]) -> dict[str, list[str]]:
        """Card -> its deciding numbers whose source is of the wanted kind."""
        found: dict[str, list[str]] = {}
        for part, name in self.cards.items():
            sources = self.sources.get(part, {})
            keys = [key for key in _asked(part, sources) if wanted(sources.get(key, ""))]
            if keys:
                found[name] = list(dict.fromkeys([*found.get(name, []), *keys]))
        return found


def origins_of(electrode: Material | Anode) -> Origins:
    """Where the numbers of an insertion material, or of all materials of an anode, are from."""
    if isinstance(electrode, Material):
        illustrative = (electrode.name,) if electrode.illustrative else ()
        sources = {"material": dict(electrode.sources)}
        return Origins({"material": electrode.name}, sources, illustrative)
    names = {part: card.name for part, card in electrode.parts.items()}
    return Origins(names, electrode.sources())


def _is_given(source: str) -> bool:
    return source == GIVEN


def _is_missing(source: str) -> bool:
    return not source.strip()


def _asked(part: str, sources: Mapping[str, str]) -> Iterator[str]:
    """The deciding numbers that a part has: of the two ways to give kinetics it has one."""
    for key in _DECIDING.get(part, ()):
        if part != "material" or key not in _KINETICS or key in sources:
            yield key
    if part == "material" and not any(key in sources for key in _KINETICS):
        yield _KINETICS[0]
