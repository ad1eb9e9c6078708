"""Flat, irregular, rounded particles, and the spheres that a porogen leaves.

A particle is a convex polyhedron, a rim of slanted planes between two nearly parallel faces,
whose edges are rounded by a smooth maximum over its planes:

    d(x) = k ln sum_i exp((n_i . x - o_i) / k)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
_SPREADS = (0.1, 0.04, 0.015, 0.0)
"""Between the rays along which a particle's ends are sought, ever nearer [rad]."""
_STENCIL = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)


@dataclass(frozen=True, eq=False)
class Particle:
    """One convex particle about its own middle.

    Attributes:
        normals: (k, 3) of its planes, the two faces last.
        offsets: (k,) distances of the planes from the middle [m].
        rounding: length of the smooth maximum [m].
        diameter: its largest Feret diameter [m].
    """

    normals: Floats
    offsets: Floats
    rounding: float
    diameter: float

    @property
    def reach(self) -> Floats:
        """(3,) half sides of a box about the middle that holds the particle [m]."""
        axis = np.abs(self.normals[-1])
        across = self.offsets[-1] + 0.15 * self.diameter
        flat = np.sqrt(np.maximum(1 - axis**2, 0.0))
        found: Floats = np.minimum(0.57 * self.diameter * flat + across * axis, 0.6 * self.diameter)
        return found

    def __call__(self, points: Floats) -> Floats:
        """(n,) about distances [m] at points (n, 3) relative to the middle [m]."""
        planes = self.normals @ points.T - self.offsets[:, None]
        largest = planes.max(axis=0)
        planes -= largest
        planes /= self.rounding
        found: Floats = largest + self.rounding * np.log(np.exp(planes, out=planes).sum(axis=0))
        return found

    def turned(self, rotation: Floats) -> Particle:
        """The particle turned about its middle."""
        return replace(self, normals=self.normals @ rotation.T)

    def scaled(self, diameter: float) -> Particle:
        """The particle at another size [m]."""
        factor = diameter / self.diameter
        return Particle(self.normals, factor * self.offsets, factor * self.rounding, diameter)


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
    whole = Particle(normals, offsets, _ROUNDING, 1.0)
    return replace(whole, diameter=_feret(whole)).scaled(diameter)


def _feret(particle: Particle) -> float:
    """Largest distance between two points of the surface, found along rays about the middle."""
    rays, largest = _directions(), 0.0
    for spread in _SPREADS:
        surface = rays * _radii(particle, rays)[:, None]
        squares = np.einsum("ij,ij->i", surface, surface)
        apart = squares[:, None] + squares - 2 * surface @ surface.T
        largest = float(apart.max())
        ends = surface[list(np.unravel_index(int(apart.argmax()), apart.shape))]
        ends /= np.linalg.norm(ends, axis=1)[:, None]
        # Again along rays around both ends, the ends themselves among them.
        rays = np.vstack([end + spread * _STENCIL for end in ends])
        rays /= np.linalg.norm(rays, axis=1)[:, None]
    return float(np.sqrt(largest))


def _radii(particle: Particle, rays: Floats) -> Floats:
    """Where rays (n, 3) from the middle meet the surface [m]."""
    slopes = rays @ particle.normals.T
    along: Floats = (particle.offsets / np.maximum(slopes, 1e-3)).min(axis=1)
    # Convex along each ray: Newton's steps from outside never pass the surface.
    for _ in range(5):
        planes = slopes * along[:, None] - particle.offsets
        largest = planes.max(axis=1)
        parts = np.exp((planes - largest[:, None]) / particle.rounding)
        total = parts.sum(axis=1)
        value = largest + particle.rounding * np.log(total)
        along = along - value * total / (parts * slopes).sum(axis=1)
    return along


@cache
def _directions() -> Floats:
    """Directions (n, 3) all around, up to where the rim of a flat particle ends."""
    around, up = np.meshgrid(np.arange(36) * np.pi / 18, [-0.4, -0.2, 0.0, 0.2, 0.4])
    flat = np.cos(up)
    rays = np.stack([flat * np.cos(around), flat * np.sin(around), np.sin(up)], axis=-1)
    found: Floats = rays.reshape(-1, 3)
    return found


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
