"""A run in a window of its own: turn it, choose the output with a slider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyvista as pv

from .catalogue import Field, find_field
from .cut import SHOWN
from .drawing import scale_of
from .fields import Output, read_outputs
from .ranges import fit
from .render import choose_output, limits_of
from .scene import MATT, View
from .subject import (
    body_of,
    bounds_of,
    cut_of,
    surface_of,
    view_of_cut,
    view_of_interface,
)
from .wording import duration, unit_text

_PAPER, _GREY = "white", "#dedcd6"


def open_window(run: str | Path, field: str, *, time: float | None = None) -> None:
    """Show a field of a run, and return when the window is closed.

    Args:
        run: The run's folder.
        field: As of `render`.
        time: The output to begin with [s]; None takes the most telling one.
    """
    outputs = read_outputs(run)
    start = choose_output(outputs, time).time
    plotter = pv.Plotter(title=f"nanotrode: {Path(run).name}", window_size=[1100, 820])
    fill_window(plotter, outputs, field, start=start)
    plotter.show()


def fill_window(
    plotter: pv.Plotter, outputs: list[Output], field: str, *, start: float
) -> Callable[[float], None]:
    """Put the electrode, its colour bar and a time slider into a plotter.

    Returns:
        What the slider calls with the number of an output.
    """
    first = replace(outputs[0])
    found = find_field(first, field)
    scale = scale_of(first, found, limits_of(map(replace, outputs), field))
    mesh, view = _mesh(first, found, outputs)
    title = f"{scale.words} [{unit_text(scale.unit) or '-'}]"
    bar = {
        "title": title, "vertical": True, "position_x": 0.9, "position_y": 0.2, "height": 0.5,
        "width": 0.05, "title_font_size": 14, "label_font_size": 13, "n_labels": 5,
    }  # fmt: skip
    plotter.set_background(_PAPER)
    plotter.add_mesh(
        mesh, scalars=SHOWN, cmap=scale.colours, clim=scale.limits, scalar_bar_args=bar,
        show_scalar_bar=True, smooth_shading=True, split_sharp_edges=False, **MATT,
    )  # fmt: skip
    body = body_of(first, mesh) if found.on_surface else None
    if body is not None and body.n_cells:
        plotter.add_mesh(body, color=_GREY, **MATT)
    plotter.show_bounds(
        bounds=bounds_of(first), location="outer", font_size=9, n_xlabels=3, n_ylabels=3,
        n_zlabels=3, xtitle="x [µm]", ytitle="y [µm]", ztitle="z [µm]",
    )  # fmt: skip
    _stand(plotter, mesh, view)

    def show(number: float) -> None:
        place = round(number)
        mesh[SHOWN] = scale.sign * np.asarray(mesh[_ALL])[:, place]
        output = replace(outputs[place])
        words = f"{output.label}, {duration(output.time)}, {output.voltage:.3f} V"
        values = mesh[SHOWN]
        if fit(float(values.min()), float(values.max()), unit=scale.unit).uniform:
            words += f"\n{scale.words}: uniform"
            mesh[SHOWN] = np.full_like(values, values.mean())
        plotter.add_text(words, name="clock", font_size=10, position="upper_left")

    at = [output.time for output in outputs].index(start)
    if len(outputs) > 1:
        plotter.add_slider_widget(
            show, [0, len(outputs) - 1], value=at, title="output", fmt="%.0f",
            pointa=(0.66, 0.93), pointb=(0.96, 0.93), style="modern", title_height=0.018,
            slider_width=0.02, tube_width=0.004,
        )  # fmt: skip
    show(at)
    return show


_ALL = "all outputs"


def _stand(plotter: pv.Plotter, mesh: pv.PolyData, view: View) -> None:
    """Look from where pictures are taken."""
    middle = np.array(mesh.center)
    plotter.camera.focal_point = tuple(middle)
    plotter.camera.position = tuple(middle + 4.0 * mesh.length * view.direction)
    plotter.camera.up = (0.0, 0.0, 1.0)
    plotter.enable_parallel_projection()
    plotter.camera.parallel_scale = 0.62 * mesh.length
    plotter.reset_camera_clipping_range()


def _mesh(first: Output, field: Field, outputs: list[Output]) -> tuple[pv.PolyData, View]:
    """The surface or the cut, with the field at all outputs; and from where to look at it."""
    values = np.column_stack([field.values(replace(output)) for output in outputs])
    if field.on_surface:
        mesh = surface_of(first, values)
        view = view_of_interface(body_of(first, mesh))
    else:
        cut = cut_of(first, values)
        mesh, view = cut.surface, view_of_cut(cut)
    mesh[_ALL] = np.asarray(mesh[SHOWN]).reshape(mesh.n_points, -1)
    mesh[SHOWN] = np.asarray(mesh[_ALL])[:, 0]
    return mesh, view
