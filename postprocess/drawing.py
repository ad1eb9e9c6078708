"""One field of one output as a photograph: on the surface, cut open, or as streamlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyvista as pv

from ..errors import InputError
from .catalogue import Field, error_of, spread_of
from .cut import SHOWN, skin_of
from .fields import Output, cells_of
from .layout import Section
from .palette import ColourScale, field_scale
from .pieces import linear_cells
from .plane import Plane
from .scene import Photograph, View, flat_photograph, in_micrometres, photograph
from .streamlines import streamlines_of
from .subject import (
    body_of,
    bounds_of,
    cut_of,
    electrolyte_box,
    surface_of,
    view_of_cut,
    view_of_interface,
)


@dataclass(frozen=True)
class Look:
    """How a field is drawn.

    Attributes:
        limits: Values at the ends of the colours; None fits them.
        plane: Where to cut; None cuts what fills the electrode through its poles' axes.
        streamlines: Draw lines along the gradient of the field, through a faint electrode.
        pixels: Of the picture, about; None takes what fills a sheet.
        sections: Whether a pole is also shown in horizontal sections.
    """

    limits: tuple[float, float] | None = None
    plane: Plane | None = None
    streamlines: bool = False
    pixels: int | None = None
    sections: bool = True


class Drawing(NamedTuple):
    """A photograph with what is needed to read it."""

    picture: Photograph
    scale: ColourScale
    sections: list[Section]


class _Subject(NamedTuple):
    """What stands before the camera."""

    coloured: pv.PolyData
    view: View
    grey: pv.PolyData | None = None
    faint: pv.PolyData | None = None
    pole: pv.UnstructuredGrid | None = None


def draw(output: Output, field: Field, look: Look) -> Drawing:
    """Draw a field of an output.

    Raises:
        InputError: The look does not go with the field.
    """
    scale = scale_of(output, field, look.limits)
    subject = _subject(output, field, look, scale)
    picture = photograph(
        subject.coloured,
        SHOWN,
        view=subject.view,
        bounds=bounds_of(output),
        colours=scale.colours,
        limits=scale.limits,
        electrolyte=electrolyte_box(output),
        body=subject.grey,
        faint=subject.faint,
        pixels=look.pixels,
    )
    wanted = subject.pole is not None and look.sections
    return Drawing(picture, scale, _sections(subject.pole, scale) if wanted else [])


def scale_of(
    output: Output, field: Field, limits: tuple[float, float] | None = None
) -> ColourScale:
    """The colours of a field in one output."""
    values, spread = field.values(output), spread_of(field, output)
    return field_scale(field.name, values, spread, limits, error=error_of(field, output))


def _subject(output: Output, field: Field, look: Look, scale: ColourScale) -> _Subject:
    values = scale.shown(field.values(output))
    if look.streamlines:
        return _streams(output, field, look)
    if look.plane is not None:
        halve = _halved_surface if field.on_surface else _halved_electrode
        return halve(output, values, look.plane)
    if field.on_surface:
        surface = surface_of(output, values)
        body = body_of(output, surface)
        return _Subject(surface, view_of_interface(body), grey=body)
    cut = cut_of(output, values)
    return _Subject(cut.surface, view_of_cut(cut), pole=cut.pole)


def _streams(output: Output, field: Field, look: Look) -> _Subject:
    if field.on_surface:
        raise InputError(
            f"--streamlines: '{field.key}' lives on the surface; expected a field that fills the "
            "electrode, such as concentration"
        )
    if look.plane is not None:
        raise InputError("--streamlines are drawn through the whole electrode; leave out --cut")
    skin = skin_of(_solid(output))
    return _Subject(streamlines_of(output, field), View(), faint=skin)


def _halved_electrode(output: Output, values: np.ndarray, plane: Plane) -> _Subject:
    solid = _solid(output)
    solid[SHOWN] = values
    kept = solid.clip(plane.normal, origin=plane.origin(bounds_of(output)), invert=True)
    return _Subject(skin_of(kept), plane.view)


def _halved_surface(output: Output, values: np.ndarray, plane: Plane) -> _Subject:
    """The surface behind the plane, and the cut through the solid in grey."""
    origin, solid = plane.origin(bounds_of(output)), _solid(output)
    surface = surface_of(output, values)
    body = body_of(output, surface).clip(plane.normal, origin=origin, invert=True)
    section = solid.slice(plane.normal, origin=origin).triangulate()
    grey = pv.merge([body, section], merge_points=False)
    return _Subject(surface.clip(plane.normal, origin=origin, invert=True), plane.view, grey=grey)


def _solid(output: Output) -> pv.UnstructuredGrid:
    grid = output.electrode
    cells = linear_cells(cells_of(grid))
    return pv.UnstructuredGrid({pv.CellType.TETRA: cells}, in_micrometres(grid))


def _sections(pole: pv.UnstructuredGrid | None, scale: ColourScale) -> list[Section]:
    """Horizontal sections through the pole in the middle of the cut, from its tip down."""
    if pole is None:
        return []
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
