"""Triply periodic minimal surfaces and the solids beside or along them.

With X = 2 pi x / cell, and so on:

    gyroid     F = sin X cos Y + sin Y cos Z + sin Z cos X
    diamond    F = sin X sin Y sin Z + sin X cos Y cos Z + cos X sin Y cos Z + cos X cos Y sin Z
    Schwarz P  F = cos X + cos Y + cos Z

A solid fills F < t, a sheet |F| < t. The level set is (F - t) / |grad F|, which is a distance to
first order. Reference: von Schnering and Nesper, Z. Phys. B 83, 407 (1991),
doi:10.1007/BF01313411.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_choice, check_positive
from .distance import level_for
from .shape import ImplicitBox, Phases, check_share

_SAMPLES = 48
"""Along a cell, where the level of a porosity is sought."""
_LEAST_SLOPE = 0.25
"""Of F against X, which keeps the level set finite where the gradient vanishes."""


@dataclass(frozen=True)
class TriplyPeriodic(ImplicitBox):
    """A box of cells of a minimal surface; a subclass gives the function.

    Attributes:
        cell: period of the structure [m].
        repeats: cells along x, y and z; along z also a part of one.
        form: 'solid' fills one side of the surface, 'sheet' follows it.
        porosity: that is reached.
        headroom: electrolyte above the box [m], or None.
    """

    periodic: ClassVar[bool] = True

    cell: float
    repeats: tuple[int, int, float] = (1, 1, 1)
    form: str = "solid"
    porosity: float = 0.5
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "cell", "headroom")
        check_choice("form", self.form, ("solid", "sheet"))
        check_share(self, "porosity", low=0.02, high=0.98)
        check_repeats(self.repeats)

    def function(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """F and the length of its gradient at angles X, Y, Z [rad]."""
        raise NotImplementedError

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the solid, without headroom [m]."""
        x, y, z = self.repeats
        return x * self.cell, y * self.cell, z * self.cell

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]: two or more across a wall.

        A sheet is about a third of its volume share, times the cell, thick.
        """
        if self.form == "solid":
            return self.cell / 16
        return self.cell * min(1 / 24, 0.16 * (1 - self.porosity), 0.3 * self.porosity)

    @cached_property
    def level(self) -> float:
        """The t at which the box has the wanted porosity."""
        n = _SAMPLES
        across = (np.arange(n) + 0.5) * 2 * np.pi / n
        repeats = self.repeats[2]
        whole = float(repeats).is_integer()
        count = n if whole else int(np.ceil(n * repeats))
        up = (np.arange(count) + 0.5) * 2 * np.pi * (1 if whole else repeats) / count
        values, _ = self.function(*np.meshgrid(across, across, up, indexing="ij", sparse=True))
        if self.form == "sheet":
            values = np.abs(values)
        return level_for(values, np.ones(1), 1 - self.porosity)

    def phases(self) -> Phases:
        """The solid."""
        return (("electrode", self._distance),)

    def _distance(self, points: Floats) -> Floats:
        wave = 2 * np.pi / self.cell
        value, slope = self.function(*(wave * points.T))
        if self.form == "sheet":
            value = np.abs(value)
        found: Floats = (value - self.level) / (wave * np.hypot(slope, _LEAST_SLOPE))
        return found


def check_repeats(repeats: tuple[int, int, float]) -> None:
    """Whole cells along x and y, so that the sides match; any number along z.

    Raises:
        ShapeError: It is something else.
    """
    if not isinstance(repeats, tuple) or len(repeats) != 3:
        raise ShapeError(f"repeats: expected cells along x, y and z, got {repeats!r}")
    for axis, count in zip("xyz", repeats, strict=True):
        number = isinstance(count, int | float) and not isinstance(count, bool)
        whole = number and (axis == "z" or float(count).is_integer())
        if not whole or not 0.5 <= count < 1e4:
            raise ShapeError(
                f"repeats: expected whole cells along x and y, and at least half a cell along "
                f"z; got {count!r} along {axis}"
            )


def _length(*parts: Floats) -> Floats:
    found: Floats = np.sqrt(sum(part * part for part in parts))
    return found


@dataclass(frozen=True)
class Gyroid(TriplyPeriodic):
    """A gyroid: three-way channels without straight walls."""

    kind: ClassVar[str] = "gyroid"

    def function(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """F and the length of its gradient at angles X, Y, Z [rad]."""
        (sx, sy, sz), (cx, cy, cz) = [[f(a) for a in (x, y, z)] for f in (np.sin, np.cos)]
        slope = _length(cx * cy - sz * sx, cy * cz - sx * sy, cz * cx - sy * sz)
        return sx * cy + sy * cz + sz * cx, slope


@dataclass(frozen=True)
class Diamond(TriplyPeriodic):
    """A diamond surface: four-way channels."""

    kind: ClassVar[str] = "diamond"

    def function(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """F and the length of its gradient at angles X, Y, Z [rad]."""
        (sx, sy, sz), (cx, cy, cz) = [[f(a) for a in (x, y, z)] for f in (np.sin, np.cos)]
        value = sx * sy * sz + sx * cy * cz + cx * sy * cz + cx * cy * sz
        slope = _length(
            cx * sy * sz + cx * cy * cz - sx * sy * cz - sx * cy * sz,
            sx * cy * sz - sx * sy * cz + cx * cy * cz - cx * sy * sz,
            sx * sy * cz - sx * cy * sz - cx * sy * sz + cx * cy * cz,
        )
        return value, slope


@dataclass(frozen=True)
class SchwarzP(TriplyPeriodic):
    """Schwarz' primitive surface: straight channels along x, y and z."""

    kind: ClassVar[str] = "schwarz-p"

    def function(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
        """F and the length of its gradient at angles X, Y, Z [rad]."""
        return np.cos(x) + np.cos(y) + np.cos(z), _length(np.sin(x), np.sin(y), np.sin(z))
