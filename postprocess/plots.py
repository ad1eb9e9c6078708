"""Curves of a run: voltage, current, stoichiometry."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .palette import BLUE, FAINT, GREEN, INK, ORANGE
from .ranges import fit, uniformity
from .series import read_series
from .stamp import write_figure

_log = logging.getLogger(__name__)

DPI = 200
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.labelcolor": INK,
}
# Fills behind the curves, by what the current does.
_SHADES = {"discharge": "#e8f0f7", "charge": "#fbeee4", "rest": "#f2f2f0"}
_STROKES = {"discharge": BLUE, "charge": ORANGE, "rest": FAINT}


class Stretch(NamedTuple):
    """Rows of one protocol step."""

    rows: slice
    kind: str
    label: str


def plot_run(directory: str | Path, *, labels: Sequence[str] | None = None) -> list[Path]:
    """Draw `voltage.png`, and `stoichiometry.png` or `deposit.png`, from a run's `timeseries.csv`.

    Args:
        directory: The run's folder.
        labels: The words of each protocol step; None takes those of `summary.json`.
    """
    directory = Path(directory)
    series = read_series(directory / "timeseries.csv")
    labels = labels if labels is not None else step_texts(directory)
    paths = [plot_voltage(series, directory / "voltage.png", labels=labels)]
    if "Mean stoichiometry" in series:
        paths.append(plot_stoichiometry(series, directory / "stoichiometry.png", labels=labels))
    if "Plated lithium [mA.h.cm-2]" in series:
        from .plating_plots import plot_plating

        paths += plot_plating(directory, series)
    return paths


def plot_voltage(
    series: Mapping[str, NDArray], path: str | Path, *, labels: Sequence[str] | None = None
) -> Path:
    """Draw the voltage over time, the current below it, and the voltage over capacity.

    Args:
        series: Columns over time, named as PyBaMM names them.
        path: The picture to write.
        labels: The words of each protocol step, by its number in the column `Step`.
    """
    stretches = stretches_of(series, labels)
    unit, size = time_unit(series["Time [s]"])
    time = series["Time [s]"] / size
    voltage = series["Voltage [V]"]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.5), dpi=DPI, layout="constrained")
        grid = figure.add_gridspec(2, 2, width_ratios=(1.55, 1), height_ratios=(2.4, 1))
        upper = figure.add_subplot(grid[0, 0])
        lower = figure.add_subplot(grid[1, 0], sharex=upper)
        right = figure.add_subplot(grid[:, 1])
        _shade((upper, lower), stretches, time)
        upper.plot(time, voltage, color=INK)
        upper.set_ylabel("electrode potential  [V]")
        upper.tick_params(labelbottom=False)
        current = series["Current density [mA.cm-2]"]
        lower.axhline(0, color=FAINT, lw=0.6)
        lower.plot(time, current, color=INK, lw=1.3)
        lower.set_ylabel("current density\n[mA cm$^{-2}$]")
        lower.set_xlabel(f"time  [{unit}]")
        upper.set_xlim(time[0], time[-1] if time[-1] > time[0] else None)
        figure.align_ylabels((upper, lower))
        _over_capacity(right, series, stretches)
        heading(figure, "Voltage")
        return save_figure(figure, path)


def plot_stoichiometry(
    series: Mapping[str, NDArray], path: str | Path, *, labels: Sequence[str] | None = None
) -> Path:
    """Draw mean and surface stoichiometry, and the spread of the local current density."""
    stretches = stretches_of(series, labels)
    unit, size = time_unit(series["Time [s]"])
    time = series["Time [s]"] / size
    low, high = (series.get(f"{n} local current density [A.m-2]") for n in ("Min", "Max"))
    two = low is not None and high is not None
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.6 if two else 3.2), dpi=DPI, layout="constrained")
        panels = figure.subplots(2 if two else 1, 1, sharex=True, squeeze=False)[:, 0]
        _shade(tuple(panels), stretches, time)
        top = panels[0]
        top.plot(time, series["Mean stoichiometry"], color=BLUE, label="mean")
        if "Surface stoichiometry" in series:
            top.plot(time, series["Surface stoichiometry"], color=ORANGE, ls="--", label="surface")
        top.set_ylabel("stoichiometry  [–]")
        top.legend(loc="best", ncols=2)
        if low is not None and high is not None:
            panels[1].axhline(0, color=FAINT, lw=0.6)
            panels[1].fill_between(time, low, high, color=GREEN, alpha=0.3, lw=0)
            panels[1].plot(time, low, color=GREEN, lw=1.0)
            panels[1].plot(time, high, color=GREEN, lw=1.0)
            panels[1].set_ylabel("local current density\nlowest to highest  [A m$^{-2}$]")
        panels[-1].set_xlabel(f"time  [{unit}]")
        top.set_xlim(time[0], time[-1] if time[-1] > time[0] else None)
        figure.align_ylabels(panels)
        heading(figure, "Stoichiometry and current")
        return save_figure(figure, path)


def time_unit(time: NDArray) -> tuple[str, float]:
    """The unit in which the whole time reads best, and its length [s]."""
    span = float(time[-1] - time[0])
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if span >= 2 * size:
            return unit, size
    return ("s", 1.0) if span >= 0.1 or span == 0 else ("ms", 1e-3)


def _over_capacity(axes: Axes, series: Mapping[str, NDArray], stretches: list[Stretch]) -> None:
    """Voltage over the charge passed in each step, as battery papers draw it."""
    capacity, voltage = series["Areal capacity [mA.h.cm-2]"], series["Voltage [V]"]
    drawn: set[str] = set()
    for rows, kind, _ in stretches:
        # A rest is a vertical line at its capacity: it tells the relaxation.
        label = kind if kind not in drawn else None
        axes.plot(
            capacity[rows], voltage[rows], color=_STROKES[kind], label=label,
            lw=1.1 if kind == "rest" else 1.8,
        )  # fmt: skip
        drawn.add(kind)
    axes.set_xlabel("areal capacity  [mA h cm$^{-2}$]")
    axes.set_ylabel("electrode potential  [V]")
    axes.legend(loc="best")


def stretches_of(series: Mapping[str, NDArray], labels: Sequence[str] | None) -> list[Stretch]:
    """The rows of each protocol step, with what the current does in it."""
    count = len(series["Time [s]"])
    step = series.get("Step", np.zeros(count))
    edges = [0, *(np.flatnonzero(step[1:] != step[:-1]) + 1).tolist(), count]
    current = series["Current density [mA.cm-2]"]
    scale = float(np.abs(current).max()) or 1.0
    stretches = []
    for start, stop in pairwise(edges):
        typical = float(np.median(current[start:stop])) / scale
        kind = "rest" if abs(typical) < 1e-6 else "discharge" if typical > 0 else "charge"
        # The last row before a step is where its curves begin.
        rows = slice(max(start - 1, 0), stop)
        stretches.append(Stretch(rows, kind, _label(step[start], labels) or kind))
    return stretches


def step_texts(directory: Path) -> list[str] | None:
    """The user's words for each step, where the run has come to its summary."""
    try:
        summary = json.loads((directory / "summary.json").read_text(encoding="utf-8"))
        return [str(step["step"]) for step in summary["steps"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _label(step: object, labels: Sequence[str] | None) -> str | None:
    if isinstance(step, str):
        return step
    number = int(float(step))  # type: ignore[arg-type]
    return labels[number] if labels is not None and 0 <= number < len(labels) else None


def _shade(panels: tuple[Axes, ...], stretches: list[Stretch], time: NDArray) -> None:
    """Tint each step; name those that are wide enough for their name."""
    span = float(time[-1] - time[0]) or 1.0
    for rows, kind, label in stretches:
        start, stop = float(time[rows.start]), float(time[rows.stop - 1])
        for axes in panels:
            axes.axvspan(start, stop, color=_SHADES[kind], lw=0)
        room = int(80 * (stop - start) / span)
        text = label if len(label) <= room else kind if len(kind) <= room else ""
        panels[0].text(
            0.5 * (start + stop), 1.015, text, transform=panels[0].get_xaxis_transform(),
            ha="center", va="bottom", size=8, color=FAINT,
        )  # fmt: skip


def heading(figure: Figure, text: str) -> None:
    """A sheet's title, at its upper left."""
    figure.suptitle(text, x=0.012, ha="left", size=13, weight="bold", color=INK)


def settle(figure: Figure) -> None:
    """Widen ordinates that were fitted to less than counts as a difference, and say so."""
    for axes in figure.axes:
        low, high = (float(end) for end in axes.dataLim.intervaly)
        fitted = axes.get_autoscaley_on() and axes.get_yscale() == "linear" and axes.lines
        if not fitted or not np.isfinite(high - low):
            continue
        found = fit(low, high)
        if found.uniform and low < high:
            axes.set_ylim(found.low, found.high)
            axes.text(
                0.01, 0.02, uniformity(low, high), transform=axes.transAxes, size=8, color=FAINT
            )


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure, whole or not at all, its ordinates no narrower than noise."""
    settle(figure)
    write_figure(figure, path)
    _log.info("wrote %s", path)
    return Path(path)
