"""Formulas of the stoichiometry x, read without ever being executed as Python.

The text is parsed to a syntax tree and translated, node by node, to numpy closures that return
value and exact slope in one pass (forward-mode differentiation). Whatever is not arithmetic, a
known function or a known constant is refused.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..errors import MaterialError
from .constants import FARADAY, GAS_CONSTANT

Array = npt.NDArray[np.float64]
Slope = Array | float
Dual = tuple[Array, Slope]
"""Value and slope; where the slope is the same everywhere it is one number."""
Closure = Callable[[Array], Dual]
Node = float | Closure
"""A translated node: a number where x does not occur, else a closure (value, slope)."""

MAX_LENGTH = 20_000
MAX_NODES = 4_000
MAX_DEPTH = 200
MAX_EXPONENT = 100.0

_SAMPLE_LENGTH = 40


def compile_expression(text: str, *, temperature: float, key: str = "formula") -> Node:
    """Translate a formula of `x`.

    Args:
        text: Numbers, `x`, `+ - * / **`, parentheses, the functions exp, log, sqrt, abs, tanh,
            sinh, cosh, sin, cos, and the constants pi, F [C mol-1], R [J mol-1 K-1], T [K].
        temperature: What `T` stands for [K].
        key: The user's name of the formula, for messages.

    Returns:
        A number where `x` does not occur, else a closure from x to (value, slope).

    Raises:
        MaterialError: The text is no such formula; the message names the offending part.
    """
    return _Translator(text, temperature=temperature, key=key).translate()


class _Translator:
    """Walks one syntax tree; counts nodes, so that no formula can grow without bound."""

    def __init__(self, text: str, *, temperature: float, key: str) -> None:
        self.text = text
        self.key = key
        self.nodes = 0
        self.constants = {"pi": math.pi, "F": FARADAY, "R": GAS_CONSTANT, "T": temperature}

    def translate(self) -> Node:
        """Parse the text and translate its tree."""
        if len(self.text) > MAX_LENGTH:
            raise self._error(f"{len(self.text)} characters, at most {MAX_LENGTH} are read")
        try:
            tree = ast.parse(self.text.strip(), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else "too deeply nested"
            raise self._error(f"is not a formula ({reason})") from None
        return self._visit(tree.body, 1)

    def _visit(self, node: ast.expr, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise self._error(f"is too long: more than {MAX_NODES} parts or {MAX_DEPTH} deep")
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp(op=ast.USub()):
                return _negated(self._visit(node.operand, depth + 1))
            case ast.UnaryOp(op=ast.UAdd()):
                return self._visit(node.operand, depth + 1)
            case ast.BinOp():
                return self._binary(node, depth)
            case ast.Call():
                return self._call(node, depth)
        raise self._refusal(node)

    def _number(self, node: ast.Constant) -> float:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self._refusal(node)
        try:
            return self._finite(float(node.value), node)
        except OverflowError:
            raise self._error(f"'{self._source(node)}' is too large") from None

    def _name(self, node: ast.Name) -> Node:
        if node.id == "x":
            return _identity
        if node.id in self.constants:
            return self.constants[node.id]
        hint = _near_miss(node.id, ["x", *self.constants, *_FUNCTIONS])
        raise self._error(
            f"unknown name '{_short(node.id)}'{hint}; the variable is x (stoichiometry)"
        )

    def _binary(self, node: ast.BinOp, depth: int) -> Node:
        if isinstance(node.op, ast.BitXor):
            raise self._error(f"'{self._source(node)}': write a power as **, not ^")
        combine = _OPERATORS.get(type(node.op))
        if combine is None:
            raise self._refusal(node)
        left = self._visit(node.left, depth + 1)
        right = self._visit(node.right, depth + 1)
        if isinstance(node.op, ast.Pow) and isinstance(right, float) and abs(right) > MAX_EXPONENT:
            raise self._error(f"'{self._source(node)}': powers up to {MAX_EXPONENT:g} are read")
        return self._folded(combine, (left, right), node)

    def _call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name):
            raise self._refusal(node)
        name = node.func.id
        if name not in _FUNCTIONS:
            raise self._error(
                f"unknown function '{_short(name)}'{_near_miss(name, list(_FUNCTIONS))}"
            )
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            raise self._error(f"'{self._source(node)}': {name} takes one argument")
        return self._folded(_FUNCTIONS[name], (self._visit(node.args[0], depth + 1),), node)

    def _folded(
        self, combine: Callable[..., Node], operands: tuple[Node, ...], node: ast.expr
    ) -> Node:
        """Combine the operands; pure numbers are worked out at once."""
        with np.errstate(all="ignore"):
            try:
                result = combine(*operands)
            except (OverflowError, ZeroDivisionError, ValueError, TypeError):
                result = math.nan
        return self._finite(result, node) if isinstance(result, float) else result

    def _finite(self, value: float, node: ast.expr) -> float:
        if not math.isfinite(value):
            raise self._error(f"'{self._source(node)}' is not a finite number")
        return value

    def _source(self, node: ast.expr) -> str:
        return _short(ast.get_source_segment(self.text.strip(), node) or type(node).__name__)

    def _refusal(self, node: ast.expr) -> MaterialError:
        return self._error(
            f"'{self._source(node)}' is not allowed; expected numbers, x, + - * / **, "
            f"parentheses, {', '.join(_FUNCTIONS)}, and the constants pi, F, R, T"
        )

    def _error(self, what: str) -> MaterialError:
        return MaterialError(f"{self.key}: {what}")


def _short(text: str) -> str:
    return text if len(text) <= _SAMPLE_LENGTH else text[:_SAMPLE_LENGTH] + "..."


def _near_miss(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    close = close or [k for k in known if k.lower() == name.lower()]
    return f", did you mean '{close[0]}'?" if close else ""


# Each rule takes translated operands and returns the translated result. The case of a number is
# told apart here, once, so that the closures carry no slopes that are known to be zero.


def _identity(x: Array) -> Dual:
    return x, 1.0


def _negated(a: Node) -> Node:
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
        return _sum(a, _negated(b))

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
    value = np.tanh(y)
    return value, 1.0 - value * value


_exp = _function(math.exp, _dual_exp)
_log = _function(math.log, lambda y: (np.log(y), 1.0 / y))

_FUNCTIONS: dict[str, Callable[[Node], Node]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _function(math.sqrt, _dual_sqrt),
    "abs": _function(abs, lambda y: (np.abs(y), np.sign(y))),
    "tanh": _function(math.tanh, _dual_tanh),
    "sinh": _function(math.sinh, lambda y: (np.sinh(y), np.cosh(y))),
    "cosh": _function(math.cosh, lambda y: (np.cosh(y), np.sinh(y))),
    "sin": _function(math.sin, lambda y: (np.sin(y), np.cos(y))),
    "cos": _function(math.cos, lambda y: (np.cos(y), -np.sin(y))),
}

_OPERATORS: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: _sum,
    ast.Sub: _difference,
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Pow: _power,
}
