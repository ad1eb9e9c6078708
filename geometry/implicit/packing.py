"""A box filled step by step: first the porogen's spheres, then particles in what they leave.

The box is held as two fields on a grid, the distances from the nearest sphere and from the
nearest particle. A particle goes where there is most room, turned as it fits best, so that the
plates lie along each other and around the spheres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats, Ints
from .level_set import Grid, Singles
from .particles import Particle, draw_particle, draw_rotations, probes

_OVERLAP = 0.15
"""Two spheres may come this part of their radii's sum nearer than touching."""
_TRIES = 4000
"""Places tried for one sphere."""
_PLACES, _TURNS = 12, 12
"""Places and rotations among which the roomiest is taken."""
_FAR = np.float32(1.0)


@dataclass(frozen=True)
class Ball:
    """A sphere about its own middle; radius [m]."""

    radius: float

    def __call__(self, points: Floats) -> Floats:
        """(n,) distances [m] at points (n, 3) relative to the middle [m]."""
        found: Floats = np.linalg.norm(points, axis=1) - self.radius
        return found


class Packing:
    """The box on its way from empty to full.

    Attributes:
        grid: on which it is held.
        spheres, particles: distances from the nearest of them [m].
        pore_diameters, particle_diameters: of those placed so far [m].
    """

    def __init__(self, grid: Grid, seed: int) -> None:
        self.grid = grid
        self.spheres: Singles = np.full(grid.counts, _FAR)
        self.particles: Singles = np.full(grid.counts, _FAR)
        self.pore_diameters: list[float] = []
        self.particle_diameters: list[float] = []
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._axes = grid.axes
        self._least = np.float32(0.25 * max(grid.spacings))
        self._free: Ints = np.arange(int(np.prod(grid.counts)))
        self._solid = 0.0

    @property
    def solid(self) -> float:
        """Share of the box that is particle and not sphere."""
        return self._solid

    def values(self) -> Singles:
        """Negative in the solid, near its surface about the distance [m]."""
        return np.maximum(self.particles, -self.spheres)

    def add_spheres(self, share: float, diameters: tuple[float, float]) -> None:
        """Spheres at random, hardly overlapping, until they fill a share of the box.

        Raises:
            ShapeError: There is no room for another one.
        """
        centres, radii, filled = np.empty((0, 3)), np.empty(0), 0.0
        while filled < share:
            radius = self._random.uniform(*diameters) / 2
            centre = self._room_for(radius, centres, radii)
            if centre is None:
                raise ShapeError(
                    f"porogen: expected a share for which there is room, got {share:g}: at "
                    f"{filled:.2f} no further sphere fits; lower it or widen pore_size"
                )
            centres, radii = np.vstack([centres, centre]), np.append(radii, radius)
            filled += self._stamp(self.spheres, centre, radius, Ball(radius))
            self.pore_diameters.append(2 * radius)

    def _room_for(self, radius: float, centres: Floats, radii: Floats) -> Floats | None:
        """A place for a sphere; it may reach out of the box where that is not periodic."""
        size = np.array(self.grid.size)
        out = np.array([0.0, 0.0, 0.5] if self.grid.periodic else [0.5] * 3) * radius
        for _ in range(_TRIES):
            centre: Floats = self._random.uniform(-out, size + out)
            apart = centres - centre
            if self.grid.periodic:
                apart[:, :2] -= np.round(apart[:, :2] / size[:2]) * size[:2]
            least = (1 - _OVERLAP) * (radii + radius)
            if np.all(np.einsum("ij,ij->i", apart, apart) > least**2):
                return centre
        return None

    def add_particles(
        self, share: float, diameters: tuple[float, float], aspects: tuple[float, float]
    ) -> bool:
        """Particles until the solid fills a share of the box; False when there is no room left."""
        while self._solid < share:
            diameter = self._random.uniform(*diameters)
            flat = draw_particle(self._random, diameter, self._random.uniform(*aspects))
            centre = self._roomy_place()
            if centre is None:
                return False
            particle = self._best_turn(flat, centre)
            self._solid += self._stamp(self.particles, centre, particle.reach, particle)
            self.particle_diameters.append(diameter)
        return True

    def _roomy_place(self) -> Floats | None:
        """Of some free nodes the one farthest from all that is placed, moved off the grid."""
        spacing = np.array(self.grid.spacings)
        some, room = self._some_free()
        if np.median(room) < self._least:
            # Half of those known as free have been taken since.
            free = (self.particles > self._least) & (self.spheres > self._least)
            self._free = np.flatnonzero(free.ravel())
            if len(self._free) == 0:
                return None
            some, room = self._some_free()
        node = np.array(np.unravel_index(some[int(np.argmax(room))], self.grid.counts))
        place: Floats = (node + self._random.uniform(-0.5, 0.5, 3)) * spacing
        return place

    def _some_free(self) -> tuple[Ints, Singles]:
        """A few of the nodes that were free when last looked at, and their room now [m]."""
        some = self._free[self._random.integers(len(self._free), size=_PLACES)]
        return some, np.minimum(self.particles.ravel()[some], self.spheres.ravel()[some])

    def _best_turn(self, flat: Particle, centre: Floats) -> Particle:
        """The particle turned so that most of its middle sheet lies where nothing is yet."""
        turns = draw_rotations(self._random, _TURNS)
        sheets = centre + flat.diameter * np.einsum("tij,pj->tpi", turns, probes())
        node = np.rint(sheets / self.grid.spacings).astype(np.int64)
        counts = np.array(self.grid.counts)
        inside = (node[..., 2] >= 0) & (node[..., 2] < counts[2])
        if self.grid.periodic:
            node[..., :2] %= counts[:2]
        else:
            inside &= np.all((node[..., :2] >= 0) & (node[..., :2] < counts[:2]), axis=2)
        i, j, k = np.moveaxis(np.clip(node, 0, counts - 1), 2, 0)
        free = (self.particles[i, j, k] > 0) & (self.spheres[i, j, k] > 0)
        # What lies outside the box counts neither for a turn nor against it.
        score = (free & inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
        return flat.turned(turns[int(np.argmax(score))])

    def _stamp(
        self,
        field: Singles,
        centre: Floats,
        reach: float | Floats,
        distance: Callable[[Floats], Floats],
    ) -> float:
        """Add a body to a field around it; the share of the box that it newly fills."""
        nodes, apart, wraps = [], [], False
        margins = reach + 3 * np.array(self.grid.spacings)
        for axis, (spacing, margin) in enumerate(zip(self.grid.spacings, margins, strict=True)):
            low = int(np.ceil((centre[axis] - margin) / spacing))
            high = int(np.floor((centre[axis] + margin) / spacing))
            count = self.grid.counts[axis]
            if axis == 2 or not self.grid.periodic:
                low, high = max(low, 0), min(high, count - 1)
            index = np.arange(low, high + 1)
            nodes.append(index % count)
            apart.append(index * spacing - centre[axis])
            wraps |= low < 0 or high >= count
        window = np.ix_(*nodes) if wraps else tuple(slice(n[0], n[-1] + 1) for n in nodes)
        x, y, z = np.meshgrid(*apart, indexing="ij")
        relative = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
        added = distance(relative).astype(np.float32).reshape(x.shape)
        before = field[window]
        new = (added < 0) & (before >= 0)
        if field is self.particles:
            new &= self.spheres[window] > 0
        field[window] = np.minimum(before, added)
        return float(new.sum()) / field.size
