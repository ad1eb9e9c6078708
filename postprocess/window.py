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
from .render import choose_output, limits_of
from .subject import body_of, bounds_of, cut_of, surface_of
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
    mesh = _mesh(first, found, outputs)
    bar = {"title": f"{scale.words} [{unit_text(scale.unit) or '-'}]", "vertical": False}
    plotter.set_background(_PAPER)
    plotter.add_mesh(
        mesh, scalars=SHOWN, cmap=scale.colours, clim=scale.limits, scalar_bar_args=bar,
        show_scalar_bar=True, smooth_shading=True, split_sharp_edges=False,
    )  # fmt: skip
    if found.on_surface:
        body = body_of(first, mesh)
        if body.n_cells:
            plotter.add_mesh(body, color=_GREY)
    plotter.show_bounds(bounds=bounds_of(first), xtitle="x [um]", ytitle="y [um]", ztitle="z [um]")

    def show(number: float) -> None:
        place = round(number)
        mesh[SHOWN] = scale.sign * np.asarray(mesh[_ALL])[:, place]
        output = replace(outputs[place])
        words = f"{output.label}, {duration(output.time)}, {output.voltage:.3f} V"
        plotter.add_text(words, name="clock", font_size=10, position="upper_left")

    at = [output.time for output in outputs].index(start)
    if len(outputs) > 1:
        plotter.add_slider_widget(
            show, [0, len(outputs) - 1], value=at, title="output", fmt="%.0f",
            pointa=(0.62, 0.92), pointb=(0.96, 0.92),
        )  # fmt: skip
    show(at)
    return show


_ALL = "all outputs"


def _mesh(first: Output, field: Field, outputs: list[Output]) -> pv.PolyData:
    """The surface or the cut, with the field at all outputs and one of them to be shown."""
    values = np.column_stack([field.values(replace(output)) for output in outputs])
    cut = surface_of(first, values) if field.on_surface else cut_of(first, values).surface
    cut[_ALL] = np.asarray(cut[SHOWN]).reshape(cut.n_points, -1)
    cut[SHOWN] = cut[_ALL][:, 0]
    return cut
