"""The material cards that a study names, as they are written: kept with what is made of them."""

from __future__ import annotations

from typing import Any

from ..materials.catalogue import card_text, numbers_in
from ..materials.origins import Origins, origins_of
from .build import make_material
from .build_plating import card_names, make_anode
from .schema import GeometryStudy, PlatingStudy, RunStudy, Study


def names_of(study: GeometryStudy) -> tuple[str, ...]:
    """Names and paths of the cards, each once."""
    if isinstance(study, Study):
        return (study.material.name or study.material.file or "",)
    return card_names(study) if isinstance(study, PlatingStudy) else ()


def texts_of(study: RunStudy) -> dict[str, str]:
    """Name or path of each card -> all that stands in it, for `provenance.json`.

    Raises:
        MaterialError: One cannot be read.
    """
    return {name: card_text(name).text for name in names_of(study)}


def numbers_of(study: GeometryStudy) -> list[Any]:
    """What of the cards can change results: a card that is corrected makes another study.

    Raises:
        MaterialError: One cannot be read.
    """
    return [numbers_in(card_text(name).text) for name in names_of(study)]


def study_origins(study: RunStudy) -> Origins:
    """Where the study's numbers are from, its own ones included."""
    if isinstance(study, PlatingStudy):
        return origins_of(make_anode(study))
    assert isinstance(study, Study)
    return origins_of(make_material(study))
