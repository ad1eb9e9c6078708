"""Runs a study: folder, mesh, simulation, fields, pictures, report, and where it all came from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._arguments import check_is
from .._compiler import require_compiler
from .._files import failure_of
from ..errors import BalanceError, InputError, Interrupted, NanotrodeError
from . import build, folder, ranks, repeat
from .claim import Claim, claim, look
from .loading import load_study
from .measures import measures
from .owner import owned, require_free
from .progress import Progress
from .provenance import now, provenance
from .schema import PlatingStudy, RunStudy
from .signals import Stopped, orders

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh
    from ..solver.result import Result

log = logging.getLogger("nanotrode")


def run_study(
    study: RunStudy | str | Path,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    force: bool = False,
    show: bool = False,
) -> Result | None:
    """Run a study from its mesh to its pictures.

    Under MPI every rank calls this; files and meshing are rank 0's.

    Args:
        study: What to run, from `load_study`, or the path of its file.
        out: The run's folder; by default `runs/<name of the study>`.
        resume: Go on with the folder's unfinished run of this study, if there is one, or with a
            finished one whose protocol was the beginning of this study's.
        force: Run again what the folder holds, which stays until the new run is whole.
        show: Show the progress on the terminal.

    Returns:
        The result; None when the run in the folder had been finished already.

    Raises:
        InputError: The folder holds something else, or another process is at work in it.
        KeyboardInterrupt: From outside, SIGTERM included; the folder has a checkpoint.
        BalanceError: Charge was lost; pictures and report are there.
        MeshError, SolverError: Meshing or solving failed.
    """
    if isinstance(study, str | Path):
        study = load_study(study)
    check_is(study, RunStudy, "study", "a study from load_study, or the path of its file")
    path = Path(out) if out is not None else default_folder(study)
    several = ranks.size() > 1
    with orders.obeyed(several=several), orders.held(several), ExitStack() as until_end:
        comm = ranks.communicator()
        ranks.on_first(comm, require_compiler)
        taken = ranks.on_first(
            comm, lambda: _take(path, study, until_end, resume=resume, force=force)
        )
        found = ranks.shared(comm, taken)
        if found.state == "finished":
            ranks.on_first(comm, lambda: _report_if_missing(study, path))
            return None
        try:
            result = _run(study, found, comm, show=show)
        except Interrupted:
            raise Stopped(orders.number) from None
        if found.work != path:
            ranks.on_first(comm, lambda: repeat.settle(path))
    return replace(result, directory=path)


def _take(path: Path, study: RunStudy, until_end: ExitStack, *, resume: bool, force: bool) -> Claim:
    """Make the folder this process's, unless there is nothing to do or it must not be."""
    try:
        require_free(path)  # before all else: who is at work here leaves an unfinished run
        found = look(path, study, resume=resume, force=force)
        if found.state == "finished" and not repeat.is_whole(path):
            return found
        until_end.enter_context(owned(path))
        return claim(path, study, resume=resume, force=force)
    except OSError as error:  # nothing has been computed that could be gone on with
        raise InputError(f"the run's folder cannot be used: {failure_of(error)}") from error


def _run(study: RunStudy, found: Claim, comm: MPI.Comm | None, *, show: bool) -> Result:
    """Everything between an empty folder and a finished one."""
    path, go_on = found.work, found.state == "unfinished"
    with _log_file(path, comm), Progress(show=show and ranks.rank() == 0) as progress:
        for warning in found.warnings:
            log.warning("%s", warning)
        made = ranks.on_first(comm, lambda: _prepare(study, path, go_on, comm))
        mesh, notes = made or (None, {})
        simulation = build.make_simulation(study, mesh, comm=comm)
        observers = ranks.on_first(comm, lambda: _observers(study, path, mesh, go_on)) or []
        try:
            with orders.held():
                result = simulation.run(
                    path, observers=observers, resume=go_on, progress=progress, stop=orders.wish
                )
        except BalanceError:  # all was computed, and is shown; but the run stays unfinished
            ranks.on_first(comm, lambda: _finish(study, path, notes, sound=False))
            raise
        metrics = ranks.on_first(comm, lambda: _finish(study, path, notes)) or {}
    return replace(result, summary=result.summary | {"metrics": metrics})


