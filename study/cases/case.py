"""A case: what varies in it, and the study that this makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...errors import StudyError
from ..loading import load_case
from ..locations import Path as KeyPath
from ..schema import GeometryStudy
from ..source import MANY, Source
from .axes import Axis

MOST_LINES = 10


@dataclass(frozen=True)
class Case:
    """One point of a sweep or of a search.

    Attributes:
        inputs: Key -> value, as the user would write it.
        study: What is to be run; None where no such study is possible.
        impossible: Why it is not; empty otherwise.
    """

    inputs: Mapping[str, Any]
    study: GeometryStudy | None
    impossible: str = ""


def make_case(source: Source, axes: Sequence[Axis], values: Sequence[Any]) -> Case:
    """The case in which each axis has a value; an impossible one says why.

    Args:
        source: The study file.
        axes: What varies.
        values: A value of each axis.
    """
    inputs = {axis.key: value for axis, value in zip(axes, values, strict=True)}
    plain = source.without(*MANY)
    names = {axis.key: inputs[axis.key] for axis in axes if axis.named}
    plain = replace(plain, data=_filled(plain.data, names), head=_filled(plain.head, names))
    keys = {key_path(axis.key): axis for axis in axes if not axis.named}
    try:
        made = plain.with_values(
            {path: inputs[axis.key] for path, axis in keys.items()},
            {path: axis.line for path, axis in keys.items()},
        )
        return Case(inputs, load_case(made))
    except StudyError as error:
        return Case(inputs, None, str(error))


def key_path(key: str) -> KeyPath:
    """`protocol.0.steps.1`, or `protocol[0].steps[1]`, as a path."""
    parts = re.sub(r"\[(\d+)\]", r".\1", key).split(".")
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def refuse_impossible(cases: Sequence[Case]) -> None:
    """Tell of each mistake once, with the first case that makes it.

    Raises:
        StudyError: At least one case is impossible.
    """
    told: dict[str, str] = {}
    for case in cases:
        for line in case.impossible.splitlines():
            which = f" (with {spelled(case.inputs)})" if case.inputs else ""
            told.setdefault(line, f"{line}{which}")
    if told:
        lines = list(told.values())
        more = len(lines) - MOST_LINES
        raise StudyError(
            "\n".join(lines[:MOST_LINES] + ([f"... and {more} more"] if more > 0 else []))
        )


def spelled(inputs: Mapping[str, Any]) -> str:
    """Inputs in one line: geometry.radius = 50 nm, rate = 2C."""
    return ", ".join(f"{key} = {_short(value)}" for key, value in inputs.items())


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."


def _filled(value: Any, names: Mapping[str, Any]) -> Any:
    """Texts with each {name} replaced, all the way down."""
    if isinstance(value, str):
        for name, given in names.items():
            value = value.replace(f"{{{name}}}", str(given))
        return value
    if isinstance(value, dict):
        return {key: _filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    return value
