"""Ending a run between two time steps, with a checkpoint from which it goes on."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

from ..errors import Interrupted

if TYPE_CHECKING:
    from mpi4py import MPI


class Wish(IntEnum):
    """What whoever watches a run wants of it."""

    GO_ON = 0
    SOON = 1
    """End at the next checkpoint, from which it goes on to the last bit as if never stopped."""
    NOW = 2
    """End after the time step under way."""


Stop = Callable[[], Wish]
"""Asked after each accepted time step, on all ranks; the most urgent wish counts."""


def never() -> Wish:
    """Run to the end."""
    return Wish.GO_ON


def shared_wish(comm: MPI.Comm, stop: Stop) -> Wish:
    """The most urgent wish of all ranks."""
    from .model import largest  # numpy, which the command line loads for no help text

    return Wish.GO_ON if stop is never else Wish(int(largest(comm, float(stop()))))


def stopped(time: float) -> Interrupted:
    """The error that ends a run whose checkpoint is written.

    Args:
        time: Where it stands [s].
    """
    return Interrupted(f"stopped as asked at t = {time:.6g} s; its checkpoint is written")
