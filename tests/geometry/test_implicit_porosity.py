"""The search for a porosity, where it jumps and where the forecast is off."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.errors import MeshError
from nanotrode.geometry.implicit.porosity import Forecast, search
from nanotrode.geometry.implicit.sampling import Samples


class Foreseen(Forecast):
    """A forecast by a formula, falling with the shift."""

    def __init__(self, formula):
        samples = Samples(np.zeros((2, 2, 2)), np.zeros((1, 1, 1)), 1)
        super().__init__(np.zeros((1, 4)), np.ones(1), samples)
        object.__setattr__(self, "formula", formula)

    def __call__(self, shift):
        return self.formula(shift)


def test_a_forecast_that_is_off_is_corrected_by_the_meshes():
    tried = []

    def cut(shift):
        tried.append(shift)
        return shift, 0.5 - 0.8 * shift - 0.1 * shift**2

    _, shift = search(0.3, Foreseen(lambda shift: 0.52 - 0.75 * shift), cut)
    assert 0.5 - 0.8 * shift - 0.1 * shift**2 == pytest.approx(0.3, abs=4e-4)
    assert len(tried) <= 5


@pytest.mark.parametrize("bounds", [(-0.032, -0.0274), (0.4, 0.41), (-3.0, 3.0)])
@pytest.mark.parametrize("wanted", [0.1, 0.46, 0.9])
def test_a_shift_stays_within_what_is_known(bounds, wanted):
    shift = Foreseen(lambda shift: 0.5 - 0.8 * shift).shift_for(wanted, *bounds)
    assert bounds[0] <= shift <= bounds[1]


def test_a_jump_over_the_porosity_ends_in_a_refusal():
    def cut(shift):
        return shift, 0.47 - 0.01 * shift if shift < 0.02 else 0.45 - 0.01 * shift

    with pytest.raises(MeshError, match=r"0\.46 is missed by 0\.0"):
        search(0.46, Foreseen(lambda shift: 0.47 - 0.5 * shift), cut)


def test_tetrahedra_are_shared_as_planes_cut_them():
    values = np.sort(np.random.default_rng(2).normal(size=(20, 4)), axis=1)
    values[0] = [-1, -1, 1, 1]
    samples = Samples(np.ones((2, 2, 2)), np.ones((1, 1, 1)), 1)
    weights = np.random.default_rng(3).dirichlet(np.ones(4), 200_000)
    for four in values:
        forecast = Forecast(four[None], np.ones(1), samples)
        assert 1 - forecast(0.0) == pytest.approx((weights @ four < 0).mean(), abs=5e-3)
