"""Whether a material can be meant: what is refused of it, and what is odd about it.

The bounds of plain numbers stand in `plausible`; what needs several numbers, or the shape of a
law, is looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MaterialError
from . import potential
from .kinetics import RootExchange
from .laws import Law, Table
from .plausible import (
    alpha_oddities,
    oddities,
    refuse_alpha,
    refuse_impossible,
    refuse_ranges,
    refuse_temperatures,
    too_warm_or_cold,
)

if TYPE_CHECKING:
    from .material import Material

_SAMPLES = 2001
_ROUNDING = 1e-6
_NEXT_TO_NOTHING = 0.02
"""Potentials that no host has everywhere [V]."""
_SMALLEST_SWING = 0.05
"""Rise or fall of a diffusivity, in its logarithm, that is none."""
_MANY_TURNS = 20
"""Rises and falls that no measurement of a diffusivity means."""
_GAP = 0.005
"""Stoichiometry that a table may lack at an end without a word."""
_MUCH = 1.5
"""Volume, over that of the empty host, from which a full one counts as grown much."""
_WARMER = 1.0
"""Change of temperature that diffusivities notice: by 5 % at 30 kJ/mol [K]."""


def refuse(material: Material) -> None:
    """Refuse a material that cannot be meant.

    Raises:
        MaterialError: Says which number, and what it may have been meant to be.
    """
    kinetics = material.kinetics
    refuse_alpha("alpha_a", kinetics.alpha_a, material.charge_number)
    refuse_alpha("alpha_c", kinetics.alpha_c, material.charge_number)
    for key, value in _numbers(material):
        refuse_impossible(key, value)
    refuse_impossible("temperature", material.temperature)
    reference = material.reference_temperature
    refuse_impossible("temperature", reference, name="reference_temperature")
    refuse_temperatures(material.temperature_min, material.temperature_max)
    refuse_ranges(material.ranges)
    for key in ("diffusivity", "ocp"):
        _refuse_table(key, getattr(material, key))
    for value in _ends(material.diffusivity, material):
        refuse_impossible("diffusivity", value)
    _refuse_potential(material)


def review(material: Material) -> list[str]:
    """What is odd about a material that is possible, a sentence each."""
    kinetics = material.kinetics
    found = [text for key, value in _numbers(material) for text in oddities(key, value)]
    found += alpha_oddities(kinetics.alpha_a, kinetics.alpha_c, material.charge_number)
    low, high = _ends(material.diffusivity, material)
    found += oddities("diffusivity", high) or oddities("diffusivity", low)
    found += [
        *_window(material),
        *_shape(material),
        *_turns(material),
        *_ion(material),
        *_heat(material),
    ]
    limits = material.temperature_min, material.temperature_max
    found += too_warm_or_cold(material.temperature, *limits)
    return [f"{material.name}: {text}" for text in found]


def _numbers(material: Material) -> Iterator[tuple[str, float]]:
    """All plain numbers, by their keys in the table of what is plausible."""
    # a host that grows much holds its ions in more room than the empty one had
    swollen = 1.0 + (material.volume_change or 0.0)
    yield "c_s_max", material.c_s_max / (swollen if swollen > _MUCH else 1.0)
    exchange = material.kinetics.exchange_current
    if isinstance(exchange, RootExchange):
        yield "rate_constant", exchange.rate_constant
    else:
        yield "exchange_current_density", exchange.j0
    if material.density is not None:
        yield "density", material.density
    if material.specific_capacity is not None:
        yield "specific capacity", material.specific_capacity / 3600.0
    for key in ("electronic_conductivity", "volume_change"):
        if (value := getattr(material, key)) is not None:
            yield key, value
    if material.voltage_limits is not None:
        yield "voltage_min", material.voltage_limits[0]
        yield "voltage_max", material.voltage_limits[1]


def _ends(law: Law, material: Material) -> tuple[float, float]:
    """Smallest and largest value between the stoichiometry limits."""
    value = law(np.linspace(*material.stoichiometry_limits, _SAMPLES))
    return float(value.min()), float(value.max())


def _refuse_table(key: str, law: Law) -> None:
    table = potential.plain(law)
    if not isinstance(table, Table):
        return
    low, high = table.x[0], table.x[-1]
    if low >= -_ROUNDING and high <= 1.0 + _ROUNDING:
        return
    hint = ""
    if low >= 0 and high > 2:
        per_cent = "; are they per cent? Then divide them by 100"
        hint = per_cent if high <= 110 else "; are they a capacity? Then divide them by the whole"
    raise MaterialError(
        f"{key}: the table's x run from {low:g} to {high:g}, expected stoichiometries, 0 (empty) "
        f"to 1 (full){hint}"
    )


def _refuse_potential(material: Material) -> None:
    law, limits = potential.plain(material.ocp), material.stoichiometry_limits
    low, high = potential.range_of(law, *limits)
    for value in (low, high):
        refuse_impossible("ocp", value)
    if low == high == 0.0:
        raise MaterialError(
            "ocp: is 0 V at every x, which stands for a potential that is not known; expected one "
            "that falls as x rises"
        )
    if potential.rises_throughout(law, *limits):
        start, end = (float(value) for value in law(np.array(limits)))
        raise MaterialError(
            f"ocp: rises with x, from {start:.3f} V at x = {limits[0]:g} to {end:.3f} V at "
            f"x = {limits[1]:g}; expected one that falls while the host is filled (x = 1 is full); "
            "is it over the state of charge of a cathode? Then x is 1 minus that"
        )


def _window(material: Material) -> Iterator[str]:
    """Parts of the window of use that a table does not reach."""
    x_min, x_max = material.stoichiometry_limits
    for key, on in (("ocp", "as a straight line"), ("diffusivity", "with its last value")):
        table = potential.plain(getattr(material, key))
        if not isinstance(table, Table):
            continue
        low, high = table.x[0], table.x[-1]
        if low > x_min + _GAP or high < x_max - _GAP:
            yield (
                f"the table of its {key} reaches from x = {low:g} to {high:g}, and it is used from "
                f"{x_min:g} to {x_max:g}: outside the table it goes on {on}"
            )
    if x_max - x_min < 0.01:
        yield f"it is used from x = {x_min:g} to {x_max:g} only, so that it has next to no capacity"


def _shape(material: Material) -> Iterator[str]:
    """A potential out of its range, or one that does not fall."""
    law, limits = potential.plain(material.ocp), material.stoichiometry_limits
    low, high = potential.range_of(law, *limits)
    yield from oddities("ocp", high) or oddities("ocp", low)
    if max(abs(low), abs(high)) < _NEXT_TO_NOTHING:
        yield f"its potential lies between {low:.2g} and {high:.2g} V; is it in V and not in mV?"
    if high - low < potential.FLAT:
        yield (
            f"its potential is {low:g} V at every x: nothing but its ends tells a full host from "
            "an empty one"
        )
    rises = [r for r in potential.rises(law, *limits) if r.height > potential.SMALLEST_RISE]
    if len(rises) >= potential.NOISE:
        most = max(rise.height for rise in rises)
        yield (
            f"its potential rises at {len(rises)} places, by up to {1e3 * most:.2g} mV, as noise "
            "does (a table is made to fall by materials.potential.smoothed)"
        )
        return
    for rise in rises:
        yield (
            f"its potential rises by {1e3 * rise.height:.3g} mV between x = {rise.low:.3g} and "
            f"{rise.high:.3g}, as in a host that parts into two phases: diffusion of one phase is "
            "computed all the same"
        )
    volts = material.voltage_limits
    if volts is not None and (volts[1] < low or volts[0] > high):
        yield (
            f"its cut-offs, {volts[0]:g} to {volts[1]:g} V, lie beside its potential, {low:.3g} to "
            f"{high:.3g} V"
        )


def _turns(material: Material) -> Iterator[str]:
    """A diffusivity that goes up and down as none does: time steps follow each of its turns."""
    table = potential.plain(material.diffusivity)
    if not isinstance(table, Table) or min(table.value) <= 0.0:
        return
    heights = np.log(table.value)
    ways = np.sign(np.diff(heights))
    turns = 1 + np.flatnonzero(ways[1:] * ways[:-1] < 0)
    swings = np.abs(np.diff(heights[turns]))
    swings = swings[swings > _SMALLEST_SWING]
    if len(swings) >= _MANY_TURNS:
        yield (
            f"the table of its diffusivity goes up and down {len(swings)} times, mostly by "
            f"{100 * float(np.expm1(np.median(swings))):.2g} %, as noise does: time steps follow "
            "it, up to three times as many; a smoothed table gives the same currents sooner"
        )


def _ion(material: Material) -> Iterator[str]:
    found = re.search(r"(\d*)\+$", material.ion.strip())
    if found and int(found[1] or 1) != material.charge_number:
        yield f"its ion is {material.ion}, and its charge_number {material.charge_number}"


def _heat(material: Material) -> Iterator[str]:
    """Numbers that do not follow the temperature, away from where they were measured."""
    reference = material.reference_temperature
    change = material.temperature - reference
    names = {"diffusivity": "diffusivity", "kinetics": "exchange current"}
    held = [name for key, name in names.items() if key in material.isothermal]
    if abs(change) <= _WARMER or not held:
        return
    many = len(held) > 1
    yield (
        f"its {' and '.join(held)}, used at {material.temperature - 273.15:.4g} degC, "
        f"{'are' if many else 'is'} as measured at {reference - 273.15:.4g} degC: no activation "
        f"energy is given, so that {'they do' if many else 'it does'} not "
        f"{'speed up' if change > 0 else 'slow down'} (docs/materials.md: temperature)"
    )
