"""The numbers in which the runs of a family differ, as points of a box."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...materials.kinetics import ConstantExchange, RootExchange

if TYPE_CHECKING:
    from ..simulation import Simulation

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """The range of each number over some runs.

    Attributes:
        low, high: (p,).
    """

    low: Array
    high: Array

    def place(self, numbers: Array) -> Array:
        """(m, p) from 0 to 1 inside the box; 0 where it has no width and the number is its own."""
        width = np.where(self.high > self.low, self.high - self.low, 1.0)
        return (numbers - self.low) / width

    def outside(self, numbers: Array) -> Array:
        """(m,) how far points lie outside, in widths of the box."""
        place = self.place(numbers)
        high = np.where(self.high > self.low, 1.0, 0.0)
        return np.maximum(np.maximum(-place, place - high), 0.0).max(axis=1, initial=0.0)


def numbers_of(runs: Sequence[Simulation]) -> Array:
    """(m, p) what differs from run to run; positive numbers without a zero of their own as logs.

    Raises:
        InputError: The protocols have other kinds of steps, or ends.
    """
    rows = [dict(_numbers(run)) for run in runs]
    for run, row in zip(runs, rows, strict=True):
        if row.keys() != rows[0].keys():
            first = "; ".join(step.text for step in runs[0].protocol.steps)
            raise InputError(
                "a reduced model serves runs whose protocols have the same kinds of steps, "
                f"got '{first}' and '{'; '.join(step.text for step in run.protocol.steps)}'; "
                "run them as two sweeps, or with solver.reduced = false"
            )
    return np.array([list(row.values()) for row in rows])


def kind_of(run: Simulation) -> tuple[str, ...]:
    """What a run's numbers are called: runs of one family have the same."""
    return tuple(name for name, _ in _numbers(run))


def box_of(numbers: Array) -> Box:
    """The smallest box around points (m, p)."""
    return Box(numbers.min(axis=0), numbers.max(axis=0))


def spread(places: Array, count: int, taken: Sequence[int] = ()) -> list[int]:
    """Indices of points far from each other: first the farthest from the middle, and so on."""
    chosen = list(taken)
    far = np.full(len(places), np.inf)
    if not chosen:
        chosen.append(int(np.argmax(np.linalg.norm(places - places.mean(axis=0), axis=1))))
    for one in chosen:
        far = np.minimum(far, np.linalg.norm(places - places[one], axis=1))
    while len(chosen) < min(count + len(taken), len(places)):
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return chosen[len(taken) :]


def _numbers(run: Simulation) -> Iterator[tuple[str, float]]:
    material, law = run.material, run.material.kinetics.exchange_current
    yield "stoichiometry", run.initial_stoichiometry
    yield "temperature", run.temperature
    yield "salt", math.log(run.c_e)
    yield "c_s_max", math.log(material.c_s_max)
    yield "diffusivity", math.log(float(np.asarray(material.diffusivity(0.5))))
    yield "alpha_a", material.kinetics.alpha_a
    yield "alpha_c", material.kinetics.alpha_c
    if isinstance(law, RootExchange):
        yield "rate constant", math.log(law.rate_constant)
    elif isinstance(law, ConstantExchange):
        yield "exchange current", math.log(law.j0)
    for index, step in enumerate(run.protocol.steps):
        for name, value in _leaves(step):
            yield f"step {index} {type(step).__name__} {name}", value


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """The numbers inside a step; amounts, speeds and times as logs, words as parts of names."""
    for field in fields(value):
        inner, path = getattr(value, field.name), f"{name}.{field.name}"
        if isinstance(inner, float | int):
            linear = field.name in ("voltage", "start", "stop") or type(value).__name__ == (
                "VoltageLimit"
            )
            yield path, float(inner) if linear or inner <= 0.0 else math.log(inner)
        elif isinstance(inner, tuple):
            for index, one in enumerate(inner):
                yield from _leaves(one, f"{path}{index}{type(one).__name__}")
        elif isinstance(inner, str) and field.name != "text":
            yield f"{path}={inner}", 0.0
        elif hasattr(inner, "__dataclass_fields__"):
            yield from _leaves(inner, path)
