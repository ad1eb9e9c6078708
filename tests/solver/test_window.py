"""What a run tells of its own numbers: before it starts, and where it left what is known."""

from __future__ import annotations

import boxes
import numpy as np
import pytest
from boxes import SMALL, material, run, simulation, slab

from nanotrode.errors import InputError, ProtocolError
from nanotrode.materials import library
from nanotrode.materials.laws import Table
from nanotrode.solver.window import extrapolated


@pytest.fixture(scope="module")
def mesh():
    return slab(counts=SMALL)


def warnings(mesh, protocol="Rest for 1 s", **more):
    return run(mesh, protocol, **more).summary["warnings"]


def test_a_usual_run_warns_of_nothing(mesh):
    assert warnings(mesh, "Discharge at 1C for 10 minutes") == []


def test_what_is_odd_is_in_the_summary_of_a_run_from_python(mesh):
    odd = material(density=200.0)
    (told,) = warnings(mesh, of=odd, c_e=1000.0)
    assert told.startswith("plain: density = 200 kg/m^3 is unusual")
    (told,) = warnings(mesh, c_e=1.0)
    assert "salt concentration = 1 mol/m^3 is unusual" in told
    assert "mol/L? Then it is 1000 mol/m^3" in told
    assert warnings(mesh, remarks=["taken was x = 0.2"]) == ["taken was x = 0.2"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 3000.0}, "temperature: got 3000 K, expected 150 to 1000 K"),
        ({"temperature": 25.0}, "degC"),
        ({"c_e": 1e9}, "c_e: got"),
        ({"c_e": float("nan")}, "c_e: got nan"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(mesh, changes, message):
    with pytest.raises(InputError, match=message):
        simulation(mesh, "Rest for 1 s", **changes)


def one_phase(**given):
    return library.load("LiFePO4", **given).replace(two_phase=False)


def test_a_material_read_for_another_temperature_is_told(mesh):
    (told,) = warnings(mesh, of=one_phase(), temperature=333.15)
    assert "the laws of LiFePO4 were read for 25 degC, and the run is at 60 degC" in told
    hot = one_phase(temperature=333.15)
    (told,) = warnings(mesh, of=hot, temperature=333.15)
    assert "its diffusivity and exchange current, used at 60 degC" in told


def test_the_current_of_a_cell_is_refused_for_a_speck(mesh):
    """1 A empties 6e-18 A.h in 2e-14 s: nobody means that."""
    with pytest.raises(ProtocolError, match=r"'Discharge at 1 A until 2 V' is \S+C for this elec"):
        run(mesh, "Discharge at 1 A until 2 V")


def test_a_current_that_is_odd_is_told(mesh):
    (told,) = warnings(mesh, "Discharge at 1e-8C for 1 s")
    assert "'Discharge at 1e-8C for 1 s': the C-rate = 1e-08 C is unusual" in told


def test_potentials_of_a_protocol_in_millivolts_are_refused():
    with pytest.raises(ProtocolError, match=r"got 3400 V, .* mV\? Then it is 3.4 V"):
        simulation(None, "Hold at 3400 V for 1 s")


def test_beyond_its_table_a_law_is_told_to_be_extrapolated(mesh):
    x = np.linspace(0.1, 0.5, 41)
    table = Table(tuple(x), tuple(boxes.material().ocp(x)))
    host = material(ocp=table, stoichiometry_limits=(0.1, 0.5))
    inside = warnings(mesh, "Discharge at 1C for 20 minutes", of=host)
    assert inside == []
    beyond = warnings(mesh, "Discharge at 1C for 60 minutes or until -4 V", of=host, start=0.3)
    assert any("the table of the ocp ends at 0.5; beyond, it goes on as a" in t for t in beyond)


def series(surface, voltage):
    columns = {"Mean stoichiometry": surface, "Surface stoichiometry": surface}
    return {k: np.array(v) for k, v in (columns | {"Voltage [V]": voltage}).items()}


def test_beyond_the_stoichiometry_limits_is_told_unless_the_cut_off_says_so():
    host = material(stoichiometry_limits=(0.02, 0.9), voltage_limits=(2.5, 3.65))
    assert extrapolated(host, series([0.03, 0.95], [3.6, 2.5])) == []
    (full,) = extrapolated(host, series([0.03, 0.95], [3.6, 2.4]))
    assert "came to x = 0.95, beyond x_max = 0.9 and its usual cut-offs of 2.5 to 3.65 V" in full
    (empty,) = extrapolated(host, series([0.001, 0.5], [4.0, 3.4]))
    assert "came to x = 0.001, beyond x_min = 0.02" in empty
    assert len(extrapolated(host.replace(voltage_limits=None), series([0.1, 0.95], [3.6, 3]))) == 1
