"""The salt of a planar cell against the series of a binary electrolyte between two electrodes."""

from __future__ import annotations

import numpy as np
import pytest
from hosts import anode, bare, column, model, nothing

from nanotrode.materials.constants import FARADAY
from nanotrode.solver.control import ImposedRate

LENGTH = 8e-6  # [m]
SURFACE = {0.01: 0.887162083, 0.05: 0.74795609, 0.2: 0.556298563, 1.0: 0.500020963}
"""c(0, t) / c_0 for J = i L (1 - t_plus) / (F D c_0) = 1, times in L^2 / D:
1 - J [1/2 - 4/pi^2 sum over odd n of exp(-n^2 pi^2 t) / n^2], lithium on both sides."""


def test_the_concentration_at_the_surface_follows_the_series():
    from nanotrode.solver.plating.march import attempt_step, consistent_state

    mesh = column((1, 1, 48), sides=(1.0, 1.0, LENGTH * 1e6), host=nothing)
    # next to no volume, so that the deposit does not narrow the cell
    of = model(mesh, anode(molar_volume=12.97e-12), salt=True)
    salt = of.anode.salt
    density = FARADAY * salt.diffusivity * salt.concentration
    density /= (1.0 - salt.transference) * LENGTH
    control = ImposedRate(-density * of.footprint)
    state = consistent_state(of, control, time=0.0, thickness=bare(of), near=None)
    unit = LENGTH**2 / salt.diffusivity
    at_surface = np.isclose(mesh.points[of.domain.input_nodes, 2], 0.0)
    before = 0.0
    for time, expected in SURFACE.items():
        steps = 150
        for _ in range(steps):
            size = (time - before) * unit / steps
            state = attempt_step(of, control, state, size=size, tolerance=1e9).end
        before = time
        found = state.salt[at_surface].mean() / salt.concentration
        assert found == pytest.approx(expected, rel=5e-3)
    assert of.salt.amount(state.salt) == pytest.approx(of.salt.amount(of.salt.rest), rel=1e-7)
