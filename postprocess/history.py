"""How a search went: each point's objective, and the best so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .palette import BLUE, FAINT, GREEN, INK, ORANGE
from .plots import STYLE, settle
from .stamp import write_figure

_DPI = 200

_MOST_OVER_LEAST = 30.0
"""Of the objectives, from which on they are drawn over their logarithm."""

Tried = tuple[float | None, bool | None]
"""A point's objective, and whether it keeps the constraints; None where it could not be run."""


def plot_history(
    path: Path,
    points: Sequence[Tried],
    *,
    label: str,
    goal: Literal["maximise", "minimise", "reach"],
    target: float | None = None,
) -> Path:
    """Draw the objective over the points of a search.

    Args:
        path: Picture to write (.png).
        points: In the order of the search.
        label: Of the objective.
        goal: Which way is better.
        target: At which the search stops, if there is one.
    """
    number = np.arange(1, len(points) + 1)
    value = np.array([math.nan if objective is None else objective for objective, _ in points])
    kept = np.array([bool(keeps) for _, keeps in points], dtype=bool)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.6), dpi=_DPI, facecolor="white", layout="constrained")
        axes = figure.subplots()
        axes.plot(number[kept], value[kept], "o", color=BLUE, ms=4, alpha=0.75, label="a case")
        broken = ~kept & np.isfinite(value)
        if broken.any():
            axes.plot(
                number[broken], value[broken], "x", color=FAINT, ms=4, label="breaks a constraint"
            )
        lost = ~np.isfinite(value)
        if lost.any():
            foot = np.zeros(int(lost.sum()))
            axes.plot(
                number[lost], foot, "|", color=ORANGE, ms=8, clip_on=False,
                transform=axes.get_xaxis_transform(), label="could not be run",
            )  # fmt: skip
        axes.step(
            number, _best_so_far(value, kept, goal, target), where="post", color=GREEN, lw=1.6,
            label="best so far",
        )  # fmt: skip
        if target is not None:
            axes.axhline(target, color=INK, lw=0.8, ls=(0, (4, 3)), label="target")
        axes.set(xlabel="Point of the search", ylabel=label, xlim=(0.5, len(points) + 0.5))
        if _spans_decades(value[np.isfinite(value)]):
            axes.set_yscale("log")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        settle(figure)
        figure.legend(loc="outside upper center", ncols=5, fontsize=8.5)
        write_figure(figure, path)
    return path


def _spans_decades(value: np.ndarray) -> bool:
    return bool(value.size and value.min() > 0 and value.max() > _MOST_OVER_LEAST * value.min())


def _best_so_far(
    value: np.ndarray, kept: np.ndarray, goal: str, target: float | None
) -> np.ndarray:
    """(n,) the best objective up to each point; NaN before the first that counts."""
    cost = {"maximise": -value, "minimise": value}.get(goal, np.abs(value - (target or 0.0)))
    best, found = math.inf, np.full(len(value), math.nan)
    so_far = math.nan
    for k, one in enumerate(cost):
        if kept[k] and one < best:
            best, so_far = one, value[k]
        found[k] = so_far
    return found
