"""Colours and their limits."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap
from numpy.typing import NDArray

from . import names
from .metrics import SurfaceStatistics
from .wording import split_name, unit_mathtext

INK = "#22262b"
FAINT = "#6b7278"

# Colour-blind-safe line colours (Okabe and Ito).
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"

REGION_COLOURS = {
    "electrode": "#c98a4b",
    "electrolyte": "#cfe3f1",
    "binder": "#4c5964",
    "additive": "#7b5ea7",
}
"""Of a structure's regions, by the names of `tags.REGIONS`: told apart in grey too."""


class ColourScale(NamedTuple):
    """How values become colours, and what the colour bar says."""

    colours: Colormap
    limits: tuple[float, float]
    heading: str
    words: str
    unit: str
    """As in the field's name, such as "A m-2"."""
    sign: float = 1.0
    extend: str = "neither"
    note: str = ""

    @property
    def label(self) -> str:
        """Of the colour bar, for matplotlib."""
        return f"{self.words}  [{unit_mathtext(self.unit)}]"

    def shown(self, values: NDArray) -> NDArray:
        """The values as the colour bar counts them."""
        return self.sign * np.asarray(values, dtype=np.float64)


@cache
def _part(name: str, low: float, high: float) -> Colormap:
    """A piece of a perceptually uniform map: its ends hide shading, or the paper."""
    colours = colormaps[name](np.linspace(low, high, 512))
    return LinearSegmentedColormap.from_list(f"{name}-part", colours, N=512)


def inside_map() -> Colormap:
    """For what fills the electrode."""
    return _part("viridis", 0.03, 1.0)


def surface_map() -> Colormap:
    """For what happens on a surface, while it has one sign."""
    return _part("plasma", 0.1, 0.98)


def signed_map() -> Colormap:
    """For what has two signs, white at zero."""
    return _part("RdBu_r", 0.04, 0.96)


def field_scale(
    name: str,
    values: NDArray,
    surface: tuple[SurfaceStatistics, tuple[float, float]] | None,
    limits: tuple[float, float] | None = None,
) -> ColourScale:
    """The scale of any field by its name.

    Args:
        name: The field's name with its unit.
        values: Nodal values.
        surface: Of a field on a surface, its statistics and the values that 0.5 % and 99.5 % of
            the area stay below; None for a field in a volume.
        limits: Values at the ends; None fits them.
    """
    if surface is None:
        return plain_scale(name, values, limits)
    if name in (names.CURRENT_DENSITY, names.OVERPOTENTIAL):
        return current_scale(name, values, *surface, limits)
    return plain_scale(name, values, limits or _widen(*surface[1]), colours=surface_map())


def plain_scale(
    name: str,
    values: NDArray,
    limits: tuple[float, float] | None = None,
    *,
    colours: Colormap | None = None,
) -> ColourScale:
    """A field such as a concentration, from end to end."""
    low, high = limits or _widen(float(values.min()), float(values.max()))
    words, unit = split_name(name)
    inside = name == names.CONCENTRATION
    return ColourScale(
        colours=colours or inside_map(),
        limits=(low, high),
        heading="Concentration in the electrode" if inside else words[:1].upper() + words[1:],
        words=words,
        unit=unit,
        extend=_extend(values, (low, high)),
        note=f"{_plain(values.min())} to {_plain(values.max())}",
    )


def current_scale(
    name: str,
    values: NDArray,
    statistics: SurfaceStatistics,
    robust: tuple[float, float],
    limits: tuple[float, float] | None = None,
) -> ColourScale:
    """Local current density or overpotential; one sign as a magnitude, two around zero.

    Limits leave out the extreme 0.5 % of the area at either end, so that a singular edge does
    not swallow the scale; the colour bar then has pointed ends.
    """
    current = name == names.CURRENT_DENSITY
    words, unit = split_name(name)
    symbol, heading = words.removeprefix("local "), words[:1].upper() + words[1:]
    small = 1e-3 * max(abs(robust[0]), abs(robust[1]))
    both_asked = limits is not None and limits[0] < 0 < limits[1]
    if both_asked or robust[0] < -small < small < robust[1]:
        reach = max(abs(v) for v in robust)
        bounds = limits or (-reach, reach)
        return ColourScale(
            colours=signed_map(),
            limits=bounds,
            heading=heading,
            words=f"{symbol}, positive out of the electrode",
            unit=unit,
            extend=_extend(values, bounds),
        )
    sign = -1.0 if statistics.mean < 0 else 1.0
    way = "into" if sign < 0 else "out of"
    fitted = _widen(*sorted((sign * robust[0], sign * robust[1])))
    bounds = limits or fitted
    return ColourScale(
        colours=surface_map(),
        limits=bounds,
        heading=heading,
        words=f"{symbol} {way} the electrode" if current else f"|{symbol}|",
        unit=unit,
        sign=sign,
        extend=_extend(sign * values, bounds),
        note=f"mean {abs(statistics.mean):.3g}, variation {100 * statistics.variation:.2g} %",
    )


def _plain(value: float) -> str:
    """Four digits, without a power of ten where it can be done."""
    text = f"{value:.4g}" if abs(value) < 1e3 else f"{value:,.0f}".replace(",", "\u202f")
    return text.replace("-", "\u2212")


def _widen(low: float, high: float) -> tuple[float, float]:
    """Limits at least 0.1 % apart, lest rounding be drawn as structure."""
    room = 1e-3 * max(abs(low), abs(high), 1e-30)
    if high - low >= room:
        return low, high
    middle = 0.5 * (low + high)
    return middle - 0.5 * room, middle + 0.5 * room


def _extend(values: NDArray, limits: tuple[float, float]) -> str:
    room = 1e-3 * (limits[1] - limits[0])
    below, above = values.min() < limits[0] - room, values.max() > limits[1] + room
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[
        (int(below), int(above))
    ]
