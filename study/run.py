"""Runs a study: folder, mesh, simulation, fields, pictures, report, and where it all came from."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._compiler import require_compiler
from ..errors import NanotrodeError
from . import build, folder, ranks
from .measures import measures
from .progress import Progress
from .provenance import now, provenance
from .schema import PlatingStudy, RunStudy

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh
    from ..solver.result import Result

log = logging.getLogger("nanotrode")


def run_study(
    study: RunStudy,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    force: bool = False,
    show: bool = False,
) -> Result | None:
    """Run a study from its mesh to its pictures.

    Under MPI every rank calls this; files and meshing are rank 0's.

    Args:
        study: What to run, from `load_study`.
        out: The run's folder; by default `runs/<name of the study>`.
        resume: Go on with the folder's unfinished run of this study, if there is one.
        force: Overwrite whatever run the folder holds.
        show: Show the progress on the terminal.

    Returns:
        The result; None when the run in the folder had been finished already.

    Raises:
        InputError: The folder holds something else.
        MeshError, SolverError: Meshing or solving failed.
    """
    path = Path(out) if out is not None else default_folder(study)
    comm = ranks.communicator()
    ranks.on_first(comm, require_compiler)
    state = ranks.on_first(comm, lambda: folder.claim(path, study, resume=resume, force=force))
    state = ranks.shared(comm, state)
    if state == "finished":
        return None
    with _log_file(path, comm), Progress(show=show and ranks.rank() == 0) as progress:
        made = ranks.on_first(comm, lambda: _prepare(study, path, state == "unfinished", comm))
        mesh, notes = made or (None, {})
        simulation = build.make_simulation(study, mesh, comm=comm)
        observers = ranks.on_first(comm, lambda: _observers(study, path, mesh, state)) or []
        result = simulation.run(
            path, observers=observers, resume=state == "unfinished", progress=progress
        )
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
    old = folder.read_provenance(path)
    mesh = _kept_mesh(path, old, any_recipe=go_on, recipe=notes["mesh_recipe"])
    if mesh is None:
        mesh = build.make_mesh(study)
        mesh.save(path / folder.MESH)
    else:
        log.info("using %s again", path / folder.MESH)
    notes["mesh"], notes["geometry"] = mesh.digest(), measures(mesh)
    folder.write_provenance(path, notes)
    log.info("%d tetrahedra, %d nodes", len(mesh.cells), len(mesh.points))
    return mesh, notes


def _kept_mesh(
    path: Path, old: dict[str, Any], *, any_recipe: bool, recipe: str
) -> ElectrodeMesh | None:
    """The folder's mesh, if it is whole and the one that this study asks for."""
    from ..geometry.mesh import ElectrodeMesh

    if not (path / folder.MESH).exists():
        return None
    if not any_recipe and old.get("mesh_recipe") != recipe:
        return None
    with suppress(NanotrodeError, OSError, ValueError):
        mesh = ElectrodeMesh.load(path / folder.MESH)
        if mesh.digest() == old.get("mesh"):
            return mesh
    return None


def _observers(
    study: RunStudy, path: Path, mesh: ElectrodeMesh | None, state: str | None
) -> list[Any]:
    from ..postprocess.export import VtkWriter
    from ..postprocess.plating_export import PlatingWriter

    assert mesh is not None
    resume_time = _checkpoint_time(path) if state == "unfinished" else None
    writer = PlatingWriter if isinstance(study, PlatingStudy) else VtkWriter
    return [writer(path, mesh, resume_time=resume_time)]


def _checkpoint_time(path: Path) -> float | None:
    """Time at which an unfinished run goes on [s]; None when it never came to a checkpoint."""
    file = path / "checkpoint.npz"
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as stored:
        return float(json.loads(str(stored["numbers"]))["time"])


def _finish(study: RunStudy, path: Path, notes: dict[str, Any]) -> dict[str, float]:
    """Appraise and draw, and mark the run as finished; returns its metrics."""
    from ..postprocess.appraise import appraise_run
    from ..postprocess.plating import appraise_plating

    appraise = appraise_plating if isinstance(study, PlatingStudy) else appraise_run
    metrics = appraise(path)
    if study.output.pictures:
        from ..postprocess.pictures import make_pictures

        labels = [step.text for step in build.make_protocol(study).steps]
        make_pictures(path, labels=labels)
    folder.write_provenance(path, notes | {"finished": now()})
    if study.output.report:
        from ..postprocess.report.make import make_report

        make_report(path)
    return metrics


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
