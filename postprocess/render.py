"""Pictures of a run: current density on the surface, a cut through the concentration."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .._arguments import check_is
from ..errors import InputError
from ..solver.result import Result
from .catalogue import fields_of, find_field
from .drawing import Look, draw, scale_of
from .fields import Output, most_telling, read_outputs
from .layout import compose
from .montage import Tile, compose_montage
from .opengl import require_rendering
from .palette import ColourScale
from .wording import duration

_log = logging.getLogger(__name__)

_TILE_PIXELS = 420_000
PICTURES = {
    "current_density": "current_density.png",
    "concentration": "concentration_cut.png",
    "deposit_thickness": "deposit_thickness.png",
}
"""Field -> the picture that every run that has it gets."""
_PLAIN = Look()


def render_run(directory: str | Path) -> list[Path]:
    """Draw the `PICTURES` of what a run has into its folder.

    They show the output where the stoichiometry varies most through the electrode, or the end
    of plating.

    Raises:
        RenderingError: This machine cannot draw.
        InputError: The folder holds no outputs.
    """
    require_rendering()
    directory = Path(directory)
    output = most_telling(read_outputs(directory))
    paths = []
    there = {field.key for field in fields_of(output)}
    for field, name in PICTURES.items():
        if field in there:
            paths.append(render_output(output, field, directory / name))
    return paths


def render(
    run: Result | str | Path,
    field: str,
    path: str | Path,
    *,
    time: float | None = None,
    limits: tuple[float, float] | None = None,
    look: Look = _PLAIN,
) -> Path:
    """Draw one field of a run.

    Args:
        run: A result that was written to a folder, or that folder.
        field: Such as `current_density`, `overpotential`, `stoichiometry`, `concentration`;
            whatever the folder holds.
        path: The picture to write; its suffix chooses the format.
        time: The output nearest to this time [s]; None chooses the most telling one.
        limits: Values at the ends of the colour scale; give the same to pictures that are
            to be compared. None fits them to the field.
        look: A plane to cut at, streamlines.
    """
    check_is(run, (Result, str, Path), "render", "a Result, or the folder of a run")
    check_is(field, str, "field", 'the name of a field, such as "current_density"')
    directory = run if isinstance(run, str | Path) else run.directory
    if directory is None:
        raise InputError("the result was not written to a folder; give the run an output folder")
    require_rendering()
    output = choose_output(read_outputs(directory), time)
    return render_output(output, field, path, limits=limits, look=look)


def render_montage(
    runs: Sequence[str | Path],
    field: str,
    path: str | Path,
    *,
    time: float | None = None,
    limits: tuple[float, float] | None = None,
    look: Look = _PLAIN,
) -> Path:
    """Draw one field of several runs side by side, with equal colour limits.

    Args:
        runs: Their folders.
        field: As of `render`.
        path: The picture to write.
        time: Of each run the output nearest to this time [s]; None the most telling ones.
        limits: Values at the ends of the colour scale; None fits them to all that is shown.
        look: As of `render`.
    """
    require_rendering()
    outputs = [choose_output(read_outputs(run), time) for run in runs]
    look = replace(
        look, limits=limits or limits_of(outputs, field), pixels=_TILE_PIXELS, sections=False
    )
    tiles = [
        Tile(Path(run).name, _facts(output), draw(output, find_field(output, field), look))
        for run, output in zip(runs, outputs, strict=True)
    ]
    path = compose_montage(Path(path), tiles, runs=runs)
    _log.info("wrote %s", path)
    return path


def choose_output(outputs: Sequence[Output], time: float | None) -> Output:
    """The output nearest to a time [s], or the most telling one."""
    if time is None:
        return most_telling(list(outputs))
    return min(outputs, key=lambda output: abs(output.time - time))


def common_limits(run: str | Path, field: str) -> tuple[float, float]:
    """Colour limits that hold for all outputs of a run, to draw comparable pictures."""
    return limits_of(read_outputs(run), field)


def limits_of(outputs: Iterable[Output], field: str) -> tuple[float, float]:
    """Colour limits that hold for all these outputs."""
    scales = [scale_of(output, find_field(output, field)) for output in outputs]
    # what is zero but for rounding has no sign of its own
    told = [scale for scale in scales if not (scale.uniform and _holds_zero(scale))]
    signs = {0.0 if scale.limits[0] < 0 else scale.sign for scale in told}
    ends = np.array([scale.limits for scale in told or scales])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if len(signs) > 1:  # magnitudes of either direction: one scale around zero for all
        reach = max(abs(low), abs(high))
        return -reach, reach
    return (low, high) if len(told) in (0, len(scales)) else (min(low, 0.0), max(high, 0.0))


def _holds_zero(scale: ColourScale) -> bool:
    return scale.limits[0] < 0 < scale.limits[1]


def render_output(
    output: Output,
    field: str,
    path: str | Path,
    *,
    limits: tuple[float, float] | None = None,
    look: Look = _PLAIN,
) -> Path:
    """Draw one field of one output."""
    drawing = draw(output, find_field(output, field), replace(look, limits=limits or look.limits))
    path = compose(
        Path(path), drawing.picture, drawing.scale,
        subtitle=subtitle(output), sections=drawing.sections,
        runs=[output.path.parent.parent],
    )  # fmt: skip
    _log.info("wrote %s", path)
    return path


def subtitle(output: Output) -> str:
    """Step, time, potential and current of an output, for a picture."""
    return f"{output.label}   ·   {_facts(output)}"


def _facts(output: Output) -> str:
    return (
        f"{duration(output.time)}   ·   {output.voltage:.3f} V   ·   "
        f"{output.current_density / 10 + 0.0:.3g} mA cm$^{{-2}}$"
    )
