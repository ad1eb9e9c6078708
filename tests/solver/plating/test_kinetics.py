"""The plating law: its step against root finding, its limits and its slopes."""

from __future__ import annotations

import hosts
import numpy as np
import pytest
from hosts import DEPOSIT, SIDE, TEMPERATURE, THERMAL
from scipy.optimize import brentq

from nanotrode.solver.plating.barriers import LAWS, ONSET
from nanotrode.solver.plating.kinetics import Plating, Side

LAST, LIMIT, LAYER = DEPOSIT.last_thickness, 1e-6, DEPOSIT.coverage_thickness
NAMES = ("kinetic", "equilibrium")


def law(
    *,
    start,
    name="kinetic",
    weight=1e-9,
    limit=LIMIT,
    barrier=0.0,
    coverage=1.0,
    activity=1.0,
    sites=None,
    deposit=DEPOSIT,
):
    count = sites or np.size(start)

    def each(x):
        return np.broadcast_to(np.asarray(x, dtype=float), (count,)).copy()

    return Plating(
        deposit=deposit,
        barrier=LAWS[name](deposit, TEMPERATURE, each(barrier), each(coverage)),
        activity=each(activity),
        start=each(start),
        weight=weight,
        limit=each(limit),
    )


def on_lithium(drop, of=DEPOSIT):
    growth = np.exp(of.alpha_a * THERMAL * drop) - np.exp(-of.alpha_c * THERMAL * drop)
    return of.exchange_current_density * growth


def unhindered(drop, name, barrier, coverage, of=DEPOSIT):
    """Each law as it is written on paper; nucleation's onset is left out."""
    if name == "equilibrium":
        return on_lithium(drop + barrier * (1.0 - coverage), of)
    past = drop + barrier
    if past >= 0.0:
        return (coverage if drop < 0.0 else 1.0) * on_lithium(drop, of)
    assert past < -min(ONSET, barrier)
    formed = on_lithium(past + 0.5 * min(ONSET, barrier), of)
    return coverage * on_lithium(drop, of) + (1.0 - coverage) * formed


def by_root_finding(drop, *, start, weight, **of):
    """i where h = start - weight i(h): sought as what is left, of lithium or of room."""
    free = unhindered(drop, **of)
    before = start if free > 0 else LIMIT - start

    def share(left):
        covers = free > 0 and of["name"] == "kinetic"
        return -np.expm1(-left / LAYER) if covers else left / (left + LAST)

    def excess(left):
        return left - before + weight * abs(free) * share(left)

    left = brentq(excess, 0.0, LIMIT, xtol=1e-40, rtol=1e-14) if before else 0.0
    return free * share(left)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("weight", [0.0, 1e-12, 1e-9, 1e-6])
@pytest.mark.parametrize("start", [0.0, 3e-10, 2e-7, 0.999e-6])
@pytest.mark.parametrize("drop", [-0.2, -0.09, -0.001, 0.01, 0.15])
def test_a_step_is_the_root_of_its_own_equation(drop, start, weight, name):
    for barrier, coverage in ((0.0, 1.0), (0.05, 0.0), (0.05, 0.3)):
        of = {"name": name, "barrier": barrier, "coverage": coverage}
        expected = by_root_finding(drop, start=start, weight=weight, **of)
        one = law(start=[start], weight=weight, **of)
        found = one.current(np.array([drop])).density
        assert found[0] == pytest.approx(expected, rel=1e-10, abs=1e-300)
        after = one.thickness(found)[0]
        assert after == pytest.approx(start - weight * expected, rel=1e-9, abs=1e-21)


