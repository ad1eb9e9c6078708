from __future__ import annotations

import math
import pickle
import time

import numpy as np
import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.laws import Formula

X = np.linspace(0.03, 0.97, 41)

FORMULAS = {
    "x": lambda x: x,
    "-x + +2": lambda x: 2 - x,
    "1 - 2*x + 3*x**2 - x**5": lambda x: 1 - 2 * x + 3 * x**2 - x**5,
    "1/x + x/(1 + x) - 2/(3 - x)": lambda x: 1 / x + x / (1 + x) - 2 / (3 - x),
    "x**0.5 + x**-2 + x**2.5 + x**0": lambda x: x**0.5 + x**-2.0 + x**2.5 + 1,
    "(x - 2)**3 + (x - 2)**2": lambda x: (x - 2) ** 3 + (x - 2) ** 2,
    "2**x + x**x": lambda x: 2**x + x**x,
    "exp(-3*x) + log(x) + sqrt(x)": lambda x: np.exp(-3 * x) + np.log(x) + np.sqrt(x),
    "tanh(4*x - 1)*sinh(x) - cosh(x)": lambda x: np.tanh(4 * x - 1) * np.sinh(x) - np.cosh(x),
    "sin(pi*x) + cos(x) + abs(x - 0.41)": lambda x: np.sin(np.pi * x) + np.cos(x) + abs(x - 0.41),
    "R*T/F*log((1 - x)/x)": lambda x: GAS_CONSTANT * 310 / FARADAY * np.log((1 - x) / x),
    "exp(2)*tanh(0.3) - sqrt(4)": lambda x: math.exp(2) * math.tanh(0.3) - 2 + 0 * x,
    "pow(x, 2) + pow(2, x) - pow(x, x)": lambda x: x**2 + 2**x - x**x,
    "log10(x + 1) + log2(x) - ln(x)": lambda x: np.log10(x + 1) + np.log2(x) - np.log(x),
    "log1p(x) - expm1(x)": lambda x: np.log1p(x) - np.expm1(x),
    "tan(x) + asin(x) - acos(x) + atan(2*x)": lambda x: (
        np.tan(x) + np.arcsin(x) - np.arccos(x) + np.arctan(2 * x)
    ),
    "arcsinh(3*x) + acosh(1 + x) - np.arctanh(0.9*x)": lambda x: (
        np.arcsinh(3 * x) + np.arccosh(1 + x) - np.arctanh(0.9 * x)
    ),
    "min(x, 0.41) + max(0.3, x**2) + max(1, 2)": lambda x: (
        np.minimum(x, 0.41) + np.maximum(0.3, x**2) + 2
    ),
    "3.4\n  - 0.2*x  # a slope\n  \\\n  + 0.1*x**2\n": lambda x: 3.4 - 0.2 * x + 0.1 * x**2,
    "3.4 \N{MINUS SIGN} 2 \N{MULTIPLICATION SIGN} x": lambda x: 3.4 - 2 * x,
}


