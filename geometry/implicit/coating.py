"""A coating on the interface: which of its facets it covers.

It is a surface, not a body: a thickness is carried along, no cells are made for it. What it
covers are patches, where a smooth random function of place is low.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_positive
from ..measure import triangle_areas
from ..mesh import ElectrodeMesh
from ..tags import BOUNDARIES
from .shape import ImplicitShape, check_seed

_WAVES = 96
"""Plane waves whose sum makes the patches."""


@dataclass(frozen=True)
class Coating:
    """A thin layer on the solid's surface.

    Attributes:
        thickness: of the layer [m]; far less than an element.
        coverage: share of the interface's area that it covers, 0 to 1.
        patch: typical width of a patch [m].
        seed: of where the patches lie.
    """

    thickness: float
    coverage: float = 1.0
    patch: float = 2e-6
    seed: int = 0

    def __post_init__(self) -> None:
        check_positive(self, "thickness", "patch")
        check_coverage(self.coverage)
        check_seed(self, "seed")

    def covered(
        self, middles: Floats, areas: Floats, *, size: tuple[float, float, float], periodic: bool
    ) -> NDArray[np.bool_]:
        """Which facets of the interface are coated: the coverage is met up to one facet.

        Args:
            middles: (k, 3) of the interface's facets [m].
            areas: (k,) of them [m2].
            size: Of the box [m].
            periodic: Whether patches go on across opposite sides.
        """
        if self.coverage in (0, 1) or len(areas) == 0:
            return np.full(len(areas), self.coverage == 1)
        values = _patches(middles, self.patch, self.seed, size if periodic else None)
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(areas[order])
        # A facet belongs to the coating when more than half of it does.
        chosen = order[reached - areas[order] / 2 <= self.coverage * reached[-1]]
        found = np.zeros(len(areas), dtype=bool)
        found[chosen] = True
        return found


def coat(mesh: ElectrodeMesh, shape: ImplicitShape) -> ElectrodeMesh:
    """The mesh with the coated part of its interface tagged as such, if the shape has one.

    The coating's thickness stands among the shape's parameters in the mesh's notes.
    """
    coated = getattr(shape, "coated", None)
    if coated is None or "interface" not in mesh.names:
        return mesh
    interface = np.flatnonzero(mesh.facet_tags == BOUNDARIES["interface"])
    facets = mesh.facets[interface]
    middles = mesh.points[facets[:, :3]].mean(axis=1)
    tags = mesh.facet_tags.copy()
    tags[interface[coated(middles, triangle_areas(mesh.points, facets))]] = BOUNDARIES["coating"]
    return replace(mesh, facet_tags=tags)


def check_coverage(coverage: float) -> None:
    """A share, both ends allowed.

    Raises:
        ShapeError: It is none.
    """
    if isinstance(coverage, bool) or not isinstance(coverage, int | float):
        raise ShapeError(f"coverage: expected a number from 0 to 1, got {coverage!r}")
    if not 0 <= coverage <= 1:
        raise ShapeError(f"coverage: expected 0 to 1, got {coverage:g}")


def _patches(
    points: Floats, width: float, seed: int, period: tuple[float, float, float] | None
) -> Floats:
    """(n,) values of a smooth random function whose waves are two patches long."""
    random = np.random.Generator(np.random.PCG64(seed))
    waves = random.standard_normal((_WAVES, 3))
    waves *= np.pi / width / np.linalg.norm(waves, axis=1)[:, None]
    if period is not None:
        whole = 2 * np.pi / np.array(period[:2])
        waves[:, :2] = whole * np.rint(waves[:, :2] / whole)
    phases = random.uniform(0, 2 * np.pi, _WAVES)
    found = np.zeros(len(points))
    for wave, phase in zip(waves, phases, strict=True):
        found += np.cos(points @ wave + phase)
    return found
