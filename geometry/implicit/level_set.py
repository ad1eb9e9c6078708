"""Level sets: solids as functions of place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

Singles = NDArray[np.float32]


class LevelSet(Protocol):
    """Negative inside the solid, positive outside; near its surface about the distance [m]."""

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        ...


@dataclass(frozen=True)
class Shifted:
    """A level set moved by a distance: the solid grows when it is negative [m]."""

    level_set: LevelSet
    by: float

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        return self.level_set(points) + self.by


@dataclass(frozen=True)
class Grid:
    """Nodes of a regular grid over a box that begins at the origin.

    Along a periodic direction the last plane, which repeats the first, is left out.

    Attributes:
        size: of the box [m].
        counts: nodes along x, y and z.
        periodic: in x and y.
    """

    size: tuple[float, float, float]
    counts: tuple[int, int, int]
    periodic: bool

    @classmethod
    def over(cls, size: tuple[float, float, float], spacing: float, periodic: bool) -> Grid:
        """The grid whose spacing [m] is at most the given one."""
        steps = [max(4, int(np.ceil(length / spacing - 1e-9))) for length in size]
        ends = (0 if periodic else 1, 0 if periodic else 1, 1)
        nx, ny, nz = (step + end for step, end in zip(steps, ends, strict=True))
        return cls(size, (nx, ny, nz), periodic)

    @property
    def spacings(self) -> tuple[float, float, float]:
        """Between nodes along x, y and z [m]."""
        x, y, z = self.size
        ends = 0 if self.periodic else 1
        return x / (self.counts[0] - ends), y / (self.counts[1] - ends), z / (self.counts[2] - 1)

    @property
    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Coordinates of the nodes along x, y and z [m]."""
        x, y, z = (
            step * np.arange(float(n)) for step, n in zip(self.spacings, self.counts, strict=True)
        )
        return x, y, z

    def points(self) -> Floats:
        """All nodes (n, 3) [m], z fastest."""
        x, y, z = np.meshgrid(*self.axes, indexing="ij")
        return np.column_stack([x.ravel(), y.ravel(), z.ravel()])

    def modes(self, across: str = "mirror") -> tuple[str, str, str]:
        """How SciPy's filters continue values beyond the sides."""
        side = "grid-wrap" if self.periodic else across
        return side, side, across

    def weights(self) -> Singles:
        """The share of the box that each node stands for, by the trapezoidal rule."""
        found = np.ones((1, 1, 1))
        for axis, n in enumerate(self.counts):
            line = np.ones(n)
            if axis == 2 or not self.periodic:
                line[[0, -1]] = 0.5
            found = found * (line / line.sum()).reshape([-1 if k == axis else 1 for k in range(3)])
        return found.astype(np.float32)


_MARGIN = 3
"""Nodes repeated on each periodic side, enough for a cubic spline."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """A cubic spline through values on a grid; below and above the box as on its faces.

    Attributes:
        grid: where the values stand.
        coefficients: of the spline, with a margin on periodic sides.
    """

    grid: Grid
    coefficients: NDArray[Any]

    @classmethod
    def through(cls, grid: Grid, values: NDArray[Any]) -> Sampled:
        """The spline through values [m] of the shape `grid.counts`."""
        from scipy import ndimage

        found = np.asarray(values)
        for axis, mode in enumerate(grid.modes()):
            found = ndimage.spline_filter1d(found, 3, axis=axis, output=found.dtype, mode=mode)
        if grid.periodic:
            found = np.pad(found, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="wrap")
        return cls(grid, found)

    def __call__(self, points: Floats) -> Floats:
        """(n,) values [m] at (n, 3) points [m]."""
        from scipy import ndimage

        place = points.T / np.array(self.grid.spacings)[:, None]
        if self.grid.periodic:
            counts = np.array(self.grid.counts[:2])[:, None]
            place[:2] = np.mod(place[:2], counts) + _MARGIN
        else:
            top = np.array(self.grid.counts[:2])[:, None] - 1.0
            place[:2] = np.clip(place[:2], 0.0, top)
        place[2] = np.clip(place[2], 0.0, self.grid.counts[2] - 1.0)
        found: Floats = ndimage.map_coordinates(
            self.coefficients, place, order=3, mode="mirror", prefilter=False, output=np.float64
        )
        return found


def gradient(level_set: LevelSet, points: Floats, step: float) -> Floats:
    """(n, 3) gradients by central differences over two steps [m]."""
    found = np.empty_like(points)
    for axis in range(3):
        ahead, behind = points.copy(), points.copy()
        ahead[:, axis] += step
        behind[:, axis] -= step
        found[:, axis] = (level_set(ahead) - level_set(behind)) / (2 * step)
    return found