@pytest.mark.parametrize("name", NAMES)
def test_no_step_takes_more_than_there_is_or_fills_more_than_the_room(name):
    for weight in (1e-9, 1e-3, 1e3):
        emptied = law(start=[5e-8], weight=weight, name=name)
        i = emptied.current(np.array([0.4])).density
        assert 5e-8 - weight * i[0] >= -1e-22
        assert emptied.thickness(i)[0] >= 0.0
        filled = law(start=[5e-8], weight=weight, name=name)
        i = filled.current(np.array([-0.4])).density
        assert 5e-8 - weight * i[0] <= LIMIT * (1 + 1e-12)
    assert emptied.thickness(emptied.current(np.array([0.4])).density)[0] < 1e-7 * LAST
    assert filled.thickness(i)[0] == pytest.approx(LIMIT, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_dissolves_from_a_bare_surface_and_nothing_plates_where_it_is_full(name):
    drops = np.linspace(-0.3, 0.3, 13)
    bare = law(start=0.0, sites=13, coverage=0.0, name=name).current(drops).density
    full = law(start=LIMIT, sites=13, name=name).current(drops).density
    assert (bare[drops > 0] == 0.0).all()
    assert (bare[drops < 0] < 0.0).all()
    assert (full[drops < 0] == 0.0).all()
    assert (full[drops > 0] > 0.0).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("barrier", [0.061, 0.1])
def test_a_bare_surface_plates_below_minus_its_barrier_alone(barrier, name):
    drops = -barrier + np.array([-0.01, -1e-6, 1e-6, 0.01, barrier])
    bare = law(start=0.0, barrier=barrier, coverage=0.0, sites=5, name=name)
    found = bare.current(drops).density
    assert (found[:2] < 0).all()
    assert (found[2:] == 0).all()
    # covered by 100 nm, the same potential plates
    covered = law(start=1e-7, barrier=barrier, coverage=1.0, name=name)
    assert covered.current(np.array([-0.01])).density[0] < -1.0


def test_growth_and_nucleation_stand_side_by_side():
    # on a third 2 x 5 A/m2 x sinh(50 mV F / 2RT) = 11.3403 A/m2; on the rest, 30 mV past the
    # barrier, less half of the onset, 2 x 5 A/m2 x sinh(29.5 mV F / 2RT) = 6.0616 A/m2
    both = law(start=LIMIT / 2, barrier=0.02, coverage=1 / 3, weight=0.0, limit=np.inf)
    found = both.current(np.array([-0.05])).density[0]
    assert found == pytest.approx(-11.3403 / 3 - 6.0616 * 2 / 3, rel=1e-5)


def test_without_a_barrier_a_site_is_a_lithium_electrode_however_much_is_bare():
    drops = np.linspace(-0.2, -0.001, 9)
    for coverage in (0.0, 0.4, 1.0):
        one = law(start=0.0, coverage=coverage, limit=np.inf, sites=9, weight=0.0)
        np.testing.assert_allclose(one.current(drops).density, on_lithium(drops), rtol=1e-12)


def test_lithium_dissolves_from_what_it_covers():
    for start in (LAYER / 100, LAYER, 10 * LAYER):
        found = law(start=[start], barrier=0.1, coverage=0.0, weight=0.0)
        expected = -np.expm1(-start / LAYER) * on_lithium(0.02)
        assert found.current(np.array([0.02])).density[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("weight", [0.0, 1e-9, 1e-6])
def test_slopes_are_those_of_finite_differences(weight, name):
    drops = np.linspace(-0.31, 0.29, 25)  # no kink at 0 or at minus the barrier among them
    of = {"barrier": 0.0403, "coverage": 0.3, "activity": 0.7, "sites": 25, "name": name}
    one = law(start=2e-8, weight=weight, **of)
    step = 1e-6
    ahead, behind = (one.current(drops + d).density for d in (step, -step))
    slope = one.current(drops).slope
    np.testing.assert_allclose(slope, (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-12)
    assert (slope > 0).all()


def test_nucleation_sets_in_smoothly():
    # within the onset too the slope is that of the current, and it has no jump at either end
    drops = -0.05 - ONSET * np.linspace(-0.5, 1.5, 401)
    one = law(start=0.0, barrier=0.05, coverage=0.0, weight=0.0, sites=401)
    found, step = one.current(drops), 1e-8
    ahead, behind = (one.current(drops + d).density for d in (step, -step))
    near = np.abs(ahead - behind) / (2 * step)
    np.testing.assert_allclose(found.slope, near, rtol=1e-4, atol=0.01)
    assert np.abs(np.diff(found.slope)).max() < 2.0 / 200 * found.slope.max()


def test_near_equilibrium_the_law_is_linear():
    expected = DEPOSIT.exchange_current_density * THERMAL * 1e-5
    there, back = (law(start=5e-7, weight=0.0).current(np.array([d])) for d in (1e-5, -1e-5))
    assert there.density[0] == pytest.approx(expected, rel=1e-7)
    # half full and 1 nm to the last room: one five-hundredth is missing
    assert -back.density[0] == pytest.approx(expected / (1 + LAST / 5e-7), rel=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_the_activity_scales_the_whole_law(name):
    drops = np.array([-0.05, 0.02])
    of = {"start": 1e-7, "weight": 0.0, "barrier": 0.04, "coverage": 0.5, "sites": 2, "name": name}
    whole, half = (law(activity=a, **of).current(drops) for a in (1.0, 0.5))
    np.testing.assert_allclose(half.density, 0.5 * whole.density, rtol=1e-12)
    np.testing.assert_allclose(half.slope, 0.5 * whole.slope, rtol=1e-12)


def test_an_endless_room_is_no_room_to_fill():
    free = law(start=1e-7, limit=np.inf, weight=1e-6).current(np.array([-0.1])).density
    assert free[0] == pytest.approx(on_lithium(-0.1), rel=1e-12)


def test_the_side_reaction_is_a_tafel_law():
    drops = np.array([0.3, 0.1, -0.1])
    found = Side(SIDE, TEMPERATURE, np.array([1.0, 1.0, 0.5])).current(drops)
    f = SIDE.alpha_c * THERMAL
    expected = -SIDE.exchange_current_density * np.exp(-f * (drops - SIDE.potential))
    expected[2] *= 0.5
    np.testing.assert_allclose(found.density, expected, rtol=1e-12)
    np.testing.assert_allclose(found.slope, -f * expected, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_it_beats_the_barrier_only_at_the_deposit_that_the_law_was_given(name):
    # the barrier is the caller's: theta is that of a predicted thickness, so i rises everywhere
    of = hosts.anode(barrier=0.06, on_collector=0.1, barrier_law=name)
    host = hosts.model(hosts.column(), of)
    around = host.surroundings(np.full(len(host.sites.nodes), LAYER))
    barrier = host.plating(around, hosts.bare(host), 0.0).barrier
    # what covers a site is at least its own deposit
    assert (1.0 - barrier.coverage <= np.exp(-1.0) * (1 + 1e-12)).all()
    assert (barrier.coverage < 1.0).all()
    np.testing.assert_array_equal(barrier.height, host.barriers)
