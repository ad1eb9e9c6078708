"""What one rank does for all: they go on together, or fail together."""

from __future__ import annotations

import pytest

from nanotrode.errors import MeshError, NanotrodeError
from nanotrode.study import ranks
from nanotrode.study.loading import load_study
from nanotrode.study.run import run_study

pytestmark = pytest.mark.mpi


def test_only_the_first_rank_acts_and_all_share():
    comm = ranks.communicator()
    value = ranks.on_first(comm, lambda: "done")
    assert value == ("done" if ranks.rank() == 0 else None)
    assert ranks.shared(comm, value) == "done"


def test_a_failure_of_the_first_rank_is_raised_on_all():
    def fail():
        raise MeshError("no mesh")

    with pytest.raises(MeshError, match="no mesh"):
        ranks.on_first(ranks.communicator(), fail)


def test_an_unforeseen_failure_leaves_no_rank_waiting():
    with pytest.raises((NanotrodeError, ZeroDivisionError), match="division by zero"):
        ranks.on_first(ranks.communicator(), lambda: 1 / 0)


def test_a_study_runs_on_all_ranks(shared_path, small_text):
    path = shared_path / "small.toml"
    if ranks.rank() == 0:
        path.write_text(small_text, encoding="utf-8")
    ranks.on_first(ranks.communicator(), lambda: None)
    result = run_study(load_study(path), shared_path / "out")
    assert result.summary["conservation"]["charge balance error"] < 1e-8
    assert result.series["Voltage [V]"][-1] > 3.0
    assert (shared_path / "out" / "fields.pvd").exists()


def test_the_launchers_words_are_believed(monkeypatch):
    for name in ("PMI_RANK", "PMI_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (ranks.rank(), ranks.size(), ranks.communicator()) == (0, 1, None)
    monkeypatch.setenv("OMPI_COMM_WORLD_RANK", "3")
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "4")
    assert (ranks.rank(), ranks.size()) == (3, 4)
