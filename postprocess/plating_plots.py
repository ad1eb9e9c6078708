"""Curves of a plating run: where the lithium is, and where the voltage goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .palette import BLUE, FAINT, GREEN, INK, ORANGE
from .plots import DPI, STYLE, heading, save_figure

LOSSES = {
    "Ohmic loss of ions [V]": ("ions", BLUE),
    "Ohmic loss of electrons [V]": ("electrons", ORANGE),
    "Concentration loss [V]": ("concentration", FAINT),
    "Kinetic loss [V]": ("kinetics", GREEN),
    "Nucleation loss [V]": ("nucleation", INK),
}


def plot_deposit(series: Mapping[str, NDArray], summary: Mapping[str, Any], path: Path) -> Path:
    """Draw the depth profile of the largest deposit; evenness, filling, losses over capacity.

    Args:
        series: Columns over time.
        summary: Of the run.
        path: The picture to write.
    """
    capacity = series["Areal capacity [mA.h.cm-2]"]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 3.6), dpi=DPI, layout="constrained")
        profile, spread, losses = figure.subplots(1, 3)
        _profile(profile, summary["deposit"])
        for column, name, colour in (
            ("Deposit coefficient of variation", "variation", INK),
            ("Filled fraction of pores", "filled pores", BLUE),
            ("Share on collector", "on the collector", ORANGE),
        ):
            spread.plot(capacity, series[column], color=colour, label=name)
        spread.set_xlabel("areal capacity  [mA h cm$^{-2}$]")
        spread.set_ylim(bottom=0)
        spread.legend(loc="best")
        _losses(losses, capacity, series)
        heading(figure, "Deposit")
        return save_figure(figure, path)


def plot_plating(directory: Path, series: Mapping[str, NDArray]) -> list[Path]:
    """The pictures that only a plating run has; none before it has come to its summary."""
    file = directory / "summary.json"
    if not file.exists():
        return []
    summary = json.loads(file.read_text(encoding="utf-8"))
    return [plot_deposit(series, summary, directory / "deposit.png")]


def _profile(axes: Axes, deposit: Mapping[str, Any]) -> None:
    shares = np.asarray(deposit["share per layer, bottom to top"])
    middles = (np.arange(len(shares)) + 0.5) / len(shares)
    axes.barh(middles, 100 * shares, height=0.9 / len(shares), color=BLUE)
    on_collector = 100 * float(deposit["share on collector"])
    axes.barh([-0.06], [on_collector], height=0.06, color=ORANGE)
    axes.text(on_collector, -0.06, "  collector", va="center", color=ORANGE, size=8)
    axes.set_xlabel("share of the lithium  [%]")
    axes.set_ylabel("height in the host")
    axes.set_ylim(-0.1, 1.0)


def _losses(axes: Axes, capacity: NDArray, series: Mapping[str, NDArray]) -> None:
    for column, (name, colour) in LOSSES.items():
        if column in series and np.abs(series[column]).max() > 0:
            axes.plot(capacity, 1e3 * series[column], color=colour, label=name)
    axes.set_xlabel("areal capacity  [mA h cm$^{-2}$]")
    axes.set_ylabel("share of the overpotential  [mV]")
    axes.legend(loc="best")
