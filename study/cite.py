"""The command `nanotrode cite`."""

from __future__ import annotations

import sys
from pathlib import Path

from .._files import check_target, write_text
from . import ranks


def cite(run: Path, /, *, out: Path | None = None) -> None:
    """Print BibTeX of all that a result owes something to: sources of its numbers, software.

    Parameters
    ----------
    run
        The folder of a run, a sweep, a search or a paper computed again; or a study file.
    out
        File to write instead of printing (.bib).
    """
    from .bibliography import bibliography

    if ranks.rank() != 0:
        return
    if out is not None:
        check_target(out)
    text = bibliography(run)
    if out is None:
        sys.stdout.write(text)
    else:
        write_text(out, text)
        sys.stdout.write(f"wrote {out}\n")
