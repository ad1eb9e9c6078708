"""Pictures of a run: current density on the surface, a cut through the concentration."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from ..errors import InputError
from . import names
from .cut import SHOWN, bare_faces, cut_open, facing, skin_of
from .fields import Output, cells_of, most_telling, read_outputs
from .layout import Section, compose
from .metrics import SurfaceQuadrature
from .opengl import require_rendering
from .palette import ColourScale, current_scale, plain_scale
from .pieces import linear_cells
from .scene import MICROMETRE, View, flat_photograph, in_micrometres, photograph

if TYPE_CHECKING:
    from ..solver.result import Result

_log = logging.getLogger(__name__)

FIELDS = {
    "current_density": names.CURRENT_DENSITY,
    "overpotential": names.OVERPOTENTIAL,
    "stoichiometry": names.STOICHIOMETRY,
    "concentration": names.CONCENTRATION,
}
"""What `render` can draw. The first two live on the surface, the others are cut open."""

_ON_SURFACE = {"current_density", "overpotential"}


def render_run(directory: str | Path) -> list[Path]:
    """Draw `current_density.png` and `concentration_cut.png` into a run's folder.

    Both show the output where the stoichiometry varies most through the electrode.

    Raises:
        RenderingError: This machine cannot draw.
        InputError: The folder holds no outputs.
    """
    require_rendering()
    directory = Path(directory)
    output = most_telling(read_outputs(directory))
    paths = []
    for field, name in (
        ("current_density", "current_density.png"),
        ("concentration", "concentration_cut.png"),
    ):
        paths.append(render_output(output, field, directory / name))
    return paths


def render(
    run: Result | str | Path,
    field: str,
    path: str | Path,
    *,
    time: float | None = None,
    limits: tuple[float, float] | None = None,
) -> Path:
    """Draw one field of a run.

    Args:
        run: A result that was written to a folder, or that folder.
        field: One of `FIELDS`.
        path: The picture to write; its suffix chooses the format.
        time: The output nearest to this time [s]; None chooses the most telling one.
        limits: Values at the ends of the colour scale; give the same to pictures that are
            to be compared. None fits them to the field.
    """
    directory = run if isinstance(run, str | Path) else run.directory
    if directory is None:
        raise InputError("the result was not written to a folder; give the run an output folder")
    require_rendering()
    outputs = read_outputs(directory)
    if time is None:
        output = most_telling(outputs)
    else:
        output = min(outputs, key=lambda o: abs(o.time - time))
    return render_output(output, field, path, limits=limits)


def common_limits(run: str | Path, field: str) -> tuple[float, float]:
    """Colour limits that hold for all outputs of a run, to draw comparable pictures."""
    low, high = np.inf, -np.inf
    for output in read_outputs(run):
        scale = _scale(output, field, None)
        low, high = min(low, scale.limits[0]), max(high, scale.limits[1])
    return float(low), float(high)


def render_output(
    output: Output, field: str, path: str | Path, *, limits: tuple[float, float] | None = None
) -> Path:
    """Draw one field of one output."""
    if field not in FIELDS:
        raise InputError(f"cannot draw '{field}'; expected one of: {', '.join(FIELDS)}")
    draw = _draw_surface if field in _ON_SURFACE else _draw_cut
    path = draw(output, field, Path(path), limits)
    _log.info("wrote %s", path)
    return path


def _scale(output: Output, field: str, limits: tuple[float, float] | None) -> ColourScale:
    name = FIELDS[field]
    if field not in _ON_SURFACE:
        return plain_scale(name, np.asarray(output.electrode[name]), limits)
    grid = output.interface
    quadrature = SurfaceQuadrature(in_micrometres(grid), cells_of(grid))
    values = np.asarray(grid[name])
    statistics = quadrature.statistics(values)
    robust = (quadrature.quantile(values, 0.005), quadrature.quantile(values, 0.995))
    return current_scale(name, values, statistics, robust, limits)


def _draw_surface(
    output: Output, field: str, path: Path, limits: tuple[float, float] | None
) -> Path:
    scale = _scale(output, field, limits)
    grid = output.interface
    surface = pv.PolyData.from_regular_faces(in_micrometres(grid), linear_cells(cells_of(grid)))
    surface[SHOWN] = scale.shown(np.asarray(grid[FIELDS[field]]))
    body = _body(output, np.asarray(surface.points)[surface.regular_faces])
    picture = photograph(
        surface,
        SHOWN,
        view=_view_of_interface(body),
        bounds=_bounds(output),
        colours=scale.colours,
        limits=scale.limits,
        electrolyte=_electrolyte_box(output),
        body=body,
    )
    return compose(path, picture, scale, subtitle=_subtitle(output))


def _draw_cut(output: Output, field: str, path: Path, limits: tuple[float, float] | None) -> Path:
    scale = _scale(output, field, limits)
    grid, skin = output.electrode, output.interface
    points, cells = in_micrometres(grid), cells_of(grid)
    values = np.asarray(grid[FIELDS[field]], dtype=np.float64)
    wall = in_micrometres(skin)[linear_cells(cells_of(skin))]
    cut = cut_open(points, cells, values, wall)
    azimuth = float(np.degrees(np.arctan2(cut.normal[1], cut.normal[0])))
    picture = photograph(
        cut.surface,
        SHOWN,
        view=View(azimuth=azimuth + 22.0, elevation=22.0),
        bounds=_bounds(output),
        colours=scale.colours,
        limits=scale.limits,
        electrolyte=_electrolyte_box(output),
    )
    sections = [] if cut.pole is None else _sections(cut.pole, scale)
    return compose(path, picture, scale, subtitle=_subtitle(output), sections=sections)


def _view_of_interface(body: pv.PolyData) -> View:
    """The usual view, but a symmetry cell is looked at from the side that is not cut off."""
    away = facing(body) if body.n_cells else None
    if away is None:
        return View()
    return View(azimuth=float(np.degrees(np.arctan2(-away[1], -away[0]))) + 22.0)


def _body(output: Output, wall: NDArray) -> pv.PolyData:
    """The electrode's faces beside its interface, such as the sides of a film."""
    grid = output.electrode
    solid = pv.UnstructuredGrid(
        {pv.CellType.TETRA: linear_cells(cells_of(grid))}, in_micrometres(grid)
    )
    return bare_faces(skin_of(solid), wall)


