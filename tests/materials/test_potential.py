"""Potentials that do not fall everywhere: their rises, their roots, and noise taken out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, isotonic_regression

from nanotrode.errors import MaterialError
from nanotrode.materials import library, potential
from nanotrode.materials.card import read_card
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.equilibrium import equilibrium
from nanotrode.materials.guard import Guarded
from nanotrode.materials.laws import Constant, Formula, Table
from nanotrode.materials.material import Material

OMEGA = 4.5
KT = GAS_CONSTANT * 298.15 / FARADAY
REGULAR = Formula(f"3.42 - (R*T/F)*(log(x/(1-x)) + {OMEGA}*(1-2*x))")
TURN = 0.5 * (1.0 - np.sqrt(1.0 - 2.0 / OMEGA))
"""The spinodal of a regular solution: x (1 - x) = 1 / (2 Omega)."""
PLATEAUS = Table(
    (0.0, 0.02, 0.05, 0.3, 0.3001, 0.6, 0.62, 0.95, 1.0),
    (3.6, 3.45, 3.43, 3.43, 3.41, 3.41, 3.4, 3.4, 2.6),
)


def material(law: Constant | Formula | Table, x_min: float = 0.01, x_max: float = 0.98) -> Material:
    base = library.load("LiFePO4")
    return base.replace(name="host", ocp=Guarded(law), stoichiometry_limits=(x_min, x_max))


def noisy(sigma: float = 5e-3, points: int = 1000) -> Table:
    """LiFePO4's potential with normal noise, from a generator with a stated seed."""
    x = np.linspace(0.005, 0.995, points)
    noise = np.random.default_rng(14).normal(0.0, sigma, points)
    return Table(tuple(x), tuple(library.load("LiFePO4").ocp(x) + noise))


def test_a_regular_solution_rises_between_its_spinodals() -> None:
    (rise,) = potential.rises(REGULAR, 0.01, 0.99)
    assert (rise.low, rise.high) == pytest.approx((TURN, 1.0 - TURN), abs=1e-9)
    height = 2 * KT * (-np.log(TURN / (1 - TURN)) - OMEGA * (1 - 2 * TURN))
    assert rise.height == pytest.approx(-height, rel=1e-9)
    assert not potential.rises_throughout(REGULAR, 0.01, 0.99)


def test_all_roots_of_a_regular_solution_are_found() -> None:
    def zero(x: float) -> float:
        return np.log(x / (1 - x)) + OMEGA * (1 - 2 * x)

    low = brentq(zero, 1e-6, TURN, xtol=1e-15)
    spans = potential.spans_at(REGULAR, 3.42, 0.001, 0.999)
    assert [s.low for s in spans] == pytest.approx([low, 0.5, 1 - low], abs=1e-9)
    assert [s.falls for s in spans] == [True, False, True]
    found = equilibrium(material(REGULAR, 0.001, 0.999), 3.42)
    assert found.stoichiometry == pytest.approx(low, abs=1e-9)
    (told,) = found.remarks
    assert f"at x = {low:.4g} and at 0.5, {1 - low:.4g}; taken is {low:.4g}, the least" in told


def test_two_roots_beside_an_extreme_are_not_passed_over() -> None:
    """A hair below the upper spinodal, where both lie between two samples."""
    top = float(REGULAR(1.0 - TURN))
    spans = potential.spans_at(REGULAR, top - 2e-9, 0.01, 0.99)
    near = [s for s in spans if abs(s.low - (1.0 - TURN)) < 2e-4]
    assert len(near) == 2
    assert [s.falls for s in near] == [False, True]


@pytest.mark.parametrize("voltage", [3.3, 3.405, 3.42, 3.44])
def test_one_root_is_taken_without_a_word(voltage: float) -> None:
    found = equilibrium(material(PLATEAUS), voltage)
    assert found.remarks == ()
    assert float(PLATEAUS(found.stoichiometry)) == pytest.approx(voltage, abs=1e-9)


@pytest.mark.parametrize(("voltage", "ends"), [(3.43, "0.05 to 0.3"), (3.4, "0.62 to 0.95")])
def test_a_plateau_asks_for_a_stoichiometry(voltage: float, ends: str) -> None:
    with pytest.raises(MaterialError, match=f"all along x = {ends}: .* initial.stoichiometry"):
        equilibrium(material(PLATEAUS), voltage)
    with pytest.raises(MaterialError, match=r"all along x = 0\.01 to 0\.98"):
        equilibrium(material(Constant(3.43)), 3.43)


