"""How long the first time step is, and the shortest: from the layer that a jump moves."""

from __future__ import annotations

from types import SimpleNamespace

import boxes
import numpy as np
import pytest
from scipy.optimize import brentq

from nanotrode.materials.constants import FARADAY
from nanotrode.materials.library import load
from nanotrode.solver.control import ImposedPotential, ImposedRate
from nanotrode.solver.engine import _advice
from nanotrode.solver.legs import Leg
from nanotrode.solver.pace import Depth, Reacting, first_step, settling_time, shortest_step

SLOW = Depth(diffusion_time=1e10, skin=1e-4)
THICK = 1e-4  # [m]
RATE = 5.0 / 3600.0


def reacting(rate, *, time=0.0, relaxation=1e-3, conductance=1e-2):
    return Reacting(time, rate, relaxation, conductance)


def first(depth, at, *, control=None, jump=0.0, tolerance=1e-4):
    return first_step(depth, control or ImposedRate(-1.0), at, jump=jump, tolerance=tolerance)


def test_the_first_step_moves_the_surface_of_a_half_space_by_the_tolerance():
    depth, rate = Depth(diffusion_time=10.0, skin=1e-9), 0.01
    size = first(depth, reacting(rate))
    # Carslaw and Jaeger: 2 q sqrt(t / (pi D)), in units of depth and diffusion time
    assert 2.0 * rate * np.sqrt(depth.diffusion_time * size / np.pi) == pytest.approx(1e-4)


def test_where_diffusion_is_fast_it_moves_the_whole_and_on_a_coarse_mesh_its_skin():
    assert first(Depth(1e-12, 0.1), reacting(1e-3)) == pytest.approx(0.1)
    assert first(SLOW, reacting(1e-3)) == pytest.approx(1e-4 * 1e-4 / 1e-3)


def test_a_steep_potential_makes_it_shorter_and_a_sweep_keeps_it_to_a_millivolt():
    steep = first(Depth(1e-12, 0.1), reacting(1e-3, relaxation=0.1))
    assert steep == pytest.approx(0.01)
    sweep = ImposedPotential(3.0, slope=0.1)
    assert first(Depth(1e3, 0.1), reacting(1e-9), control=sweep) == pytest.approx(0.01)


def test_a_jump_of_the_potential_is_settled_in_the_time_of_the_skin():
    depth, hold = Depth(10.0, 0.01), ImposedPotential(3.0)
    size = first(depth, reacting(1e6), control=hold, jump=0.5)
    assert size == pytest.approx(0.1 * 0.01**2 * 10.0)
    assert size == settling_time(depth, jump=0.5, tolerance=1e-4)
    # a clock that is wrong by a sixteenth of it is wrong by no more than the tolerance allows
    assert settling_time(depth, jump=0.5, tolerance=1e-6) == pytest.approx(1e-6 * 10.0)
    assert settling_time(depth, jump=0.01, tolerance=1e-4) == 0.0


def test_no_step_is_so_short_that_clock_or_rounding_would_not_see_it():
    late = reacting(1e-3, time=1e6)
    for depth in (Depth(1e-30, 0.1), SLOW):
        size = shortest_step(depth, late, tolerance=1e-4)
        assert late.time + size > late.time
        assert size * late.conductance * 1e-4 > 1e-16
        assert first(depth, late) >= 10.0 * size * (1.0 - 1e-12)
    assert shortest_step(SLOW, reacting(1.0), tolerance=1e-4) < 1e-8


def half_space_time(of, current, start, volts):
    """When a half space of a material, at a current density, comes to a potential [s]."""
    rate = current / (FARADAY * of.c_s_max)
    diffusivity = float(of.diffusivity(0.5))

    def excess(x):
        left = brentq(
            lambda eta: float(
                of.kinetics.evaluate(
                    np.array([x]), np.array([eta]), c_e=1000.0, c_s_max=of.c_s_max,
                    temperature=298.15,
                ).j[0]
            ) + current,
            -1.5, 0.0,
        )  # fmt: skip
        return float(of.ocp(x)) + left - volts

    full = brentq(excess, start, 1.0 - 1e-6)
    return np.pi * diffusivity * ((full - start) / (2.0 * rate)) ** 2


def graded(points, layers=40, ratio=1.5):
    """Layers from 5 pm at the surface on, each half as thick again as the one above."""
    below = (1.0 - points[:, 2] / THICK) * layers
    depth = (ratio**below - 1.0) / (ratio**layers - 1.0)
    return np.column_stack([points[:, :2], THICK * (1.0 - depth)])


@pytest.mark.parametrize("order", [1, 2])
def test_a_thick_slow_film_ends_when_a_half_space_does(order):
    """100 um of LiFePO4 at 5C: within a millisecond, a 10^12th of its diffusion time."""
    of = load("LiFePO4")
    mesh = boxes.box((1, 1, 40), order=order, sides=(1e-6, 1e-6, THICK), bend=graded)
    current = RATE * of.capacity_density * THICK
    result = boxes.run(mesh, "Discharge at 5C until 2.5 V", of=of, start=0.02)
    expected = half_space_time(of, current, 0.02, 2.5)
    assert expected == pytest.approx(2.3e-4, rel=0.02)
    assert result.time[-1] == pytest.approx(expected, rel=0.02)
    assert result.summary["work"]["accepted"] < 120


def test_a_coarse_mesh_of_it_does_not_fail_either():
    of = load("LiFePO4")
    mesh = boxes.box((1, 1, 12), sides=(1e-5, 1e-5, THICK))
    result = boxes.run(mesh, "Discharge at 5C until 2.5 V", of=of, start=0.02)
    assert result.events[0].reason == "reached 2.5 V"


@pytest.mark.parametrize(
    ("control", "rate", "low", "high", "said"),
    [
        (ImposedRate(-1.0), -1.0, 0.01, 0.03, ""),  # a discharge from empty
        (ImposedRate(-1.0), -1.0, 0.5, 0.99, "nearly full"),
        (ImposedRate(1.0), 1.0, 0.97, 0.99, ""),
        (ImposedRate(1.0), 1.0, 0.01, 0.5, "nearly empty"),
        (ImposedRate(0.0), 0.0, 0.01, 0.99, ""),
        (ImposedPotential(4.0), 1.0, 0.01, 0.5, "nearly empty"),
    ],
)
def test_advice_is_given_only_where_the_surface_is_at_the_end_that_the_step_goes_to(
    control, rate, low, high, said
):
    leg = Leg(0, SimpleNamespace(), 0.0, 3.0, control, [], 1.0, 0.0)
    advice = _advice(leg, rate, low, high)
    assert said in advice
    assert bool(advice) == bool(said)


def test_a_very_high_rate_runs_to_a_deep_cut_off():
    of = load("LiFePO4")
    result = boxes.run(boxes.slab(), "Discharge at 20000C until 1.0 V", of=of, start=0.02)
    assert result.events[0].reason == "reached 1 V"
    assert result.summary["conservation"]["charge balance error"] < 1e-11
