"""Beside a measurement: a resolved particle, as an impedance, and a measured monolayer.

The ball's impedance has a closed form, so the transformed response is held to that first.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import nanotrode as nt

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def monolayer() -> ModuleType:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import monolayer

    sys.path.pop(0)
    return monolayer


def test_a_step_of_an_exact_ball_becomes_its_impedance(monolayer: ModuleType) -> None:
    """Crank (The Mathematics of Diffusion, 6.3.3): a constant flux into a ball, tau = D t / R2."""
    roots = [np.pi * (k + 0.5) for k in range(1, 1001)]
    for _ in range(40):
        # tan q = q, by Newton's method on q cos q - sin q
        roots = [q - (q * np.cos(q) - np.sin(q)) / (-q * np.sin(q)) for q in roots]
    diffusivity = 1e-14
    tau = np.linspace(0.0, 1.5, 1000) ** 2
    series = sum(np.exp(-(q**2) * tau) / q**2 for q in roots)
    rise = 3.0 * tau + 0.2 - 2.0 * series
    time = tau * monolayer.RADIUS**2 / diffusivity
    omega = 2 * np.pi * np.logspace(-4, -2, 9)
    # in units in which the mean rises by 3 tau
    mean = 3.0 * diffusivity / monolayer.RADIUS**2 / (1j * omega)
    found = monolayer.impedance(time, rise, omega)
    exact = mean * monolayer.sphere(omega, diffusivity)
    assert np.abs(found / exact - 1.0).max() < 2e-3


@pytest.mark.slow
def test_a_measured_tail_is_a_particles(monolayer: ModuleType) -> None:
    states = monolayer.read_states()
    (row,) = monolayer.rows_of(nt.material("NMC811"), states, shown=(9,))
    omega = 2 * np.pi * row.low
    exact = monolayer.sphere(omega, row.match.diffusivity) / (1j * omega)
    shape = row.solved / exact
    assert np.abs(shape / shape.mean() - 1.0).max() < 0.01
    measured = row.state.impedance[row.state.frequency < monolayer.LOW]
    off = np.abs(row.solved + row.match.above - measured) / np.abs(measured)
    print(f"\nresolved particle off a measured monolayer at 3.77 V: {100 * np.median(off):.1f} %")
    assert np.median(off) < 0.04
    card = np.abs(row.carded + row.match.above - measured) / np.abs(measured)
    assert np.median(card) > 0.1  # the card's diffusivity is not that of these particles
