"""Porous frameworks: flat particles packed around the pores that a porogen leaves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_choice, check_positive
from .distance import Levels, redistanced, smoothed, steepened
from .level_set import Grid, LevelSet, Sampled, Singles
from .packing import Packing
from .shape import ImplicitLayer, Phases, check_range, check_seed, check_share

_ROUNDS = 8
"""Times that particles are added until the porosity is met."""
_CLOSE = 0.004
"""Share of the box that is left to a shift of the level set."""


class Filled(NamedTuple):
    """A framework as it was packed.

    Attributes:
        level_set: the solid's.
        particle_diameters: largest Feret diameter of each particle [m].
        pore_diameters: of the porogen's spheres [m].
        shift: by which all surfaces were moved outwards at last, to meet the porosity [m].
    """

    level_set: LevelSet
    particle_diameters: Floats
    pore_diameters: Floats
    shift: float


@dataclass(frozen=True)
class PorousFramework(ImplicitLayer):
    """A sintered layer of flat, irregular particles with round pores from a burnt-out porogen.

    Attributes:
        thickness: of the layer [m].
        width: side of the meshed piece of it, or its sides along x and y [m].
        particle_size: smallest and largest Feret diameter of the particles [m].
        aspect_ratio: smallest and largest diameter over thickness of the particles.
        pore_size: smallest and largest diameter of the porogen's spheres [m].
        porogen: share of the box that the spheres take; the rest of the porosity lies between
            the particles.
        porosity: connected porosity that is reached.
        sides: 'periodic', or 'symmetric': cut off by planes that nothing passes.
        smoothing: width of the Gaussian that rounds edges and necks [m]; by default a tenth
            of the smallest particle. Keep it above 0.4 of the elements' size.
        seed: of the random placement.
        headroom: electrolyte above the layer [m], or None.
    """

    kind: ClassVar[str] = "porous-framework"

    thickness: float
    width: float | tuple[float, float]
    particle_size: tuple[float, float] = (5e-6, 8e-6)
    aspect_ratio: tuple[float, float] = (2.2, 3.8)
    pore_size: tuple[float, float] = (5e-6, 10e-6)
    porogen: float = 0.22
    porosity: float = 0.46
    sides: str = "periodic"
    smoothing: float | None = None
    seed: int = 0
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "thickness", "width", "smoothing", "headroom")
        check_range(self, "particle_size", "aspect_ratio", "pore_size")
        check_share(self, "porosity", low=0.1, high=0.9)
        check_choice("sides", self.sides, ("periodic", "symmetric"))
        check_seed(self, "seed")
        if not 1.2 <= self.aspect_ratio[0] <= self.aspect_ratio[1] <= 6:
            raise ShapeError(
                f"aspect_ratio: expected diameter over thickness within 1.2 to 6, "
                f"got {self.aspect_ratio!r}"
            )
        if not 0 <= self.porogen < self.porosity:
            raise ShapeError(
                f"porogen: expected 0 to less than the porosity of {self.porosity:g}, "
                f"got {self.porogen!r}"
            )
        largest = max(self.particle_size[1], self.pore_size[1] if self.porogen else 0.0)
        if min(self.size[:2]) < 1.5 * largest * (1 - 1e-9):
            raise ShapeError(
                f"width: {min(self.size[:2]):g} m is too narrow for particles and pores of "
                f"{largest:g} m; expected at least {1.5 * largest:g} m"
            )
        if self.thickness < self.particle_size[0]:
            raise ShapeError(
                f"thickness: {self.thickness:g} m is less than the smallest particle, "
                f"{self.particle_size[0]:g} m"
            )

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]: somewhat less than a thin plate."""
        return 0.7 * self._thinnest

    def phases(self) -> Phases:
        """The solid."""
        return (("electrode", self.filled.level_set),)

    @property
    def particle_diameters(self) -> Floats:
        """Largest Feret diameter of each particle as it was placed [m]."""
        return self.filled.particle_diameters

    @property
    def pore_diameters(self) -> Floats:
        """Diameters of the porogen's spheres [m]."""
        return self.filled.pore_diameters

    @cached_property
    def filled(self) -> Filled:
        """The packed box.

        Raises:
            ShapeError: The particles can't fill what the porosity asks for.
        """
        blur = self.smoothing or self.particle_size[0] / 10
        grid = Grid.over(self.size, min(blur / 1.2, self._thinnest / 2.8), self.periodic)
        packing = Packing(grid, self.seed)
        if self.porogen:
            packing.add_spheres(self.porogen, self.pore_size)
        values, shift = self._to_porosity(packing, blur)
        return Filled(
            Sampled.through(grid, steepened(values - np.float32(shift), grid)),
            np.array(packing.particle_diameters),
            np.array(packing.pore_diameters),
            shift,
        )

    @property
    def _thinnest(self) -> float:
        return self.particle_size[0] / self.aspect_ratio[1]

    def _to_porosity(self, packing: Packing, blur: float) -> tuple[Singles, float]:
        """Smoothed distances and the value at which they have the connected porosity."""
        grid, wanted = packing.grid, 1 - self.porosity
        target = wanted - 2 * _CLOSE
        for _ in range(_ROUNDS):
            room = packing.add_particles(target, self.particle_size, self.aspect_ratio)
            values = redistanced(packing.values(), grid, reach=self.pore_size[1])
            values = smoothed(values, grid, blur)
            missing = wanted - _connected(values, 0.0, grid)
            if missing < _CLOSE:
                return values, _shift(values, grid, wanted)
            if not room:
                break
            target = packing.solid + missing - _CLOSE / 2
        raise ShapeError(
            f"porosity: expected one that the particles can fill, got {self.porosity:g}: at "
            f"{1 - packing.solid:.3f} there is no free place left"
        )


def _shift(values: Singles, grid: Grid, wanted: float) -> float:
    """The value below which the connected solid fills the wanted share of the box."""
    levels, share = Levels(values, grid.weights()), wanted
    for _ in range(2):
        share += wanted - _connected(values, levels.at(share), grid)
    return levels.at(share)


def _connected(values: Singles, level: float, grid: Grid) -> float:
    """Share of the box that is neither pore joined to the separator nor a loose piece of solid."""
    from ..descriptors import connected_to_collector, connected_to_separator

    pore = connected_to_separator(values >= level)
    return float((connected_to_collector(~pore) * grid.weights()).sum())
