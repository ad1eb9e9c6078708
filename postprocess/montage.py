"""Several pictures on one sheet, with one colour bar for all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.figure import Figure

from .drawing import Drawing
from .layout import DPI, FONT, box, colour_bar, scale_bars
from .palette import FAINT, INK
from .stamp import write_figure

_TALL, _WIDEST = 3.3, 3.8
_HEADER, _GAP, _CAPTION = 0.55, 0.5, 0.62


class Tile(NamedTuple):
    """One picture of a montage."""

    title: str
    subtitle: str
    drawing: Drawing


def compose_montage(path: Path, tiles: list[Tile], *, runs: Iterable[str | Path] = ()) -> Path:
    """Lay out the pictures of these runs in rows; their colour scales must be alike."""
    columns = min(len(tiles), max(2, int(np.ceil(np.sqrt(len(tiles) * 1.4)))))
    rows = -(-len(tiles) // columns)
    wide = max(_size(tile)[0] for tile in tiles) + _GAP
    tall = max(_size(tile)[1] for tile in tiles) + _CAPTION + 0.45
    width, height = columns * wide + 1.9, rows * tall + _HEADER
    scale = tiles[0].drawing.scale
    with matplotlib.rc_context(FONT):
        figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
        for number, tile in enumerate(tiles):
            row, column = divmod(number, columns)
            _draw(figure, tile, 0.3 + column * wide, height - _HEADER - (row + 1) * tall)
        bar = min(3.6, 0.6 * rows * tall)
        place = box(figure, columns * wide + 0.5, 0.5 * (height - _HEADER - bar), 0.17, bar)
        extends = {tile.drawing.scale.extend for tile in tiles}
        note = "uniform" if all(tile.drawing.scale.uniform for tile in tiles) else ""
        colour_bar(place, scale._replace(note=note, extend=_widest(extends)))
        top = (height - 0.12) / height
        figure.text(0.3 / width, top, scale.heading, size=14, weight="bold", color=INK, va="top")
        return write_figure(figure, path, runs=runs)


def _size(tile: Tile) -> tuple[float, float]:
    """Width and height of a tile's picture [inch]."""
    rows, columns = tile.drawing.picture.image.shape[:2]
    tall = min(_TALL, _WIDEST * rows / columns)
    return tall * columns / rows, tall


def _draw(figure: Figure, tile: Tile, left: float, bottom: float) -> None:
    width, tall = _size(tile)
    squeezed = tile.drawing.picture.squeeze > 1.0
    room = 0.7 if squeezed else 0.0
    axes = box(figure, left + room, bottom + 0.45, width, tall)
    axes.imshow(tile.drawing.picture.image, interpolation="bicubic")
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    scale_bars(axes, tile.drawing.picture, tall)
    across, up = figure.get_size_inches()
    x, y = left / across, (bottom + 0.45 + tall + 0.36) / up
    figure.text(x, y, tile.title, size=10.5, weight="bold", color=INK, va="bottom")
    figure.text(x, y - 0.05 / up, tile.subtitle, size=8, color=FAINT, va="top")


def _widest(extends: set[str]) -> str:
    """Pointed ends of the common bar wherever one of the pictures needs them."""
    below, above = extends & {"min", "both"}, extends & {"max", "both"}
    return "both" if below and above else "min" if below else "max" if above else "neither"
