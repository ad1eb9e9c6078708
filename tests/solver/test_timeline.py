"""Protocols walked: each end is hit, named, and followed by the next step."""

from __future__ import annotations

import boxes
import numpy as np
import pytest
from boxes import CURRENT, SMALL, amperes, box, coulombs, material, run, slab

from nanotrode.materials.library import load
from nanotrode.solver.protocol import Protocol
from nanotrode.solver.settings import SolverSettings


@pytest.fixture(scope="module")
def mesh():
    return slab(counts=SMALL)


def rates(result, column):
    """A column at the last row and the one before it."""
    return result.series[column][-2:]


# --- ends ----------------------------------------------------------------------------------


def test_a_voltage_is_hit(mesh):
    result = run(mesh, f"Discharge at {amperes(mesh)} until 3.3 V")
    (event,) = result.events
    assert event.reason == "reached 3.3 V"
    assert event.time == result.time[-1]
    assert located(result, "Voltage [V]", 3.3)
    assert result.voltage[:-1].min() > 3.3


def test_a_voltage_is_hit_from_below(mesh):
    result = run(mesh, f"Charge at {amperes(mesh)} until 3.7 V", start=0.5)
    assert result.events[0].reason == "reached 3.7 V"
    assert located(result, "Voltage [V]", 3.7)


def test_a_current_is_hit(mesh):
    limit = 0.3 * mesh.area("interface")
    result = run(mesh, f"Hold at 3.4 V until {limit:.16g} A")
    assert result.events[0].reason == f"the current fell to {limit:.4g} A"
    assert located(result, "Current [A]", limit)


def located(result, column, value):
    """Whether the last row lies within 1e-6 of its time step from where `value` is."""
    before, after = rates(result, column)
    return abs(after - value) <= 1e-6 * abs(after - before)


@pytest.mark.parametrize("kind", ["total", "areal", "specific"])
@pytest.mark.parametrize("verb", ["Discharge", "Charge"])
def test_a_capacity_is_hit(mesh, kind, verb):
    charge = 0.1 * coulombs(mesh, material())
    words = {
        "total": f"{charge / 3600.0:.16g} Ah",
        "areal": f"{charge / mesh.footprint / 36000.0:.16g} mAh/cm2",
        "specific": f"{charge / (3000.0 * mesh.volume('electrode')) / 3600.0:.16g} Ah/kg",
    }
    result = run(mesh, f"{verb} at {amperes(mesh)} until {words[kind]}", start=0.5)
    sign = 1.0 if verb == "Discharge" else -1.0
    assert result.series["Discharge capacity [A.h]"][-1] * 3600 == pytest.approx(
        sign * charge, rel=1e-7
    )
    assert result.series["Mean stoichiometry"][-1] == pytest.approx(0.5 + sign * 0.1, abs=1e-8)
    assert result.events[0].reason == f"passed {charge / 3600.0:.4g} A.h"


def test_the_words_for_a_capacity_are_checked_against_the_parser():
    """The areal word above: 1 mAh/cm2 is 36000 C/m2."""
    from nanotrode.solver.protocol import parse_step

    (limit,) = parse_step("Discharge at 1C until 1 mAh/cm2").terminations
    assert limit.value == pytest.approx(36000.0)


def test_a_duration_is_hit(mesh):
    result = run(mesh, [f"Discharge at {amperes(mesh)} for 3.7 s", "Rest for 0.123 s"])
    assert [e.reason for e in result.events] == ["after 3.7 s", "after 0.123 s"]
    assert result.events[0].time == pytest.approx(3.7, rel=1e-14)
    assert result.time[-1] == pytest.approx(3.823, rel=1e-14)


@pytest.mark.parametrize(("first", "stop"), [(3.5, 3.35), (3.5, 3.65)])
def test_a_sweep_passes_all_its_potentials(mesh, first, stop):
    result = run(mesh, f"Sweep from {first} V to {stop} V at 50 mV/s")
    assert result.voltage[[0, -1]] == pytest.approx([first, stop], abs=1e-13)
    line = first + np.sign(stop - first) * 0.05 * result.time
    assert result.voltage == pytest.approx(line, abs=1e-12)
    assert result.time[-1] == pytest.approx(abs(stop - first) / 0.05, rel=1e-12)
    assert result.events[0].reason == "after 3 s"


