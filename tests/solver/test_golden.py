"""The kept runs of `golden_runs` again: the same series to 1e-10, with the same work."""

from __future__ import annotations

import golden_runs
import numpy as np
import pytest
from golden_runs import Golden

EQUAL = 1e-10
"""Of a column's largest number; the estimate of an error, a difference of numbers, 1e-6."""
ESTIMATE = 1e-6


@pytest.mark.parametrize("name", golden_runs.RUNS)
def test_a_kept_run_gives_the_same_series(name):
    _compare(golden_runs.RUNS[name](), golden_runs.stored(name))


@pytest.mark.mpi
@pytest.mark.parametrize("name", golden_runs.ON_RANKS)
def test_a_kept_run_of_two_ranks_gives_the_same_series(name):
    from mpi4py import MPI

    if MPI.COMM_WORLD.size != 2:
        pytest.skip("kept for two ranks")
    found = golden_runs.ON_RANKS[name]()
    if MPI.COMM_WORLD.rank == 0:
        _compare(found, golden_runs.stored(name))


def _compare(found: Golden, kept: Golden) -> None:
    assert list(found.series) == list(kept.series)
    for column, values in kept.series.items():
        assert len(found.series[column]) == len(values), column
        size = np.nanmax(np.abs(values), initial=0.0)
        most = (ESTIMATE if column.startswith("Error") else EQUAL) * size
        off = np.abs(found.series[column] - values)
        assert np.array_equal(np.isnan(values), np.isnan(found.series[column])), column
        assert np.nanmax(off, initial=0.0) <= most, column
    assert found.work == kept.work
