"""Curves as SVG that takes the page's colours; `curves.js` lets the reader point at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..ranges import fit, uniformity
from ..wording import number_text
from .markup import tag

_WIDTH, _HEIGHT = 440.0, 270.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 12.0, 26.0, 44.0
_MOST_POINTS = 300


class Line(NamedTuple):
    """One curve."""

    name: str
    x: NDArray
    y: NDArray
    style: str
    """A class of the page's styles: `ink`, `blue`, `orange`, `green`, `faint`; "dashed"."""


class Band(NamedTuple):
    """The room between two curves."""

    x: NDArray
    low: NDArray
    high: NDArray
    style: str


class Shade(NamedTuple):
    """A stretch of the abscissa with a tint and a name."""

    start: float
    stop: float
    kind: str
    label: str


@dataclass(frozen=True)
class Chart:
    """Axes with curves.

    Attributes:
        title: What is shown.
        x_label: Of the abscissa, with its unit.
        y_label: Of the ordinate, with its unit.
        lines: The curves; each is named at the pointer.
        bands: Drawn behind them.
        shades: Tinted stretches, behind all.
        second: Of the abscissa [s], where it is time: the chart then follows the 3-D picture.
    """

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    bands: Sequence[Band] = field(default=())
    shades: Sequence[Shade] = field(default=())
    second: float | None = None


class _Frame(NamedTuple):
    """Where values stand in the drawing."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float | NDArray) -> Any:
        """Values of the abscissa as places."""
        width = _WIDTH - _LEFT - _RIGHT
        return _LEFT + (value - self.x[0]) / (self.x[1] - self.x[0]) * width

    def up(self, value: float | NDArray) -> Any:
        """Values of the ordinate as places."""
        height = _HEIGHT - _TOP - _BOTTOM
        return _HEIGHT - _BOTTOM - (value - self.y[0]) / (self.y[1] - self.y[0]) * height


def draw_chart(chart: Chart, number: int) -> tuple[Element, dict[str, Any]]:
    """The chart as a figure, and what `curves.js` must know of it."""
    frame = _frame(chart)
    lines = [_thinned(line) for line in chart.lines]
    drawing = tag(
        "svg",
        *(_shade(shade, frame) for shade in chart.shades),
        *_axes(chart, frame),
        *(tag("path", d=_area(band, frame), class_=f"band {band.style}") for band in chart.bands),
        *(tag("path", d=_path(line, frame), class_=f"curve {line.style}") for line in lines),
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img", aria_label=chart.title,
    )  # fmt: skip
    figure = tag(
        "figure",
        tag("figcaption", chart.title, *_legend(chart.lines), *_evenness(chart)),
        drawing,
        class_="chart",
        data_chart=str(number),
    )
    facts = {
        "frame": [_LEFT, _TOP, _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM],
        "x": frame.x,
        "y": frame.y,
        "xLabel": chart.x_label,
        "yLabel": chart.y_label,
        "second": chart.second,
        "lines": [
            {"name": line.name, "style": line.style, "x": _digits(line.x), "y": _digits(line.y)}
            for line in lines
        ],
    }
    return figure, facts


def _ends(chart: Chart) -> tuple[float, float]:
    """Lowest and highest value of all curves."""
    ys = [line.y for line in chart.lines]
    ys += [edge for band in chart.bands for edge in (band.low, band.high)]
    y = np.concatenate(ys)
    return float(np.nanmin(y)), float(np.nanmax(y))


def _evenness(chart: Chart) -> list[Element]:
    """Says where an axis was fitted to less than counts as a difference."""
    low, high = _ends(chart)
    even = high > low and fit(low, high).uniform
    return [tag("span", uniformity(low, high), class_="legend")] if even else []


def _frame(chart: Chart) -> _Frame:
    x = np.concatenate([line.x for line in chart.lines])
    low, high, _ = fit(*_ends(chart))
    room = max(0.05 * (high - low), 1e-12)
    start, stop = float(x.min()), float(x.max())
    return _Frame((start, stop if stop > start else start + 1.0), (low - room, high + room))


def _axes(chart: Chart, frame: _Frame) -> list[Element]:
    parts: list[Element] = []
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for value in _ticks(frame.y, 5):
        y = float(frame.up(value))
        zero = " zero" if value == 0 else ""
        parts.append(tag("line", x1=_LEFT, x2=right, y1=y, y2=y, class_=f"grid{zero}"))
        text = tag("text", number_text(value), x=_LEFT - 7, y=y + 4, text_anchor="end")
        parts.append(text)
    for value in _ticks(frame.x, 6):
        x = float(frame.across(value))
        parts.append(tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="axis"))
        text = tag("text", number_text(value), x=x, y=bottom + 17, text_anchor="middle")
        parts.append(text)
    parts.append(tag("line", x1=_LEFT, x2=right, y1=bottom, y2=bottom, class_="axis"))
    middle = 0.5 * (_LEFT + right)
    parts.append(
        tag("text", chart.x_label, x=middle, y=_HEIGHT - 7, text_anchor="middle", class_="label")
    )
    parts.append(tag("text", chart.y_label, x=4.0, y=14.0, class_="label"))
    return parts


def _ticks(ends: tuple[float, float], count: int) -> list[float]:
    values = np.asarray(MaxNLocator(count).tick_values(*ends))
    rounding = 1e-9 * (ends[1] - ends[0])
    inside = values[(values >= ends[0] - rounding) & (values <= ends[1] + rounding)]
    return [0.0 if abs(v) < rounding else float(v) for v in inside]


def _legend(lines: Sequence[Line]) -> list[Element]:
    named = {line.name: line.style for line in lines}
    if len(named) < 2:
        return []
    keys = [tag("span", tag("i", class_=f"key {style}"), name) for name, style in named.items()]
    return [tag("span", *keys, class_="legend")]


def _shade(shade: Shade, frame: _Frame) -> Element:
    start, stop = (float(frame.across(v)) for v in (shade.start, shade.stop))
    box = tag(
        "rect",
        tag("title", shade.label),
        x=start, width=max(stop - start, 0.0), y=_TOP, height=_HEIGHT - _TOP - _BOTTOM,
        class_=f"shade {shade.kind}",
    )  # fmt: skip
    return box


def _path(line: Line, frame: _Frame) -> str:
    return "M" + "L".join(_pairs(frame.across(line.x), frame.up(line.y)))


def _area(band: Band, frame: _Frame) -> str:
    there = _pairs(frame.across(band.x), frame.up(band.high))
    back = _pairs(frame.across(band.x[::-1]), frame.up(band.low[::-1]))
    return "M" + "L".join([*there, *back]) + "Z"


def _pairs(x: NDArray, y: NDArray) -> list[str]:
    return [f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)]


def _digits(values: NDArray) -> list[float]:
    return [float(f"{v:.5g}") for v in values]


def _thinned(line: Line) -> Line:
    """As many points as can be seen: of each stretch the first, the lowest and the highest."""
    if len(line.x) <= _MOST_POINTS:
        return line
    kept: set[int] = {len(line.x) - 1}
    for stretch in np.array_split(np.arange(len(line.x)), _MOST_POINTS // 3):
        values = line.y[stretch]
        kept |= {int(stretch[0]), int(stretch[values.argmin()]), int(stretch[values.argmax()])}
    order = sorted(kept)
    return line._replace(x=line.x[order], y=line.y[order])
