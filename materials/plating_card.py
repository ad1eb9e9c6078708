"""Material cards of plating hosts: TOML of a `kind`, in which every number has its source."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .._messages import did_you_mean
from ..errors import MaterialError
from .entries import Entries
from .plating import Coat, Deposit, Lithiation, Plateau, Salt, SideReaction, Solid
from .sourcing import remarks

PlatingCard = Solid | Coat | Salt | Deposit | SideReaction

KINDS: dict[str, type[PlatingCard]] = {
    "solid": Solid,
    "coat": Coat,
    "salt": Salt,
    "deposit": Deposit,
    "side reaction": SideReaction,
}
"""What a card says that it is -> what it is read into."""

UNITS = {
    "ionic_conductivity": "S/m",
    "electronic_conductivity": "S/m",
    "nucleation_barrier": "V",
    "conductivity": "S/m",
    "concentration": "mol/m^3",
    "diffusivity": "m^2/s",
    "transference": "",
    "thermodynamic_factor": "",
    "molar_volume": "m^3/mol",
    "exchange_current_density": "A/m^2",
    "alpha_a": "",
    "alpha_c": "",
    "coverage_thickness": "m",
    "film_thickness": "m",
    "last_thickness": "m",
    "potential": "V",
    "share": "",
    "c_max": "mol/m^3",
    "conductivity_gain": "",
}
"""The numbers that cards may hold, with the SI unit of each."""

OPTIONAL = {"temperature_min": "K", "temperature_max": "K"}
"""The numbers that any card may hold or not, with the SI unit of each."""

_TEXTS = ("kind", "name", "about", "notes", "licence")


def number_names(kind: type[Any]) -> tuple[str, ...]:
    """The numbers of a kind of card, or of a table in one."""
    return tuple(entry.name for entry in fields(kind) if entry.name in UNITS)


def kind_of(card: PlatingCard) -> str:
    """The word for what a card is, such as "solid"."""
    return next(word for word, kind in KINDS.items() if isinstance(card, kind))


def is_plating_card(text: str, *, file: str) -> bool:
    """Whether a card is one of these; those of insertion materials name no kind."""
    return "kind" in Entries.parse(text, file=file)


def read_plating_card(text: str, *, file: str = "card") -> PlatingCard:
    """Read a card; docs/materials.md tells its keys.

    Args:
        text: The card, TOML.
        file: Name of the file, which opens every message.

    Raises:
        MaterialError: The card is incomplete or a key is at fault.
    """
    entries = Entries.parse(text, file=file)
    word = entries.text("kind")
    if word not in KINDS:
        hint = did_you_mean(word, KINDS) or f"; expected one of {', '.join(KINDS)}"
        raise entries.error("kind", f"got '{word}'{hint}")
    kind = KINDS[word]
    own = {Solid: ("lithiation",), Deposit: ("barrier_law",)}.get(kind, ())
    numbers = number_names(kind)
    entries.check_keys((*_TEXTS, *numbers, *OPTIONAL, *own), ("name", *numbers))
    values: dict[str, Any] = {key: entries.text(key) for key in ("about", "licence")}
    values["notes"] = entries.paragraphs("notes")
    values |= {key: entries.number(key, OPTIONAL[key]) for key in OPTIONAL if key in entries}
    if "lithiation" in entries:
        values["lithiation"] = _lithiation(entries.table("lithiation"), entries.text("name"))
    if "barrier_law" in entries:
        values["barrier_law"] = entries.text("barrier_law")
    return _make(kind, entries, name=entries.text("name"), **values)


def _lithiation(entries: Entries, host: str) -> Lithiation:
    known = (*number_names(Lithiation), "plateaus")
    entries.check_keys(known, known)
    plateaus = []
    for place, table in enumerate(entries.tables("plateaus")):
        table.check_keys(number_names(Plateau), number_names(Plateau))
        plateaus.append(Plateau(**_numbers(Plateau, table)))
        entries.sources |= {f"plateaus.{place}.{key}": s for key, s in table.sources.items()}
        entries.ranges |= {f"plateaus.{place}.{key}": r for key, r in table.ranges.items()}
    return _make(Lithiation, entries, name=f"{host}, lithiated", plateaus=tuple(plateaus))


def _make(kind: type[Any], entries: Entries, **values: Any) -> Any:
    """An instance of a kind from its entries; what it refuses is told with the file's name."""
    numbers = _numbers(kind, entries)
    try:
        return kind(
            **numbers,
            **values,
            sources=entries.sources,
            ranges=entries.ranges,
            remarks=tuple(remarks(entries.sources)),
        )
    except MaterialError as error:
        raise entries.refused(error) from None


def _numbers(kind: type[Any], entries: Entries) -> dict[str, float]:
    return {key: entries.number(key, UNITS[key]) for key in number_names(kind) if key in entries}
