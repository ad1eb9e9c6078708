"""The several-rank run of the tests is what it says it is."""

from __future__ import annotations

import os

import pytest


@pytest.mark.mpi
def test_each_rank_that_was_started_is_in_the_communicator(shared_path):
    # Two processes that do not know each other would pass the other mpi tests, each alone.
    from mpi4py import MPI

    started = int(os.environ.get("PMI_SIZE", os.environ.get("OMPI_COMM_WORLD_SIZE", "1")))
    world = MPI.COMM_WORLD
    assert world.size == started
    (shared_path / f"rank-{world.rank}").touch()
    world.Barrier()
    assert len(list(shared_path.iterdir())) == world.size
