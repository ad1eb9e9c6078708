"""A map of where lithium goes, over a host's ionic and electronic conductivity."""

from __future__ import annotations

import logging
from collections.abc import Mapping
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
_WORDS = {
    "nu = 1": r"$\nu$ = 1: even above and right of it",
    "nu = 3": r"$\nu$ = 3",
    "kappa = sigma": r"$\kappa_\mathrm{eff}$ = $\sigma_\mathrm{eff}$: above it, top first",
}


@dataclass(frozen=True)
class Regimes:
    """What a map shows; rows for electronic, columns for ionic conductivity.

    Attributes:
        ionic, electronic: (m,), (n,) computed conductivities of the body [S m-1], growing by
            equal factors.
        height: (n, m) centroid of the current over the host's height.
        variation: (n, m) coefficient of variation of the current density.
        fine_ionic, fine_electronic: (p,), (q,) conductivities of the lines [S m-1].
        nu, ratio: (q, p) of the homogenised host: nu, and kappa_eff / sigma_eff.
    """

    ionic: Array
    electronic: Array
    height: Array
    variation: Array
    fine_ionic: Array
    fine_electronic: Array
    nu: Array
    ratio: Array


def draw_regimes(
    regimes: Regimes,
    path: str | Path,
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
    note: str = "",
) -> Path:
    """Draw the centroid's height and the unevenness, with the homogenised host's lines.

    Args:
        regimes: What was found.
        path: The picture to write.
        marks: Ionic and electronic conductivity [S m-1] of materials to be named.
        note: A line below, such as what was computed.
    """
    with matplotlib.rc_context(STYLE | {"axes.spines.top": True, "axes.spines.right": True}):
        figure = Figure(figsize=(10.4, 5.0), dpi=_DPI, layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _panel(
            left,
            regimes,
            regimes.height,
            Normalize(0.0, 1.0),
            "RdYlBu",
            "height of the current's centroid / height of the host  [–]",
        )
        _panel(
            right,
            regimes,
            regimes.variation,
            LogNorm(0.1, 10.0),
            "cividis_r",
            "coefficient of variation of the current density  [–]",
        )
        left.set_ylabel("electronic conductivity of the body  [S m$^{-1}$]")
        for axes in (left, right):
            axes.set_xlabel("ionic conductivity of the body  [S m$^{-1}$]")
            _name(axes, marks or {})
        _legend(figure)
        heading(figure, "Where lithium goes")
        if note:
            figure.supxlabel(note, x=0.012, ha="left", size=8, color=INK)
        write_figure(figure, path)
    _log.info("wrote %s", path)
    return Path(path)


def _panel(
    axes: Axes, regimes: Regimes, values: Array, norm: Normalize, colours: str, label: str
) -> None:
    """One quantity as a square for each computed point, and the lines over it."""
    drawn = axes.pcolormesh(
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
    low, high = norm.vmin or 0.0, norm.vmax or 0.0
    extend = _EXTENDS[bool(values.min() < low), bool(values.max() > high)]
    bar = axes.figure.colorbar(drawn, ax=axes, location="bottom", extend=extend, aspect=35)
    bar.set_label(label)
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
