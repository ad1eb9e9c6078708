"""The one gate to DOLFINx: import order, version window and the compiler of its forms.

`import dolfinx_solver` must come before dolfinx where the solver wheel is installed; on
conda-forge's `fenics-dolfinx` there is no such module and dolfinx is imported alone.
"""

from __future__ import annotations

import contextlib
import os

from ._compiler import require_compiler
from .errors import NanotrodeError

# A signal that asks a process to end is Python's business: UCX, below MPI, would take SIGHUP for
# an order to tell all that it does, and PETSc would answer the others with an error.
os.environ.setdefault("UCX_DEBUG_SIGNO", "0")

with contextlib.suppress(ModuleNotFoundError):
    import dolfinx_solver  # noqa: F401  (orders MPI ahead of the compiled modules)

with contextlib.suppress(ModuleNotFoundError):
    import petsc4py

    petsc4py.init(["nanotrode", "-no_signal_handler"])

try:
    import dolfinx
except ModuleNotFoundError as missing:
    raise NanotrodeError(
        "DOLFINx is not installed; on Linux x86-64 'pip install dolfinx-solver-real', elsewhere "
        "conda-forge's 'fenics-dolfinx=0.11' (see docs/install.md)"
    ) from missing

from petsc4py import PETSc

__all__ = ["DOLFINX_WINDOW", "PETSc", "dolfinx", "require_compiler"]

DOLFINX_WINDOW = ("0.11", "0.12")
"""First DOLFINx version that works, and the first that is not known to."""


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])


if not _version(DOLFINX_WINDOW[0]) <= _version(dolfinx.__version__) < _version(DOLFINX_WINDOW[1]):
    raise NanotrodeError(
        f"DOLFINx {dolfinx.__version__} is installed, but nanotrode needs "
        f">= {DOLFINX_WINDOW[0]}, < {DOLFINX_WINDOW[1]}"
    )
