"""The bodies of the rotatable picture: the surface, and the electrode cut open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from ..catalogue import Field
from ..cut import SHOWN
from ..fields import Output
from ..scene import View
from ..subject import body_of, cut_of, surface_of, view_of_cut, view_of_interface

_MOST_TRIANGLES = 40_000
_RIM = 35.0
"""Faces that meet at a larger angle have an edge between them [degrees]."""


class Body(NamedTuple):
    """Triangles to be drawn, with the values of fields at all outputs."""

    points: NDArray
    """(n, 3) [um]"""
    normals: NDArray
    """Unit vectors (n, 3)."""
    faces: NDArray
    """(m, 3)"""
    values: NDArray
    """(outputs, fields, n) as float32; no fields for what is drawn in grey."""


class Bodies(NamedTuple):
    """What one can look at."""

    surface: Body
    sides: Body
    """Faces beside the interface, in grey."""
    cut: Body
    surface_view: View
    cut_view: View


def make_bodies(
    outputs: Sequence[Output], on_surface: Sequence[Field], inside: Sequence[Field]
) -> Bodies:
    """Cut and thin out once, and carry the fields of all outputs along.

    Args:
        outputs: The outputs to show; their blocks are read and let go one after another.
        on_surface: Fields of the interface.
        inside: Fields of the electrode.
    """
    first = replace(outputs[0])
    surface = surface_of(first, _stacked(outputs, on_surface))
    sides = body_of(first, surface)
    cut = cut_of(first, _stacked(outputs, inside), fine=False)
    return Bodies(
        surface=_body(surface, len(outputs), len(on_surface)),
        sides=_body(sides, 0, 0),
        cut=_body(cut.surface, len(outputs), len(inside)),
        surface_view=view_of_interface(sides),
        cut_view=view_of_cut(cut),
    )


def _stacked(outputs: Sequence[Output], fields: Sequence[Field]) -> NDArray:
    """Nodal values (n, outputs x fields)."""
    columns = []
    for kept in outputs:
        output = replace(kept)
        columns += [field.values(output).astype(np.float32) for field in fields]
    return np.column_stack(columns)


def _body(surface: pv.PolyData, outputs: int, fields: int) -> Body:
    """Thin out what is too fine for a page, with sharp rims and smooth walls."""
    if surface.n_cells == 0:
        nothing = np.zeros((0, 3))
        return Body(nothing, nothing, nothing.astype(int), np.zeros((outputs, fields, 0)))
    if surface.n_cells > _MOST_TRIANGLES:
        share = 1.0 - _MOST_TRIANGLES / surface.n_cells
        surface = surface.clean().decimate_pro(share, feature_angle=25.0, preserve_topology=True)
    shown = surface.compute_normals(
        feature_angle=_RIM, split_vertices=True, cell_normals=False, auto_orient_normals=False
    )
    normals = np.asarray(shown.point_data["Normals"], dtype=np.float64)
    points, faces = np.asarray(shown.points, dtype=np.float64), shown.regular_faces
    values = np.zeros((outputs, fields, len(points)), dtype=np.float32)
    if fields:
        carried = np.asarray(shown.point_data[SHOWN]).reshape(len(points), outputs, fields)
        values = np.moveaxis(carried, 0, -1)
    return Body(points, normals, np.asarray(faces), values)
