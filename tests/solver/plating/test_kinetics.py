"""The plating law: its closed-form step against root finding, its limits and its slopes."""

from __future__ import annotations

import hosts
import numpy as np
import pytest
from hosts import DEPOSIT, SIDE, TEMPERATURE, THERMAL
from scipy.optimize import brentq

from nanotrode.solver.plating.kinetics import Plating, Side

LAST, LIMIT = DEPOSIT.last_thickness, 1e-6


def law(*, start, weight=1e-9, limit=LIMIT, barrier=0.0, activity=1.0, sites=None):
    count = sites or np.size(start)

    def each(x):
        return np.broadcast_to(np.asarray(x, dtype=float), (count,)).copy()

    return Plating(
        deposit=DEPOSIT,
        temperature=TEMPERATURE,
        shift=each(barrier),
        activity=each(activity),
        start=each(start),
        weight=weight,
        limit=each(limit),
    )


def unhindered(drop, barrier):
    return 2 * DEPOSIT.exchange_current_density * np.sinh(0.5 * THERMAL * (drop + barrier))


def by_root_finding(drop, *, start, weight, barrier):
    """i where h = start - weight i(h): sought as what is left, of lithium or of room."""
    free = unhindered(drop, barrier)
    before = start if free > 0 else LIMIT - start

    def excess(left):
        return left - before + weight * abs(free) * left / (left + LAST)

    left = brentq(excess, 0.0, LIMIT, xtol=1e-40, rtol=1e-14) if before else 0.0
    return free * left / (left + LAST)


@pytest.mark.parametrize("weight", [0.0, 1e-12, 1e-9, 1e-6])
@pytest.mark.parametrize("start", [0.0, 3e-10, 2e-7, 0.999e-6])
@pytest.mark.parametrize("drop", [-0.2, -0.09, -0.001, 0.01, 0.15])
def test_a_step_is_the_root_of_its_own_equation(drop, start, weight):
    barrier = 0.05
    expected = by_root_finding(drop, start=start, weight=weight, barrier=barrier)
    one = law(start=[start], weight=weight, barrier=barrier)
    found = one.current(np.array([drop])).density
    assert found[0] == pytest.approx(expected, rel=1e-10, abs=1e-300)
    assert one.thickness(found)[0] == pytest.approx(start - weight * expected, rel=1e-9, abs=1e-21)


def test_no_step_takes_more_than_there_is_or_fills_more_than_the_room():
    for weight in (1e-9, 1e-3, 1e3):
        emptied = law(start=[5e-8], weight=weight)
        i = emptied.current(np.array([0.4])).density
        assert 5e-8 - weight * i[0] >= 0.0
        assert emptied.thickness(i)[0] >= 0.0
        filled = law(start=[5e-8], weight=weight)
        i = filled.current(np.array([-0.4])).density
        assert 5e-8 - weight * i[0] <= LIMIT * (1 + 1e-12)
    assert emptied.thickness(emptied.current(np.array([0.4])).density)[0] < 1e-12 * LAST
    assert filled.thickness(i)[0] == pytest.approx(LIMIT, rel=1e-9)


def test_nothing_dissolves_from_a_bare_surface_and_nothing_plates_where_it_is_full():
    drops = np.linspace(-0.3, 0.3, 13)
    bare = law(start=0.0, sites=13).current(drops).density
    full = law(start=LIMIT, sites=13).current(drops).density
    assert (bare[drops > 0] == 0.0).all()
    assert (bare[drops < 0] < 0.0).all()
    assert (full[drops < 0] == 0.0).all()
    assert (full[drops > 0] > 0.0).all()


@pytest.mark.parametrize("barrier", [0.061, 0.1])
def test_a_bare_surface_plates_below_minus_its_barrier_alone(barrier):
    drops = -barrier + np.array([-0.01, -1e-6, 1e-6, 0.01, barrier])
    found = law(start=0.0, barrier=barrier, sites=5).current(drops).density
    assert (found[:2] < 0).all()
    assert (found[2:] == 0).all()
    # covered by 100 nm without a barrier left, the same potential plates
    assert law(start=1e-7, barrier=0.0).current(np.array([-0.01])).density[0] < -1.0


@pytest.mark.parametrize("weight", [0.0, 1e-9, 1e-6])
def test_slopes_are_those_of_finite_differences(weight):
    drops = np.linspace(-0.31, 0.29, 25)  # no kink at 0 or at minus the barrier among them
    one = law(start=2e-8, weight=weight, barrier=0.0403, activity=0.7, sites=25)
    step = 1e-6
    ahead, behind = (one.current(drops + d).density for d in (step, -step))
    slope = one.current(drops).slope
    np.testing.assert_allclose(slope, (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-12)
    assert (slope > 0).all()


def test_near_equilibrium_the_law_is_linear():
    expected = DEPOSIT.exchange_current_density * THERMAL * 1e-5
    found = law(start=5e-7, weight=0.0).current(np.array([1e-5])).density
    # half full and 1 nm to the last layers: one five-hundredth is missing
    assert found[0] == pytest.approx(expected / (1 + LAST / 5e-7), rel=1e-7)


def test_the_activity_scales_the_whole_law():
    drops = np.array([-0.05, 0.02])
    whole, half = (
        law(start=1e-7, weight=0.0, activity=a, sites=2).current(drops) for a in (1.0, 0.5)
    )
    np.testing.assert_allclose(half.density, 0.5 * whole.density, rtol=1e-12)
    np.testing.assert_allclose(half.slope, 0.5 * whole.slope, rtol=1e-12)


def test_an_endless_room_is_no_room_to_fill():
    free = law(start=1e-7, limit=np.inf, weight=1e-6).current(np.array([-0.1])).density
    assert free[0] == pytest.approx(unhindered(-0.1, 0.0), rel=1e-12)


def test_the_side_reaction_is_a_tafel_law():
    drops = np.array([0.3, 0.1, -0.1])
    found = Side(SIDE, TEMPERATURE).current(drops)
    f = SIDE.alpha_c * THERMAL
    expected = -SIDE.exchange_current_density * np.exp(-f * (drops - SIDE.potential))
    np.testing.assert_allclose(found.density, expected, rtol=1e-12)
    np.testing.assert_allclose(found.slope, -f * expected, rtol=1e-12)


def test_it_beats_the_barrier_only_at_the_deposit_that_the_law_was_given():
    # the barrier is the caller's: theta is that of a predicted thickness, so i rises everywhere
    host = hosts.model(hosts.column(), hosts.anode(barrier=0.06, on_collector=0.1))
    around = host.surroundings(np.full(len(host.sites.nodes), DEPOSIT.coverage_thickness))
    shift = host.plating(around, hosts.bare(host), 0.0).shift
    # what covers a site is at least its own deposit
    assert (shift <= host.barriers * np.exp(-1.0) * (1 + 1e-12)).all()
    assert (shift > 0).all()
