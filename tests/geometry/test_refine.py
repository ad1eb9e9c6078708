"""All sizes of a mesh divided by one number: what error bars compare."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.grading import depths
from nanotrode.geometry.implicit.families import Gyroid
from nanotrode.geometry.shapes import Film, NanobeltArray, NanowireArray
from nanotrode.geometry.sizing import Sizing

SHAPES = {
    "wire": NanowireArray(count=1, radius=50e-9, length=400e-9, tip="rounded"),
    "belt": NanobeltArray(count=1, width=160e-9, thickness=60e-9, length=300e-9),
    "film": Film(thickness=1e-7, width=1e-7, headroom=5e-8),
    "gyroid": Gyroid(cell=1e-6, repeats=(1, 1, 1), porosity=0.5),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_nodes_grow_with_the_cube(shape):
    meshes = [build_mesh(shape, sizing=Sizing(refine=refine), order=1) for refine in (1.0, 1.5)]
    ratio = (len(meshes[1].points) / len(meshes[0].points)) ** (1 / 3)
    assert 1.3 < ratio < 1.65
    assert meshes[1].volume("electrode") == pytest.approx(meshes[0].volume("electrode"), rel=0.01)


def test_sizes_that_are_given_are_divided_too():
    shape = SHAPES["wire"]
    given = build_mesh(shape, sizing=Sizing(interface=20e-9, layers=0, refine=2.0), order=1)
    same = build_mesh(shape, sizing=Sizing(interface=10e-9, layers=0), order=1)
    assert len(given.points) == pytest.approx(len(same.points), rel=0.2)


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_layers_keep_their_grading(ratio):
    first = 0.1 if ratio == 1.0 else 0.02
    plain, fine = depths(first, ratio=ratio), depths(first, ratio=ratio, refine=2.0)
    np.testing.assert_allclose(fine[::2], plain, rtol=1e-9, atol=1e-12)
    assert len(fine) == 2 * len(plain)


def test_a_refinement_out_of_reach_is_refused():
    with pytest.raises(ShapeError, match=r"refine: expected 0\.25 to 8"):
        Sizing(refine=10.0)