def default_folder(study: RunStudy) -> Path:
    """Where a study's results go unless another folder is named."""
    return Path("runs") / (study.name or "study")


def _prepare(
    study: RunStudy, path: Path, go_on: bool, comm: MPI.Comm | None
) -> tuple[ElectrodeMesh, dict[str, Any]]:
    """Mesh, and write down what the results will come from."""
    notes = provenance(study, ranks=comm.size if comm else 1)
    mesh = _kept_mesh(path, any_recipe=go_on, recipe=notes["mesh_recipe"])
    if mesh is None:
        old = repeat.old(path)
        mesh = _kept_mesh(old, any_recipe=False, recipe=notes["mesh_recipe"]) if old else None
        mesh = build.attached_part(study, mesh or build.make_mesh(study))
        mesh.save(path / folder.MESH)
    else:
        log.info("using %s again", path / folder.MESH)
    notes["mesh"], notes["geometry"] = mesh.digest(), measures(mesh)
    folder.write_provenance(path, notes)
    log.info("%d tetrahedra, %d nodes", len(mesh.cells), len(mesh.points))
    return mesh, notes


def _kept_mesh(path: Path, *, any_recipe: bool, recipe: str) -> ElectrodeMesh | None:
    """The folder's mesh, if it is whole and the one that this study asks for."""
    from ..geometry.mesh import ElectrodeMesh

    old = folder.read_provenance(path)
    if not (path / folder.MESH).exists():
        return None
    if not any_recipe and old.get("mesh_recipe") != recipe:
        return None
    with suppress(NanotrodeError, OSError, ValueError):
        mesh = ElectrodeMesh.load(path / folder.MESH)
        if mesh.digest() == old.get("mesh"):
            return mesh
    return None


def _observers(study: RunStudy, path: Path, mesh: ElectrodeMesh | None, go_on: bool) -> list[Any]:
    from ..postprocess.export import VtkWriter
    from ..postprocess.plating_export import PlatingWriter
    from ..solver.checkpoint_files import resume_time

    assert mesh is not None
    since = resume_time(path) if go_on else None
    writer = PlatingWriter if isinstance(study, PlatingStudy) else VtkWriter
    return [writer(path, mesh, resume_time=since)]


def _finish(
    study: RunStudy, path: Path, notes: dict[str, Any], *, sound: bool = True
) -> dict[str, float]:
    """Appraise and draw, and mark the run as finished if it is sound; returns its metrics."""
    from ..postprocess.appraise import appraise_run
    from ..postprocess.plating import appraise_plating

    appraise = appraise_plating if isinstance(study, PlatingStudy) else appraise_run
    metrics = appraise(path)
    if study.output.pictures:
        from ..postprocess.pictures import make_pictures

        labels = [step.text for step in build.make_protocol(study).steps]
        make_pictures(path, labels=labels)
    if sound:
        folder.write_provenance(path, notes | {"finished": now()})
    _report_if_missing(study, path, again=True)
    return metrics


def _report_if_missing(study: RunStudy, path: Path, *, again: bool = False) -> None:
    """The report, which comes after a run is finished, and may have been cut."""
    if study.output.report and (again or not (path / folder.REPORT).exists()):
        from ..postprocess.report.make import make_report

        make_report(path)


@contextmanager
def _log_file(path: Path, comm: MPI.Comm | None) -> Iterator[None]:
    """Write what is logged into the run's folder, on rank 0."""
    if comm is not None and comm.rank != 0:
        yield
        return
    handler = logging.FileHandler(path / folder.LOG, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    except BaseException as error:
        log.error("stopped: %s", str(error) or type(error).__name__)
        raise
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        handler.close()
