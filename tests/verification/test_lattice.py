"""The lattice's diffusion at its orders; a film from empty to plated against its exact curve."""

from __future__ import annotations

import hosts
import lattices
import numpy as np
import pytest

from nanotrode.materials.plateaus import potential_at
from nanotrode.solver.plating.simulation import PlatingSimulation

DIFFUSED = 0.1
"""D t / l^2 at which profiles are compared: early enough that the series has a tail."""


def error_of(layers, steps):
    """Largest error of a film's content under a constant flux, over its largest content."""
    thickness, density = 2e-6, 20.0
    of = lattices.anode()
    model = hosts.model(lattices.slab(layers, thickness=2.0), of)
    lattice, numbers = model.lattice, of.solid.lithiation
    end = DIFFUSED * thickness**2 / numbers.diffusivity
    current = np.full(len(model.sites.nodes), -density)
    content = lattice.initial
    for _ in range(steps):
        content = lattice.stepped(content, current, end / steps)
    rate = lattices.content_per_second(density, thickness=thickness, lattice=numbers)
    unit = rate * thickness**2 / numbers.diffusivity
    found = lattice.shown(content)
    inside = np.isfinite(found)
    heights = model.domain.space.tabulate_dof_coordinates()[: len(found), 2][inside]
    exact = unit * lattices.filled_slab(1.0 - heights / thickness, diffused=DIFFUSED)
    return np.abs(found[inside] - lattice.initial[0] - exact).max() / exact.max()


def test_diffusion_in_the_lattice_is_of_first_order_in_time_and_second_in_space():
    together = [error_of(layers, 5 * (layers // 5) ** 2) for layers in (10, 20, 40)]
    assert np.log2(together[0] / together[1]) > 1.8
    assert np.log2(together[1] / together[2]) > 1.8
    assert together[2] < 2e-3
    in_time = [error_of(40, steps) for steps in (5, 10, 20)]
    assert np.log2(in_time[0] / in_time[1]) > 0.85
    assert np.log2(in_time[1] / in_time[2]) > 0.85


@pytest.mark.slow
def test_a_films_slow_discharge_is_its_equilibrium_curve_down_to_plating():
    """C/20 into a thin film: V(x) within 3 mV of the plateaus, then of lithium itself."""
    of = lattices.anode(electrons=10.0, lattice={"diffusivity": 1e-11})
    numbers, thickness = of.solid.lithiation, 1e-6
    density = 0.1
    rate = lattices.content_per_second(density, thickness=thickness, lattice=numbers)
    full = density / rate / 3.6e4  # [mA.h.cm-2]
    run = PlatingSimulation(
        lattices.slab(4, thickness=1.0),
        of,
        protocol=[f"Plate at {density / 10} mA/cm2 until {1.2 * full} mAh/cm2"],
    ).run()
    content, voltage = run.series["Mean lithium content of the host"], run.series["Voltage [V]"]
    inside = (content > 0.01) & (content < 0.99)
    between = np.clip(content[inside], 1e-6, 1 - 1e-6)
    expected = potential_at(numbers.plateaus, between, temperature=hosts.TEMPERATURE)
    kinetics = 2.0 / hosts.THERMAL * np.arcsinh(density / 2.0)
    steep = (between > 0.49) & (between < 0.51)  # 1 mV there is 3e-5 of the content
    np.testing.assert_allclose(voltage[inside][~steep], (expected - kinetics)[~steep], atol=3e-3)
    assert voltage[-1] == pytest.approx(-density / 5.0 / hosts.THERMAL, abs=1e-3)
    assert run.summary["conservation"]["charge balance error"] < 1e-8
    assert run.summary["largest loss budget error"] < 1e-6
