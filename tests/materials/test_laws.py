from __future__ import annotations

import numpy as np
import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials.guard import Guarded
from nanotrode.materials.laws import Constant, Formula, Law, Table

TABLE = Table((0.1, 0.25, 0.3, 0.6, 0.9), (4.2, 3.9, 3.85, 3.6, 3.0))
HUMPED = Table((0.1, 0.25, 0.3, 0.6, 0.9), (1.0, 3.0, 2.0, 2.0, 5.0), outside="constant")
LAWS: dict[str, Law] = {
    "constant": Constant(3e-14),
    "formula": Formula("3.4 - 0.2*x + 0.5*exp(-150*x) - 0.9*exp(-30*(1 - x))"),
    "scaled": Formula("1 + x**2", factor=3e-14, outside="constant"),
    "table": TABLE,
    "humped": HUMPED,
    "guarded": Guarded(Formula("3.4 - 0.2*x"), width=1e-2),
}


@pytest.mark.parametrize("name", LAWS)
def test_slope_against_finite_differences_inside_and_outside(name: str) -> None:
    law = LAWS[name]
    x = np.linspace(-0.0513, 1.0517, 173)
    step = 1e-7
    value, slope = law.evaluate(x)
    expected = (law(x + step) - law(x - step)) / (2 * step)
    np.testing.assert_array_equal(value, law(x))
    np.testing.assert_allclose(slope, expected, rtol=2e-5, atol=1e-6 * np.abs(value).max())


@pytest.mark.parametrize("name", ["constant", "formula", "scaled", "table", "humped"])
def test_integral_against_quadrature(name: str) -> None:
    law = LAWS[name]
    nodes, weights = np.polynomial.legendre.leggauss(20)
    breaks = np.unique([0.25, 0.3, 0.6, *np.linspace(0.0, 1.0, 41), 1.04])
    half = np.diff(breaks) / 2
    parts = [h * weights @ law(a + h * (nodes + 1)) for a, h in zip(breaks, half, strict=False)]
    expected = np.concatenate([[0.0], np.cumsum(parts)])
    np.testing.assert_allclose(law.integral(breaks), expected, rtol=1e-10, atol=1e-24)
    assert float(law.integral(0.0)) == 0.0
    before = -0.01 * np.array([1.0, 0.5])
    assert (law.integral(before) < 0).all()


def test_integral_of_a_formula_is_exact_to_ten_digits() -> None:
    x = np.linspace(0.01, 0.99, 99)
    law = Formula("1e-14*exp(-40*x) + 1e-16*tanh(50*(x - 0.3))")
    exact = 1e-14 * (1 - np.exp(-40 * x)) / 40
    exact += 1e-16 / 50 * (np.log(np.cosh(50 * (x - 0.3))) - np.log(np.cosh(15.0)))
    np.testing.assert_allclose(law.integral(x), exact, rtol=1e-10)


def test_table_goes_through_its_points_and_keeps_their_order() -> None:
    np.testing.assert_allclose(TABLE(np.array(TABLE.x)), TABLE.value, rtol=1e-14)
    assert (np.diff(TABLE(np.linspace(0, 1, 2001))) < 0).all()
    inside = HUMPED(np.linspace(0.1, 0.9, 2001))
    assert inside.min() >= 1.0 - 1e-14
    assert inside.max() <= 5.0 + 1e-14


def test_table_follows_a_smooth_function_at_second_order() -> None:
    def error(n: int) -> float:
        x = np.linspace(0, 1, n)
        law = Table(tuple(x), tuple(np.exp(x)))
        fine = np.linspace(0, 1, 4001)
        return float(np.abs(law(fine) - np.exp(fine)).max())

    assert np.log2(error(21) / error(41)) > 1.9


