"""The scheme of diffusing fields: its order over uneven steps, its damping, and what it knows."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.solver.plating.mixing import Mixing
from nanotrode.solver.plating.scheme import MOST_GROWTH, Past, Weights, bdf2

NONE = np.zeros(0)


def past_of(size, rates):
    return Past(size, NONE, NONE, NONE, 0.0, salt=rates)


def follow(rate, sizes, source=np.cos):
    """y' = source(t) - rate y from y(0) = 1: times, values and estimated errors of the steps."""
    time, value, past, found = 0.0, np.array([1.0]), None, []
    for size in sizes:
        step = bdf2(size, past)
        old = past and past.salt
        time += size
        begin = step.begin(value, old)
        after = (begin + step.length * source(time)) / (1.0 + step.length * rate)
        rates = step.rates(value, after, old)
        np.testing.assert_allclose(rates.end, source(time) - rate * after, rtol=1e-9, atol=1e-9)
        found.append((time, after[0], step.error(rates, old)[0]))
        value, past = after, past_of(size, rates)
    return np.array(found).T


def exact(rate, time):
    """Of y' = cos t - rate y, y(0) = 1."""
    steady = (rate * np.cos(time) + np.sin(time)) / (1.0 + rate**2)
    return steady + (1.0 - rate / (1.0 + rate**2)) * np.exp(-rate * time)


@pytest.mark.parametrize("growth", [1.0, 1.7, 0.6])
def test_it_is_of_second_order_over_uneven_steps(growth):
    errors = []
    for count in (40, 80, 160):
        sizes = np.where(np.arange(count) % 2, growth, 1.0)
        times, values, _ = follow(2.0, 2.0 * sizes / sizes.sum())
        errors.append(abs(values[-1] - exact(2.0, times[-1])))
    assert np.log2(errors[0] / errors[1]) > 1.8
    assert np.log2(errors[1] / errors[2]) > 1.9


def test_what_a_step_says_of_its_error_is_its_error():
    """Over one step from exact values; 0.5 to 2 times what it is."""
    rate, at, sizes = 2.0, 1.0, (0.02, 0.03)
    before, start, end = (exact(rate, at + t) for t in (-sizes[0], 0.0, sizes[1]))
    slope = np.cos(at) - rate * start
    from nanotrode.solver.plating.scheme import Rates

    old = Rates(np.array([(start - before) / sizes[0]]), np.array([slope]))
    step = bdf2(sizes[1], past_of(sizes[0], old))
    begin = step.begin(np.array([start]), old)
    after = (begin + step.length * np.cos(at + sizes[1])) / (1.0 + step.length * rate)
    told = step.error(step.rates(np.array([start]), after, old), old)[0]
    assert told / (after[0] - end) == pytest.approx(1.0, abs=0.3)


def test_a_jump_is_damped_at_once():
    """A mode much faster than the steps is gone after three of them; a trapezoid would swing."""
    _, values, _ = follow(1e6, [1.0] * 4, source=lambda time: 0.0)
    assert (np.abs(values[:3]) < 1e-6).all()
    assert abs(values[3]) < 1e-11


def test_a_step_that_grows_too_much_leans_on_nothing():
    past = past_of(1.0, None)
    assert bdf2(MOST_GROWTH, past).share == pytest.approx(0.6)
    assert bdf2(1.0, past).share == pytest.approx(2.0 / 3.0)
    assert bdf2(2.1, past).share == 1.0
    assert bdf2(1.0, None) == Weights(1.0, 1.0)


@pytest.mark.mpi
def test_mixing_over_ranks_is_mixing_of_the_whole():
    from nanotrode.solver.simulation import world

    comm = world()
    rng = np.random.default_rng(1)
    factors, aim = rng.uniform(-1.2, 0.9, 40), rng.normal(size=40)
    part = slice(comm.rank * 40 // comm.size, (comm.rank + 1) * 40 // comm.size)
    whole, mine, alone, spread = np.zeros(40), np.zeros(40)[part], Mixing(), Mixing(comm)
    for _ in range(6):
        whole = alone.onwards(whole, (factors - 1.0) * (whole - aim))
        mine = spread.onwards(mine, (factors[part] - 1.0) * (mine - aim[part]))
        np.testing.assert_allclose(mine, whole[part], rtol=1e-7, atol=1e-9)