@pytest.mark.parametrize("text", FORMULAS)
def test_value_is_that_of_the_formula(text: str) -> None:
    law = Formula(text, temperature=310.0)
    np.testing.assert_allclose(law(X), FORMULAS[text](X), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("text", FORMULAS)
def test_slope_is_exact(text: str) -> None:
    law = Formula(text, temperature=310.0)
    step = 1e-6
    expected = (law(X + step) - law(X - step)) / (2 * step)
    np.testing.assert_allclose(law.evaluate(X)[1], expected, rtol=1e-6, atol=1e-8)


def test_tanh_is_exact_from_its_root_to_where_it_levels_off() -> None:
    """Its value against numpy's, relative; its slope against 1 / cosh^2."""
    x = np.concatenate([np.geomspace(2e-9, 0.4, 60), [0.999]])
    for scale in (1.0, 30.0, -30.0, 3000.0):
        value, slope = Formula(f"tanh({scale}*x)").evaluate(x)
        np.testing.assert_allclose(value, np.tanh(scale * x), rtol=2e-13)
        expected = scale / np.cosh(np.clip(scale * x, -300, 300)) ** 2
        np.testing.assert_allclose(slope, expected, rtol=1e-12, atol=abs(scale) * 1e-15)
    at_root, _ = Formula("tanh(8*(x - 0.25))").evaluate(0.25)
    assert at_root == 0.0


def test_a_formula_without_x_is_constant() -> None:
    assert Formula("3.3e-14*exp(-30000/R*(1/T - 1/298.15))").is_constant
    assert not Formula("3.3e-14*(1 + 0*x)").is_constant


def test_a_formula_can_be_sent_to_other_processes() -> None:
    law = Formula("3.4 - x**2")
    law.integral(X)
    copy = pickle.loads(pickle.dumps(law))
    assert copy == law
    np.testing.assert_array_equal(copy(X), law(X))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3 - y", "ocp: unknown name 'y'"),
        ("ex(x)", "unknown function 'ex', did you mean 'exp'"),
        ("X + 1", "unknown name 'X', did you mean 'x'"),
        ("x^2", r"write a power as \*\*"),
        ("lg(x)", "unknown function 'lg'"),
        ("exp(x, 2)", "exp takes one argument"),
        ("pow(x)", "pow takes two arguments"),
        ("pow(x, *x)", "pow takes two arguments"),
        ("pow(x, 101)", "powers up to 100"),
        ("os.system(x)", "not allowed"),
        ("np.random.rand(x)", "not allowed"),
        ("math.factorial(x)", "unknown function 'factorial'"),
        ("1) + (x", "is not a formula"),
        ("3.4\n - * x", "is not a formula"),
        ("exp(y=x)", "exp takes one argument"),
        ("exp(*x)", "exp takes one argument"),
        ("x +", "is not a formula"),
        ("", "is not a formula"),
        ("x; x", "is not a formula"),
        ("x = 1", "is not a formula"),
        ("exp", "unknown name 'exp'"),
        ("x if x else 1", "not allowed"),
        ("x < 1", "not allowed"),
        ("x // 2", "not allowed"),
        ("x @ x", "not allowed"),
        ("'a'", "not allowed"),
        ("True", "not allowed"),
        ("1j", "not allowed"),
        ("[x]", "not allowed"),
        ("lambda: x", "not allowed"),
        ("(y := x)", "not allowed"),
        ("f'{x}'", "not allowed"),
        ("__import__('os')", "unknown function '__import__'"),
        ("x.__class__", "'x.__class__' is not allowed"),
        ("exp.__globals__['x']", "not allowed"),
        ("().__class__.__bases__[0]", "not allowed"),
        ("(lambda: 1)()", "not allowed"),
        ("1/0", "'1/0' is not a finite number"),
        ("log(0)", "not a finite number"),
        ("sqrt(-1)", "not a finite number"),
        ("9.0**99**2", "powers up to 100"),
        ("1e400", "not a finite number"),
        ("log(x - 0.5)", "has no finite value at x"),
        ("1/(x - 0.5)", "has no finite value at x = 0.5"),
    ],
)
def test_what_is_no_formula_is_refused_and_named(text: str, message: str) -> None:
    with pytest.raises(MaterialError, match=message):
        Formula(text, key="ocp")


HOSTILE = {
    "tower": "9**9**9**9**9",
    "tower of x": "x**9**9**9",
    "huge number": "9" * 15_000,
    "large number": "9" * 5_000,
    "power of nested": "(" * 150 + "x" + ")" * 150 + "**101",
    "deep parentheses": "(" * 5_000 + "x" + ")" * 5_000,
    "deep signs": "-" * 15_000 + "x",
    "long sum": "+".join(["x"] * 5_000),
    "deep calls": "exp(" * 80 + "x" + ")" * 80,
    "long name": "x" * 15_000,
    "long text": "x" * 30_000,
    "null": "x\0",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_formulas_are_refused_quickly(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(MaterialError) as caught:
        Formula(HOSTILE[name], key="ocp")
    assert time.perf_counter() - start < 2.0
    assert len(str(caught.value)) < 400
