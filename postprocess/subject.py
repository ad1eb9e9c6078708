"""What of an output is looked at: its surface, its body, its cut, and from where [um]."""

from __future__ import annotations

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from .cut import SHOWN, Cut, bare_faces, cut_open, facing, skin_of
from .fields import Output, cells_of
from .names import MICROMETRE
from .pieces import linear_cells
from .scene import View, in_micrometres


def surface_of(output: Output, values: NDArray) -> pv.PolyData:
    """The interface as triangles, with the nodal values (n,) or (n, k) as `SHOWN`."""
    grid = output.interface
    surface = pv.PolyData.from_regular_faces(in_micrometres(grid), linear_cells(cells_of(grid)))
    surface[SHOWN] = values
    return surface


def body_of(output: Output, surface: pv.PolyData) -> pv.PolyData:
    """The electrode's faces beside its interface, such as the sides of a film."""
    grid = output.electrode
    solid = pv.UnstructuredGrid(
        {pv.CellType.TETRA: linear_cells(cells_of(grid))}, in_micrometres(grid)
    )
    return bare_faces(skin_of(solid), np.asarray(surface.points)[surface.regular_faces])


def cut_of(output: Output, values: NDArray, *, fine: bool = True) -> Cut:
    """The electrode cut open, with the nodal values (n,) or (n, k) as `SHOWN`.

    Args:
        output: What to cut.
        values: Nodal values of the electrode.
        fine: Whether curved cells are split so finely that the field stays curved in them.
    """
    grid, skin = output.electrode, output.interface
    wall = in_micrometres(skin)[linear_cells(cells_of(skin))]
    return cut_open(in_micrometres(grid), cells_of(grid), values, wall, fine=fine)


def view_of_cut(cut: Cut) -> View:
    """From where the cut faces the reader, a little from the side."""
    return View(azimuth=_azimuth(cut.normal) + 22.0, elevation=22.0)


def view_of_interface(body: pv.PolyData) -> View:
    """The usual view, but a symmetry cell is looked at from the side that is not cut off."""
    away = facing(body) if body.n_cells else None
    return View() if away is None else View(azimuth=_azimuth(-away) + 22.0)


def bounds_of(output: Output) -> tuple[float, ...]:
    """The electrode's box (x0, x1, y0, y1, z0, z1) [um]."""
    return tuple(float(v) / MICROMETRE for v in output.electrode.bounds)


def electrolyte_box(output: Output) -> tuple[float, ...] | None:
    """The electrolyte's box [um], when it was meshed."""
    if output.electrolyte is None:
        return None
    return tuple(float(v) / MICROMETRE for v in output.electrolyte.bounds)


def _azimuth(direction: NDArray) -> float:
    return float(np.degrees(np.arctan2(direction[1], direction[0])))
