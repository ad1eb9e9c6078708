"""One sheet on a structure: a section, how wide its phases are, how well they conduct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..geometry.tags import REGIONS
from .layout import length_text, nice_length
from .palette import FAINT, INK, REGION_COLOURS
from .plots import STYLE, heading
from .stamp import write_figure

_DPI = 200
NAMES = {"electrolyte": "pores"}
"""What a reader calls a region, where that is another word."""

_WIDEST = 2.0
"""Of a section's width over its height, at most; longer ones are cut."""


class Widths(NamedTuple):
    """The distribution of a phase's local thickness.

    Attributes:
        diameters: (n,) ascending [um].
        share: (n,) of the phase's volume that is narrower.
    """

    diameters: NDArray
    share: NDArray


def plot_structure(
    path: str | Path,
    *,
    section: NDArray,
    spacing: float,
    widths: Mapping[str, Widths],
    diffusivities: Mapping[str, Sequence[float]],
    title: str,
    edge: float = np.inf,
) -> Path:
    """Draw a section, the widths of the phases and their effective diffusivities.

    Args:
        path: The picture to write.
        section: (nx, nz) integers of `tags.REGIONS` in a vertical plane.
        spacing: Edge of a voxel [um].
        widths: By region.
        diffusivities: D_eff / D along x, y and z, by region.
        title: What the structure is called.
        edge: The box's shortest one [um]: what is as wide is only known to be so or wider.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(11.0, 3.9), dpi=_DPI, layout="constrained")
        left, middle, right = figure.subplots(1, 3, width_ratios=(1.25, 1.1, 1.0))
        _section(left, section, spacing)
        for region, found in widths.items():
            known = found.diameters < edge * (1 - 1e-9)
            middle.plot(
                found.diameters[known],
                100 * found.share[known],
                color=_stroke(region),
                label=NAMES.get(region, region),
            )
        middle.set_xlabel("local thickness  [µm]")
        middle.set_ylabel("narrower share of the phase  [%]")
        middle.set_ylim(0, 100)
        if any((found.diameters >= edge * (1 - 1e-9)).any() for found in widths.values()):
            middle.axvline(edge, color=FAINT, lw=0.8, ls=(0, (4, 3)), label="as wide as the box")
        middle.set_xlim(0, None)
        middle.legend(loc="lower right")
        _bars(right, diffusivities)
        heading(figure, title)
        write_figure(figure, path)
    return Path(path)


def _section(axes: Axes, section: NDArray, spacing: float) -> None:
    nx, nz = section.shape
    shown = section[: int(_WIDEST * nz)] if nx > _WIDEST * nz else section
    extent = (0.0, shown.shape[0] * spacing, 0.0, nz * spacing)
    colours = ListedColormap([REGION_COLOURS[name] for name in REGIONS])
    axes.imshow(
        shown.T, origin="lower", extent=extent, cmap=colours, vmin=0.5,
        vmax=len(REGIONS) + 0.5, interpolation="nearest",
    )  # fmt: skip
    axes.set_axis_off()
    bar = nice_length(0.3 * extent[1])
    below = -0.035 * extent[3]
    axes.plot([0, bar], [below, below], color=INK, lw=1.8, solid_capstyle="butt", clip_on=False)
    axes.text(bar / 2, 1.6 * below, length_text(bar), ha="center", va="top", color=INK)
    present = [name for name, tag in REGIONS.items() if (section == tag).any()]
    handles = [
        Patch(facecolor=REGION_COLOURS[n], edgecolor=FAINT, lw=0.5, label=NAMES.get(n, n))
        for n in present
    ]
    axes.legend(
        handles=handles, loc="upper right", bbox_to_anchor=(1.0, 0.0), ncols=len(present),
        handlelength=1.0, columnspacing=1.0,
    )  # fmt: skip


def _bars(axes: Axes, diffusivities: Mapping[str, Sequence[float]]) -> None:
    """Three bars for each phase: x, y and z."""
    width = 0.8 / max(1, len(diffusivities))
    for k, (region, values) in enumerate(diffusivities.items()):
        place = np.arange(3) + (k - 0.5 * (len(diffusivities) - 1)) * width
        axes.bar(
            place,
            values,
            width=0.92 * width,
            color=_stroke(region),
            label=NAMES.get(region, region),
        )
    axes.set_xticks(range(3), ["x", "y", "z"])
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("effective over bulk diffusivity  [–]")
    axes.set_ylim(0, None)


def _stroke(region: str) -> str:
    """A region's colour, dark enough for a line."""
    return "#5b8db8" if region == "electrolyte" else REGION_COLOURS[region]
