"""What the model takes for granted, against closed forms and a ladder of resistors."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.shapes import Film, NanowireArray
from nanotrode.materials import library
from nanotrode.materials.constants import FARADAY
from nanotrode.solver import assumptions
from nanotrode.solver.assumptions import (
    Poles,
    along_poles,
    between_poles,
    known_before,
    poles_of,
    steps_of,
    warming,
)

UNDOPED = 1e-7
"""LiFePO4 without doping, at most (doi:10.1038/nmat732) [S/m]."""


def needle(length: float, *, tip: float = 0.0, foot: float = 0.3) -> Poles:
    return Poles("along a wire", length, foot, tip)


@pytest.mark.parametrize(
    ("density", "length", "lost"),
    # i L/(2 sigma) by hand; the last is the largest current of a published paper, at 10 ms
    [(2.76, 5e-6, 69.0), (27.6, 0.5e-6, 69.0), (2.76, 0.5e-6, 6.9), (1054.0, 5e-6, 26350.0)],
)
def test_a_bare_pole_loses_half_of_what_the_whole_current_would(density, length, lost):
    most, mean = along_poles(density, needle(length), UNDOPED)
    assert most == pytest.approx(lost)
    assert mean == pytest.approx(2.0 * lost / 3.0)


def test_a_pole_of_5_um_at_1c_is_no_conductor():
    charge = 22806.0 * FARADAY * (0.98 - 0.0038) * 5e-6  # below a square metre of tips [C/m2]
    most, _ = along_poles(charge / 3600.0, needle(5e-6), UNDOPED)
    assert most == pytest.approx(74.6, rel=2e-3)
    needed = most * UNDOPED / 1e-3
    assert along_poles(charge / 3600.0, needle(5e-6), needed)[0] == pytest.approx(1e-3)


def test_a_film_loses_what_the_whole_current_loses():
    film = Poles("across the film", 1e-6, 1.0, 1.0)
    assert along_poles(10.0, film, 1e-3) == pytest.approx((0.01, 0.01))
    assert between_poles(10.0, film, 1.0) == 0.0


@pytest.mark.parametrize("tip", [0.0, 0.02, 0.3, 0.8])
def test_poles_lose_what_a_ladder_of_resistors_loses(tip):
    density, length, sigma, n = 3.0, 2e-6, 1e-4, 20_000
    leaves = np.full(n, (1.0 - tip) / n)  # of the current, at each rung; the tip takes the rest
    flows = tip + leaves[::-1].cumsum()[::-1] - 0.5 * leaves
    potential = density * length / n / sigma * flows.cumsum()
    middle = potential - 0.5 * density * length / n / sigma * flows
    mean = tip * potential[-1] + (leaves * middle).sum()
    poles = needle(length, tip=tip)
    assert along_poles(density, poles, sigma) == pytest.approx((potential[-1], mean), rel=1e-6)


def test_ions_lose_half_in_what_the_poles_leave_open():
    # 10 A/m2 over 0.7 of the collector, 100 um, 1 S/m: 10/0.7 x 1e-4/2
    assert between_poles(10.0, needle(1e-4), 1.0) == pytest.approx(10.0 / 0.7 * 1e-4 / 2.0)


def test_poles_are_measured_on_the_mesh():
    wires = NanowireArray(count=1, radius=50e-9, length=500e-9, pitch=200e-9, symmetry="quarter")
    poles = poles_of(build_mesh(wires).region("electrode"))
    assert poles.length == pytest.approx(500e-9, rel=2e-3)
    assert poles.foot == pytest.approx(np.pi * 0.25**2, rel=1e-2)
    assert poles.tip == pytest.approx(50.0 / (50.0 + 2.0 * 500.0), rel=1e-2)
    film = poles_of(build_mesh(Film(thickness=100e-9)).region("electrode"))
    assert (film.length, film.foot, film.tip) == pytest.approx((100e-9, 1.0, 1.0))


def test_ways_through_other_shapes_are_not_known():
    slab = boxes.slab(counts=boxes.SMALL)
    assert poles_of(slab) is None


def series(current, *, loss=0.1, time=None):
    time = np.linspace(0.0, 100.0, len(current)) if time is None else time
    flat = np.full(len(current), 3.4)
    return {
        "Time [s]": time,
        "Step": np.zeros(len(current)),
        "Current [A]": np.asarray(current, dtype=float),
        "Voltage [V]": flat - loss,
        "Open-circuit voltage [V]": flat,
    }


def test_a_constant_current_is_its_own_average_in_either_direction():
    for sign in (1.0, -1.0):
        (step,) = steps_of(series(np.full(11, sign * 6.0)), footprint=2.0)
        assert step == pytest.approx((3.0, 0.3, 30.0))


def test_a_decaying_current_counts_as_its_charge_does():
    # I = exp(-t): the average of I over the charge is int I^2 / int I = 1/2
    time = np.linspace(0.0, 30.0, 60_001)
    (step,) = steps_of(series(np.exp(-time), time=time), footprint=1.0)
    assert step.density == pytest.approx(0.5, rel=1e-6)


def test_a_rest_has_no_step_and_steps_are_told_apart():
    both = series(np.array([1.0, 1.0, 4.0, 4.0, 0.0, 0.0]))
    both["Step"] = np.array([0, 0, 1, 1, 2, 2])
    assert [step.density for step in steps_of(both, footprint=1.0)] == pytest.approx([1.0, 4.0])


def test_warming_is_bounded_by_air_and_by_what_the_solid_takes_up():
    assert warming(100.0, 1e9) == pytest.approx(10.0)  # 100 W/m2 through 10 W/(m2 K)
    assert warming(1e4, 5e6) == pytest.approx(2.0)  # 5 MJ/m3 into 2.5 MJ/(m3 K)


FILM = build_mesh(Film(thickness=200e-9))


def run_of(mesh: ElectrodeMesh = FILM, **changed):
    of = library.load("LiFePO4").replace(
        two_phase=False, stoichiometry_limits=(0.0038, 0.98), **changed
    )
    return boxes.run(mesh, "Discharge at 1C for 1 minute", of=of, start=0.3)


def test_a_run_tells_what_its_card_cannot_bear():
    told = run_of(electronic_conductivity=1e-7).summary
    most = 22806.0 * FARADAY * (0.98 - 0.0038) * 200e-9 / 3600.0 * 200e-9 / 1e-7
    assert told["assumptions"]["loss of electrons at the tip [V]"] == pytest.approx(most, rel=1e-3)
    (text,) = (text for text in told["warnings"] if "electrons would lose" in text)
    assert f"{1e3 * most:.2g} mV across the film of bare LiFePO4" in text
    assert "not tested" not in told["assumptions"]


def test_a_conductor_is_not_talked_about_and_an_unknown_one_is_listed():
    assert run_of(electronic_conductivity=10.0).summary["warnings"] == []
    unknown = run_of(electronic_conductivity=None).summary
    assert unknown["warnings"] == []
    (text,) = unknown["assumptions"]["not tested"]
    assert "the card of LiFePO4 gives no electronic_conductivity" in text


def test_what_has_no_straight_poles_is_listed_as_untested():
    told = run_of(boxes.slab(counts=boxes.SMALL), electronic_conductivity=1e-7).summary
    assert told["warnings"] == []
    assert "films, wires and belts alone" in told["assumptions"]["not tested"][0]


def test_two_phases_and_a_change_of_volume_are_told_before_the_run():
    plain = library.load("LiCoO2").replace(two_phase=False, volume_change=0.02)
    assert known_before(plain) == []
    assert "no hysteresis" in known_before(plain.replace(two_phase=True))[0]
    assert "280 %" in known_before(plain.replace(volume_change=2.8))[0]
    assert "strain" in known_before(plain.replace(volume_change=-0.2))[0]


def test_a_run_that_heats_itself_says_so():
    found = assumptions.Tested({}, [], [])
    steps = [assumptions.Step(100.0, 80.0, 8e3)]
    assumptions._test_heat(found, steps, thickness=1e-5)
    assert found.numbers["warming, at most [K]"] == pytest.approx(8.0)
    assert found.numbers["warming without cooling [K]"] == pytest.approx(320.0)
    assert "8 K" in found.warnings[0]
