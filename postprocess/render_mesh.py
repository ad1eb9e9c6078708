"""Pictures of a mesh without results: cut open, its surface, its phases apart."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pyvista as pv
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..geometry.tags import REGIONS
from .cut import SHOWN, skin_of
from .layout import DPI, FONT, box, scale_bars
from .names import MICROMETRE
from .opengl import require_rendering
from .palette import FAINT, INK, REGION_COLOURS
from .scene import Photograph, View, photograph
from .stamp import write_figure
from .structure import NAMES

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh

_log = logging.getLogger(__name__)

_HEIGHT, _WIDEST = 6.4, 10.0
_VIEW = View(azimuth=-58.0, elevation=26.0)
_APART = 0.5
"""Distance of the phases of an exploded view, over the box's width."""


def render_mesh(mesh: ElectrodeMesh, directory: str | Path, *, name: str = "mesh") -> list[Path]:
    """Draw `<name>_cut.png`, `<name>_surface.png` and `<name>_phases.png`.

    Args:
        mesh: Any mesh; of curved cells the corners are drawn.
        directory: Where to.
        name: What the files' names begin with.

    Raises:
        RenderingError: This machine cannot draw.
    """
    require_rendering()
    directory = Path(directory)
    body = _Body(mesh)
    subtitle = f"{body.lengths()}   ·   {len(mesh.cells):,} cells".replace(",", "\u202f")
    drawings = {
        "cut": ("The mesh cut open", body.cut),
        "surface": ("The solids", body.surface),
        "phases": ("The phases apart", body.exploded),
    }
    paths = []
    for part, (title, draw) in drawings.items():
        path = directory / f"{name}_{part}.png"
        solids = [region for region in body.regions if region != "electrolyte"]
        _sheet(path, draw(), solids if part == "surface" else body.regions, title, subtitle)
        _log.info("wrote %s", path)
        paths.append(path)
    return paths


class _Body:
    """A mesh as VTK sees it [um], and its drawings."""

    def __init__(self, mesh: ElectrodeMesh) -> None:
        self.regions = [name for name, tag in REGIONS.items() if (mesh.cell_tags == tag).any()]
        self.grid = pv.UnstructuredGrid(
            {pv.CellType.TETRA: mesh.cells[:, :4]}, mesh.points / MICROMETRE
        )
        self.grid.cell_data[SHOWN] = mesh.cell_tags.astype(np.float32)

    def lengths(self) -> str:
        """The box in words."""
        x, y, z = np.ptp(np.asarray(self.grid.points), axis=0)
        return f"{x:.3g} × {y:.3g} × {z:.3g} µm"

    def cut(self) -> Photograph:
        """The box without its upper corner in front: pores and solids in their colours."""
        bounds = np.reshape(self.grid.bounds, (3, 2))
        middle = bounds.mean(axis=1)
        rest, kept = self.grid, []
        # what lies behind the corner along x; of the rest, along y; of that, below it
        for axis, towards in enumerate((1.0, -1.0, 1.0)):
            normal = towards * np.eye(3)[axis]
            kept.append(skin_of(rest.clip(normal, origin=middle, invert=True)))
            rest = rest.clip(normal, origin=middle, invert=False)
        return _photograph(pv.merge(kept, merge_points=False))

    def surface(self) -> Photograph:
        """What is no electrolyte."""
        return _photograph(skin_of(self._of(*(n for n in self.regions if n != "electrolyte"))))

    def exploded(self) -> Photograph:
        """The phases side by side."""
        step = (1 + _APART) * (self.grid.bounds[1] - self.grid.bounds[0])
        parts = [
            skin_of(self._of(name)).translate((place * step, 0.0, 0.0))
            for place, name in enumerate(self.regions)
        ]
        return _photograph(pv.merge(parts, merge_points=False))

    def _of(self, *regions: str) -> pv.UnstructuredGrid:
        """The cells of some regions."""
        tags = [REGIONS[name] for name in regions]
        chosen = np.isin(np.asarray(self.grid.cell_data[SHOWN]), tags)
        return self.grid.extract_cells(np.flatnonzero(chosen))


def _photograph(skin: pv.PolyData) -> Photograph:
    return photograph(
        skin,
        SHOWN,
        view=_VIEW,
        bounds=tuple(skin.bounds),
        colours=ListedColormap([REGION_COLOURS[name] for name in REGIONS]),
        limits=(0.5, len(REGIONS) + 0.5),
    )


def _sheet(path: Path, picture: Photograph, regions: list[str], title: str, subtitle: str) -> None:
    """The photograph with its title, a scale bar and a legend."""
    rows, columns = picture.image.shape[:2]
    tall = min(_HEIGHT, _WIDEST * rows / columns)
    wide = tall * columns / rows
    width, height = wide + 0.5, tall + 1.35
    with matplotlib.rc_context(FONT):
        figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
        axes = box(figure, 0.25, 0.5, wide, tall)
        axes.imshow(picture.image, interpolation="bicubic")
        axes.set_axis_off()
        axes.set_autoscale_on(False)
        scale_bars(axes, picture, tall)
        handles = [
            Patch(facecolor=REGION_COLOURS[n], edgecolor=FAINT, lw=0.5, label=NAMES.get(n, n))
            for n in regions
        ]
        figure.legend(
            handles=handles, loc="lower right", ncols=len(handles), frameon=False,
            handlelength=1.0, labelcolor=INK, bbox_to_anchor=(1 - 0.15 / width, 0.02 / height),
        )  # fmt: skip
        top = (height - 0.12) / height
        figure.text(0.25 / width, top, title, size=14, weight="bold", color=INK, va="top")
        figure.text(0.25 / width, top - 0.34 / height, subtitle, size=9.5, color=FAINT, va="top")
        write_figure(figure, path)
