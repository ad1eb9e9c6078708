"""A mesh cut into shares: balanced, whole when sewn together, cut where there is least to cut."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.solver.shares import cut, halve_by_planes


def two_columns():
    """Two boxes side by side with a gap between them."""
    one, other = boxes.box((3, 3, 40)), boxes.box((3, 3, 40))
    points = np.vstack([one.points, np.add(other.points, (1.5, 0.0, 0.0))])
    return np.vstack([one.cells, other.cells + len(one.points)]).astype(np.int64), points


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
@pytest.mark.parametrize("order", [1, 2])
def test_shares_are_balanced_and_together_the_whole(order, parts):
    mesh = boxes.box((4, 5, 9), order=order, bend=boxes.dome)
    cells = mesh.cells.astype(np.int64)
    shares = list(cut(cells, mesh.points, parts=parts))
    assert len(shares) == parts
    sizes = [len(share.cells) for share in shares]
    assert max(sizes) - min(sizes) <= 0.05 * len(cells) / parts
    original = np.concatenate([share.original for share in shares])
    assert np.array_equal(np.sort(original), np.arange(len(cells)))
    for share in shares:
        assert np.array_equal(share.cells, cells[share.original])
        assert np.all(np.diff(share.original) > 0)  # the given order stays
        assert np.array_equal(share.points, mesh.points[share.nodes])
        assert np.array_equal(share.nodes, np.unique(share.cells))


def test_each_vertex_has_one_owner_and_one_common_number():
    mesh = boxes.box((4, 5, 9), order=2)
    cells = mesh.cells.astype(np.int64)
    shares = list(cut(cells, mesh.points, parts=3))
    starts = np.cumsum([0, *(share.n_own for share in shares)])
    assert starts[-1] == len(np.unique(cells[:, :4]))
    number = {}
    for rank, share in enumerate(shares):
        common = np.concatenate([starts[rank] + np.arange(share.n_own), share.ghosts])
        for node, found in zip(share.cells[:, :4].flat, common[share.vertices].flat, strict=True):
            assert number.setdefault(int(node), int(found)) == found
        assert np.all(share.owners < rank)
        assert np.all(starts[share.owners] <= share.ghosts)
        assert np.all(share.ghosts < starts[share.owners + 1])
    assert sorted(number.values()) == list(range(starts[-1]))


def test_what_stands_apart_is_not_cut():
    """Between the columns a plane cuts nothing."""
    cells, points = two_columns()
    first, second = cut(cells, points, parts=2)
    assert len(first.ghosts) == len(second.ghosts) == 0
    part = halve_by_planes(cells, points, parts=2)
    assert np.array_equal(part, (points[cells[:, 0], 0] > 1.2).astype(int))


def test_a_long_box_is_cut_across():
    mesh = boxes.box((3, 3, 40), sides=(1.0, 1.0, 10.0))
    _, second = cut(mesh.cells.astype(np.int64), mesh.points, parts=2)
    assert len(second.ghosts) == 16
