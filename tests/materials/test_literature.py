"""Cards against what was published: their potentials, their capacities, the arithmetic of rates.

Potentials are written out again here from the papers' formulas, in plain `math`, and each
capacity is held against one that was measured or that one electron per redox centre allows.
"""

from __future__ import annotations

from collections.abc import Callable
from math import tanh
from typing import NamedTuple

import pytest

from nanotrode.materials import library
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.kinetics import RootExchange


class Published(NamedTuple):
    """What a card is held against.

    Attributes:
        potential: The source's formula [V].
        at_ends: Potential at x_min and x_max [V], computed by hand.
        capacity: Window of the capacity between them that was published [mAh/g].
        per_redox_centre: Capacity of one electron for each redox centre [mAh/g].
        diffusivity: At x = 0.5 [m2 s-1].
        m_ref: F times the rate constant [A m-2 (m3 mol-1)^1.5].
    """

    potential: Callable[[float], float]
    at_ends: tuple[float, float]
    capacity: tuple[float, float]
    per_redox_centre: float
    diffusivity: float
    m_ref: float


def _nmc811(x: float) -> float:
    return (
        -0.809 * x
        + 4.4875
        - 0.0428 * tanh(18.5138 * (x - 0.5542))
        - 17.7326 * tanh(15.789 * (x - 0.3117))
        + 17.5842 * tanh(15.9308 * (x - 0.312))
    )


# measured capacities: 200 mAh/g from 3.0 to 4.3 V (doi:10.1039/d2dt02246j); 26 801 mAh/mol
PUBLISHED = {
    "NMC811": Published(_nmc811, (4.273, 3.5035), (190, 205), 26801 / 97.28, 4e-15, 3.42e-6),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_potential_is_the_published_one(name: str) -> None:
    material, published = library.load(name), PUBLISHED[name]
    low, high = material.stoichiometry_limits
    for part in (0.0, 0.13, 0.37, 0.5, 0.71, 0.94, 1.0):
        x = low + part * (high - low)
        assert float(material.ocp(x)) == pytest.approx(published.potential(x), abs=1e-9)
    ends = [float(material.ocp(x)) for x in (low, high)]
    assert ends == pytest.approx(published.at_ends, abs=5e-4)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_capacity_is_a_published_one_and_no_redox_centre_gives_more_than_it_has(
    name: str,
) -> None:
    material, published = library.load(name), PUBLISHED[name]
    assert material.specific_capacity is not None
    assert published.capacity[0] < material.specific_capacity / 3600 < published.capacity[1]
    low, high = material.stoichiometry_limits
    whole = material.specific_capacity / 3600 / (high - low)
    assert whole <= published.per_redox_centre * 1.001


@pytest.mark.parametrize("name", PUBLISHED)
def test_rates_are_the_published_ones(name: str) -> None:
    material, published = library.load(name), PUBLISHED[name]
    assert float(material.diffusivity(0.5)) == pytest.approx(published.diffusivity, rel=1e-6)
    exchange = material.kinetics.exchange_current
    assert isinstance(exchange, RootExchange)
    assert exchange.rate_constant * FARADAY == pytest.approx(published.m_ref, rel=1e-4)
