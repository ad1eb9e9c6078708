"""Colours and their limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap
from numpy.typing import NDArray

from . import names
from .metrics import SurfaceStatistics

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
    label: str
    sign: float = 1.0
    extend: str = "neither"
    note: str = ""

    def shown(self, values: NDArray) -> NDArray:
        """The values as the colour bar counts them."""
        return self.sign * np.asarray(values, dtype=np.float64)


def _part(name: str, low: float, high: float) -> Colormap:
    """A piece of a perceptually uniform map: its ends hide shading, or the paper."""
    colours = colormaps[name](np.linspace(low, high, 512))
    return LinearSegmentedColormap.from_list(f"{name}-part", colours, N=512)


def plain_scale(
    name: str, values: NDArray, limits: tuple[float, float] | None = None
) -> ColourScale:
    """Concentration or stoichiometry in the volume, from end to end."""
    low, high = limits or _widen(float(values.min()), float(values.max()))
    concentration = name == names.CONCENTRATION
    return ColourScale(
        colours=_part("viridis", 0.03, 1.0),
        limits=(low, high),
        heading="Concentration in the electrode" if concentration else "Stoichiometry",
        label="concentration  [mol m$^{-3}$]" if concentration else "stoichiometry  [–]",
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
    symbol, unit = ("current density", "A m$^{-2}$") if current else ("overpotential", "V")
    heading = "Local current density" if current else "Overpotential"
    small = 1e-3 * max(abs(robust[0]), abs(robust[1]))
    note = f"mean {abs(statistics.mean):.3g}, variation {100 * statistics.variation:.2g} %"
    both_asked = limits is not None and limits[0] < 0 < limits[1]
    if both_asked or robust[0] < -small < small < robust[1]:
        reach = max(abs(v) for v in robust)
        bounds = limits or (-reach, reach)
        return ColourScale(
            colours=_part("RdBu_r", 0.04, 0.96),
            limits=bounds,
            heading=heading,
            label=f"{symbol}, positive out of the electrode  [{unit}]",
            extend=_extend(values, bounds),
        )
    sign = -1.0 if statistics.mean < 0 else 1.0
    way = "into" if sign < 0 else "out of"
    fitted = _widen(*sorted((sign * robust[0], sign * robust[1])))
    bounds = limits or fitted
    return ColourScale(
        colours=_part("plasma", 0.1, 0.98),
        limits=bounds,
        heading=heading,
        label=f"{symbol} {way} the electrode  [{unit}]" if current else f"|{symbol}|  [{unit}]",
        sign=sign,
        extend=_extend(sign * values, bounds),
        note=note,
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
