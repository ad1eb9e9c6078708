"""The reaction at a surface: its slopes are those of its current, whatever the coefficients."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.materials.kinetics import ButlerVolmer, RootExchange
from nanotrode.solver.interface import react


@pytest.mark.parametrize("alphas", [(0.5, 0.5), (0.3, 0.7), (0.85, 0.15)])
def test_slopes_are_those_of_the_current(alphas: tuple[float, float]) -> None:
    material = boxes.material(kinetics=ButlerVolmer(*alphas, RootExchange(1e-11)))
    x, volts = (a.ravel() for a in np.meshgrid(np.linspace(0.03, 0.97, 9), [3.0, 3.5, 3.9]))

    def current(x, volts):
        return react(material, x, volts, c_e=700.0, temperature=300.0)

    got = current(x, volts)
    for step, slope, (up, down) in (
        (1e-6, got.slope_x, (current(x + 1e-6, volts), current(x - 1e-6, volts))),
        (1e-5, got.slope_potential, (current(x, volts + 1e-5), current(x, volts - 1e-5))),
    ):
        np.testing.assert_allclose(slope, (up.j - down.j) / (2 * step), rtol=1e-5)
