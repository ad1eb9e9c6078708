"""Cards against what was published: their potentials, their capacities, the arithmetic of rates.

Potentials are written out again here from the papers' formulas, in plain `math`, or are points of
their tables; each capacity is held against one that was measured, and against what one electron
per redox centre allows. Potentials at the ends were computed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, sqrt, tanh
from typing import NamedTuple

import numpy as np
import pytest

from nanotrode.materials import library
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.kinetics import RootExchange


class Published(NamedTuple):
    """What a card is held against.

    Attributes:
        at_ends: Potential at x_min and x_max [V].
        capacity: Window of what was measured between them [mAh/g].
        molar_mass: Of what holds one ion when full [g/mol].
        diffusivity: At x = 0.5 [m2 s-1].
        m_ref: F times the rate constant [A m-2 (m3 mol-1)^1.5].
    """

    at_ends: tuple[float, float]
    capacity: tuple[float, float]
    molar_mass: float
    diffusivity: float
    m_ref: float


def _nmc811(x: float) -> float:
    steep = -17.7326 * tanh(15.789 * (x - 0.3117)) + 17.5842 * tanh(15.9308 * (x - 0.312))
    return 4.4875 - 0.809 * x - 0.0428 * tanh(18.5138 * (x - 0.5542)) + steep


def _nmc532(x: float) -> float:
    powers = 4.3452 + x * (-1.6518 + x * (1.6225 + x * (-2.0843 + x * (3.5146 - x * 2.2166))))
    return powers - 0.5623e-4 * exp(109.451 * x - 100.006)


def _silicon(x: float) -> float:
    lithiation = (-96.63, 372.6, -587.6, 489.9, -232.8, 62.99, -9.286, 0.8633)
    delithiation = (-51.02, 161.3, -205.7, 140.2, -58.76, 16.87, -3.792, 0.9937)
    return float((np.polyval(lithiation, x) + np.polyval(delithiation, x)) / 2)


def _nca(x: float) -> float:
    powers = (1.638, -2.222, 15.056, -23.488, 81.246, -344.566, 621.3475, -554.774, 264.427)
    return float(np.polyval((*powers, -66.3691, 11.8058), x)) - 0.61386 * exp(5.8201 * x**136.4)


def _nco(x: float) -> float:
    return (
        4.23285
        - 2.35211 * x
        - 0.0747061 * tanh(31.886 * (x - 0.0219921))
        - -6.34984 * tanh(2.66395 * (x - 0.174352))
        - 0.640243 * tanh(5.48623 * (x - 0.439245))
        - 3.82383 * tanh(4.12167 * (x - 0.176187))
        - 0.0542123 * tanh(18.2919 * (x - 0.762272))
    )


def _graphite(x: float) -> float:
    return (
        0.716502 * exp(-369.028 * x)
        + 0.12193 * exp(-35.6478 * (x - 0.0530947))
        - 0.0189193 * tanh(21.1967 * (x - 0.196176))
        - 0.0169644 * tanh(27.1365 * (x - 0.312832))
        - 0.0199313 * tanh(28.5697 * (x - 0.614221))
        - 0.931153 * exp(36.328 * (x - 1.10743))
        + 0.140031
    )


FORMULAS: dict[str, Callable[[float], float]] = {
    "NMC811": _nmc811,
    "NMC532": _nmc532,
    "NCA": _nca,
    "NCO-Ecker": _nco,
    "graphite-Ecker": _graphite,
    "silicon": _silicon,
}
POINTS = {
    "hard-carbon": [(0.060758448, 0.844570264), (0.483167055, 0.088439192)],
    "NVPF": [(0.474174208, 4.152479924), (0.590901654, 3.725196032), (0.930500897, 3.649245158)],
    "LNMO": [(0.162382382, 4.785999205), (0.830410410, 4.469804330), (0.926, 4.053347)],
}

# Measured: NMC811 200 mAh/g from 3.0 to 4.3 V (doi:10.1039/d2dt02246j); silicon to 3579
# (Li15Si4, of which c_s_max is 89 %); NMC532 and NCA 155 to 190 as layered oxides to 4.2 V have.
# Graphite of this set holds 1.8 % more than C6 does, 72.07 g/mol. Hard carbon at most NaC8's
# 279; NVPF 128 for two sodium of which 77 % are used; LNMO 147 in all.
PUBLISHED = {
    "NMC811": Published((4.273, 3.5035), (190, 205), 97.28, 4e-15, 3.42e-6),
    "NMC532": Published((4.2, 3.4815), (155, 190), 96.55, 8e-15, 4.824e-6),
    "NCA": Published((4.1814, 3.2085), (155, 190), 96.08, 3e-15, 4 / (49000 * sqrt(290.28))),
    "NCO-Ecker": Published((4.2373, 3.5725), (170, 200), 97.78, 8.396e-14, 3.01e-11 * FARADAY),
    "graphite-Ecker": Published(
        (0.9862, 0.0842), (290, 340), 70.79, 1.1155e-14, 1.11e-10 * FARADAY
    ),
    "silicon": Published((0.8126, 0.1002), (2800, 3579), 28.086 / 3.75, 1.67e-14, 6.6898e-8),
    "hard-carbon": Published((1.2047, 0.0321), (200, 279), 96.09, 1.88e-15, 4.9345e-8),
    "NVPF": Published((4.2881, 3.4535), (90, 110), 417.79 / 2, 8.44e-17, 9.166e-9),
    "LNMO": Published((4.8757, 3.8197), (115, 135), 182.7, 4.339e-15, 2.33e-11 * FARADAY),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_potential_is_the_published_formula(name: str) -> None:
    material, formula = library.load(name), FORMULAS[name]
    low, high = material.stoichiometry_limits
    for part in (0.0, 0.13, 0.37, 0.5, 0.71, 0.94, 1.0):
        x = low + part * (high - low)
        assert float(material.ocp(x)) == pytest.approx(formula(x), abs=1e-8)


@pytest.mark.parametrize("name", POINTS)
def test_a_potential_goes_through_the_published_points(name: str) -> None:
    material = library.load(name)
    for x, potential in POINTS[name]:
        assert float(material.ocp(x)) == pytest.approx(potential, abs=2e-4)


@pytest.mark.parametrize("name", PUBLISHED)
def test_potentials_at_the_ends_lie_within_the_cut_offs(name: str) -> None:
    material = library.load(name)
    ends = [float(material.ocp(x)) for x in material.stoichiometry_limits]
    assert ends == pytest.approx(PUBLISHED[name].at_ends, abs=2e-4)
    assert material.voltage_limits is not None
    assert material.voltage_limits[0] < ends[1] < ends[0] < material.voltage_limits[1] + 1e-3


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_capacity_is_a_measured_one_and_no_redox_centre_gives_more_than_it_has(name: str) -> None:
    material, published = library.load(name), PUBLISHED[name]
    assert material.specific_capacity is not None
    assert material.density is not None
    assert published.capacity[0] < material.specific_capacity / 3600 < published.capacity[1]
    sites = 1e3 * material.density / published.molar_mass
    assert material.c_s_max <= sites * 1.001


@pytest.mark.parametrize("name", PUBLISHED)
def test_rates_are_the_published_ones(name: str) -> None:
    published, reference = PUBLISHED[name], library.load(name).reference_temperature
    material = library.load(name, temperature=reference)
    assert float(material.diffusivity(0.5)) == pytest.approx(published.diffusivity, rel=1e-2)
    exchange = material.kinetics.exchange_current
    assert isinstance(exchange, RootExchange)
    assert exchange.rate_constant * FARADAY == pytest.approx(published.m_ref, rel=1e-3)


def test_ncas_exchange_current_is_4_amperes_a_square_metre_when_its_cell_is_full() -> None:
    exchange = library.load("NCA").kinetics.exchange_current
    j0, _ = exchange.evaluate(np.array([0.41]), c_e=1200.0, c_s_max=49000.0)
    assert float(j0[0]) == pytest.approx(4.0, rel=1e-4)  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "diffusion", "reaction"),
    [
        ("NMC811", 1.35732, 1.57049),  # exp(E/R (1/298.15 - 1/318.15)), 1449 K and 17 800 J/mol
        ("NCO-Ecker", 9.61666, 3.4022),  # from 296.15 K, 80 600 and 43 600 J/mol
    ],
)
def test_a_warm_cathode_is_faster_by_its_sources_activation_energies(
    name: str, diffusion: float, reaction: float
) -> None:
    cold = library.load(name, temperature=library.load(name).reference_temperature)
    warm = library.load(name, temperature=318.15)
    gain = float(warm.diffusivity(0.5)) / float(cold.diffusivity(0.5))
    assert gain == pytest.approx(diffusion, rel=1e-3)
    rates = [material.kinetics.exchange_current for material in (cold, warm)]
    assert isinstance(rates[0], RootExchange)
    assert isinstance(rates[1], RootExchange)
    assert rates[1].rate_constant / rates[0].rate_constant == pytest.approx(reaction, rel=1e-3)


def test_what_silicon_does_that_no_run_follows_is_told() -> None:
    material = library.load("silicon")
    low, high = material.stoichiometry_limits
    assert material.volume_change == pytest.approx(8.9e-6 * 278000 * (high - low), rel=0.02)
    told = " ".join(material.notes)
    assert "three times its volume" in told
    assert "hysteresis" in told
