"""`nanotrode sweep STUDY`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...errors import NanotrodeError
from .. import ranks
from ..again import interrupted


def sweep(
    study: Path,
    /,
    *,
    out: Path | None = None,
    jobs: int | None = None,
    retry: Annotated[bool, Parameter(negative="")] = False,
    uncertain: Annotated[bool, Parameter(negative="")] = False,
    overrides: Annotated[
        list[str] | None,
        Parameter(name="--set", negative="", help="KEY=VALUE wins over the file; may be repeated."),
    ] = None,
) -> None:
    """Run a study over many values of its keys, as its [sweep] says.

    Begun again, it goes on where it was: cases that are done are not run again.

    Parameters
    ----------
    study
        The study file (TOML), with a [sweep] or an [uncertain]; any study with --uncertain.
    out
        Folder for the cases and the tables; runs/<name of the study> if left out.
    jobs
        Cases at the same time; goes before sweep.jobs.
    retry
        Run failed cases again.
    uncertain
        Vary all numbers that the study's cards give a range, and the seed of a random structure.
    """
    from ..show_cases import show_sweep
    from .plan import plan_sweep
    from .run import run_sweep

    ranks.require_one("sweep")
    given = [*(overrides or ()), *([f"sweep.jobs={jobs}"] if jobs is not None else [])]
    plan = plan_sweep(study, given, uncertain=uncertain)
    try:
        outcome = run_sweep(plan, out, retry=retry, show=True)
    except KeyboardInterrupt:
        raise interrupted("sweep", study, out=out, overrides=given) from None
    show_sweep(outcome)
    lost = Counter(row["status"] for row in outcome.rows if row["status"] not in _FINE)
    if lost:
        told = ", ".join(f"{count} {status}" for status, count in lost.items())
        raise NanotrodeError(
            f"of {len(outcome.rows)} cases {told}; the column 'reason' of results.csv says why, "
            "and --retry runs them again"
        )


_FINE = ("done", "impossible")
