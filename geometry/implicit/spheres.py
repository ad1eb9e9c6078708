"""Structures of spheres: inverse opals, and spheres thrown at random."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_choice, check_positive
from .combine import Complement
from .level_set import LevelSet
from .minimal import check_repeats
from .shape import ImplicitBox, ImplicitLayer, Phases, check_seed, check_share

_CORNERS = ((0.0, 0.0, 0.0), (0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (0.0, 0.5, 0.5))
_OVERLAP = 0.05
_MOST_OVERLAP = 0.12
"""At 1 - sqrt(3) / 2 the pores take all between three spheres, and the solid falls apart."""
_SAMPLES = 40


@dataclass(frozen=True)
class CubicPacking:
    """Distance from spheres on a face-centred cubic lattice with a centre in the origin [m]."""

    cell: float
    radius: float

    def __call__(self, points: Floats) -> Floats:
        """(n,) distances [m] at (n, 3) points [m]."""
        nearest = np.full(len(points), np.inf)
        for corner in _CORNERS:
            apart = points / self.cell - np.array(corner)
            apart -= np.rint(apart)
            nearest = np.minimum(nearest, np.einsum("ij,ij->i", apart, apart))
        found: Floats = self.cell * np.sqrt(nearest) - self.radius
        return found


@dataclass(frozen=True)
class InverseOpal(ImplicitBox):
    """What fills the gaps of close-packed spheres, after these are gone.

    Attributes:
        diameter: of the spherical pores [m].
        repeats: cubic cells along x, y and z; along z also a part of one.
        overlap: by which part of the diameter neighbours are nearer than touching: the windows
            between pores; 0.05 when neither it nor a porosity is given.
        porosity: instead of the overlap.
        headroom: electrolyte above the box [m], or None.
    """

    kind: ClassVar[str] = "inverse-opal"
    periodic: ClassVar[bool] = True

    diameter: float
    repeats: tuple[int, int, float] = (1, 1, 1)
    overlap: float | None = None
    porosity: float | None = None
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "diameter", "headroom")
        check_repeats(self.repeats)
        check_share(self, "overlap", high=_MOST_OVERLAP)
        check_share(self, "porosity", low=0.74, high=0.93)
        if self.overlap is not None and self.porosity is not None:
            raise ShapeError("overlap, porosity: one follows from the other; give one of them")

    @cached_property
    def cell(self) -> float:
        """Edge of the cubic cell [m]."""
        if self.porosity is None:
            return np.sqrt(2) * self.diameter * (1 - (self.overlap or _OVERLAP))
        axis = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
        places = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
        radius = np.quantile(CubicPacking(1.0, 0.0)(places), self.porosity)
        return float(self.diameter / 2 / radius)

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the solid, without headroom [m]."""
        x, y, z = self.repeats
        return x * self.cell, y * self.cell, z * self.cell

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]; the necks must not get lost.

        They are narrowest between three spheres, whose centres are a cell / sqrt(6) away.
        """
        neck = self.cell / np.sqrt(6) - self.diameter / 2
        return float(min(self.diameter / 12, 1.2 * neck))

    def phases(self) -> Phases:
        """The solid."""
        return (("electrode", Complement(CubicPacking(self.cell, self.diameter / 2))),)


@dataclass(frozen=True, eq=False)
class Spheres:
    """Distance from equal spheres, exact outside them.

    Attributes:
        tree: of their centres.
        radius: of each [m].
    """

    tree: Any
    radius: float

    def __call__(self, points: Floats) -> Floats:
        """(n,) distances [m] at (n, 3) points [m]."""
        found: Floats = self.tree.query(points)[0] - self.radius
        return found


@dataclass(frozen=True)
class OverlappingSpheres(ImplicitLayer):
    """Equal spheres thrown at random, as grains of the solid or as pores in it.

    Outside n spheres of volume V per volume lies exp(-n V) of a large box (Torquato, Random
    Heterogeneous Materials, 2002, chapter 5). In this one as many are thrown as bring its
    porosity nearest to the wanted one.

    Attributes:
        diameter: of the spheres [m].
        width: side of the box, or its sides along x and y [m].
        thickness: of the layer [m].
        porosity: that is reached.
        spheres: 'solid' or 'pores'.
        sides: 'periodic', or 'symmetric': cut off by planes that nothing passes.
        seed: of the random places.
        headroom: electrolyte above the layer [m], or None.
    """

    kind: ClassVar[str] = "overlapping-spheres"

    diameter: float
    width: float | tuple[float, float]
    thickness: float
    porosity: float = 0.5
    spheres: str = "solid"
    sides: str = "periodic"
    seed: int = 0
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "diameter", "width", "thickness", "headroom")
        check_share(self, "porosity", low=0.05, high=0.95)
        check_choice("spheres", self.spheres, ("solid", "pores"))
        check_choice("sides", self.sides, ("periodic", "symmetric"))
        check_seed(self, "seed")
        if min(self.size[:2]) < self.diameter:
            raise ShapeError(
                f"diameter: {self.diameter:g} m is more than the width of {min(self.size[:2]):g} m"
            )

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]."""
        return self.diameter / 7

    def phases(self) -> Phases:
        """The solid."""
        return (("electrode", self._level_set),)

    @cached_property
    def _level_set(self) -> LevelSet:
        random = np.random.Generator(np.random.PCG64(self.seed))
        radius, size = self.diameter / 2, np.array(self.size)
        out = np.array([0.0, 0.0, 1.0] if self.periodic else [1.0] * 3) * radius
        outside = self.porosity if self.spheres == "solid" else 1 - self.porosity
        density = -np.log(outside) / (4 / 3 * np.pi * radius**3)
        most = int(np.ceil(2.5 * density * float(np.prod(size + 2 * out)))) + 20
        centres = random.uniform(-out, size + out, (most, 3))
        places = random.uniform(0.0, size, (40_000, 3))
        low, high = 1, most
        while high - low > 1:
            middle = (low + high) // 2
            if (self._thrown(centres[:middle])(places) > 0).mean() > outside:
                low = middle
            else:
                high = middle
        found = self._thrown(centres[:high])
        return found if self.spheres == "solid" else Complement(found)

    def _thrown(self, centres: Floats) -> Spheres:
        from scipy.spatial import KDTree

        x, y, _ = self.size
        box = np.array([x, y, 0.0]) if self.periodic else None
        return Spheres(KDTree(centres, boxsize=box), self.diameter / 2)
