"""Flat, irregular, rounded particles, and the spheres that a porogen leaves.

A particle is a convex polyhedron, a rim of slanted planes between two nearly parallel faces,
whose edges are rounded by a smooth maximum over its planes:

    d(x) = k ln sum_i exp((n_i . x - o_i) / k)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ..arrays import Floats

_RIM = 9
_SLANT = 0.35
"""Largest lean of a rim plane [rad]."""
_NEAREST = 0.78
"""Distance of a rim plane from the middle over the largest one, at least."""
_WEDGE = 0.15
"""Largest slope of one face against the other one's middle."""
_ROUNDING = 0.04
"""Length k of the smooth maximum over the particle's diameter."""


@dataclass(frozen=True, eq=False)
class Particle:
    """One convex particle about its own middle.

    Attributes:
        normals: (k, 3) of its planes.
        offsets: (k,) distances of the planes from the middle [m].
        diameter: its largest Feret diameter [m].
    """

    normals: Floats
    offsets: Floats
    diameter: float

    @property
    def reach(self) -> float:
        """Radius of a ball about the middle that holds the particle [m]."""
        return 0.65 * self.diameter

    def __call__(self, points: Floats) -> Floats:
        """(n,) about distances [m] at points (n, 3) relative to the middle [m]."""
        return _smooth_maximum(points @ self.normals.T - self.offsets, _ROUNDING * self.diameter)

    def turned(self, rotation: Floats) -> Particle:
        """The particle turned about its middle."""
        return Particle(self.normals @ rotation.T, self.offsets, self.diameter)


def _smooth_maximum(distances: Floats, rounding: float) -> Floats:
    largest = distances.max(axis=1)
    rest = np.exp((distances - largest[:, None]) / rounding).sum(axis=1)
    found: Floats = largest + rounding * np.log(rest)
    return found


def draw_particle(random: np.random.Generator, diameter: float, aspect_ratio: float) -> Particle:
    """A particle that lies flat: its Feret diameter is exact [m], its faces are across z."""
    around = (np.arange(_RIM) + random.uniform(-0.3, 0.3, _RIM)) * 2 * np.pi / _RIM
    lean = random.uniform(-_SLANT, _SLANT, _RIM)
    rim = np.column_stack([np.cos(around) * np.cos(lean), np.sin(around) * np.cos(lean)])
    slopes = random.uniform(-_WEDGE, _WEDGE, (2, 2))
    faces = np.column_stack([slopes, [1.0, -1.0]])
    faces /= np.linalg.norm(faces, axis=1)[:, None]
    normals = np.vstack([np.column_stack([rim, np.sin(lean)]), faces])
    offsets = np.append(random.uniform(_NEAREST, 1.0, _RIM) / 2, [0.5 / aspect_ratio] * 2)
    # The rounding takes something off; the whole particle grows by as much.
    unit = Particle(normals, offsets, 1.0)
    grown = offsets / _feret(unit)
    for _ in range(2):
        grown = grown / _feret(Particle(normals, grown, 1.0))
    return Particle(normals, diameter * grown, diameter)


def _feret(particle: Particle) -> float:
    """Largest distance between two points of the surface, found along rays about the middle."""
    rays = _directions()
    along = np.full(len(rays), 2.0 * particle.diameter)
    step = 1e-6 * particle.diameter
    # Convex along each ray: Newton's steps from outside never pass the surface.
    for _ in range(12):
        value = particle(rays * along[:, None])
        slope = (particle(rays * (along + step)[:, None]) - value) / step
        along = along - value / slope
    surface = rays * along[:, None]
    support = surface @ rays.T
    return float((support.max(axis=0) - support.min(axis=0)).max())


@cache
def _directions() -> Floats:
    """About evenly spread directions (n, 3), most of them near the plane z = 0."""
    k = np.arange(240) + 0.5
    z = np.sin(0.6 * (2 * k / 240 - 1)) / np.sin(0.6) * 0.7
    around = np.pi * (1 + np.sqrt(5)) * k
    flat = np.sqrt(1 - z**2)
    return np.column_stack([flat * np.cos(around), flat * np.sin(around), z])


def draw_rotations(random: np.random.Generator, count: int) -> Floats:
    """(count, 3, 3) rotations, evenly distributed."""
    q = random.standard_normal((count, 4))
    w, x, y, z = (q / np.linalg.norm(q, axis=1)[:, None]).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


@cache
def probes() -> Floats:
    """Points (n, 3) on the middle sheet of a flat particle of diameter 1, rim included."""
    rings = [(radius, 2 * np.pi * k / 8) for radius in (0.17, 0.31, 0.43) for k in range(8)]
    return np.array([(r * np.cos(angle), r * np.sin(angle), 0.0) for r, angle in rings])