def test_a_sweep_without_a_start_begins_where_the_electrode_stands(mesh):
    result = run(mesh, ["Rest for 1 s", "Sweep to 3.4 V at 50 mV/s"])
    second = result.series["Step"] == 1
    assert result.voltage[second][0] == pytest.approx(result.voltage[0], abs=1e-9)
    assert result.voltage[-1] == pytest.approx(3.4, abs=1e-13)


def test_a_sweep_that_is_there_already_ends_at_once(mesh):
    result = run(mesh, ["Hold at 3.5 V for 1 s", "Sweep to 3.5 V at 50 mV/s", "Rest for 1 s"])
    assert len(result.events) == 3
    assert result.events[1].time == pytest.approx(1.0)


def test_an_end_that_is_met_ends_the_step_at_once(mesh):
    # after a moment at 4 V a cut-off of 3.9 V can be meant, but the electrode falls below at once
    words = ["Hold at 4 V for 0.001 ms", f"Discharge at {amperes(mesh)} until 3.9 V"]
    result = run(mesh, [*words, f"Charge at {amperes(mesh)} for 1 s"])
    assert result.events[1].reason == "reached 3.9 V at once"
    assert result.events[1].time == pytest.approx(1e-6)
    assert result.events[2].reason == "after 1 s"


def test_the_first_of_several_ends_counts(mesh):
    words = f"Discharge at {amperes(mesh)} for 1 h or until 3.3 V or 1000 mAh/g"
    assert run(mesh, words).events[0].reason == "reached 3.3 V"
    words = f"Discharge at {amperes(mesh)} for 2 s or until 3.3 V"
    assert run(mesh, words).events[0].reason == "after 2 s"


def test_two_ends_in_one_time_step_are_told_apart(mesh):
    """Voltage limits a hair's breadth apart: the one that is met first ends the step."""
    for limits in ("3.3 V or 3.3001 V", "3.3001 V or 3.3 V"):
        result = run(mesh, f"Discharge at {amperes(mesh)} until {limits}")
        assert result.events[0].reason == "reached 3.3001 V"


# --- what follows what ------------------------------------------------------------------------


def test_hold_after_discharge_keeps_the_field_and_lets_the_current_fade(mesh):
    limit = 0.2 * mesh.area("interface")
    result = run(
        mesh, [f"Discharge at {amperes(mesh)} until 3.3 V", f"Hold at 3.3 V until {limit:.16g} A"]
    )
    hold = result.series["Step"] == 1
    mean, current = result.series["Mean stoichiometry"], result.series["Current [A]"]
    assert mean[hold][0] == mean[~hold][-1]
    assert current[hold][0] == pytest.approx(current[~hold][-1], rel=1e-4)
    assert (np.diff(current[hold]) < 0).all()
    assert result.events[1].time > result.events[0].time


def test_repeats_are_cycles_with_capacities_of_their_own(mesh):
    charge = 0.05 * coulombs(mesh, material())
    steps = [
        f"{verb} at {amperes(mesh)} until {charge / 3600.0:.16g} Ah"
        for verb in ("Discharge", "Charge")
    ]
    result = run(mesh, Protocol.from_text(steps, repeat=2))
    assert [e.step for e in result.events] == [0, 1, 2, 3]
    assert sorted(set(result.series["Cycle"])) == [1, 2]
    ends = [result.series["Mean stoichiometry"][result.time == e.time][-1] for e in result.events]
    assert ends == pytest.approx([0.25, 0.2, 0.25, 0.2], abs=1e-7)
    assert result.summary["conservation"]["charge balance error"] < 1e-12


def test_time_never_goes_back_and_each_step_opens_with_its_own_row(mesh):
    result = run(
        mesh, [f"Discharge at {amperes(mesh)} for 1 s", "Rest for 1 s", "Hold at 3.4 V for 1 s"]
    )
    assert (np.diff(result.time) >= 0).all()
    opens = np.flatnonzero(result.series["Time step [s]"] == 0.0)
    assert result.series["Step"][opens].tolist() == [0, 1, 2]
    assert result.time[opens] == pytest.approx([0.0, 1.0, 2.0])


