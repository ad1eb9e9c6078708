"""A pole filled by layers: its surface lattice copied inwards, the prisms between cut in three.

The innermost copy is joined to the pole's middle in the same way, where its nodes fall together:
the prisms lose corners there, and what has no volume is left out. Cells are thin at the surface
by intent. None of their angles is near 180 degrees, which is what the error asks for
(M. Krizek, On the maximum angle condition for linear tetrahedral elements, SIAM J. Numer. Anal.
29 (1992) 513, doi:10.1137/0729031); small angles do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .arrays import Floats, Ints
from .curve import between
from .lattice import Lattice
from .measure import oriented
from .sweep import Sweep
from .topology import edges_of


@dataclass(frozen=True)
class LayeredPole:
    """Nodes of a pole in the parameters (u, t, w) of `Sweep.point`, and its cells.

    The first nodes are those of the surface.

    Attributes:
        u: (n,) place around the pole; nan on the axis.
        t: (n,) relative height.
        w: (n,) relative depth.
        cells: (m, 4).
    """

    u: Floats
    t: Floats
    w: Floats
    cells: Ints

    def points(self, sweep: Sweep) -> Floats:
        """Nodes (n, 3) [m]."""
        return sweep.point(np.nan_to_num(self.u), self.t, self.w)

    def middles(self, sweep: Sweep) -> Floats:
        """Middles (e, 3) of the edges, on the copies that lie between [m].

        Edges that end on the axis stay straight.
        """
        pairs = self.edges
        t, w = self.t[pairs], self.w[pairs]
        x = sweep.point(between(self.u[pairs]), t.mean(axis=1), w.mean(axis=1))
        straight = (w == 1).any(axis=1)
        x[straight] = self.points(sweep)[pairs[straight]].mean(axis=1)
        x[(t == 0).all(axis=1), 2] = 0.0
        return x

    @cached_property
    def edges(self) -> Ints:
        """The edges (e, 2) of the cells."""
        return edges_of(self.cells)[0]


def fill_pole(sweep: Sweep, lattice: Lattice, depths: Floats) -> LayeredPole:
    """Copies of the lattice at relative `depths`, from 0, and the middle."""
    n, copies = len(lattice.u), len(depths)
    middle_u, middle_t, seats = _middle(sweep, lattice, float(1 - depths[-1]))
    above, fair = lattice.triangles, _fair_order(sweep, lattice)
    around = 2 * np.pi * (1 - depths) / len(lattice.base)
    cells = []
    for k in range(copies - 1):
        # where cells are narrow, at the axis, it would make angles near 180 degrees
        wide = around[k + 1] > 0.7 * (depths[k + 1] - depths[k])
        cells.append(split_prisms(above, above + n, fair if wide else lattice.triangles))
        above = above + n
    core = copies * n + seats[lattice.triangles]
    cells.append(split_prisms(above, core, lattice.triangles))
    pole = LayeredPole(
        u=np.concatenate([np.tile(lattice.u, copies), middle_u]),
        t=np.concatenate([np.tile(lattice.t, copies), middle_t]),
        w=np.concatenate([np.repeat(depths, n), np.ones(len(middle_t))]),
        cells=np.vstack(cells),
    )
    upright = replace(sweep, tilt=0.0)
    return replace(pole, cells=oriented(pole.points(upright), pole.cells))


def _fair_order(sweep: Sweep, lattice: Lattice) -> Floats | Ints:
    """Ranks (m, 3) of the triangles' corners, for `split_prisms`.

    A cut gives the corner of lowest rank three times as much of the prism as the one of highest.
    With edges that all run the same way around this evens out from ring to ring, at the foot and
    where rings draw closer too, and a field that depends on the depth alone stays one. Edges
    straight up, which a part of a pole has, would make angles near 180 degrees so.
    """
    if sweep.section.part < 1:
        return lattice.triangles
    u = lattice.u[lattice.triangles]
    turn = u - np.where(np.isnan(u[:, :1]), u[:, 1:2], u[:, :1])
    return np.nan_to_num(turn - np.round(turn), nan=1.0)


def _middle(sweep: Sweep, lattice: Lattice, core: float) -> tuple[Floats, Floats, Ints]:
    """The axis: its nodes' u and t, and which of them each lattice node falls on.

    Rings that are closer together than the core is wide share one.
    """
    rings = np.unique(lattice.t[lattice.t <= 1])
    least = 0.7 * core * sweep.section.half_thickness / sweep.shaft
    chosen = [0.0]
    for t in rings[1:-1]:
        if t - chosen[-1] >= least and 1.0 - t >= least:
            chosen.append(float(t))
    nodes = np.array([*chosen, 1.0])
    seats = np.searchsorted(nodes, np.minimum(lattice.t, 1.0), side="right") - 1
    return np.full(len(nodes), np.nan), nodes, seats


def split_prisms(above: Ints, below: Ints, order: Floats | Ints) -> Ints:
    """Three tetrahedra (3 m, 4) per prism, less those that have lost a corner.

    Args:
        above: (m, 3) one end of the prisms.
        below: (m, 3) the other end; nodes may be the same.
        order: (m, 3) ranks by which neighbours agree on the diagonals of the sides between.
    """
    place = np.argsort(order, axis=1)
    a0, a1, a2 = np.take_along_axis(above, place, axis=1).T
    b0, b1, b2 = np.take_along_axis(below, place, axis=1).T
    cells = np.vstack(
        [
            np.column_stack([a0, a1, a2, b2]),
            np.column_stack([a0, a1, b1, b2]),
            np.column_stack([a0, b0, b1, b2]),
        ]
    )
    corners = np.sort(cells, axis=1)
    return cells[(np.diff(corners, axis=1) > 0).all(axis=1)]