def test_a_noisy_plateau_asks_for_a_stoichiometry() -> None:
    with pytest.raises(MaterialError, match=r"at \d+ stoichiometries from 0\.\d+ to 0\.\d+, as a"):
        equilibrium(material(noisy()), 3.4)


def test_noise_on_a_steep_part_is_one_stoichiometry() -> None:
    law = noisy()
    found = equilibrium(material(law), 3.0)
    assert found.remarks == ()
    x = np.linspace(0.9, 0.995, 200_001)
    smooth = x[np.argmin(np.abs(library.load("LiFePO4").ocp(x) - 3.0))]
    assert found.stoichiometry == pytest.approx(smooth, abs=1e-3)


def test_outside_its_potentials_there_is_no_equilibrium() -> None:
    with pytest.raises(MaterialError, match=r"3.7 V is no .* expected 2.997 V to 3.509 V"):
        equilibrium(material(PLATEAUS), 3.7)


def test_pools_are_those_counted_by_hand() -> None:
    """4 | 3 3.4 -> 3.2 | 2 2.6 2.3 -> 2.3 | 1, each pool in the middle of its x."""
    table = Table((0.0, 0.1, 0.3, 0.5, 0.6, 0.9, 1.0), (4.0, 3.0, 3.4, 2.0, 2.6, 2.3, 1.0))
    smooth = potential.smoothed(table)
    assert smooth.x == pytest.approx((0.0, 0.2, 0.7, 1.0))
    assert smooth.value == pytest.approx((4.0, 3.2, 2.3, 1.0))


def test_a_noisy_table_is_read_as_a_falling_one_near_the_truth() -> None:
    raw = noisy()
    law, (told,) = potential.without_noise(raw)
    assert "the table of its ocp is noisy, rising at" in told
    assert potential.rises(law, 0.005, 0.995) == []
    x = np.linspace(0.02, 0.97, 2001)
    truth = library.load("LiFePO4").ocp(x)
    errors = [float(np.sqrt(np.mean((one(x) - truth) ** 2))) for one in (law, raw)]
    assert errors[0] < 2.5e-3
    assert errors[1] > 4e-3
    values = isotonic_regression(np.array(raw.value), increasing=False).x
    assert set(np.unique(law.value)) <= set(np.unique(values))


def test_a_potential_that_parts_into_phases_is_left_as_it_is() -> None:
    x = np.linspace(0.01, 0.99, 99)
    table = Table(tuple(x), tuple(REGULAR(x)))
    assert potential.without_noise(table) == (table, ())
    told = material(REGULAR).warnings
    assert len(told) == 1
    assert "rises by 73.4 mV between x = 0.127 and 0.873" in told[0]


@pytest.mark.parametrize("sigma", [0.0, 2e-3, 1e-2, 3e-2])
def test_a_noisy_table_over_the_state_of_charge_is_refused_and_not_levelled(sigma: float) -> None:
    fair = noisy(sigma)
    table = Table(fair.x, fair.value[::-1])
    law, remarks = potential.without_noise(table)
    assert (law, remarks) == (table, ())
    with pytest.raises(MaterialError, match="ocp: rises with x"):
        material(table)
    assert not potential.rises_throughout(fair, 0.01, 0.98)


def test_noise_that_python_brings_is_told_and_left() -> None:
    (told,) = material(noisy()).warnings
    assert "places, by up to" in told
    assert "potential.smoothed" in told


def test_a_card_s_noisy_table_is_smoothed_and_told() -> None:
    table = noisy(points=200)
    rows = [[float(v) for v in pair] for pair in zip(table.x, table.value, strict=True)]
    text = f"""
name = "noisy"
ion = "Li+"
charge_number = 1
c_s_max = {{ value = "22806 mol/m^3", source = "assumed" }}
x_min = {{ value = "0.01", source = "assumed" }}
x_max = {{ value = "0.98", source = "assumed" }}
diffusivity = {{ value = "5.9e-18 m^2/s", source = "assumed" }}
alpha_a = {{ value = "0.5", source = "assumed" }}
alpha_c = {{ value = "0.5", source = "assumed" }}
rate_constant = {{ value = "6.2e-12 m^2.5 mol^-0.5 s^-1", source = "assumed" }}
ocp = {{ table = {rows}, unit = "V", source = "assumed" }}
"""
    made = read_card(text)
    assert made.ocp_falls
    assert len(made.warnings) == 1
    assert "noisy: the table of its ocp is noisy" in made.warnings[0]
