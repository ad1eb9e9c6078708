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
from .ranges import FLOOR, fit, uniformity
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
    uniform: bool = False
    """Whether the values differ by less than what colours are fitted to."""

    @property
    def label(self) -> str:
        """Of the colour bar, for matplotlib."""
        return f"{self.words}  [{unit_mathtext(self.unit)}]"

    def shown(self, values: NDArray) -> NDArray:
        """The values as the colour bar counts them; all alike where they count as uniform."""
        counted: NDArray = self.sign * np.asarray(values, dtype=np.float64)
        if not self.flat or not counted.size:
            return counted
        return np.full_like(counted, 0.5 * (counted.min() + counted.max()))

    @property
    def flat(self) -> bool:
        """Whether one colour is drawn: not where limits were asked for that tell more."""
        low, high = self.limits
        least = FLOOR * max(abs(low), abs(high))
        return self.uniform and high - low >= (1 - FLOOR) * least


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
    *,
    error: float = 0.0,
) -> ColourScale:
    """The scale of any field by its name.

    Args:
        name: The field's name with its unit.
        values: Nodal values.
        surface: Of a field on a surface, its statistics and the values that 0.5 % and 99.5 % of
            the area stay below; None for a field in a volume.
        limits: Values at the ends; None fits them.
        error: Estimated error of the values: what differs by less counts as uniform.
    """
    if surface is None:
        return plain_scale(name, values, limits)
    if name in (names.CURRENT_DENSITY, names.OVERPOTENTIAL):
        return current_scale(name, values, *surface, limits, error=error)
    return plain_scale(name, values, limits, robust=surface[1], colours=surface_map())


def plain_scale(
    name: str,
    values: NDArray,
    limits: tuple[float, float] | None = None,
    *,
    robust: tuple[float, float] | None = None,
    colours: Colormap | None = None,
) -> ColourScale:
    """A field such as a concentration, from end to end, or between `robust` ends."""
    words, unit = split_name(name)
    ends = float(np.min(values)), float(np.max(values))
    fitted = fit(*(robust or ends), unit=unit)
    low, high = limits or fitted.ends
    told = f"{_plain(ends[0])} to {_plain(ends[1])}"
    inside = name == names.CONCENTRATION
    return ColourScale(
        colours=colours or inside_map(),
        limits=(low, high),
        heading="Concentration in the electrode" if inside else words[:1].upper() + words[1:],
        words=words,
        unit=unit,
        extend=_extend(values, (low, high)),
        note=f"{uniformity(*(robust or ends))}, {told}" if fitted.uniform else told,
        uniform=fitted.uniform,
    )


def current_scale(
    name: str,
    values: NDArray,
    statistics: SurfaceStatistics,
    robust: tuple[float, float],
    limits: tuple[float, float] | None = None,
    *,
    error: float = 0.0,
) -> ColourScale:
    """Local current density or overpotential; one sign as a magnitude, two around zero.

    Limits leave out the extreme 0.5 % of the area at either end, so that a singular edge does
    not swallow the scale; the colour bar then has pointed ends.
    """
    current = name == names.CURRENT_DENSITY
    words, unit = split_name(name)
    symbol, heading = words.removeprefix("local "), words[:1].upper() + words[1:]
    reach = max(abs(robust[0]), abs(robust[1]))
    sign = -1.0 if statistics.mean < 0 else 1.0
    fitted = fit(*sorted((sign * robust[0], sign * robust[1])), unit=unit, error=error)
    nothing = fit(0.0, reach, unit=unit, error=error).uniform
    two_signs = not nothing and robust[0] < -1e-3 * reach < 1e-3 * reach < robust[1]
    around_zero = nothing if limits is None else limits[0] < 0 < limits[1]
    if two_signs or around_zero:
        bounds = limits or fit(-reach, reach, unit=unit, error=error).ends
        return ColourScale(
            colours=signed_map(),
            limits=bounds,
            heading=heading,
            words=f"{symbol}, positive out of the electrode",
            unit=unit,
            extend=_extend(values, bounds),
            note="" if two_signs else _evenness(statistics, fitted.uniform, nothing),
            uniform=fitted.uniform,
        )
    way = "into" if sign < 0 else "out of"
    bounds = limits or fitted.ends
    return ColourScale(
        colours=surface_map(),
        limits=bounds,
        heading=heading,
        words=f"{symbol} {way} the electrode" if current else f"|{symbol}|",
        unit=unit,
        sign=sign,
        extend=_extend(sign * values, bounds),
        note=_evenness(statistics, fitted.uniform, nothing),
        uniform=fitted.uniform,
    )


def _evenness(statistics: SurfaceStatistics, uniform: bool, nothing: bool) -> str:
    """Mean and variation in words."""
    if nothing:
        return "uniform, 0 within its error"
    told = f"mean {abs(statistics.mean):.3g}, variation {100 * statistics.variation:.2g} %"
    return f"uniform, {told}" if uniform else told


def _plain(value: float) -> str:
    """Four digits, without a power of ten where it can be done."""
    text = f"{value:.4g}" if abs(value) < 1e3 else f"{value:,.0f}".replace(",", "\u202f")
    return text.replace("-", "\u2212")


def _extend(values: NDArray, limits: tuple[float, float]) -> str:
    room = 1e-3 * (limits[1] - limits[0])
    below, above = values.min() < limits[0] - room, values.max() > limits[1] + room
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[
        (int(below), int(above))
    ]
