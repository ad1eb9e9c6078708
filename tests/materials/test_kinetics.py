from __future__ import annotations

import numpy as np
import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.kinetics import (
    EXPONENT_LIMIT,
    ROOT_LIMIT,
    ButlerVolmer,
    ConstantExchange,
    RootExchange,
)

STATE = {"c_e": 1200.0, "c_s_max": 22806.0, "temperature": 310.0}
LAWS = [
    ButlerVolmer(0.5, 0.5, ConstantExchange(3.0)),
    ButlerVolmer(0.7, 0.4, RootExchange(6.2e-12)),
    ButlerVolmer(1.0, 1.0, RootExchange(6.2e-12)),
    ButlerVolmer(0.3, 0.7, RootExchange(6.2e-12)),
]


@pytest.mark.parametrize(("alpha_a", "alpha_c"), [(0.5, 0.5), (0.3, 0.9), (1.0, 1.0)])
def test_current_is_the_butler_volmer_formula(alpha_a: float, alpha_c: float) -> None:
    x, eta = np.meshgrid(np.linspace(0.01, 0.99, 7), np.linspace(-0.3, 0.3, 9))
    law = ButlerVolmer(alpha_a, alpha_c, RootExchange(6.2e-12))
    c_s = x * 22806.0
    f = FARADAY / (GAS_CONSTANT * 310.0)
    share = alpha_a / (alpha_a + alpha_c)
    j0 = FARADAY * 6.2e-12 * np.sqrt(1000.0) * (1200.0 / 1000.0 * (22806.0 - c_s)) ** share
    j0 *= c_s ** (1.0 - share)
    expected = j0 * (np.exp(alpha_a * f * eta) - np.exp(-alpha_c * f * eta))
    np.testing.assert_allclose(law.evaluate(x, eta, **STATE).j, expected, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize(("alpha_a", "alpha_c"), [(0.5, 0.5), (0.3, 0.7), (0.9, 0.1), (0.6, 1.4)])
def test_current_is_that_of_two_rates_by_the_law_of_mass_action(
    alpha_a: float, alpha_c: float
) -> None:
    """Neither an overpotential nor an exchange current: out as c_s, in as c_e (c_max - c_s)."""
    f, c_max, out, into = FARADAY / (GAS_CONSTANT * 310.0), 22806.0, 3e-9, 7e-12
    x, volts = np.meshgrid(np.linspace(0.05, 0.95, 7), np.linspace(-0.2, 0.2, 9))
    for c_e in (1.0, 500.0, 3000.0):
        leave, enter = out * x * c_max, into * c_e * (1.0 - x) * c_max
        expected = FARADAY * (
            leave * np.exp(alpha_a * f * volts) - enter * np.exp(-alpha_c * f * volts)
        )
        both = alpha_a + alpha_c
        nernst = np.log(enter / leave) / (both * f)
        share = alpha_a / both
        k = out ** (1 - share) * into**share * 1000.0 ** (share - 0.5)
        law = ButlerVolmer(alpha_a, alpha_c, RootExchange(k))
        got = law.evaluate(x, volts - nernst, c_e=c_e, c_s_max=c_max, temperature=310.0)
        np.testing.assert_allclose(got.j, expected, rtol=1e-10, atol=1e-12 * np.abs(expected).max())


def test_exponents_of_a_skew_reaction_are_those_of_its_coefficients() -> None:
    """Against a root whatever the coefficients, j0 of 0.3/0.7 differs by 0.64 to 1.55."""
    x = np.array([0.1, 0.5, 0.9])
    law = RootExchange(6.2e-12)
    skew, even = (law.evaluate(x, c_e=1000.0, c_s_max=22806.0, share=s)[0] for s in (0.3, 0.5))
    np.testing.assert_allclose(skew / even, [0.6444, 1.0, 1.5519], rtol=1e-4)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("x0", [-0.2, -3e-9, 3e-9, 1e-6, 0.02, 0.3, 0.5, 0.97, 1 - 1e-5, 1.1])
def test_slopes_are_those_of_the_current(law: ButlerVolmer, x0: float) -> None:
    eta = np.array([-9.0, -0.4, -0.01, 0.0, 0.02, 0.5, 6.0])
    x = np.full(eta.shape, x0)
    got = law.evaluate(x, eta, **STATE)
    step = 1e-3 * max(1e-9, min(abs(x0), abs(1 - x0)))
    up, down = (law.evaluate(x + s, eta, **STATE).j for s in (step, -step))
    rounding = 1e-14 * np.abs(got.j) / step
    error = np.abs(got.dj_dx - (up - down) / (2 * step))
    assert (error <= 1e-5 * np.abs(got.dj_dx) + rounding).all()
    step = 1e-6
    up, down = (law.evaluate(x, eta + s, **STATE).j for s in (step, -step))
    np.testing.assert_allclose(got.dj_deta, (up - down) / (2 * step), rtol=1e-5)


@pytest.mark.parametrize("law", LAWS)
def test_nothing_overflows_and_slopes_stay_finite(law: ButlerVolmer) -> None:
    x = np.array([-1e6, -1.0, 0.0, 1.0, 2.0, 1e6])[:, None]
    eta = np.array([-1e9, -50.0, 0.0, 50.0, 1e9])[None, :]
    with np.errstate(all="raise", under="ignore"):
        got = law.evaluate(*np.broadcast_arrays(x, eta), **STATE)
    assert all(np.isfinite(part).all() for part in got)
    assert (got.dj_deta > 0).all()


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_exponential_and_its_slope_are_continuous_where_it_turns_linear(alpha: float) -> None:
    law = ButlerVolmer(alpha, 0.5, ConstantExchange(1.0))
    turn = EXPONENT_LIMIT * GAS_CONSTANT * 310.0 / (alpha * FARADAY)
    x = np.array([0.5])
    below, above = (law.evaluate(x, np.array([turn + d]), **STATE) for d in (-1e-13, 1e-13))
    np.testing.assert_allclose(below.j, above.j, rtol=1e-10)
    np.testing.assert_allclose(below.dj_deta, above.dj_deta, rtol=1e-10)


def test_root_is_continued_with_value_and_slope() -> None:
    law = RootExchange(6.2e-12)
    given = {"c_e": 1200.0, "c_s_max": 22806.0}
    turn = 0.5 * (1.0 - np.sqrt(1.0 - 4.0 * ROOT_LIMIT))
    below, above = (law.evaluate(np.array([turn * (1 + d)]), **given) for d in (-1e-6, 1e-6))
    np.testing.assert_allclose(below[0], above[0], rtol=2e-6)
    np.testing.assert_allclose(below[1], above[1], rtol=2e-6)
    j0, slope = law.evaluate(np.array([0.0, 1.0]), **given)
    assert (np.asarray(j0) > 0).all()
    np.testing.assert_allclose(slope[0], -slope[1])


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_powers_are_continued_with_value_and_slope(share: float) -> None:
    law = RootExchange(6.2e-12)
    for end in (lambda s: s, lambda s: 1.0 - s):
        below, above = (
            law.evaluate(np.array([end(ROOT_LIMIT * (1 + d))]), c_e=1e3, c_s_max=2e4, share=share)
            for d in (-1e-6, 1e-6)
        )
        np.testing.assert_allclose(below, above, rtol=3e-6)
    j0, slope = law.evaluate(np.array([-1.0, 0.0, 1.0, 2.0]), c_e=1e3, c_s_max=2e4, share=share)
    assert (np.asarray(j0) > 0).all()
    assert np.isfinite(slope).all()


def test_arguments_are_left_alone() -> None:
    x, eta = np.full(3, 0.4), np.full(3, 0.1)
    LAWS[1].evaluate(x, eta, **STATE)
    np.testing.assert_array_equal(x, 0.4)
    np.testing.assert_array_equal(eta, 0.1)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_coefficients_must_be_positive(bad: float) -> None:
    with pytest.raises(MaterialError, match="exchange_current_density"):
        ConstantExchange(bad)
    with pytest.raises(MaterialError, match="rate_constant"):
        RootExchange(bad)
    with pytest.raises(MaterialError, match="alpha_c"):
        ButlerVolmer(0.5, bad, ConstantExchange(1.0))


@pytest.mark.parametrize("reach", [0.3, 4.0])
def test_equal_coefficients_share_an_exponential_and_nothing_else_changes(reach: float) -> None:
    x, eta = np.full(41, 0.3), np.linspace(-reach, reach, 41)
    equal = ButlerVolmer(0.5, 0.5, RootExchange(6.2e-12)).evaluate(x, eta, **STATE)
    almost = ButlerVolmer(0.5, np.nextafter(0.5, 1.0), RootExchange(6.2e-12))
    for one, other in zip(equal, almost.evaluate(x, eta, **STATE), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * np.abs(other).max())
