"""Forward-mode differentiation: arithmetic on closures that return value and slope together.

Each rule takes translated operands and returns the translated result. The case of a number is told
apart here, once, so that the closures carry no slopes that are known to be zero.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Slope = Array | float
Dual = tuple[Array, Slope]
"""Value and slope; where the slope is the same everywhere it is one number."""
Closure = Callable[[Array], Dual]
Node = float | Closure
"""A translated node: a number where x does not occur, else a closure (value, slope)."""

_SERIES_BELOW = 1e-3


def identity(x: Array) -> Dual:
    """Return x and its slope, 1."""
    return x, 1.0


def negated(a: Node) -> Node:
    """Return -a."""
    if isinstance(a, float):
        return -a

    def closure(x: Array) -> Dual:
        value, slope = a(x)
        return -value, -slope

    return closure


def _sum(a: Node, b: Node) -> Node:
    if isinstance(a, float):
        return a + b if isinstance(b, float) else _shifted(b, a)
    if isinstance(b, float):
        return _shifted(a, b)

    def closure(x: Array) -> Dual:
        value_a, slope_a = a(x)
        value_b, slope_b = b(x)
        return value_a + value_b, slope_a + slope_b

    return closure


def _shifted(a: Closure, shift: float) -> Closure:
    def closure(x: Array) -> Dual:
        value, slope = a(x)
        return value + shift, slope

    return closure


def _difference(a: Node, b: Node) -> Node:
    if isinstance(a, float) or isinstance(b, float):
        return _sum(a, negated(b))

    def closure(x: Array) -> Dual:
        value_a, slope_a = a(x)
        value_b, slope_b = b(x)
        return value_a - value_b, slope_a - slope_b

    return closure


def _scaled(a: Closure, factor: float) -> Closure:
    def closure(x: Array) -> Dual:
        value, slope = a(x)
        return value * factor, slope * factor

    return closure


def _product(a: Node, b: Node) -> Node:
    if isinstance(a, float):
        return a * b if isinstance(b, float) else _scaled(b, a)
    if isinstance(b, float):
        return _scaled(a, b)

    def closure(x: Array) -> Dual:
        value_a, slope_a = a(x)
        value_b, slope_b = b(x)
        return value_a * value_b, slope_a * value_b + value_a * slope_b

    return closure


def _quotient(a: Node, b: Node) -> Node:
    if isinstance(b, float):
        return a / b if isinstance(a, float) else _scaled(a, 1.0 / b)

    def reciprocal(x: Array) -> Dual:
        value, slope = b(x)
        inverse = 1.0 / value
        return inverse, -slope * inverse * inverse

    return _product(a, reciprocal)


def _power(a: Node, b: Node) -> Node:
    if isinstance(b, float):
        return math.pow(a, b) if isinstance(a, float) else _power_of(a, b)
    if isinstance(a, float):
        return _exp(_scaled(b, math.log(a)))
    return _exp(_product(_log(a), b))


def _power_of(a: Closure, exponent: float) -> Node:
    if exponent == 0.0:
        return 1.0
    # numpy raises to whole powers faster, and of negative bases, when the exponent is whole
    below = int(exponent) - 1 if exponent.is_integer() else exponent - 1.0

    def closure(x: Array) -> Dual:
        value, slope = a(x)
        lower = value**below
        return lower * value, exponent * lower * slope

    return closure


def _function(
    number: Callable[[float], float], dual: Callable[[Array], tuple[Array, Array]]
) -> Callable[[Node], Node]:
    """Make a rule of a function of one argument from its value and derivative."""

    def rule(a: Node) -> Node:
        if isinstance(a, float):
            return float(number(a))

        def closure(x: Array) -> Dual:
            inner, inner_slope = a(x)
            value, derivative = dual(inner)
            return value, derivative * inner_slope

        return closure

    return rule


def _dual_exp(y: Array) -> tuple[Array, Array]:
    value = np.exp(y)
    return value, value


def _dual_sqrt(y: Array) -> tuple[Array, Array]:
    value = np.sqrt(y)
    return value, 0.5 / value


def _dual_tanh(y: Array) -> tuple[Array, Array]:
    """From q = 1 / (exp(2 y) + 1): tanh y = 1 - 2 q, with slope 4 q (1 - q).

    One exponential costs half of numpy's tanh, of which most open-circuit potentials are made.
    Beside y = 0, where 1 - 2 q is a small difference, the series y - y^3/3 is as exact.
    """
    q = 1.0 / (np.exp(2.0 * y) + 1.0)
    value = 1.0 - 2.0 * q
    small = np.abs(y) < _SERIES_BELOW
    if small.any():
        value = np.where(small, y * (1.0 - y * y / 3.0), value)
    return value, 4.0 * q * (1.0 - q)


def _extreme(number: Callable[[float, float], float], first: np.ufunc) -> Callable[..., Node]:
    """Make the rule of min or max; `first` tells where the first of two is taken."""

    def rule(a: Node, b: Node) -> Node:
        if isinstance(a, float) and isinstance(b, float):
            return number(a, b)

        def closure(x: Array) -> Dual:
            value_a, slope_a = a(x) if callable(a) else (np.full_like(x, a), 0.0)
            value_b, slope_b = b(x) if callable(b) else (np.full_like(x, b), 0.0)
            chosen = first(value_a, value_b)
            return np.where(chosen, value_a, value_b), np.where(chosen, slope_a, slope_b)

        return closure

    return rule


_exp = _function(math.exp, _dual_exp)
_log = _function(math.log, lambda y: (np.log(y), 1.0 / y))
_LN2, _LN10 = math.log(2.0), math.log(10.0)

FUNCTIONS: dict[str, Callable[..., Node]] = {
    "exp": _exp,
    "log": _log,
    "ln": _log,
    "log10": _function(math.log10, lambda y: (np.log10(y), 1.0 / (_LN10 * y))),
    "log2": _function(math.log2, lambda y: (np.log2(y), 1.0 / (_LN2 * y))),
    "log1p": _function(math.log1p, lambda y: (np.log1p(y), 1.0 / (1.0 + y))),
    "expm1": _function(math.expm1, lambda y: (np.expm1(y), np.exp(y))),
    "sqrt": _function(math.sqrt, _dual_sqrt),
    "pow": _power,
    "min": _extreme(min, np.less_equal),
    "max": _extreme(max, np.greater_equal),
    "abs": _function(abs, lambda y: (np.abs(y), np.sign(y))),
    "tanh": _function(math.tanh, _dual_tanh),
    "sinh": _function(math.sinh, lambda y: (np.sinh(y), np.cosh(y))),
    "cosh": _function(math.cosh, lambda y: (np.cosh(y), np.sinh(y))),
    "sin": _function(math.sin, lambda y: (np.sin(y), np.cos(y))),
    "cos": _function(math.cos, lambda y: (np.cos(y), -np.sin(y))),
    "tan": _function(math.tan, lambda y: (np.tan(y), 1.0 + np.tan(y) ** 2)),
    "asin": _function(math.asin, lambda y: (np.arcsin(y), 1.0 / np.sqrt(1.0 - y * y))),
    "acos": _function(math.acos, lambda y: (np.arccos(y), -1.0 / np.sqrt(1.0 - y * y))),
    "atan": _function(math.atan, lambda y: (np.arctan(y), 1.0 / (1.0 + y * y))),
    "asinh": _function(math.asinh, lambda y: (np.arcsinh(y), 1.0 / np.sqrt(1.0 + y * y))),
    "acosh": _function(math.acosh, lambda y: (np.arccosh(y), 1.0 / np.sqrt(y * y - 1.0))),
    "atanh": _function(math.atanh, lambda y: (np.arctanh(y), 1.0 / (1.0 - y * y))),
}
"""What formulas may call; all but those of `OF_TWO` take one argument."""

OF_TWO = ("pow", "min", "max")

# numpy's and PyBaMM's names
FUNCTIONS |= {f"arc{name[1:]}": FUNCTIONS[name] for name in FUNCTIONS if name in (
    "asin", "acos", "atan", "asinh", "acosh", "atanh"
)}  # fmt: skip

OPERATORS: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: _sum,
    ast.Sub: _difference,
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Pow: _power,
}
