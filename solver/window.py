"""Whether a run stays where its material is known: currents that can be meant, and the window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import ProtocolError
from ..materials.laws import Table
from ..materials.plausible import RANGES, oddities
from ..materials.potential import plain
from .steps import ConstantCurrent

if TYPE_CHECKING:
    from ..materials.material import Material
    from .endings import ElectrodeScale
    from .protocol import Protocol

Array = NDArray[np.float64]

_X, _V = 0.005, 2e-3
"""Stoichiometry and potential [V] beyond an end that pass without a word."""


def refuse_rate(step: str, rate: float, *, capacity: float | None = None) -> None:
    """Refuse a current that would fill an electrode in no time.

    Args:
        step: The user's words.
        rate: C-rate [1/h].
        capacity: Of the electrode, for the message [C].

    Raises:
        ProtocolError: Says what the current is for so small an electrode.
    """
    most = RANGES["C-rate"].possible[1]
    if rate <= most:
        return
    holds = "" if capacity is None else f", which holds {capacity / 3600.0:.3g} A.h"
    raise ProtocolError(
        f"'{step}' is {rate:.2g}C for this electrode{holds}; expected at most {most:g}C; is it the "
        "current of a whole cell? Give a C-rate, or a current per area such as 1 mA/cm2"
    )


def check_rates(protocol: Protocol, scale: ElectrodeScale) -> list[str]:
    """Refuse currents that cannot be meant; a sentence on each that is odd.

    Raises:
        ProtocolError: Names the step.
    """
    odd: list[str] = []
    for step in dict.fromkeys(protocol.steps):
        if isinstance(step, ConstantCurrent):
            rate = 3600.0 * scale.current(step.amount) / scale.capacity
            refuse_rate(step.text, rate, capacity=scale.capacity)
            odd += oddities("C-rate", rate, name=f"'{step.text}': the C-rate")
    return odd


def refuse_density(step: ConstantCurrent, footprint: float) -> None:
    """Refuse a current that no square metre of collector carries.

    Args:
        step: Its current is counted by area, or in total.
        footprint: Collector area of the whole electrode [m2].

    Raises:
        ProtocolError: Says what the current is for so small an electrode.
    """
    density = step.amount.amperes(capacity_coulomb=0.0, footprint=footprint) / footprint
    if density <= RANGES["current density"].possible[1]:
        return
    raise ProtocolError(
        f"'{step.text}' is {density:.2g} A/m^2 for a collector of {footprint:.3g} m^2; is it the "
        "current of a whole cell? Give a current per area, such as 0.5 mA/cm2"
    )


def check_densities(protocol: Protocol, footprint: float) -> list[str]:
    """As `check_rates`, where there is no capacity that a C-rate could count."""
    odd: list[str] = []
    for step in dict.fromkeys(protocol.steps):
        if isinstance(step, ConstantCurrent):
            refuse_density(step, footprint)
            density = step.amount.amperes(capacity_coulomb=0.0, footprint=footprint) / footprint
            odd += oddities("current density", density, name=f"'{step.text}': the current density")
    return odd


def extrapolated(material: Material, series: Mapping[str, Array]) -> list[str]:
    """What was taken from beyond a material's window, a sentence each.

    A law given as a formula is trusted while either the stoichiometry or the potential is in its
    window: a usual cut-off may lie a little beyond the usual stoichiometries.

    Args:
        material: Of the run.
        series: The columns of its time series.
    """
    mean, surface = series["Mean stoichiometry"], series["Surface stoichiometry"]
    lowest, highest = np.minimum(mean, surface), np.maximum(mean, surface)
    return [*_beyond_tables(material, lowest, highest), *_beyond_use(material, series)]


def _beyond_tables(material: Material, lowest: Array, highest: Array) -> Iterator[str]:
    for name, on in (("ocp", "as a straight line"), ("diffusivity", "with its last value")):
        table = plain(getattr(material, name))
        if not isinstance(table, Table):
            continue
        for end, reached, beyond in (
            (table.x[0], lowest.min(), lowest.min() < table.x[0] - _X),
            (table.x[-1], highest.max(), highest.max() > table.x[-1] + _X),
        ):
            if beyond:
                yield (
                    f"{material.name}: the stoichiometry came to {reached:.3g}, and the table of "
                    f"the {name} ends at {end:.3g}; beyond, it goes on {on}"
                )


def _beyond_use(material: Material, series: Mapping[str, Array]) -> Iterator[str]:
    surface, voltage = series["Surface stoichiometry"], series["Voltage [V]"]
    x_min, x_max = material.stoichiometry_limits
    limits = material.voltage_limits
    low, high = limits or (np.inf, -np.inf)
    full = (surface > x_max + _X) & (voltage < low - _V)
    empty = (surface < x_min - _X) & (voltage > high + _V)
    for where, key, end, reached in (
        (full, "x_max", x_max, surface.max()),
        (empty, "x_min", x_min, surface.min()),
    ):
        if where.any():
            usual = f" and its usual cut-offs of {low:g} to {high:g} V" if limits else ""
            yield (
                f"{material.name}: the surface came to x = {reached:.3g}, beyond {key} = {end:g}"
                f"{usual} (from {voltage[where][0]:.3f} V on); nothing says that its numbers hold "
                "there"
            )
