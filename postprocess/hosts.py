"""Pictures that compare hosts for lithium: where it lies, and what voltage it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .palette import BLUE, FAINT, GREEN, INK, ORANGE
from .plots import DPI, STYLE, heading, save_figure

_STROKES = (BLUE, ORANGE, GREEN, INK)
_STACK = (INK, BLUE, "#d9dde1", ORANGE)
"""From the collector up."""
_FIRST = 0.05
"""Part of the capacity in which the first minimum of the voltage is looked at [mA h cm-2]."""


@dataclass(frozen=True)
class Profile:
    """One host's lithium at some capacities.

    Attributes:
        name: Of the host.
        capacities: [mA h cm-2].
        layers: For each (layers,) shares, bottom to top.
        collector: For each the share on the collector.
        filled: For each the share of the pores that is full.
    """

    name: str
    capacities: Sequence[float]
    layers: Sequence[NDArray]
    collector: Sequence[float]
    filled: Sequence[float]


@dataclass(frozen=True)
class Curve:
    """One host's voltage.

    Attributes:
        name: Of the host.
        capacity: (n,) [mA h cm-2].
        voltage: (n,) [V].
        printed: The depth of its minimum as published [V].
    """

    name: str
    capacity: NDArray
    voltage: NDArray
    printed: float


@dataclass(frozen=True)
class Shares:
    """Where one host's lithium is, over some input.

    Attributes:
        title: The host.
        labels: Of the input's values.
        shares: For each value the shares by name, bottom to top.
    """

    title: str
    labels: Sequence[str]
    shares: Sequence[Mapping[str, float]]


def plot_shares(path: Path, panels: Sequence[Shares], *, xlabel: str, columns: int = 3) -> Path:
    """Draw stacked shares over an input, a panel for each host."""
    rows = -(-len(panels) // columns)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 2.7 * rows + 0.6), dpi=DPI, layout="constrained")
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            below = np.zeros(len(panel.labels))
            for name, colour in zip(panel.shares[0], _STACK, strict=True):
                heights = 100 * np.array([shares[name] for shares in panel.shares])
                axes.bar(panel.labels, heights, 0.8, bottom=below, color=colour, label=name)
                below += heights
            axes.set_title(panel.title, size=9.5, color=INK)
            axes.set_ylim(0.0, 100.0)
            axes.set_xlabel(xlabel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_axis_off()
        for axes in grid[:, 0]:
            axes.set_ylabel("share of the lithium  [%]")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        heading(figure, "Where the lithium is at 1 mA h cm$^{-2}$")
        return save_figure(figure, path)


def plot_profiles(path: Path, profiles: Sequence[Profile], *, caption: str = "") -> Path:
    """Draw the share of lithium over height, a row for each capacity, a column for each host."""
    capacities = profiles[0].capacities
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 2.6 * len(capacities) + 0.6), dpi=DPI, layout="constrained")
        panels = figure.subplots(
            len(capacities), len(profiles), sharex=True, sharey=True, squeeze=False
        )
        for column, profile in enumerate(profiles):
            for row, capacity in enumerate(capacities):
                axes, shares = panels[row, column], 100 * np.asarray(profile.layers[row])
                middles = (np.arange(len(shares)) + 0.5) / len(shares)
                colour = _STROKES[column % len(_STROKES)]
                axes.barh(middles, shares, height=0.9 / len(shares), color=colour)
                axes.barh([-0.06], [100 * profile.collector[row]], height=0.07, color=INK)
                axes.text(
                    0.97, 0.04, f"pores {100 * profile.filled[row]:.0f} % full",
                    transform=axes.transAxes, ha="right", size=8.5, color=FAINT,
                )  # fmt: skip
                if column == 0:
                    axes.set_ylabel(f"{capacity:g} mA h cm$^{{-2}}$\nheight in the host")
                if row == 0:
                    axes.set_title(profile.name, size=10.5, color=INK)
        for axes in panels[-1]:
            axes.set_xlabel("share of the lithium  [%]")
        panels[0, 0].set_ylim(-0.12, 1.02)
        heading(figure, "Where the lithium is (black: on the collector)")
        if caption:
            figure.supxlabel(caption, size=8.5, color=FAINT)
        return save_figure(figure, path)


def plot_first_voltages(path: Path, curves: Sequence[Curve]) -> Path:
    """Draw the voltage at the start of the first plating, and over all of it."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 3.8), dpi=DPI, layout="constrained")
        first, whole = figure.subplots(1, 2)
        for curve, colour in zip(curves, _STROKES, strict=False):
            for axes in (first, whole):
                axes.plot(curve.capacity, 1e3 * curve.voltage, color=colour, label=curve.name)
            first.axhline(-1e3 * curve.printed, color=colour, lw=0.8, ls=":")
        first.set_xlim(0.0, _FIRST)
        first.set_title(
            "dotted: nucleation overpotential that the paper prints", size=9, color=FAINT
        )
        for axes in (first, whole):
            axes.set_xlabel("areal capacity  [mA h cm$^{-2}$]")
            axes.set_ylabel("voltage against lithium  [mV]")
        whole.legend(loc="best")
        heading(figure, "The first plating")
        return save_figure(figure, path)
