"""Every card that comes with nanotrode, held to the arithmetic of its source."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from nanotrode.materials import library, plating_library
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.kinetics import RootExchange
from nanotrode.materials.laws import Constant
from nanotrode.materials.material import Material
from nanotrode.materials.plating import Lithiation, Solid
from nanotrode.materials.sourcing import fault


class Cells(NamedTuple):
    """What a card's numbers must come to.

    Attributes:
        molar: Mass of a formula unit at x = 1 [g/mol].
        electrons: That its redox centres have, one each; two for vanadium, V5+ to V3+.
        capacity: Within which the capacity of its window lies [mAh/g].
    """

    molar: float
    electrons: float
    capacity: tuple[float, float]


# masses from the standard atomic weights; a graphite with SiOx has no formula unit: one of silicon
# and carbon that holds 420 mAh/g
# capacities of the cards after their own sets: see test_literature
CARDS = {
    "H2V3O8": Cells(282.83, 6, (461, 462.5)),  # doi:10.1007/s11581-024-05667-2
    "LNMO": Cells(182.7, 1, (115, 135)),
    "LTO": Cells(459.1, 3, (165, 175)),  # doi:10.3390/mi15030310
    "LiCoO2": Cells(97.87, 1, (125, 145)),  # usual, up to 4.2 V
    "LiFePO4": Cells(157.76, 1, (160, 170)),  # 170 of one electron per iron
    "NCA": Cells(96.08, 1, (155, 190)),
    "NCO-Ecker": Cells(97.78, 1, (170, 200)),
    "NMC532": Cells(96.55, 1, (155, 190)),
    "NMC622": Cells(96.93, 1, (174, 176)),  # usual, up to 4.2 V
    "NMC811": Cells(97.28, 1, (190, 205)),  # doi:10.1039/d2dt02246j
    "NVPF": Cells(417.79, 2, (90, 110)),  # two sodium for two vanadium
    "Na0.95MnO2": Cells(108.78, 1, (59, 61)),  # assumed in the card
    "TiO2-B": Cells(79.87, 1, (300, 310)),  # doi:10.1002/adma.200400795; mass without lithium
    "Zn3V2O8_1.85H2O": Cells(459.3, 4, (232, 234)),  # two electrons per vanadium
    "graphite": Cells(26801.5 / 420, 1, (330, 372)),  # doi:10.1149/1945-7111/ab9050
    "graphite-Ecker": Cells(70.79, 1, (290, 340)),  # 1.8 % more than C6 holds
    "hard-carbon": Cells(96.09, 1, (200, 279)),  # NaC8, mass without sodium
    "silicon": Cells(28.086, 3.75, (2800, 3579)),  # Li15Si4, mass without lithium
}
SLACK = 2e-3
"""By what a potential at an end of the window may miss a cut-off [V]."""


def values(material: Material) -> dict[str, float]:
    """The numbers of a material, by the keys of its card."""
    x_min, x_max = material.stoichiometry_limits
    v_min, v_max = material.voltage_limits or (0.0, 0.0)
    kinetics, exchange = material.kinetics, material.kinetics.exchange_current
    root = isinstance(exchange, RootExchange)
    found = {
        "c_s_max": material.c_s_max,
        "x_min": x_min,
        "x_max": x_max,
        "voltage_min": v_min,
        "voltage_max": v_max,
        "alpha_a": kinetics.alpha_a,
        "alpha_c": kinetics.alpha_c,
        "diffusivity.factor": 1.0,
        ("rate_constant" if root else "exchange_current_density"): (
            exchange.rate_constant if root else exchange.j0
        ),
    }
    if isinstance(material.diffusivity, Constant):
        found["diffusivity"] = material.diffusivity.value
    for key in ("density", "electronic_conductivity", "volume_change"):
        if (value := getattr(material, key)) is not None:
            found[key] = value
    return found


def test_every_card_is_held_to_an_arithmetic() -> None:
    assert set(CARDS) == set(library.names()), "give a new card a row in CARDS"


@pytest.mark.parametrize("name", library.names())
def test_a_card_comes_to_what_was_published(name: str) -> None:
    material, cells = library.load(name), CARDS[name]
    assert material.density is not None
    per_gram = material.charge_number * FARADAY / 3.6 / (material.density * 1e3)
    x_min, x_max = material.stoichiometry_limits
    window = material.c_s_max * (x_max - x_min) * per_gram
    assert cells.capacity[0] < window < cells.capacity[1]
    assert material.specific_capacity == pytest.approx(window * 3600)
    limit = cells.electrons * FARADAY / 3.6 / cells.molar
    held = window if material.illustrative else material.c_s_max * per_gram
    assert held <= 1.005 * limit


@pytest.mark.parametrize("name", library.names())
def test_the_window_of_a_card_is_within_its_own_cut_offs(name: str) -> None:
    material = library.load(name)
    assert material.voltage_limits is not None
    empty, full = (float(material.ocp(x)) for x in material.stoichiometry_limits)
    assert empty <= material.voltage_limits[1] + SLACK
    assert full >= material.voltage_limits[0] - SLACK


@pytest.mark.parametrize("name", library.names())
def test_a_card_is_consistent_and_can_be_looked_up(name: str) -> None:
    material = library.load(name)
    kinetics = material.kinetics
    assert kinetics.alpha_a + kinetics.alpha_c == pytest.approx(material.charge_number)
    assert material.warnings == () or material.two_phase
    assert material.licence == "CC0-1.0"
    faults = {key: fault(source) for key, source in material.sources.items() if fault(source)}
    assert not faults
    numbers = values(material)
    for key, (low, high) in material.ranges.items():
        assert low <= numbers[key] <= high
        assert low < high


@pytest.mark.parametrize("name", plating_library.names())
def test_a_plating_card_is_consistent_and_can_be_looked_up(name: str) -> None:
    card = plating_library.load(name)
    parts: list[Lithiation | object] = [card]
    if isinstance(card, Solid) and card.lithiation is not None:
        parts.append(card.lithiation)
    assert card.licence == "CC0-1.0"
    for part in parts:
        assert not [key for key, source in part.sources.items() if fault(source)]
        for key, (low, high) in part.ranges.items():
            if "." not in key:
                assert low <= getattr(part, key) <= high
    if hasattr(card, "alpha_a"):
        assert card.alpha_a + card.alpha_c == pytest.approx(1.0)


# numbers that a review corrected, each against its source's own arithmetic
def test_lifepo4_s_window_starts_at_its_cut_off_and_its_fit_knows_r2_over_d() -> None:
    material = library.load("LiFePO4")
    assert float(material.ocp(0.0038)) == pytest.approx(3.690, abs=1e-3)  # was taken for 3.6 V
    assert float(material.ocp(material.stoichiometry_limits[0])) == pytest.approx(3.6, abs=1e-3)
    assert 50e-9**2 / float(material.diffusivity(0.5)) == pytest.approx(424, rel=1e-3)
    low, high = material.ranges["diffusivity"]
    assert (low, high) == pytest.approx((5.3e-19, 6.9e-17))
    # BPX file lfp_18650_cell: K = 9.736e-7 mol m-2 s-1, c_max = 21200, c_e0 = 1000 mol m-3
    k = 9.736e-7 / (21200 * 1000**0.5)
    assert material.ranges["rate_constant"][0] == pytest.approx(k, rel=2e-3)
    assert material.two_phase
    assert material.electronic_conductivity == 1e-7
    emptied = 0.0681 / (1 - 0.0681)
    x_min, x_max = material.stoichiometry_limits
    assert material.volume_change == pytest.approx(emptied * (x_max - x_min), rel=5e-3)


def test_nmc622_is_scaled_to_a_usual_capacity() -> None:
    material = library.load("NMC622")
    x_min, x_max = material.stoichiometry_limits
    assert material.c_s_max == pytest.approx(
        175 * 3.6 * 4.75e6 / (FARADAY * (x_max - x_min)), rel=1e-3
    )
    assert material.ranges["c_s_max"][1] == 48230


def test_licoo2_counts_what_its_cut_offs_reach() -> None:
    material = library.load("LiCoO2")
    assert float(material.ocp(0.97)) == pytest.approx(2.718, abs=1e-3)  # was the full end
    full, empty = (float(material.ocp(x)) for x in material.stoichiometry_limits[::-1])
    assert (full, empty) == pytest.approx((3.0, 4.2), abs=2e-3)


def test_graphite_s_window_is_its_source_s() -> None:
    material = library.load("graphite")
    assert material.stoichiometry_limits == pytest.approx((0.0279, 29866 / 33133), abs=1e-4)
    assert "SiOx" in material.formula
    per_gram = FARADAY / 3.6 / (material.density * 1e3)
    assert material.c_s_max * per_gram == pytest.approx(393, abs=0.5)


def test_the_salt_keeps_the_product_that_was_measured() -> None:
    salt = plating_library.load_salt("LiPF6-EC-EMC")
    measured = 0.601 - 0.24 + 0.982 * (1 - 0.0052 * (298.15 - 294))
    assert measured == pytest.approx(1.322, abs=1e-3)
    product = salt.thermodynamic_factor * (1 - salt.transference)
    assert product == pytest.approx(measured, rel=1e-3)
    # MPET's polynomial after Nyman et al., over 1 - t_plus
    other = (0.44103 + 0.74678 + 0.28687) / (1 - salt.transference)
    assert salt.ranges["thermodynamic_factor"] == pytest.approx((1.785, other), rel=1e-3)
