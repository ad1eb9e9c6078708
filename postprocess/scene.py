"""The 3-D scene: lights, camera, ambient occlusion; geometry in micrometres."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from PIL import Image

from .names import MICROMETRE
from .opengl import require_rendering

_PIXELS = 1_250_000
_TALLEST = 2.6
_BODY = "#d0cec8"
MATT = {"ambient": 0.56, "diffuse": 0.56, "specular": 0.12, "specular_power": 18}


def in_micrometres(grid: pv.UnstructuredGrid) -> NDArray:
    """The points of `grid` [um]."""
    return np.asarray(grid.points, dtype=np.float64) / MICROMETRE


def _prepared(surface: pv.PolyData, shrink: NDArray) -> pv.PolyData:
    """The surface drawn shorter, with normals smooth on walls and sharp at rims.

    Rims are found at true scale, where their angles are what they are.
    """
    shown = surface.compute_normals(
        feature_angle=35.0, split_vertices=True, cell_normals=False, auto_orient_normals=False
    )
    normals = np.asarray(shown.point_data["Normals"]) / shrink
    shown.points = np.asarray(shown.points) * shrink
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    # A cut leaves triangles without area, whose normal is zero.
    shown.point_data.active_normals = normals / np.where(lengths > 0, lengths, 1.0)
    return shown


@dataclass(frozen=True)
class View:
    """Where the camera stands: looking down at `elevation`, from `azimuth` [degrees]."""

    azimuth: float = -62.0
    elevation: float = 24.0

    @property
    def direction(self) -> NDArray:
        """Unit vector from the object to the camera."""
        a, e = np.radians([self.azimuth, self.elevation])
        return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])

    @property
    def right(self) -> NDArray:
        """Unit vector to the right of the picture; always horizontal."""
        a = np.radians(self.azimuth)
        return np.array([-np.sin(a), np.cos(a), 0.0])

    @property
    def up(self) -> NDArray:
        """Unit vector upwards in the picture."""
        return np.cross(self.direction, self.right)


class Photograph(NamedTuple):
    """A drawn scene and its scales."""

    image: NDArray
    """(rows, columns, 3) uint8."""
    width: float
    """Width of the picture, along the horizontal [um]."""
    height: float
    """Height of the picture, in vertical micrometres of the object [um]."""
    squeeze: float
    """Factor by which heights are drawn shorter; 1 is true to scale."""


def squeeze_of(bounds: tuple[float, ...]) -> float:
    """How much shorter to draw heights, so that needles remain visible."""
    wide = float(np.hypot(bounds[1] - bounds[0], bounds[3] - bounds[2]))
    tall = bounds[5] - bounds[4]
    ratio = tall / (_TALLEST * wide)
    return 1.0 if ratio <= 1.15 else ratio


def photograph(
    surface: pv.PolyData,
    field: str,
    *,
    view: View,
    bounds: tuple[float, ...],
    colours: object,
    limits: tuple[float, float],
    electrolyte: tuple[float, ...] | None = None,
    body: pv.PolyData | None = None,
    faint: pv.PolyData | None = None,
    pixels: int | None = None,
) -> Photograph:
    """Draw a surface coloured by a nodal field, standing on a collector.

    Args:
        surface: The surface [um].
        field: Name of its field.
        view: The camera, at infinity (parallel projection: lengths can be read).
        bounds: Box of the electrode (x0, x1, y0, y1, z0, z1) [um].
        colours: A matplotlib colour map.
        limits: Values at its ends.
        electrolyte: Box of the electrolyte, drawn as a faint outline.
        body: Further faces of the electrode, drawn in grey.
        faint: Faces to look through.
        pixels: Of the picture, about.
    """
    require_rendering()
    squeeze = squeeze_of(bounds)
    shrink = np.array([1.0, 1.0, 1.0 / squeeze])
    collector = _collector(electrolyte or bounds, bounds)
    boxes = [bounds, collector.bounds, *([electrolyte] if electrolyte else [])]
    corners = np.vstack([_corners(box) for box in boxes]) * shrink
    sideways, upwards = corners @ view.right, corners @ view.up
    width, height = 1.04 * np.ptp(sideways), 1.04 * np.ptp(upwards)
    pixels = pixels or _PIXELS
    columns = int(np.sqrt(pixels * width / height))
    rows = int(pixels / columns)

    # Drawn at twice the size and averaged: VTK's own smoothing does not go with its occlusion.
    plotter = pv.Plotter(off_screen=True, window_size=(2 * columns, 2 * rows), lighting="none")
    try:
        plotter.set_background("white")
        _add_lights(plotter, view)
        plotter.add_mesh(
            _prepared(surface, shrink), scalars=field, cmap=colours, clim=limits,
            show_scalar_bar=False, n_colors=512, interpolation="Phong", **MATT,
        )  # fmt: skip
        if body is not None and body.n_cells:
            plotter.add_mesh(_prepared(body, shrink), color=_BODY, **MATT)
        if faint is not None:
            plotter.add_mesh(_prepared(faint, shrink), color="#8a9099", opacity=0.14, **MATT)
        plotter.add_mesh(collector.scale(shrink), color="#c9c8c4", ambient=0.45, diffuse=0.6)
        if electrolyte:
            plotter.add_mesh(
                _open_box(electrolyte, view).scale(shrink),
                color="#9fb4c4",
                line_width=3,
                lighting=False,
            )
        _aim(plotter, view, corners, height)
        if faint is None:  # what is looked through would throw false shadows
            plotter.enable_ssao(
                radius=0.07 * float(np.sqrt(width * height)), bias=0.003 * height, kernel_size=16
            )
        picture = plotter.screenshot(return_img=True)
    finally:
        plotter.close()
    return Photograph(
        _halve(np.asarray(picture)),
        float(width),
        float(height * squeeze / np.cos(np.radians(view.elevation))),
        squeeze,
    )


def flat_photograph(
    mesh: pv.PolyData,
    field: str,
    *,
    box: tuple[float, float, float, float],
    colours: object,
    limits: tuple[float, float],
) -> NDArray:
    """Draw a horizontal section from above, unlit; `box` is (x0, x1, y0, y1) [um].

    VTK draws thin triangles cleanly where matplotlib leaves streaks.
    """
    require_rendering()
    plotter = pv.Plotter(off_screen=True, window_size=(800, 800), lighting="none")
    try:
        plotter.set_background("white")
        plotter.add_mesh(
            mesh, scalars=field, cmap=colours, clim=limits, show_scalar_bar=False,
            n_colors=512, lighting=False,
        )  # fmt: skip
        middle = (0.5 * (box[0] + box[1]), 0.5 * (box[2] + box[3]), float(mesh.center[2]))
        size = max(box[1] - box[0], box[3] - box[2])
        camera = plotter.camera
        camera.focal_point, camera.up = middle, (0.0, 1.0, 0.0)
        camera.position = (middle[0], middle[1], middle[2] + size)
        plotter.enable_parallel_projection()
        camera.parallel_scale = 0.5 * size
        camera.clipping_range = (0.1 * size, 2.0 * size)
        return _halve(np.asarray(plotter.screenshot(return_img=True)))
    finally:
        plotter.close()


def _aim(plotter: pv.Plotter, view: View, corners: NDArray, height: float) -> None:
    right, up, direction = view.right, view.up, view.direction
    middle = sum(
        0.5 * (np.min(corners @ axis) + np.max(corners @ axis)) * axis
        for axis in (right, up, direction)
    )
    size = float(np.linalg.norm(np.ptp(corners, axis=0)))
    camera = plotter.camera
    camera.focal_point = tuple(middle)
    camera.position = tuple(middle + 2.0 * size * direction)
    camera.up = tuple(up)
    plotter.enable_parallel_projection()
    camera.parallel_scale = height / 2.0
    camera.clipping_range = (size, 3.0 * size)


def _add_lights(plotter: pv.Plotter, view: View) -> None:
    towards, right, up = view.direction, view.right, view.up
    for place, intensity in (
        (towards - 0.9 * right + 1.1 * up, 0.80),
        (towards + 1.6 * right + 0.2 * up, 0.32),
        (-0.4 * towards + 2.0 * up, 0.25),
    ):
        light = pv.Light(light_type="scene light", intensity=intensity)
        light.positional = False
        light.position = tuple(1e3 * place)
        light.focal_point = (0.0, 0.0, 0.0)
        plotter.add_light(light)


def _collector(footprint: tuple[float, ...], bounds: tuple[float, ...]) -> pv.PolyData:
    """A thin plate under the electrode."""
    size = min(footprint[1] - footprint[0], footprint[3] - footprint[2])
    rim = 0.0 if footprint is not bounds else 0.03 * size
    floor = bounds[4]
    return pv.Box(
        (
            footprint[0] - rim,
            footprint[1] + rim,
            footprint[2] - rim,
            footprint[3] + rim,
            floor - 0.025 * size * squeeze_of(bounds),
            floor,
        )
    )


def _open_box(box: tuple[float, ...], view: View) -> pv.PolyData:
    """The edges of a box but for those that would cross the object in front."""
    corners = _corners(box)
    nearest = int(np.argmax(corners @ view.direction))
    size = np.ptp(corners, axis=0)
    edges = [
        (2, a, b)
        for a, b in combinations(range(8), 2)
        if np.count_nonzero(np.abs(corners[a] - corners[b]) > 1e-9 * size) == 1
        and nearest not in (a, b)
    ]
    return pv.PolyData(corners, lines=np.array(edges).ravel())


def _corners(box: tuple[float, ...]) -> NDArray:
    return np.array(np.meshgrid(box[0:2], box[2:4], box[4:6])).reshape(3, -1).T


def _halve(image: NDArray) -> NDArray:
    """Each pixel the mean of four."""
    return np.asarray(Image.fromarray(image[:, :, :3]).reduce(2))
