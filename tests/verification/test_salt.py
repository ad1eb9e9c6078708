"""The salt of a planar cell against the series of a binary electrolyte between two electrodes, and
the time at which it is used up against Sand's.

H. J. S. Sand, Phil. Mag. 1 (1901) 45, doi:10.1080/14786440109462590: far from the other electrode
the concentration at the surface falls as c/c_0 = 1 - sqrt(t/tau), with
tau = pi D [F c_0 / (2 i (1 - t_plus))]^2.
"""

from __future__ import annotations

from dataclasses import replace

import lattices
import numpy as np
import pytest
from hosts import MICRON, anode, bare, column, model, nothing

from nanotrode.errors import SolverError
from nanotrode.materials.constants import FARADAY
from nanotrode.solver.control import ImposedRate
from nanotrode.solver.plating.salt import DEPLETED
from nanotrode.solver.plating.settings import PlatingSettings
from nanotrode.solver.plating.simulation import PlatingSimulation

LENGTH = 8e-6  # [m]
SURFACE = {0.01: 0.887162083, 0.05: 0.74795609, 0.2: 0.556298563, 1.0: 0.500020963}
"""c(0, t) / c_0 for J = i L (1 - t_plus) / (F D c_0) = 1, times in L^2 / D:
1 - J [1/2 - 4/pi^2 sum over odd n of exp(-n^2 pi^2 t) / n^2], lithium on both sides."""


def test_the_concentration_at_the_surface_follows_the_series():
    from nanotrode.solver.plating.march import attempt_step, consistent_state

    mesh = column((1, 1, 48), sides=(1.0, 1.0, LENGTH * 1e6), host=nothing)
    # next to no volume, so that the deposit does not narrow the cell
    of = model(mesh, anode(molar_volume=1.297e-7), salt=True)
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


SAND = 10.0  # [s]


def deep_cell(salt, layers):
    """A cell six diffusion lengths deep, fine at the foil."""
    depth = 6.0 * np.sqrt(salt.diffusivity * SAND)
    mesh = column((1, 1, layers), sides=(1.0, 1.0, depth / MICRON), host=nothing)
    points = mesh.points.copy()
    points[:, 2] = depth * (points[:, 2] / depth) ** 2.5
    return replace(mesh, points=points)


def depletion(tolerance):
    """Time until a run ends at the limiting current, over Sand's, and its number of steps."""
    of = anode()
    salt, times = of.salt, []
    density = FARADAY * salt.concentration / (2.0 * (1.0 - salt.transference))
    density *= np.sqrt(np.pi * salt.diffusivity / SAND)
    run = PlatingSimulation(
        deep_cell(salt, 80),
        of,
        protocol=[f"Plate at {density / 10.0:.12g} mA/cm2 until 100 mAh/cm2"],
        settings=PlatingSettings(tolerance=tolerance) if tolerance else None,
        salt=True,
    )
    with pytest.raises(SolverError, match="the limiting current"):
        run.run(progress=lambda report: times.append(report.time))
    return times[-1] / SAND, len(times)


def test_the_salt_is_used_up_at_sands_time():
    """At the default tolerance within 0.2 %; what is left of the error goes with the tolerance."""
    expected = (1.0 - DEPLETED) ** 2
    (default, steps), (fine, _) = depletion(None), depletion(0.001)
    assert default == pytest.approx(expected, rel=2e-3)
    assert fine == pytest.approx(expected, rel=1e-3)
    assert abs(default - fine) < 1.5e-3
    assert steps < 150
    coarse, _ = depletion(0.1)
    assert abs(coarse - fine) > 2.0 * abs(default - fine)


def test_a_lattices_surface_is_full_at_sands_time():
    """The same law for x, in a body so thick that nothing has got through it yet."""
    of = lattices.anode(electrons=10.0, lattice={"diffusivity": 2e-14})
    numbers, density = of.solid.lithiation, 100.0
    sand = np.pi * numbers.diffusivity * (FARADAY * numbers.c_max / (2.0 * density)) ** 2
    assert numbers.diffusivity * sand < (2.0 * MICRON / 2.5) ** 2
    run = PlatingSimulation(
        lattices.slab(80, thickness=2.0),
        of,
        protocol=[f"Plate at {density / 10.0} mA/cm2 until 0.5 V"],
    ).run()
    assert run.series["Time [s]"][-1] == pytest.approx(sand, rel=4e-3)
    assert run.summary["conservation"]["charge balance error"] < 1e-12