def test_at_rest_nothing_happens(mesh):
    result = run(mesh, "Rest for 1 h", start=0.4)
    assert np.ptp(result.voltage) < 1e-9
    assert np.abs(result.series["Current [A]"]).max() < 1e-9 * CURRENT * mesh.area("interface")
    assert result.series["Mean stoichiometry"] == pytest.approx(0.4, abs=1e-10)


def test_after_a_rest_the_field_is_level_and_the_voltage_is_the_open_circuit_s(mesh):
    result = run(mesh, [f"Discharge at {amperes(mesh)} for 5 s", "Rest for 300 s"])
    field = result.snapshots[-1].stoichiometry
    assert np.ptp(field) < 1e-5
    assert result.voltage[-1] == pytest.approx(
        result.series["Open-circuit voltage [V]"][-1], abs=1e-5
    )


def test_signs_of_what_is_reported(mesh):
    """Discharge: current and capacity positive, potential falls, local current is reduction."""
    result = run(mesh, f"Discharge at {amperes(mesh)} for 5 s")
    series = result.series
    assert series["Current [A]"] == pytest.approx(CURRENT * mesh.area("interface"), rel=1e-7)
    assert series["Current density [mA.cm-2]"] == pytest.approx(CURRENT / 10.0, rel=1e-7)
    assert series["Max local current density [A.m-2]"] == pytest.approx(-CURRENT, rel=1e-2)
    assert (np.diff(series["Voltage [V]"][1:]) < 0).all()
    assert (np.diff(series["Discharge capacity [A.h]"]) >= 0).all()
    expected = CURRENT * mesh.area("interface") * series["Time [s]"] / 3600.0
    assert series["Discharge capacity [A.h]"] == pytest.approx(expected, rel=1e-7, abs=1e-30)
    areal = series["Discharge capacity [A.h]"] / mesh.footprint / 10.0
    assert series["Areal capacity [mA.h.cm-2]"] == pytest.approx(areal)


def test_local_currents_add_up_to_the_current():
    """A curved surface at order 2: the snapshot's nodal values, and the total, have one sign."""
    mesh = box((2, 2, 3), order=2, bend=lambda p: 1e-7 * boxes.dome(p))
    result = run(mesh, f"Discharge at {amperes(mesh)} for 2 s")
    low = result.series["Min local current density [A.m-2]"][-1]
    high = result.series["Max local current density [A.m-2]"][-1]
    assert low < -CURRENT < high < 0.0
    local = result.snapshots[-1].surface["local_current_density"]
    assert local.mean() == pytest.approx(-CURRENT, rel=0.05)


def test_c_rate_one_fills_the_window_in_an_hour():
    of = load("LiFePO4")
    mesh = slab(counts=SMALL)
    low, high = of.stoichiometry_limits
    result = run(mesh, "Discharge at 2C for 6 min", of=of, start=0.3)
    assert result.series["Mean stoichiometry"][-1] == pytest.approx(0.3 + 0.2 * (high - low))


# --- copies of the meshed part -----------------------------------------------------------------


def test_a_quarter_reports_the_whole(mesh):
    """Four copies of a column are a column four times as wide."""
    side = slab(counts=SMALL).footprint ** 0.5
    wide = box((2, 2, 8), sides=(2 * side, 2 * side, boxes.LENGTH))
    quarter = box((1, 1, 8), sides=(side, side, boxes.LENGTH), multiplicity=4.0)
    steps = [
        "Discharge at 100C for 5 s",
        f"Charge at {amperes(wide)} for 5 s",
        "Hold at 3.4 V for 2 s",
    ]
    settings = SolverSettings(tolerance=1e-5)
    whole, part = (run(m, steps, settings=settings) for m in (wide, quarter))
    for column in (
        "Voltage [V]",
        "Current [A]",
        "Discharge capacity [A.h]",
        "Areal capacity [mA.h.cm-2]",
    ):
        assert at(part, column) == pytest.approx(at(whole, column), rel=1e-4, abs=1e-25)
    for key, value in whole.summary["electrode"].items():
        assert part.summary["electrode"][key] == pytest.approx(value, rel=1e-12)
    ends = [r.snapshots[-1].current_density for r in (whole, part)]
    assert ends[1] == pytest.approx(ends[0], rel=1e-4)


def at(result, column):
    ends = [e.time for e in result.events]
    return [result.series[column][result.time == t][0] for t in ends]
