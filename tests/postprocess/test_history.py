"""The picture of a search: the best so far, for each kind of goal."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from nanotrode.postprocess import history

VALUES = np.array([np.nan, 3.0, 1.0, 5.0, 2.0])
KEPT = np.array([False, True, True, True, False])


@pytest.mark.parametrize(
    ("goal", "target", "best"),
    [
        ("maximise", None, [np.nan, 3.0, 3.0, 5.0, 5.0]),
        ("minimise", None, [np.nan, 3.0, 1.0, 1.0, 1.0]),
        ("reach", 4.5, [np.nan, 3.0, 3.0, 5.0, 5.0]),
    ],
)
def test_the_best_so_far_keeps_the_constraints(goal, target, best):
    found = history._best_so_far(VALUES, KEPT, goal, target)
    np.testing.assert_array_equal(found, best)


def test_a_search_without_any_good_case_is_drawn_too(tmp_path):
    points = [(None, None), (2.0, False)]
    path = history.plot_history(
        tmp_path / "a.png", points, label="a [-]", goal="maximise", target=3
    )
    with Image.open(path) as picture:
        assert picture.width > 1000
