"""Arguments of the Python door: one of another kind than what is meant is refused in a sentence.

Type checkers find the same before a script is run; these checks are for those who use none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from numbers import Integral, Real
from typing import Any

from ._messages import quoted
from .errors import InputError

_LARGEST = 1e300
_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "bool": "True or False",
    "str": "a text",
    "None": "None",
    "tuple[float, float]": "two numbers",
}


def check_is(
    given: object,
    kinds: type | tuple[type, ...],
    key: str,
    expected: str,
    *,
    error: type[InputError] = InputError,
) -> None:
    """Refuse an argument of another class.

    Args:
        given: The argument.
        kinds: What it may be.
        key: Its name.
        expected: What may stand there, in words.
        error: Class of error to raise.
    """
    if not isinstance(given, kinds):
        raise error(f"{key}: got {quoted(given)}, expected {expected}")


def check_has(
    given: object,
    attribute: str,
    key: str,
    expected: str,
    *,
    error: type[InputError] = InputError,
) -> None:
    """Refuse an argument that lacks what it is used for; its class is not to be imported here."""
    if isinstance(given, type) or not hasattr(given, attribute):
        raise error(f"{key}: got {quoted(given)}, expected {expected}")


def is_real(given: object) -> bool:
    """Whether an argument is a number: True and False are none."""
    return isinstance(given, Real) and not isinstance(given, bool)


def as_float(number: Any) -> float:
    """A number as a float; infinite where it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def listed(given: Any, key: str, expected: str) -> list[Any]:
    """The members of what should be a list.

    Raises:
        InputError: It cannot be listed.
    """
    try:
        return list(given)
    except TypeError:
        raise InputError(f"{key}: got {quoted(given)}, expected {expected}") from None


def check_fields(instance: Any, *, error: type[InputError] = InputError) -> None:
    """Refuse fields of a dataclass that are neither of the plain kinds that it names for them.

    Fields of other kinds (tuples, classes) are left to the dataclass.

    Args:
        instance: A dataclass, whose annotations are texts.
        error: Class of error to raise.
    """
    for field in fields(instance):
        kinds = [kind.strip() for kind in str(field.type).split("|")]
        value = getattr(instance, field.name)
        if not set(kinds) <= _WORDS.keys() or any(_is(value, kind) for kind in kinds):
            continue
        wanted = _either(_WORDS[kind] for kind in kinds)
        raise error(f"{field.name}: expected {wanted}, got {quoted(value)}")


def _is(value: Any, kind: str) -> bool:
    if kind == "None":
        return value is None
    if kind == "tuple[float, float]":
        return isinstance(value, tuple) and len(value) == 2 and all(_is(v, "float") for v in value)
    if kind in ("str", "bool"):
        return isinstance(value, {"str": str, "bool": bool}[kind])
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    if isinstance(value, Integral):
        return abs(int(value)) < _LARGEST
    return kind == "float" or float(value).is_integer()


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)
