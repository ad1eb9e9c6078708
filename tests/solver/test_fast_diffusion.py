"""Diffusion too fast for a time step to see, kinetics too fast to leave a trace."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange
from nanotrode.materials.laws import Constant, Formula

START, CAPACITY_RATE = 0.2, "1C"
LAWS = {
    "constant D": Constant,
    "D(x)": lambda value: Formula(f"{value}*(0.2 + 0.8*(1-x)**2)", outside="constant"),
}


def balance(result):
    return result.summary["conservation"]["charge balance error"]


def well_mixed_potential(of, mesh, x):
    """V [V] at 1C of an electrode without gradients: U - 2RT/F asinh(j / 2 j0), in closed form."""
    j = boxes.coulombs(mesh, of) / 3600.0 / mesh.area("interface")
    j0 = FARADAY * 1e-11 * np.sqrt(1000.0 * of.c_s_max**2 * x * (1.0 - x))
    return of.ocp(x) - 2.0 * GAS_CONSTANT * 298.15 / FARADAY * np.arcsinh(j / (2.0 * j0))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("diffusivity", [1e-8, 1.0, 1e10])
def test_no_charge_is_lost_and_the_field_stays_flat(diffusivity, law, order):
    mesh, of = boxes.slab(order=order), boxes.material(diffusivity=LAWS[law](diffusivity))
    result = boxes.run(mesh, "Discharge at 1C until 3.0 V", of=of, start=START)
    assert balance(result) < 1e-12
    assert result.summary["work"]["accepted"] <= 200
    mean, voltage = result.series["Mean stoichiometry"][1:], result.voltage[1:]
    assert voltage == pytest.approx(well_mixed_potential(of, mesh, mean), abs=2e-6)
    # 1C is the charge of the whole window, from 0 to 1, in an hour
    assert mean - START == pytest.approx(result.time[1:] / 3600.0, rel=1e-9)


@pytest.mark.parametrize("diffusivity", [1e-6, 1e10])
def test_a_rest_of_a_hundred_hours_takes_few_steps(diffusivity):
    of = boxes.material(diffusivity=Constant(diffusivity))
    steps = ["Discharge at 1C for 10 minutes", "Rest for 100 h", "Hold at 3.2 V for 1 h"]
    result = boxes.run(boxes.slab(), steps, of=of, start=START)
    assert [event.reason for event in result.events] == [
        "after 600 s", "after 360000 s", "after 3600 s"
    ]  # fmt: skip
    assert (result.series["Step"] == 1).sum() <= 60
    assert balance(result) < 1e-12


def test_where_no_current_flows_the_balance_is_measured_against_the_capacity():
    result = boxes.run(boxes.slab(), "Rest for 100 h", start=START)
    assert result.summary["conservation"]["charge throughput [A.h]"] < 1e-40
    assert balance(result) < 1e-14
    assert result.summary["warnings"] == []


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("exchange", [1e9, 1e13])
def test_no_more_is_asked_of_newton_s_method_than_rounding_leaves(exchange, order):
    """At 10^9 A/m2 a rounded potential is 10^-5 A/m2: the current imposed is kept all the same."""
    kinetics = ButlerVolmer(0.5, 0.5, ConstantExchange(exchange))
    of, mesh = boxes.material(kinetics=kinetics), boxes.slab(order=order)
    steps = ["Discharge at 1C until 3.0 V", "Rest for 10 minutes", "Charge at 1C until 3.7 V"]
    result = boxes.run(mesh, steps, of=of, start=START)
    assert balance(result) < 1e-12
    work = result.summary["work"]
    assert work["failed"] <= 20
    assert work["accepted"] <= 250
    first = result.series["Step"] == 0
    current = boxes.coulombs(mesh, of) / 3600.0
    assert result.series["Current [A]"][first][1:] == pytest.approx(current, rel=1e-9)
    # without resistance of the surface the potential is that of the surface
    surface = result.series["Surface stoichiometry"][first]
    assert result.voltage[first] == pytest.approx(of.ocp(surface), abs=1e-4)
    held = boxes.run(mesh, "Hold at 3.4 V for 10 s", of=of, start=START)
    assert balance(held) < 1e-12
