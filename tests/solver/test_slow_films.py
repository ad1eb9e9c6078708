"""A thin film at C/20 follows the open-circuit potential of its card, for each card."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.geometry import Film, Sizing, build_mesh
from nanotrode.materials import library
from nanotrode.solver.settings import SolverSettings
from nanotrode.solver.simulation import Simulation

LARGEST_GAP = 2e-3
"""Between voltage and open-circuit potential at C/20, 5 % to 90 % full [V]."""


@pytest.fixture(scope="module")
def film():
    return build_mesh(Film(thickness=5e-9), sizing=Sizing(segments=6), order=1)


@pytest.mark.parametrize("name", library.names())
def test_a_slow_film_follows_the_open_circuit_potential(film, name):
    material = library.load(name)
    low, high = material.stoichiometry_limits
    simulation = Simulation(
        film,
        material,
        protocol=["Discharge at C/20 for 17 hours"],
        initial_stoichiometry=low + 0.05 * (high - low),
        settings=SolverSettings(tolerance=1e-2),
    )
    series = simulation.run().series
    x, voltage = series["Mean stoichiometry"], series["Voltage [V]"]
    assert (x[-1] - x[0]) / (high - low) == pytest.approx(0.85, rel=1e-6)
    assert np.abs(voltage - material.ocp(x)).max() < LARGEST_GAP
