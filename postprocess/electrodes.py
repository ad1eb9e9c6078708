"""Pictures that compare electrodes: how fast they charge, what current their surface bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .palette import BLUE, GREEN, INK, ORANGE, PURPLE
from .plots import STYLE, heading
from .stamp import write_figure

_DPI = 200
_STROKES = (INK, BLUE, ORANGE, GREEN, PURPLE)
_MARKS = 14


@dataclass(frozen=True)
class Charging:
    """One electrode that is charged at a potential held.

    Attributes:
        name: In the legend.
        time: (n,) [s], above 0.
        current: (n,) per collector area [mA cm-2].
        charged: (n,) share of the charge.
        group: (n,) time over that of diffusion through the depth, D t/R2 [-].
        expected: The same current by another solution, at `expected_time` (m,) [s].
        expected_time: Its times.
    """

    name: str
    time: NDArray
    current: NDArray
    charged: NDArray
    group: NDArray
    expected: NDArray
    expected_time: NDArray


@dataclass(frozen=True)
class Driving:
    """One electrode that is charged at constant current.

    Attributes:
        name: In the legend.
        charged: (n,) share of the charge.
        potential: (n,) [V].
        local: Mean local current density [mA m-2].
    """

    name: str
    charged: NDArray
    potential: NDArray
    local: float


def plot_charging(path: Path, electrodes: Sequence[Charging], *, title: str) -> Path:
    """Draw charging currents and charge over D t/R2, another solution's as circles."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 3.9), dpi=_DPI, layout="constrained")
        left, right = figure.subplots(1, 2)
        for stroke, each in zip(_STROKES, electrodes, strict=False):
            shown = each.charged < 0.995
            left.loglog(each.time[shown], each.current[shown], color=stroke, label=each.name)
            picked = np.linspace(0, len(each.expected_time) - 1, _MARKS).astype(int)
            left.plot(
                each.expected_time[picked], each.expected[picked], "o", ms=5, mfc="none",
                mec=stroke, mew=0.9,
            )  # fmt: skip
            right.semilogx(each.group, 100 * each.charged, color=stroke)
        left.plot([], [], "o", ms=5, mfc="none", mec=INK, mew=0.9, label="1-D, independent")
        left.set_ylabel("charging current  [mA cm$^{-2}$ of collector]")
        right.set_ylabel("charged  [%]")
        right.set_ylim(0, 100)
        left.set_xlabel("time  [s]")
        right.set_xlabel("$D\\,t/R^2$, R the radius or the film's thickness")
        left.legend(loc="best")
        return _finished(figure, title, path)


def plot_driving(path: Path, electrodes: Sequence[Driving], *, title: str) -> Path:
    """Draw local current densities as bars, and potentials over the charge."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 3.6), dpi=_DPI, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
        _bars(left, electrodes)
        for stroke, each in zip(_STROKES, electrodes, strict=False):
            right.plot(100 * each.charged, each.potential, color=stroke, label=each.name)
        right.set_xlabel("charged  [%]")
        right.set_ylabel("electrode potential  [V]")
        right.legend(loc="upper center")
        return _finished(figure, title, path)


def _bars(axes: Axes, electrodes: Sequence[Driving]) -> None:
    means = [each.local for each in electrodes]
    bars = axes.bar(
        [each.name for each in electrodes], means, width=0.55, color=_STROKES[: len(means)]
    )
    axes.bar_label(bars, fmt="{:.3g}", color=INK, padding=2)
    axes.set_yscale("log")
    axes.set_ylim(0.3 * min(means), 3 * max(means))
    axes.set_ylabel("mean local current density  [mA m$^{-2}$]")
    axes.tick_params(axis="x", length=0)


def _finished(figure: Figure, title: str, path: Path) -> Path:
    heading(figure, title)
    return write_figure(figure, path)
