"""Pictures of a concentration that is prescribed: over place and time, and as a current."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .palette import BLUE, FAINT, GREEN, INK, ORANGE, PURPLE
from .plots import STYLE, heading
from .stamp import write_figure

_DPI = 200
_STROKES = (BLUE, GREEN, ORANGE, PURPLE)
_PLACE = "x  [m]"
_CONCENTRATION = "C  [mol m$^{-3}$]"


class PrintedCurrent(NamedTuple):
    """A current as printed beside the same computed [A m-2]."""

    name: str
    printed: float
    computed: float


def plot_field(path: Path, *, x: NDArray, t: NDArray, c: NDArray, title: str) -> Path:
    """Draw C (times, places) over place [m] and time [s]."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.0), dpi=_DPI, layout="constrained")
        axes = figure.add_subplot()
        norm = LogNorm(float(c.min()), float(c.max()))
        drawn = axes.pcolormesh(x, t, c, norm=norm, cmap="viridis", shading="gouraud")
        levels = [2, 5, 10, 20, 50]
        lines = axes.contour(x, t, c, levels=levels, colors="white", linewidths=0.8)
        axes.clabel(lines, fmt="%g")
        axes.set_yscale("log")
        axes.set_xlabel(_PLACE)
        axes.set_ylabel("t  [s]")
        bar = figure.colorbar(drawn, ax=axes, label=_CONCENTRATION)
        bar.outline.set_visible(False)
        return _finished(figure, title, path)


def plot_profiles(
    path: Path, *, x: NDArray, times: Sequence[float], profiles: NDArray, title: str
) -> Path:
    """Draw C over place at fixed times, `profiles` (times, places)."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.6), dpi=_DPI, layout="constrained")
        axes = figure.add_subplot()
        _lines(axes, x, times, profiles)
        axes.set_ylabel(_CONCENTRATION)
        axes.set_ylim(0, None)
        return _finished(figure, title, path)


def plot_bracket(
    path: Path,
    *,
    x: NDArray,
    times: Sequence[float],
    profiles: NDArray,
    gains: Sequence[tuple[str, float]],
    title: str,
) -> Path:
    """Draw C times the bracket, and how much the bracket is above 1.

    Args:
        path: The picture to write.
        x: (places,) [m].
        times: [s].
        profiles: C (times, places) times the first of the gains.
        gains: Name of each test and its bracket.
        title: The heading.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 3.6), dpi=_DPI, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
        _lines(left, x, times, profiles)
        left.set_ylabel("bracket times C  [mol m$^{-3}$]")
        left.set_ylim(0, None)
        names, above = zip(*((name, 1e6 * (gain - 1)) for name, gain in gains), strict=True)
        bars = right.bar(names, above, width=0.5, color=(BLUE, ORANGE))
        right.bar_label(bars, fmt="{:.4g}", color=INK, padding=2)
        right.set_ylabel("bracket above 1  [millionths]")
        right.tick_params(axis="x", length=0)
        right.margins(y=0.12)
        return _finished(figure, title, path)


def plot_current(
    path: Path,
    *,
    t: NDArray,
    low: NDArray,
    high: NDArray,
    printed: Sequence[PrintedCurrent],
    title: str,
) -> Path:
    """Draw a current over time, and the printed currents beside the computed ones.

    Args:
        path: The picture to write.
        t: (n,) [s].
        low: (n,) the current where it is lowest [A m-2].
        high: (n,) where it is highest.
        printed: What is printed of it.
        title: The heading.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 3.6), dpi=_DPI, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
        left.fill_between(1e3 * t, low, high, color=BLUE, alpha=0.25, lw=0)
        left.loglog(1e3 * t, low, color=BLUE, label="x = 0")
        left.loglog(1e3 * t, high, color=ORANGE, ls="--", label="x = 1 m")
        left.set_xlabel("t  [ms]")
        left.set_ylabel("current density  [A m$^{-2}$]")
        left.legend(loc="best")
        _printed(right, printed)
        return _finished(figure, title, path)


def _lines(axes: Axes, x: NDArray, times: Sequence[float], profiles: NDArray) -> None:
    for stroke, time, profile in zip(_STROKES, times, profiles, strict=False):
        axes.plot(x, profile, color=stroke)
        axes.text(x[-1] * 1.015, profile[-1], f"{time:g} s", color=stroke, va="center")
    axes.set_xlabel(_PLACE)
    axes.set_xlim(x[0], x[-1] * 1.1)


def _printed(axes: Axes, printed: Sequence[PrintedCurrent]) -> None:
    """Printed and computed values in millionths above 4 A m-2, one row each."""
    rows = np.arange(len(printed))[::-1]
    for row, each in zip(rows, printed, strict=True):
        values = [1e6 * (value - 4.0) for value in (each.printed, each.computed)]
        axes.plot(values, [row, row], color=FAINT, lw=1.0, zorder=1)
        axes.plot(values[0], row, "o", ms=7, mfc="white", mec=INK, label="printed")
        axes.plot(values[1], row, "o", ms=7, color=ORANGE, label="computed")
        axes.text(min(values), row + 0.18, f"{each.computed:.7f}", color=ORANGE, size=8.5)
        axes.text(max(values), row - 0.3, f"{each.printed:g}", color=INK, size=8.5, ha="right")
    axes.set_yticks(rows, [each.name for each in printed])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(printed) - 0.2)
    axes.margins(x=0.25)
    axes.set_xlabel("current density above 4 A m$^{-2}$  [10$^{-6}$ A m$^{-2}$]")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[:2], labels[:2], loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.08))


def _finished(figure: Figure, title: str, path: Path) -> Path:
    heading(figure, title)
    return write_figure(figure, path)