def _sections(pole: pv.UnstructuredGrid, scale: ColourScale) -> list[Section]:
    """Horizontal sections through the pole in the middle of the cut, from its tip down."""
    low, high = pole.bounds[4:]
    levels = [low + part * (high - low) for part in (0.95, 0.5, 0.05)]
    slices = [pole.slice(normal="z", origin=(0.0, 0.0, level)) for level in levels]
    shown = [(level, flat) for level, flat in zip(levels, slices, strict=True) if flat.n_cells]
    size = 1.04 * max(max(np.ptp(np.asarray(flat.points), axis=0)) for _, flat in shown)
    sections = []
    for level, flat in shown:
        x, y, _ = flat.center
        box = (x - size / 2, x + size / 2, y - size / 2, y + size / 2)
        image = flat_photograph(flat, SHOWN, box=box, colours=scale.colours, limits=scale.limits)
        sections.append(Section(image, float(size), level))
    return sections


def _bounds(output: Output) -> tuple[float, ...]:
    return tuple(float(v) / MICROMETRE for v in output.electrode.bounds)


def _electrolyte_box(output: Output) -> tuple[float, ...] | None:
    if output.electrolyte is None:
        return None
    return tuple(float(v) / MICROMETRE for v in output.electrolyte.bounds)


def _subtitle(output: Output) -> str:
    return (
        f"{output.label}   ·   {duration(output.time)}   ·   {output.voltage:.3f} V   ·   "
        f"{output.current_density / 10:.3g} mA cm$^{{-2}}$"
    )


def duration(seconds: float) -> str:
    """A time in the unit that reads best."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if abs(seconds) >= (2.0 * size if size > 1 else size):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
