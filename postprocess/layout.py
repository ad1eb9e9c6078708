"""A picture with its heading, colour bar, scale bars and sections: one sheet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .palette import FAINT, INK, ColourScale
from .scene import Photograph
from .stamp import write_figure

DPI = 200
_HEIGHT = 6.4
_WIDEST = 8.6
_HEADER = 0.78
_GUTTER = 0.85
FONT: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "mathtext.fontset": "dejavusans",
}


class Section(NamedTuple):
    """A flat section through the electrode, drawn."""

    image: NDArray
    """(rows, rows, 3) uint8."""
    size: float
    """Width of the picture [um]."""
    level: float
    """Height above the collector [um]."""


def compose(
    path: Path,
    picture: Photograph,
    scale: ColourScale,
    *,
    subtitle: str,
    sections: list[Section] | None = None,
    runs: Iterable[Path] = (),
) -> Path:
    """Put a photograph on a sheet with all that makes it readable, and write it.

    Args:
        path: The picture to write.
        picture: What is shown.
        scale: Its colours.
        subtitle: Below the heading.
        sections: Drawn beside it.
        runs: The folders of what is shown, by default the picture's own.
    """
    with matplotlib.rc_context(FONT):
        figure = sheet(picture, scale, subtitle=subtitle, sections=sections)
        return write_figure(figure, path, runs=runs)


def compose_frame(
    picture: Photograph, scale: ColourScale, *, subtitle: str, dpi: int = 100
) -> NDArray:
    """The same sheet as an array (rows, columns, 3) uint8, for an animation."""
    with matplotlib.rc_context(FONT):
        figure = sheet(picture, scale, subtitle=subtitle)
        figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def sheet(
    picture: Photograph,
    scale: ColourScale,
    *,
    subtitle: str,
    sections: list[Section] | None = None,
) -> Figure:
    """A photograph with its heading, scale bars, sections and colour bar."""
    rows, columns = picture.image.shape[:2]
    tall = min(_HEIGHT, _WIDEST * rows / columns)
    wide = tall * columns / rows
    side = 1.75 if sections else 0.0
    gutter = _GUTTER if picture.squeeze > 1.0 else 0.0
    content = gutter + wide + side + 1.65
    width, height = max(content, 6.2), tall + _HEADER + 0.35
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    left = 0.2 + gutter + 0.5 * (width - content)
    axes = box(figure, left, 0.3, wide, tall)
    axes.imshow(picture.image, interpolation="bicubic")
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    scale_bars(axes, picture, tall)
    if sections:
        _draw_sections(figure, left + wide + 0.15, tall, sections)
    edge = left + wide + side + 0.25
    colour_bar(box(figure, edge, 0.3 + 0.18 * tall, 0.17, 0.6 * tall), scale)
    top = (height - 0.12) / height
    figure.text(0.28 / width, top, scale.heading, size=14, weight="bold", color=INK, va="top")
    figure.text(0.28 / width, top - 0.34 / height, subtitle, size=9.5, color=FAINT, va="top")
    return figure


def box(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes placed in inches."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def colour_bar(axes: Axes, scale: ColourScale) -> None:
    """Draw a colour bar with units and a note."""
    mappable = ScalarMappable(Normalize(*scale.limits), scale.colours)
    bar = axes.figure.colorbar(mappable, cax=axes, extend=scale.extend, extendfrac=0.035)
    bar.set_label(scale.label, color=INK, labelpad=8)
    bar.outline.set_visible(False)
    bar.locator = MaxNLocator(6)
    bar.update_ticks()
    axes.tick_params(length=3, width=0.6, color=FAINT, labelcolor=INK)
    if scale.note:
        axes.text(
            0, -0.06, scale.note.replace(", ", "\n"), transform=axes.transAxes,
            size=8, color=FAINT, va="top",
        )  # fmt: skip


def _draw_sections(figure: Figure, left: float, tall: float, sections: list[Section]) -> None:
    """Sections one above the other, all to one scale."""
    room = tall / len(sections)
    size = min(1.3, room - 0.55)
    for row, section in enumerate(sections):
        bottom = 0.3 + tall - (row + 1) * room + 0.3
        axes = box(figure, left, bottom, size, size)
        axes.imshow(section.image, interpolation="bicubic")
        axes.set_axis_off()
        axes.set_autoscale_on(False)
        axes.set_title(f"section at z = {length_text(section.level)}", size=8, color=INK, pad=4)
    pixels = sections[-1].image.shape[0]
    bar = nice_length(0.4 * sections[-1].size)
    reach, base = 0.5 * bar / sections[-1].size * pixels, 1.06 * pixels
    ends = [0.5 * pixels - reach, 0.5 * pixels + reach]
    axes.plot(ends, [base, base], color=INK, lw=1.6, solid_capstyle="butt", clip_on=False)
    axes.text(
        0.5 * pixels, base + 0.04 * pixels, length_text(bar),
        size=8, color=INK, ha="center", va="top",
    )  # fmt: skip


def scale_bars(axes: Axes, picture: Photograph, tall: float) -> None:
    """Draw a bar along the horizontal, and one upwards where heights are drawn shorter."""
    rows, columns = picture.image.shape[:2]
    bar = nice_length(0.22 * picture.width)
    across = bar / picture.width * columns
    squeezed = picture.squeeze > 1.0
    # A second bar needs room of its own, left of the scene.
    x, base = (-_GUTTER / tall * rows if squeezed else 0.0), rows * 0.995
    style: dict[str, Any] = {"color": INK, "lw": 1.8, "solid_capstyle": "butt", "clip_on": False}
    axes.plot([x, x + across], [base, base], **style)
    axes.text(
        x + across / 2, base + 0.012 * rows, length_text(bar), ha="center", va="top", color=INK
    )
    if squeezed:
        length = nice_length(0.15 * picture.height)
        up = length / picture.height * rows
        axes.plot([x, x], [base, base - up], **style)
        axes.text(
            x + 0.015 * rows, base - up / 2,
            f"{length_text(length)}\nheights\n÷ {picture.squeeze:.2g}",
            va="center", color=INK, size=8.5,
        )  # fmt: skip


def nice_length(target: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `target`."""
    power = 10.0 ** np.floor(np.log10(target))
    return float(max(m * power for m in (1, 2, 5) if m * power <= target * (1 + 1e-9)))


def length_text(micrometres: float) -> str:
    """A length in nm or um, whichever reads better."""
    if abs(micrometres) < 1.0:
        return f"{1e3 * micrometres:.3g} nm"
    return f"{micrometres:.3g} µm"
