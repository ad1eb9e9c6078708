"""The commands that look at results: report, view, render, animate."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from .._files import check_target
from ..errors import InputError
from ..units import quantity
from . import ranks

if TYPE_CHECKING:
    from ..postprocess.drawing import Look

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".pdf", ".svg")
"""Kinds of pictures that matplotlib writes."""

Flag = Parameter(negative="")
Limits = Annotated[
    tuple[float, float] | None,
    Parameter(help="Values at the ends of the colours [SI]; fitted if left out."),
]


def report(folder: Path, /) -> None:
    """Write report.html: a run or a sweep on one page, for any browser and without a network.

    Parameters
    ----------
    folder
        The folder of a run, such as runs/nanowire, or of a sweep.
    """
    from ..postprocess.report.make import report as write_report

    if ranks.rank() == 0:
        print(f"wrote {write_report(folder)}")


def view(
    folder: Path,
    /,
    *,
    field: str | None = None,
    time: str | None = None,
    serve: Annotated[bool, Flag] = False,
    port: int | None = None,
) -> None:
    """Look at a run: in a window where there is a screen, else as a page on 127.0.0.1.

    Parameters
    ----------
    folder
        The run's folder; that of a sweep is always served.
    field
        What the window shows, such as stoichiometry; current_density if left out.
    time
        What the window shows: the output nearest to this time, such as "5 min"; the most telling
        one if left out.
    serve
        Serve the report although there is a screen.
    port
        Where to serve it, although there may be a screen; a free port if left out.
    """
    from ..postprocess.report.sweep_table import RESULTS

    _there(folder)
    if ranks.rank() != 0:
        return
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if serve or port is not None or not screen or (folder / RESULTS).exists():
        given = [name for name, one in (("--field", field), ("--time", time)) if one is not None]
        if given:
            raise InputError(
                f"{', '.join(given)}: of the window alone; here the report is served, in which all "
                "fields and times are chosen by hand"
            )
        _serve(folder, port or 0)
        return
    from ..postprocess.window import open_window

    open_window(folder, field or "current_density", time=_seconds(time))


def _serve(folder: Path, port: int) -> None:
    """Serve the folder's report, made when it is absent, until interrupted."""
    from ..postprocess.report.make import report as write_report
    from ..postprocess.report.run_report import REPORT
    from .serving import serving

    if not (folder / REPORT).exists():
        write_report(folder)
    with serving(folder, port=port) as server:
        print(f"http://127.0.0.1:{server.server_port}/{REPORT}  (Ctrl-C ends)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def render(
    *folders: Path,
    field: str | None = None,
    out: Path | None = None,
    time: str | None = None,
    cut: str | None = None,
    streamlines: Annotated[bool, Flag] = False,
    limits: Limits = None,
) -> None:
    """Draw pictures of a run, or of several side by side with equal colours.

    With nothing but a folder, its pictures are drawn again.

    Parameters
    ----------
    folders
        The folders of one run or more.
    field
        Such as current_density, overpotential, stoichiometry or concentration.
    out
        The picture to write; FIELD.png in the first folder if left out.
    time
        The output nearest to this time, such as "5 min"; the most telling one if left out.
    cut
        Where to cut, such as x=0.5 (of the electrode) or "z=200 nm".
    streamlines
        Draw the lines along which the field falls, through the electrode.
    """
    from ..postprocess.render import render as draw
    from ..postprocess.render import render_montage

    if not folders:
        raise InputError("render: got no folder; expected one that 'nanotrode run' has made")
    for folder in folders:
        _there(folder)
    if ranks.rank() != 0:
        return
    if field is None and len(folders) == 1 and not (cut or streamlines or time or out or limits):
        _redraw(folders[0])
        return
    field = field or ("concentration" if streamlines else "current_density")
    look, when = _look(cut, streamlines), _seconds(time)
    path = out or folders[0] / f"{field}.png"
    check_picture(path)
    if len(folders) == 1:
        draw(folders[0], field, path, time=when, limits=limits, look=look)
    else:
        render_montage(folders, field, path, time=when, limits=limits, look=look)
    print(f"wrote {path}")


def _redraw(folder: Path) -> None:
    from ..postprocess.plots import plot_run
    from ..postprocess.render import render_run

    for path in [*plot_run(folder), *render_run(folder)]:
        print(f"wrote {path}")


def animate(
    folder: Path,
    /,
    *,
    field: str = "current_density",
    out: Path | None = None,
    seconds: float = 8.0,
    cut: str | None = None,
    streamlines: Annotated[bool, Flag] = False,
    limits: Limits = None,
) -> None:
    """Draw all outputs of a run into one animation.

    Parameters
    ----------
    folder
        The run's folder.
    field
        Such as current_density, overpotential, stoichiometry or concentration.
    out
        A .gif, or a .mp4 with the extra nanotrode[video]; FIELD.gif in the folder if left out.
    seconds
        How long it takes.
    cut
        Where to cut, such as x=0.5 (of the electrode) or "z=200 nm".
    streamlines
        Draw the lines along which the field falls, through the electrode.
    """
    from ..postprocess.animation import animate as draw

    _there(folder)
    if seconds <= 0:
        raise InputError(f"--seconds: got {seconds:g}, expected more than 0")
    if ranks.rank() == 0:
        path = out or folder / f"{field}.gif"
        check_target(path)
        look = _look(cut, streamlines)
        draw(folder, field, path, seconds=seconds, limits=limits, look=look)
        print(f"wrote {path}")


def check_picture(path: Path) -> None:
    """See that a picture can be written, before it is drawn.

    Raises:
        InputError: It cannot, or is of no known kind.
    """
    if path.suffix.lower() not in PICTURES:
        raise InputError(f"--out: got '{path}', expected a name that ends in {', '.join(PICTURES)}")
    check_target(path)


def register(app: App) -> None:
    """Add the commands to the command line."""
    for command in (report, view, render, animate):
        app.command(command)


def _there(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; expected one that 'nanotrode run' has made")


def _seconds(time: str | None) -> float | None:
    return None if time is None else quantity(time, "s", key="--time", example="5 min")


def _look(cut: str | None, streamlines: bool) -> Look:
    from ..postprocess.drawing import Look
    from ..postprocess.plane import parse_plane

    return Look(plane=parse_plane(cut) if cut else None, streamlines=streamlines)
