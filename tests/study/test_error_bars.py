"""Error bars from three runs, the spread over seeds, and the runs that they need."""

from __future__ import annotations

import math

import pytest

from nanotrode.errors import StudyError
from nanotrode.study.loading import load_geometry, load_study
from nanotrode.study.sweep.bars import NODES, SAFETY, error_bars
from nanotrode.study.sweep.levels import COARSER, LOOSER, levels_of
from nanotrode.study.sweep.spread import is_seed, spread_over_seeds


def test_an_error_of_second_order_is_three_times_overestimated():
    exact, h, dt = 2.0, 0.1, 0.01
    fine, coarse, loose = (
        {"a": exact + 5.0 * (r * h) ** 2 + 7.0 * (s * dt) ** 2, NODES: 3000.0 / r**3}
        for r, s in ((1.0, 1.0), (1.5, 1.0), (1.0, 2.0))
    )
    found = error_bars(fine, coarse, loose)
    assert found == {"a": pytest.approx(SAFETY * (fine["a"] - exact))}


def test_what_is_not_known_has_no_error():
    fine = {"a": 1.0, "b": 2.0, NODES: 1000.0}
    assert all(math.isnan(bar) for bar in error_bars(fine, None, fine).values())
    same_mesh = error_bars(fine, fine | {"a": 1.1}, fine)
    assert math.isnan(same_mesh["a"])
    missing = error_bars(fine, {"a": 1.1, NODES: 300.0}, fine)
    assert missing["a"] > 0.0
    assert math.isnan(missing["b"])
    failed = error_bars(fine, fine | {"a": 1.1, NODES: 300.0}, {})
    assert math.isnan(failed["a"])
    no_time = error_bars(fine, fine | {"a": 1.1, NODES: 300.0}, None)
    assert no_time["b"] == 0.0


def test_a_case_is_compared_with_worse_ones(good):
    study = load_study(good)
    assert [level.name for level in levels_of(study, error=False)] == [""]
    itself, coarse, loose = levels_of(study, error=True)
    assert itself.study is study
    assert coarse.study.mesh.refine == pytest.approx(1 / COARSER)
    assert coarse.study.solver == study.solver
    assert loose.study.solver.tolerance == pytest.approx(LOOSER * study.solver.tolerance)
    assert loose.study.mesh == study.mesh
    assert not coarse.study.output.pictures


def test_a_geometry_alone_has_no_time_steps(tmp_path):
    path = tmp_path / "film.toml"
    path.write_text('[geometry]\nkind = "film"\nthickness = "1 um"\n', encoding="utf-8")
    assert [one.name for one in levels_of(load_geometry(path), error=True)] == ["", "coarse"]


def test_a_mesh_of_ones_own_cannot_be_made_coarser(tmp_path):
    (tmp_path / "own.msh").touch()
    path = tmp_path / "own.toml"
    path.write_text(
        '[geometry]\nkind = "mesh"\nfile = "own.msh"\nregions = { electrode = 1 }\n'
        "boundaries = { interface = 10 }\n",
        encoding="utf-8",
    )
    with pytest.raises(StudyError, match="cannot be made coarser"):
        levels_of(load_geometry(path), error=True)


def test_seeds_are_told_by_their_name():
    assert is_seed("geometry.seed")
    assert is_seed("geometry.coating_seed")
    assert not is_seed("geometry.count")


def test_the_spread_counts_cases_that_differ_in_seeds_alone():
    rows = [
        {"count": n, "geometry.seed": seed, "a": n + shift}
        for n in (1, 2)
        for seed, shift in enumerate((-1.0, 0.0, 1.0))
    ]
    one, two = spread_over_seeds(rows, inputs=["count", "geometry.seed"], metrics=["a", "none"])
    assert one == {
        "count": 1, "n": 3, "a mean": 1.0, "a standard deviation": 1.0,
        "a standard error": pytest.approx(1 / math.sqrt(3)),
    }  # fmt: skip
    assert two["a mean"] == 2.0
    (single,) = spread_over_seeds(rows[:1], inputs=["count"], metrics=["a"])
    assert math.isnan(single["a standard deviation"])
