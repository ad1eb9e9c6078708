"""The ranks of an MPI run, as far as a study needs them: files are rank 0's business."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._files import failure_of
from ..errors import InputError, NanotrodeError
from .signals import Stopped, orders

if TYPE_CHECKING:
    from mpi4py import MPI


def rank() -> int:
    """This process's rank as its launcher (MPICH's or Open MPI's) says, without MPI."""
    return int(os.environ.get("PMI_RANK") or os.environ.get("OMPI_COMM_WORLD_RANK") or 0)


def size() -> int:
    """Number of processes that the launcher started, without MPI."""
    return int(os.environ.get("PMI_SIZE") or os.environ.get("OMPI_COMM_WORLD_SIZE") or 1)


def require_one(command: str) -> None:
    """See that a command that starts processes of its own is not started by a launcher.

    Raises:
        InputError: It is one of several.
    """
    if size() > 1:
        raise InputError(
            f"nanotrode {command}: got {size()} processes, expected one, which starts the others; "
            f"leave mpiexec out, and give the MPI processes of each case as {command}.ranks"
        )


def communicator() -> MPI.Comm | None:
    """All ranks, or None where this process is alone; MPI is then left unloaded."""
    if size() == 1:
        return None
    from .. import _fenics  # noqa: F401  (before mpi4py: it orders the imports)

    from mpi4py import MPI  # isort: skip

    return MPI.COMM_WORLD


def on_first[T](comm: MPI.Comm | None, action: Callable[[], T]) -> T | None:
    """Do something on rank 0 only; all ranks go on together, or fail together.

    Returns:
        What `action` returned on rank 0, None elsewhere.

    Raises:
        NanotrodeError: What `action` raised, on every rank.
        Stopped: Rank 0 was told to end, on every rank too.
    """
    if comm is None:
        return action()
    value: T | None = None
    failure: NanotrodeError | Stopped | None = None
    if comm.rank == 0:
        try:
            with orders.held(False):
                value = action()
        except (NanotrodeError, Stopped) as error:
            failure = error
        except OSError as error:
            failure = NanotrodeError(failure_of(error))
            failure.__cause__ = error
        except Exception as error:  # the other ranks wait: they must hear of any failure
            failure = NanotrodeError(f"{type(error).__name__}: {error}")
            failure.__cause__ = error
    failure = comm.bcast(failure)
    if failure is not None:
        raise failure
    return value


def shared(comm: MPI.Comm | None, value: Any) -> Any:
    """Rank 0's value on all ranks."""
    return value if comm is None else comm.bcast(value)
