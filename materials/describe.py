"""A card as rows of text: what it is, each number, and where the number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .guard import Guarded
from .kinetics import RootExchange
from .laws import Constant, Formula, Law, Table
from .material import Material
from .plating import Lithiation, Plateau, Solid
from .plating_card import UNITS, PlatingCard, kind_of, number_names


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
        ("illustrative", "yes: no measured material" if material.illustrative else ""),
        ("c_s_max", f"{material.c_s_max:.6g} mol/m^3"),
        ("x_min", f"{low:g}"),
        ("x_max", f"{high:g}"),
        ("diffusivity", _law_text(material.diffusivity, "m^2/s")),
        ("ocp", f"{_law_text(material.ocp, 'V')} vs {material.reference}"),
        *_kinetics(material),
        ("density", "" if material.density is None else f"{material.density:g} kg/m^3"),
        *_voltage_limits(material),
        ("temperature", f"{material.temperature:g} K"),
        ("capacity", _capacity(material)),
        *(("note", note) for note in material.notes),
        *(("warning", text) for text in material.warnings),
    ]
    return tuple(Row(k, text, material.sources.get(k, "")) for k, text in entries if text)


def _kinetics(material: Material) -> list[tuple[str, str]]:
    kinetics = material.kinetics
    exchange = kinetics.exchange_current
    if isinstance(exchange, RootExchange):
        current = ("rate_constant", f"{exchange.rate_constant:.6g} m^2.5 mol^-0.5 s^-1")
    else:
        current = ("exchange_current_density", f"{exchange.j0:g} A/m^2")
    return [("alpha_a", f"{kinetics.alpha_a:g}"), ("alpha_c", f"{kinetics.alpha_c:g}"), current]


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
    rows += _numbers(card, card.sources)
    if isinstance(card, Solid) and card.lithiation is not None:
        rows += _lithiation(card.lithiation)
    rows += [Row("note", note, "") for note in card.notes]
    rows += [Row("warning", text, "") for text in card.warnings]
    return tuple(rows)


def _lithiation(lithiation: Lithiation) -> list[Row]:
    rows = _numbers(lithiation, lithiation.sources)
    for place, plateau in enumerate(lithiation.plateaus):
        rows += _numbers(plateau, lithiation.sources, prefix=f"plateaus.{place}.")
    return [row._replace(key=f"lithiation.{row.key}") for row in rows]


def _numbers(
    part: PlatingCard | Lithiation | Plateau, sources: Mapping[str, str], prefix: str = ""
) -> list[Row]:
    return [
        Row(
            f"{prefix}{key}",
            f"{getattr(part, key):.6g} {UNITS[key]}".strip(),
            sources.get(f"{prefix}{key}", ""),
        )
        for key in number_names(type(part))
    ]
