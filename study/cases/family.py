"""The process of a family: runs cases on one mesh, most by a reduced model of the others.

    python -m nanotrode.study.cases.family FOLDER

`FOLDER/members.json` lists the cases' folders; each gets what a run leaves, but no checkpoint.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..._files import failure_of, write_text
from ...errors import NanotrodeError
from .. import build, folder
from ..loading import load_case
from ..measures import measures
from ..provenance import now, provenance
from ..schema import Study
from ..source import read_source
from .families import MEMBERS

if TYPE_CHECKING:
    from ...geometry.mesh import ElectrodeMesh
    from ...geometry.sizing import Sizing
    from ...solver.result import Result

log = logging.getLogger("nanotrode")


def run_members(place: Path) -> None:
    """Run the cases that a family's folder lists, and write each into its own folder.

    Raises:
        MeshError, SolverError: Meshing failed, or a run that was made in full.
    """
    from ...solver.reduced.parameters import kind_of
    from ...solver.reduced.run import run_family

    paths = [Path(name) for name in json.loads((place / MEMBERS).read_text(encoding="utf-8"))]
    studies = {path: study for path in paths if isinstance(study := _load(path), Study)}
    mesh = build.make_mesh(next(iter(studies.values())), _finest(studies.values()))
    runs = {path: build.make_insertion(study, mesh) for path, study in studies.items()}
    kinds: dict[tuple[str, ...], list[Path]] = {}
    for path, run in runs.items():
        kinds.setdefault(kind_of(run), []).append(path)
    for alike in kinds.values():
        results = run_family([runs[path] for path in alike])
        for path, result in zip(alike, results, strict=True):
            _write(path, studies[path], mesh, result)


def _load(path: Path) -> object:
    return load_case(read_source(path / folder.STUDY))


def _finest(studies: Iterable[Study]) -> Sizing | None:
    """Element sizes that resolve the fastest step of all members; None for a user's mesh."""
    if any(build.make_shape(study) is None for study in studies):
        return None
    sizings = [build.make_sizing(study) for study in studies]
    lengths = [one.diffusion_length for one in sizings if one.diffusion_length is not None]
    return replace(sizings[0], diffusion_length=min(lengths, default=None))


def _write(path: Path, study: Study, mesh: ElectrodeMesh, result: Result) -> None:
    """Leave what a run of its own would leave; finished only when all is there."""
    from ...postprocess.appraise import appraise_run
    from ...postprocess.export import VtkWriter
    from ...solver.recorder import write_series

    notes = provenance(study) | {"mesh": mesh.digest(), "geometry": measures(mesh)}
    folder.clear(path)
    folder.write_provenance(path, notes)
    mesh.save(path / folder.MESH)
    write_series(path, result.series)
    write_text(path / "summary.json", json.dumps(result.summary, indent=2) + "\n")
    writer = VtkWriter(path, mesh)
    for snapshot in result.snapshots:
        writer.write(snapshot)
    writer.finish(result)
    appraise_run(path)
    folder.write_provenance(path, notes | {"finished": now()})


def main() -> int:
    """Run the family whose folder the command line names."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        run_members(Path(sys.argv[1]))
    except NanotrodeError as error:
        log.error("%s", error)
        return error.exit_code
    except OSError as error:
        log.error("%s", failure_of(error))
        return NanotrodeError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
