"""`nanotrode optimise STUDY`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .. import ranks
from ..again import interrupted


def optimise(
    study: Path,
    /,
    *,
    out: Path | None = None,
    jobs: int | None = None,
    overrides: Annotated[
        list[str] | None,
        Parameter(name="--set", negative="", help="KEY=VALUE wins over the file; may be repeated."),
    ] = None,
) -> None:
    """Find the best values of a study's keys, as its [optimise] says.

    Begun again, it goes on where it was; with a larger budget it searches on.

    Parameters
    ----------
    study
        The study file (TOML), with an [optimise].
    out
        Folder for the cases, the table and the picture; runs/<name of the study> if left out.
    jobs
        Cases at the same time; goes before optimise.jobs.
    """
    from ..show_cases import show_found
    from .problem import read_problem
    from .run import run_optimise

    ranks.require_one("optimise")
    given = [*(overrides or ()), *([f"optimise.jobs={jobs}"] if jobs is not None else [])]
    problem = read_problem(study, given)
    try:
        found = run_optimise(problem, out, show=True)
    except KeyboardInterrupt:
        raise interrupted("optimise", study, out=out, overrides=given) from None
    show_found(problem, found)
