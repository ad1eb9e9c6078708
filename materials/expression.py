"""Formulas of the stoichiometry x, read without ever being executed as Python.

The text is parsed to a syntax tree and translated, node by node, to numpy closures that return
value and exact slope in one pass (forward-mode differentiation). Whatever is not arithmetic, a
known function or a known constant is refused.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

import numpy as np

from .._messages import near_miss
from ..errors import MaterialError
from .constants import FARADAY, GAS_CONSTANT
from .differentiation import FUNCTIONS, OF_TWO, OPERATORS, Node, identity, negated

MAX_LENGTH = 20_000
MAX_NODES = 4_000
MAX_DEPTH = 200
MAX_EXPONENT = 100.0

_SAMPLE_LENGTH = 40
_MODULES = ("np", "numpy", "math", "pybamm")
"""In front of a function, in formulas that were copied from Python."""
_SIGNS = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "*", "\N{MIDDLE DOT}": "*"}
)


def compile_expression(text: str, *, temperature: float, key: str = "formula") -> Node:
    """Translate a formula of `x`.

    Args:
        text: Numbers, `x`, `+ - * / **`, parentheses, the functions of `FUNCTIONS`, and the
            constants pi, F [C mol-1], R [J mol-1 K-1], T [K]; over as many lines as it takes.
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
        self.text = _one_line(text)
        self.key = key
        self.nodes = 0
        self.constants = {"pi": math.pi, "F": FARADAY, "R": GAS_CONSTANT, "T": float(temperature)}

    def translate(self) -> Node:
        """Parse the text and translate its tree."""
        if len(self.text) > MAX_LENGTH:
            raise self._error(f"{len(self.text)} characters, at most {MAX_LENGTH} are read")
        try:
            tree = ast.parse(self.text, mode="eval")
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
                return negated(self._visit(node.operand, depth + 1))
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
            return identity
        if node.id in self.constants:
            return self.constants[node.id]
        hint = _near_miss(node.id, ["x", *self.constants, *FUNCTIONS])
        raise self._error(
            f"unknown name '{_short(node.id)}'{hint}; the variable is x (stoichiometry)"
        )

    def _binary(self, node: ast.BinOp, depth: int) -> Node:
        if isinstance(node.op, ast.BitXor):
            raise self._error(f"'{self._source(node)}': write a power as **, not ^")
        combine = OPERATORS.get(type(node.op))
        if combine is None:
            raise self._refusal(node)
        left = self._visit(node.left, depth + 1)
        right = self._visit(node.right, depth + 1)
        if isinstance(node.op, ast.Pow):
            self._check_exponent(right, node)
        return self._folded(combine, (left, right), node)

    def _call(self, node: ast.Call, depth: int) -> Node:
        called = node.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            if called.value.id not in _MODULES:
                raise self._refusal(node)
            name = called.attr
        elif isinstance(called, ast.Name):
            name = called.id
        else:
            raise self._refusal(node)
        if name not in FUNCTIONS:
            raise self._error(
                f"unknown function '{_short(name)}'{_near_miss(name, list(FUNCTIONS))}"
            )
        wanted = 2 if name in OF_TWO else 1
        given = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
        if len(given) != wanted or len(node.args) != wanted or node.keywords:
            count = "two arguments" if wanted == 2 else "one argument"
            raise self._error(f"'{self._source(node)}': {name} takes {count}")
        operands = tuple(self._visit(argument, depth + 1) for argument in given)
        if name == "pow":
            self._check_exponent(operands[1], node)
        return self._folded(FUNCTIONS[name], operands, node)

    def _check_exponent(self, exponent: Node, node: ast.expr) -> None:
        if isinstance(exponent, float) and abs(exponent) > MAX_EXPONENT:
            raise self._error(f"'{self._source(node)}': powers up to {MAX_EXPONENT:g} are read")

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
        return _short(ast.get_source_segment(self.text, node) or type(node).__name__)

    def _refusal(self, node: ast.expr) -> MaterialError:
        return self._error(
            f"'{self._source(node)}' is not allowed; expected numbers, x, + - * / **, "
            f"parentheses, {', '.join(FUNCTIONS)}, and the constants pi, F, R, T"
        )

    def _error(self, what: str) -> MaterialError:
        return MaterialError(f"{self.key}: {what}")


def _one_line(text: str) -> str:
    """A formula over several lines as one, without comments; signs as a keyboard has them."""
    lines = (line.split("#")[0].strip().removesuffix("\\") for line in text.splitlines())
    return " ".join(lines).strip().translate(_SIGNS)


def _short(text: str) -> str:
    return text if len(text) <= _SAMPLE_LENGTH else text[:_SAMPLE_LENGTH] + "..."


def _near_miss(name: str, known: list[str]) -> str:
    near = near_miss(name, known)
    return f", did you mean '{near}'?" if near else ""