def test_beyond_its_domain_a_law_goes_on_by_tangent_or_value() -> None:
    value, slope = TABLE.evaluate(np.array([0.9, 1.0, 1.5]))
    np.testing.assert_allclose(slope, -2.0)
    assert value[2] == pytest.approx(3.0 - 2.0 * 0.6)
    kept = HUMPED(np.array([-5.0, 0.0, 1.0, 7.0]))
    np.testing.assert_allclose(kept, [1.0, 1.0, 5.0, 5.0], rtol=1e-14)
    assert (HUMPED.evaluate(np.array([-5.0, 7.0]))[1] == 0.0).all()


def test_a_pole_at_the_end_stays_finite() -> None:
    law = Formula("R*T/F*log((1 - x)/x)")
    value, slope = law.evaluate(np.array([-1.0, 0.0, 1.0, 2.0]))
    assert np.isfinite(value).all()
    assert (slope < 0).all()
    assert (np.diff(value) < 0).all()


def test_guard_bounds_the_ends_and_leaves_the_rest_alone() -> None:
    bare = Formula("3.4 - 0.2*x")
    law = Guarded(bare)
    x = np.linspace(1e-4, 1 - 1e-4, 101)
    np.testing.assert_array_equal(law(x), bare(x))
    assert float(law(0.0)) == pytest.approx(4.4)
    assert float(law(1.0)) == pytest.approx(2.2)
    assert float(law(-2e-4)) > 10.0
    assert float(law(1.0 + 2e-4)) < -4.0
    assert (np.diff(law(np.linspace(-0.1, 1.1, 100_001))) < 0).all()


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3)])
def test_shapes_are_kept(name: str, shape: tuple[int, ...]) -> None:
    x = np.full(shape, 0.4)
    law = LAWS[name]
    value, slope = law.evaluate(x)
    assert np.shape(law(x)) == np.shape(value) == np.shape(slope) == shape
    assert np.shape(law.integral(x)) == shape


@pytest.mark.parametrize("name", ["constant", "formula", "scaled", "table"])
def test_scaled_law(name: str) -> None:
    x = np.linspace(-0.1, 1.1, 25)
    law = LAWS[name]
    np.testing.assert_allclose(law.scaled(2.5)(x), 2.5 * law(x), rtol=1e-12)  # type: ignore[attr-defined]


def test_a_falling_table_is_turned_round() -> None:
    law = Table.of([0.9, 0.5, 0.1], [3.0, 3.5, 4.0], outside="tangent", key="ocp")
    assert law.x == (0.1, 0.5, 0.9)
    assert float(law(0.1)) == 4.0


@pytest.mark.parametrize(
    ("x", "value", "message"),
    [
        ((0.1, 0.1, 0.2), (1.0, 2.0, 3.0), "x must rise; got 0.1 and then 0.1"),
        (
            (0.0, 5e-324, 0.2),
            (1.0, 2.0, 3.0),
            "goes from 1 at x = 0 to 2 at x = 4.94066e-324; no law",
        ),
        ((0.1, 0.2, 0.3), (1.0, 1e308, -1e308), "from 1 at x = 0.1 to 1e.308 at x = 0.2; no law"),
        ((0.1,), (1.0,), "at least two"),
        ((0.1, 0.2), (1.0,), "as many of each"),
        ((0.1, 0.2), (1.0, float("nan")), "not finite"),
    ],
)
def test_bad_tables_are_refused(
    x: tuple[float, ...], value: tuple[float, ...], message: str
) -> None:
    with pytest.raises(MaterialError, match=message):
        Table(x, value)


def test_whole_numbers_of_any_length_in_a_table_are_numbers() -> None:
    law = Table.of([0, 10**19], [4, 3], outside="tangent", key="ocp")
    assert float(law(0.0)) == 4.0


def test_a_table_of_absurd_values_is_read_without_a_word_from_numpy():
    """What refuses it comes later; the tests turn numpy's warnings into errors."""
    from nanotrode.materials.piecewise import monotone_cubic

    cubic = monotone_cubic(np.array([0.0, 0.5, 1.0]), np.array([1e200, -1e200, 1e200]))
    assert cubic(np.array([0.5]))[0] == -1e200
