"""The command line: `nanotrode run STUDY` and what goes with it.

Exit codes: 0 done, 2 the input is at fault (found before any meshing), 3 meshing or solving
failed, 130 after Ctrl-C, 143 after SIGTERM. Everything heavy is imported by the command that
needs it.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from .. import __version__
from .._files import check_target, failure_of, write_text
from .._messages import message as fit
from ..errors import InputError, NanotrodeError
from . import again, ranks, viewing
from .again import interrupted
from .cite import cite
from .optimise.command import optimise
from .reproduce.command import reproduce
from .signals import orders
from .sweep.command import sweep
from .terminal import drop, flush_output, open_streams

Kind = Literal[
    "film",
    "nanowire-array",
    "nanobelt-array",
    "porous-framework",
    "miec-scaffold",
    "gyroid",
    "diamond",
    "schwarz-p",
    "gaussian-random-field",
    "fibre-cloth",
    "inverse-opal",
    "overlapping-spheres",
    "combination",
    "image",
    "mesh",
]
Overrides = Annotated[
    list[str] | None,
    Parameter(name="--set", negative="", help="KEY=VALUE wins over the file; may be repeated."),
]

app = App(
    name="nanotrode",
    help="A finite-element 3-D modeller of nanostructured battery electrodes.",
    version=f"nanotrode {__version__}",
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
viewing.register(app)
app.command(reproduce)


@app.command
def run(
    study: Path,
    /,
    *,
    out: Path | None = None,
    resume: Annotated[bool, Parameter(negative="")] = False,
    force: Annotated[bool, Parameter(negative="")] = False,
    overrides: Overrides = None,
) -> None:
    """Run a study: mesh it, follow its protocol, write fields, series, pictures and a report.

    Works the same on several processes: mpiexec -n 2 nanotrode run STUDY

    Parameters
    ----------
    study
        The study file (TOML); 'nanotrode new' writes one.
    out
        Folder for the results; runs/<name of the study> if left out.
    resume
        Go on where an interrupted run of the same study stopped, or where a finished one ended
        when steps or cycles have been added to the end of its protocol.
    force
        Run again what the folder holds, or another study; what is there stays until it is done.
    """
    from .loading import load_study
    from .run import default_folder, run_study
    from .show import show_run

    loaded = load_study(study, overrides or ())
    try:
        result = run_study(loaded, out, resume=resume, force=force, show=True)
    except OSError as error:
        raise NanotrodeError(
            f"{failure_of(error)}; what was computed is kept, and --resume goes on from there"
        ) from error
    except KeyboardInterrupt:
        raise interrupted(
            "run", study, out=out, overrides=overrides or (), flag="--resume"
        ) from None
    if ranks.rank() == 0:
        show_run(out or default_folder(loaded), result)


@app.command
def mesh(
    study: Path,
    /,
    *,
    out: Path | None = None,
    summary: Path | None = None,
    overrides: Overrides = None,
) -> None:
    """Mesh a study's geometry, and print how good the mesh is.

    Parameters
    ----------
    study
        The study file (TOML).
    out
        File to write the mesh to (.msh).
    summary
        File to write its volumes, areas and porosity to (.json).
    """
    from .build import make_mesh, make_shape, make_sizing
    from .forecast import forecast_mesh
    from .loading import load_geometry
    from .measures import write_summary
    from .show import show_mesh
    from .show_structure import tell_size
    from .stages import Stages

    if out is not None and out.suffix != ".msh":
        raise InputError(f"--out: got '{out}', expected a file that ends in .msh")
    loaded = load_geometry(study, overrides or ())
    if ranks.rank() != 0:
        return
    for target in (out, summary):
        if target is not None:
            check_target(target)
    shape = make_shape(loaded)
    with Stages(show=True) as stages:
        tell_size(forecast_mesh(shape, make_sizing(loaded), described=False))
        stages.at("meshing")
        made = make_mesh(loaded)
    show_mesh(made, shape)
    if out is not None:
        made.save(out)
        print(f"wrote {out}")
    if summary is not None:
        write_summary(summary, loaded, made)
        print(f"wrote {summary}")


@app.command
def describe(
    source: Path,
    /,
    *,
    voxel: str | None = None,
    label: Annotated[list[str] | None, Parameter(negative="")] = None,
    threshold: float | None = None,
    axes: str | None = None,
    crop: str | None = None,
    raw_shape: str | None = None,
    raw_type: str | None = None,
    out: Path | None = None,
    overrides: Overrides = None,
) -> None:
    """Measure a structure: pores, sizes, surfaces, percolation, tortuosity.

    Parameters
    ----------
    source
        A study file, a run's folder or an image (.tif, .tiff, .npy, .raw; a folder of slices).
    voxel
        Edge of an image's voxel, such as "100 nm".
    label
        Which grey value of an image is which region, such as electrolyte=0; may be repeated.
    threshold
        Instead of labels: brighter voxels are the electrode.
    axes
        What an image's pages, rows and columns are; zyx if left out.
    crop
        Part of an image, in voxels along x, y and z, such as 0:128,0:128,0:64.
    raw_shape
        Pages, rows and columns of a raw file, such as 64,128,128.
    raw_type
        Numbers of a raw file, such as uint8.
    out
        Folder for describe.json and the pictures; beside the source if left out.
    """
    from .describe import run_describe

    if ranks.rank() == 0:
        about = {"voxel": voxel, "labels": label, "threshold": threshold, "axes": axes}
        about |= {"crop": crop, "raw_shape": raw_shape, "raw_type": raw_type}
        for path in run_describe(source, about, out, overrides or ()):
            print(f"wrote {path}")


@app.command
def materials(
    name: str | None = None, /, *, electrode: Literal["positive", "negative"] | None = None
) -> None:
    """List the materials, or print one with the source of each number.

    Parameters
    ----------
    name
        A material of the list, or a path to a card (.toml) or a BPX file (.json).
    electrode
        Which electrode of a BPX file; all of them if left out.
    """
    from .show import show_material, show_materials

    if name is None:
        if electrode is not None:
            raise InputError("--electrode: of which BPX file? Name it before")
        show_materials()
    else:
        show_material(name, electrode)


@app.command
def new(kind: Kind, /, *, out: Path | None = None) -> None:
    """Print a commented study file to start from.

    Parameters
    ----------
    kind
        The geometry.
    out
        File to write instead of printing; an existing one is kept.
    """
    from .starter import starter

    text = starter(kind)
    if out is None:
        print(text, end="")
        return
    if out.exists():
        raise InputError(f"{out}: exists already; choose another name")
    write_text(out, text)
    print(f"wrote {out}; run it with: nanotrode run {out}")


@app.command
def schema() -> None:
    """Print the JSON schema of study files, for editors."""
    from .schema import json_schema

    print(json_schema(), end="")


app.command(cite)
app.command(sweep)
app.command(optimise)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    logging.getLogger("nanotrode").addHandler(logging.NullHandler())
    logging.raiseExceptions = False  # a log that cannot be written is no reason for a traceback
    open_streams()
    with orders.obeyed(several=ranks.size() > 1, for_good=arguments is None):
        return _guarded(lambda: app(tokens, exit_on_error=False, print_error=False))


def _guarded(action: Callable[[], Any]) -> int:
    """Run, and turn any failure into one clear line and an exit code."""
    try:
        action()
        flush_output()
    except CycloptsError as error:
        return _fail(f"{error} ('nanotrode --help' lists the commands)", 2)
    except NanotrodeError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail(again.said(), again.exit_code())
    except BrokenPipeError:  # whoever read our output has seen enough
        drop(sys.stdout)
        return 0
    except OSError as error:
        drop(sys.stdout)
        return _fail(failure_of(error), 2)
    except MemoryError:
        return _fail("there is not enough memory for this; coarser or smaller is needed", 3)
    except Exception as error:
        code = _fail(_unforeseen(error), 3, always=True)
        _end_all_ranks(code)
        return code
    return 0


def _unforeseen(error: Exception) -> str:
    return (
        f"an unforeseen failure, {type(error).__name__}: {error} "
        "(NANOTRODE_DEBUG=1 shows where; please report it)"
    )


def _fail(message: str, code: int, *, always: bool = False) -> int:
    """Say what is wrong, once for all ranks."""
    if os.environ.get("NANOTRODE_DEBUG"):
        traceback.print_exc()
    if ranks.rank() == 0 or always:
        print(fit(message), file=sys.stderr, flush=True)
    return code


def _end_all_ranks(code: int) -> None:
    """One rank has failed alone: the others would wait for it for ever."""
    if ranks.size() > 1 and "mpi4py.MPI" in sys.modules:
        sys.modules["mpi4py.MPI"].COMM_WORLD.Abort(code)
