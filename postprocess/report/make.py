"""The report of a folder, whichever kind it is."""

from __future__ import annotations

import logging
from pathlib import Path

from ...errors import InputError
from .run_report import REPORT, report_run
from .sweep_report import report_sweep
from .sweep_table import RESULTS

_log = logging.getLogger(__name__)


def report(directory: str | Path) -> Path:
    """Write `report.html` into the folder of a run or of a sweep, and return its path.

    Raises:
        InputError: The folder is neither.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise InputError(f"{directory}: no such folder; expected that of a run or of a sweep")
    if (directory / RESULTS).exists():
        return report_sweep(directory)
    return report_run(directory)


def make_report(directory: str | Path) -> Path | None:
    """The same at the end of a run or a sweep: what fails is a warning, never the run's end."""
    try:
        return report(directory)
    except Exception as error:  # a page is never worth a run
        _log.warning("no %s: %s. Try again: nanotrode report %s", REPORT, error, Path(directory))
        return None
