"""What every test gets: no screen, quiet ranks, and a folder that all ranks share."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Before anything imports VTK or matplotlib: pictures are drawn in memory.
os.environ.setdefault("PYVISTA_OFF_SCREEN", "true")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
os.environ.setdefault("MPLBACKEND", "Agg")
# Tests make their meshes anew, and leave the user's cache alone.
os.environ["NANOTRODE_CACHE"] = "0"

# How MPICH's and Open MPI's launchers tell a process who it is, before MPI is imported.
RANK = int(os.environ.get("PMI_RANK", os.environ.get("OMPI_COMM_WORLD_RANK", "0")))
RANKS = int(os.environ.get("PMI_SIZE", os.environ.get("OMPI_COMM_WORLD_SIZE", "1")))

_approx = pytest.approx


def approx(expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False) -> Any:
    """As pytest's, without an absolute tolerance of 1e-12 by which all nanometre volumes agree.

    The default is 1e-12 of the largest number expected, so that zeros beside it may be rounded.
    """
    if abs is None:
        values = list(expected.values()) if isinstance(expected, dict) else expected
        size = float(np.max(np.abs(np.asarray(values, dtype=float)), initial=0.0))
        if size > 0:  # given an absolute tolerance alone, pytest drops the relative one
            rel, abs = 1e-6 if rel is None else rel, 1e-12 * min(size, 1.0)
    return _approx(expected, rel=rel, abs=abs, nan_ok=nan_ok)


pytest.approx = approx


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Let rank 0 report; the others are heard when they fail."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if RANK > 0 and reporter is not None:
        session.config.unheard = reporter._tw._file = io.StringIO()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End all ranks when this one failed: the others may wait for it for ever."""
    status = getattr(config, "final_status", pytest.ExitCode.OK)
    if RANKS == 1 or status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return
    if RANK > 0 and hasattr(config, "unheard"):
        sys.stderr.write(f"\nrank {RANK} of {RANKS}:\n{config.unheard.getvalue()}")
    from mpi4py import MPI

    MPI.COMM_WORLD.Abort(int(status))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how it ended, for pytest_unconfigure."""
    session.config.final_status = exitstatus


@pytest.fixture
def shared_path(tmp_path: Path) -> Path:
    """An empty folder that is the same on all ranks."""
    if RANKS == 1:
        return tmp_path
    from mpi4py import MPI

    return Path(MPI.COMM_WORLD.bcast(str(tmp_path)))
