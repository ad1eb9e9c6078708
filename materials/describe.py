"""A card as rows of text: what it is, each number, and where the number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .guard import Guarded
from .kinetics import RootExchange
from .laws import Constant, Formula, Law, Table
from .material import Material
from .plating import Deposit, Lithiation, Plateau, Solid
from .plating_card import OPTIONAL, UNITS, PlatingCard, kind_of, number_names
from .sourcing import is_assumed


class Row(NamedTuple):
    """One property of a material.

    Attributes:
        key: Name of the property, as in a card.
        value: Its value with the unit.
        source: DOI or "assumed: why"; empty for what is worked out or named.
    """

    key: str
    value: str
    source: str


def describe(material: Material) -> tuple[Row, ...]:
    """Return the rows of a material, for the command line and the report."""
    low, high = material.stoichiometry_limits
    entries = [
        ("name", material.name),
        ("formula", material.formula),
        ("ion", f"{material.ion}, charge {material.charge_number:+d}"),
        *_marks(material),
        ("c_s_max", f"{material.c_s_max:.6g} mol/m^3"),
        ("x_min", f"{low:g}"),
        ("x_max", f"{high:g}"),
        ("diffusivity", _law_text(material.diffusivity, "m^2/s")),
        ("ocp", f"{_law_text(material.ocp, 'V')} vs {material.reference}"),
        *_kinetics(material),
        *_optional(material),
        *_voltage_limits(material),
        ("reference_temperature", _reference_temperature(material)),
        ("temperature", f"{material.temperature:g} K"),
        ("capacity", _capacity(material)),
        ("assumed", assumed_text(material.sources)),
        ("licence", material.licence),
        *(("note", note) for note in material.notes),
        *(("warning", text) for text in material.warnings),
    ]
    return tuple(
        Row(k, f"{text}{_range(k, material.ranges)}", material.sources.get(k, ""))
        for k, text in entries
        if text
    )


def assumed_text(sources: Mapping[str, str]) -> str:
    """Which of a card's numbers are assumed, or rest on what is, in words; empty for none."""
    keys = [key for key, source in sources.items() if is_assumed(source)]
    return f"{len(keys)} of {len(sources)} numbers: {', '.join(keys)}" if keys else ""


def _marks(material: Material) -> list[tuple[str, str]]:
    """What a user has to know before any number."""
    two = "yes: diffusion of one phase stands for it; read no field inside the solid as measured"
    return [
        ("illustrative", "yes: no measured material" if material.illustrative else ""),
        ("two_phase", two if material.two_phase else ""),
    ]


def _optional(material: Material) -> list[tuple[str, str]]:
    units = {"density": "kg/m^3", "electronic_conductivity": "S/m", "volume_change": ""}
    units |= {"temperature_min": "K", "temperature_max": "K"}
    found = {key: getattr(material, key) for key in units}
    for law, energy in material.activation_energies.items():
        found[f"{law}_activation_energy"], units[f"{law}_activation_energy"] = energy, "J/mol"
    return [
        (key, f"{value:g} {units[key]}".strip())
        for key, value in found.items()
        if value is not None
    ]


def _range(key: str, ranges: Mapping[str, tuple[float, float]]) -> str:
    """How a range is told behind a value."""
    if key in ranges:
        return " ({:g} to {:g})".format(*ranges[key])
    if f"{key}.factor" in ranges:
        return " (times {:g} to {:g})".format(*ranges[f"{key}.factor"])
    return ""


def _kinetics(material: Material) -> list[tuple[str, str]]:
    kinetics = material.kinetics
    exchange = kinetics.exchange_current
    if isinstance(exchange, RootExchange):
        current = ("rate_constant", f"{exchange.rate_constant:.6g} m^2.5 mol^-0.5 s^-1")
    else:
        current = ("exchange_current_density", f"{exchange.j0:g} A/m^2")
    return [("alpha_a", f"{kinetics.alpha_a:g}"), ("alpha_c", f"{kinetics.alpha_c:g}"), current]


def _reference_temperature(material: Material) -> str:
    given = "reference_temperature" in material.sources
    return f"{material.reference_temperature:g} K" if given else ""


def _voltage_limits(material: Material) -> list[tuple[str, str]]:
    if material.voltage_limits is None:
        return []
    low, high = material.voltage_limits
    return [("voltage_min", f"{low:g} V"), ("voltage_max", f"{high:g} V")]


def _capacity(material: Material) -> str:
    volumetric = f"{material.capacity_density / 3.6e6:.4g} mAh/cm^3"
    if material.specific_capacity is None:
        return volumetric
    return f"{volumetric}, {material.specific_capacity / 3600:.4g} mAh/g"


def _law_text(law: Law, unit: str) -> str:
    if isinstance(law, Guarded):
        law = law.law
    if isinstance(law, Constant):
        return f"{law.value:g} {unit}"
    if isinstance(law, Formula):
        factor = "" if law.factor == 1.0 else f"{law.factor:g} x "
        return f"{factor}{law.text} {unit}"
    if isinstance(law, Table):
        return f"table of {len(law.x)} points, {law.value[0]:g} to {law.value[-1]:g} {unit}"
    return f"{type(law).__name__} [{unit}]"


def describe_plating(card: PlatingCard) -> tuple[Row, ...]:
    """Return the rows of a card, for the command line and the report."""
    texts = (("name", card.name), ("kind", kind_of(card)), ("about", card.about))
    rows = [Row(key, text, "") for key, text in texts if text]
    rows += _numbers(card, card)
    sources, told = dict(card.sources), card.warnings
    if isinstance(card, Solid) and card.lithiation is not None:
        rows += _lithiation(card.lithiation)
        sources |= {f"lithiation.{key}": text for key, text in card.lithiation.sources.items()}
        told += card.lithiation.warnings
    optional = {key: getattr(card, key) for key in OPTIONAL}
    rows += [
        Row(key, f"{value:g} {OPTIONAL[key]}", card.sources[key])
        for key, value in optional.items()
        if value is not None
    ]
    if isinstance(card, Deposit):
        rows.append(Row("barrier_law", card.barrier_law, "assumed: see docs/theory.md"))
    ends = [("assumed", assumed_text(sources)), ("licence", card.licence)]
    ends += [("note", note) for note in card.notes]
    ends += [("warning", text) for text in told]
    return (*rows, *(Row(key, text, "") for key, text in ends if text))


def _lithiation(lithiation: Lithiation) -> list[Row]:
    rows = _numbers(lithiation, lithiation)
    for place, plateau in enumerate(lithiation.plateaus):
        rows += _numbers(plateau, lithiation, prefix=f"plateaus.{place}.")
    return [row._replace(key=f"lithiation.{row.key}") for row in rows]


def _numbers(
    part: PlatingCard | Lithiation | Plateau, card: PlatingCard | Lithiation, prefix: str = ""
) -> list[Row]:
    """The numbers of a part, with the sources and ranges of the card that it stands in."""
    rows = []
    for key in number_names(type(part)):
        value = f"{getattr(part, key):.6g} {UNITS[key]}".strip()
        name = f"{prefix}{key}"
        rows.append(Row(name, f"{value}{_range(name, card.ranges)}", card.sources.get(name, "")))
    return rows
