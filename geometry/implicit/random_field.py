"""Two interwoven phases without particles: a random field cut at a level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ...errors import ShapeError
from ..checks import check_choice, check_positive
from .distance import level_for, redistanced
from .level_set import Grid, LevelSet, Sampled
from .shape import ImplicitLayer, Phases, check_seed, check_share

_PER_LENGTH = 6
"""Grid spacings along a correlation length."""
_REACH = 4.0
"""Standard deviations after which the Gaussian filter ends."""


@dataclass(frozen=True)
class GaussianRandomField(ImplicitLayer):
    """The solid is where a Gaussian random field lies below a level.

    Its covariance is exp(-r^2 / l^2), with l the correlation length. The specific surface at the
    level that p of the field exceed, in standard deviations c, is 2 sqrt(2) / (pi l)
    exp(-c^2 / 2) (Rice's formula, as in Adler, The Geometry of Random Fields, 1981).

    Attributes:
        width: side of the box, or its sides along x and y [m].
        thickness: of the layer [m].
        correlation_length: distance over which places know of each other [m].
        porosity: that is reached.
        sides: 'periodic', or 'symmetric': cut off by planes that nothing passes.
        seed: of the field.
        headroom: electrolyte above the layer [m], or None.
    """

    kind: ClassVar[str] = "gaussian-random-field"

    width: float | tuple[float, float]
    thickness: float
    correlation_length: float
    porosity: float = 0.5
    sides: str = "periodic"
    seed: int = 0
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "thickness", "width", "correlation_length", "headroom")
        check_share(self, "porosity", low=0.1, high=0.9)
        check_choice("sides", self.sides, ("periodic", "symmetric"))
        check_seed(self, "seed")
        if min(self.size) < 2 * self.correlation_length:
            raise ShapeError(
                f"correlation_length: {self.correlation_length:g} m is more than half of the "
                f"box, {min(self.size):g} m; nothing in it would be random"
            )

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]."""
        return self.correlation_length / 4

    def phases(self) -> Phases:
        """The solid."""
        return (("electrode", self._level_set),)

    @cached_property
    def _level_set(self) -> LevelSet:
        """White noise after a Gaussian filter half as wide as the correlation length."""
        from scipy import ndimage

        grid = Grid.over(self.size, self.correlation_length / _PER_LENGTH, self.periodic)
        sigma = [0.5 * self.correlation_length / spacing for spacing in grid.spacings]
        open_sides = (not self.periodic, not self.periodic, True)
        pads = [
            int(np.ceil(_REACH * s)) if is_open else 0
            for s, is_open in zip(sigma, open_sides, strict=True)
        ]
        counts = [n + 2 * pad for n, pad in zip(grid.counts, pads, strict=True)]
        random = np.random.Generator(np.random.PCG64(self.seed))
        noise = random.standard_normal(counts)
        field = ndimage.gaussian_filter(noise, sigma, mode="wrap", truncate=_REACH)
        inner = tuple(slice(pad, pad + n) for n, pad in zip(grid.counts, pads, strict=True))
        field = (field[inner] / noise.std()).astype(np.float32)
        field -= np.float32(level_for(field, grid.weights(), 1 - self.porosity))
        return Sampled.through(grid, redistanced(field, grid, reach=2 * self.correlation_length))
