"""A map of where lithium goes, over a host's ionic and electronic conductivity."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import colormaps, patheffects
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from .palette import INK
from .plots import STYLE, heading
from .stamp import write_figure

_log = logging.getLogger(__name__)

Array = NDArray[np.float64]

_DPI = 200
_HALO: list[patheffects.AbstractPathEffect] = [
    patheffects.withStroke(linewidth=3.0, foreground="white")
]
_LINES = {"nu = 1": ("-", 1.8), "nu = 3": ("--", 1.3), "kappa = sigma": (":", 2.0)}
_EXTENDS = {(False, False): "neither", (True, False): "min", (False, True): "max"}
_EXTENDS[True, True] = "both"
_HEIGHTS, _SPREADS = Normalize(0.0, 1.0), LogNorm(0.1, 10.0)
_WORDS = {
    "nu = 1": r"$\nu$ = 1: even above and right of it",
    "nu = 3": r"$\nu$ = 3",
    "kappa = sigma": r"$\kappa_\mathrm{eff}$ = $\sigma_\mathrm{eff}$: above it, top first",
}


@dataclass(frozen=True)
class Regimes:
    """What a map shows; rows for electronic, columns for ionic conductivity.

    Attributes:
        name: What all of its points share.
        ionic, electronic: (m,), (n,) computed conductivities of the body [S m-1], growing by
            equal factors.
        height: (n, m) centroid of the current over the host's height.
        variation: (n, m) coefficient of variation of the current density.
        fine_ionic, fine_electronic: (p,), (q,) conductivities of the lines [S m-1].
        nu, ratio: (q, p) of the homogenised host: nu, and kappa_eff / sigma_eff.
    """

    name: str
    ionic: Array
    electronic: Array
    height: Array
    variation: Array
    fine_ionic: Array
    fine_electronic: Array
    nu: Array
    ratio: Array


def draw_regimes(
    maps: Sequence[Regimes],
    path: str | Path,
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
    note: str = "",
) -> Path:
    """Draw the centroid's height above the unevenness, a column for each map, with the lines.

    Args:
        maps: What was found.
        path: The picture to write.
        marks: Ionic and electronic conductivity [S m-1] of materials to be named.
        note: A line below, such as what was computed.
    """
    with matplotlib.rc_context(STYLE | {"axes.spines.top": True, "axes.spines.right": True}):
        size = (3.4 * len(maps) + 1.6, 7.2)
        figure = Figure(figsize=size, dpi=_DPI, layout="constrained")
        panels = figure.subplots(2, len(maps), sharex=True, sharey=True, squeeze=False)
        for column, regimes in enumerate(maps):
            for row, (values, norm, colours) in enumerate((
                (regimes.height, _HEIGHTS, "RdYlBu"),
                (regimes.variation, _SPREADS, "cividis_r"),
            )):  # fmt: skip
                _panel(panels[row, column], regimes, values, norm, colours)
                _name(panels[row, column], marks or {})
            panels[0, column].set_title(regimes.name, size=10.5, color=INK)
            panels[1, column].set_xlabel("ionic conductivity of the body  [S m$^{-1}$]")
        for row, (norm, label, field) in enumerate((
            (_HEIGHTS, "height of the centroid / height  [–]", "height"),
            (_SPREADS, "coefficient of variation  [–]", "variation"),
        )):  # fmt: skip
            panels[row, 0].set_ylabel("electronic conductivity  [S m$^{-1}$]")
            every = np.concatenate([getattr(regimes, field).ravel() for regimes in maps])
            drawn = panels[row, 0].collections[0]
            bar = figure.colorbar(drawn, ax=panels[row], extend=_beyond(every, norm), aspect=25)
            bar.set_label(label)
        _legend(figure)
        heading(figure, "Where lithium goes")
        if note:
            figure.supxlabel(note, x=0.012, ha="left", size=8, color=INK)
        write_figure(figure, path)
    _log.info("wrote %s", path)
    return Path(path)


def _panel(axes: Axes, regimes: Regimes, values: Array, norm: Normalize, colours: str) -> None:
    """One quantity as a square for each computed point, and the lines over it."""
    axes.pcolormesh(
        _edges(regimes.ionic),
        _edges(regimes.electronic),
        values,
        cmap=colormaps[colours],
        norm=norm,
        edgecolors="white",
        linewidth=0.3,
    )
    axes.set(xscale="log", yscale="log")
    axes.set(xlim=_edges(regimes.ionic)[[0, -1]], ylim=_edges(regimes.electronic)[[0, -1]])
    for (style, width), (field, level) in zip(
        _LINES.values(), ((regimes.nu, 1.0), (regimes.nu, 3.0), (regimes.ratio, 1.0)), strict=True
    ):
        line = axes.contour(
            regimes.fine_ionic,
            regimes.fine_electronic,
            field,
            levels=[level],
            colors=INK,
            linestyles=[style],
            linewidths=[width],
        )
        line.set_path_effects(_HALO)


def _beyond(values: Array, norm: Normalize) -> str:
    """Which ends of a colour bar values lie beyond."""
    low, high = norm.vmin or 0.0, norm.vmax or 0.0
    return _EXTENDS[bool(values.min() < low), bool(values.max() > high)]


def _edges(values: Array) -> Array:
    """Borders between points that grow by equal factors: one more than there are points."""
    half = np.sqrt(values[1] / values[0])
    return np.concatenate([values[:1] / half, values * half])


def _name(axes: Axes, marks: Mapping[str, tuple[float, float]]) -> None:
    for word, place in marks.items():
        axes.plot(*place, "o", ms=6, mfc="white", mec=INK, mew=1.2)
        axes.annotate(
            word, place, xytext=(7, 5), textcoords="offset points", path_effects=_HALO, color=INK
        )


def _legend(figure: Figure) -> None:
    """The lines in words, above both panels."""
    handles = [
        Line2D([], [], color=INK, ls=style, lw=width, label=_WORDS[key])
        for key, (style, width) in _LINES.items()
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=3)
