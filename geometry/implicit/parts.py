"""Regions cut out of the solid, with the volumes that are wanted of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..arrays import Floats
from ..tags import REGIONS
from .bcc import Tets
from .cutting import Field
from .islands import solid_volume
from .phases import Body, cut_phase

# Cuts tried for a volume, and when it is good enough [parts of it].
_TRIALS = 4
_VOLUME_WANTED = 1e-3


class Part(NamedTuple):
    """A region that is cut out of another by level set number `surface`.

    Attributes:
        region: the one it is cut out of, and its own `name`.
        surface: number of the level set.
        volume: wanted, in cubes of the spacing; None = as the level set has it.
    """

    region: str
    name: str
    surface: int
    volume: float | None


def cut_part(body: Body, part: Part, shifted: Callable[[float], Field]) -> tuple[Body, Field]:
    """Cut out one part, its level set shifted until its volume is within a thousandth."""
    where = body.tags == REGIONS[part.region]
    values = _at_vertices(body.tets, where, shifted(0.0))
    tag, shift, best = REGIONS[part.name], 0.0, None
    shifts, errors = [], []
    for _ in range(_TRIALS if part.volume else 1):
        field = shifted(shift)
        made = cut_phase(body, where, values - shift, field, tag=tag, surface=part.surface)
        if part.volume is None:
            return made, field
        points, cells = made.tets.points, made.tets.cells
        error = solid_volume(points, cells, made.tags == tag) / part.volume - 1
        if best is None or abs(error) < min(map(abs, errors)):
            best = made, field
        shifts.append(shift)
        errors.append(error)
        if abs(error) < _VOLUME_WANTED:
            break
        shift = _next_shift(shifts, errors)
    assert best is not None
    return best


def _next_shift(shifts: list[float], errors: list[float]) -> float:
    """The secant's, after a first small step the right way."""
    if len(shifts) == 1:
        return -0.05 if errors[0] > 0 else 0.05
    change = errors[-1] - errors[-2]
    if change == 0:
        return shifts[-1]
    step = -errors[-1] * (shifts[-1] - shifts[-2]) / change
    return shifts[-1] + float(np.clip(step, -0.3, 0.3))


def _at_vertices(tets: Tets, where: np.ndarray, field: Field) -> Floats:
    """A level set at the vertices of some cells, equal where they match."""
    values = np.ones(len(tets.points))
    needed = np.unique(tets.masters[tets.cells[where]])
    values[needed] = field(tets.points[needed])
    return values[tets.masters]
