"""The command `nanotrode reproduce PAPER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...errors import InputError
from .. import ranks
from .papers import find


def reproduce(
    paper: str,
    /,
    *,
    out: Path | None = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    quick: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Compute a paper again: its own numbers, then the physics that it is about.

    Tables (CSV and one report.md), figures (PNG) and the runs behind them. Started again, it goes
    on where it was stopped.

    Parameters
    ----------
    paper
        kattan: planar against nanostructured poles; lin: four hosts for plated lithium.
    out
        Folder for everything; runs/reproduce-PAPER if left out (with --quick: -PAPER-quick).
    force
        Begin runs again that have failed.
    quick
        A few coarse runs that go through every part, in about a minute (lin); their numbers mean
        nothing.
    """
    found = find(paper)
    if ranks.size() > 1:
        raise InputError("reproduce: its runs are small; start it as one process, without mpiexec")
    folder = out or Path("runs") / f"reproduce-{paper}{'-quick' if quick else ''}"
    for path in found.reproduce(folder, force=force, tell=_tell, quick=quick):
        _tell(f"wrote {path}")


def _tell(line: str) -> None:
    """Print a line in one piece: several threads may have one."""
    print(f"{line}\n", end="", flush=True)
