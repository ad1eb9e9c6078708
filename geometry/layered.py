"""A pole filled by layers: its surface lattice copied inwards, the prisms between cut in three.

The innermost copy is joined to the pole's middle (the axis; of a belt the middle sheet) in the
same way, where its nodes fall together:
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
from .grading import apart
from .lattice import Lattice
from .measure import oriented
from .section import Rectangle
from .sweep import Sweep
from .topology import edges_of


@dataclass(frozen=True)
class LayeredPole:
    """Nodes of a pole in the parameters (u, t, w) of `Sweep.point`, and its cells.

    The first nodes are those of the surface.

    Attributes:
        u: (n,) place around the pole; nan on the axis, on a middle sheet that of its upper side.
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

        Edges that end in the middle, of the pole or of a belt's tip, are as straight as that.
        """
        pairs = self.edges
        t, w = self.t[pairs], self.w[pairs]
        x = sweep.point(between(self.u[pairs]), t.mean(axis=1), w.mean(axis=1))
        bent = sweep.section.bent(self.u)[pairs].any(axis=1)
        flat = (t == 2).any(axis=1) & np.isfinite(self.u[pairs]).all(axis=1)
        straight = ~bent | flat | (w == 1).any(axis=1)
        p, a = sweep.unbent(np.nan_to_num(self.u), self.t, self.w)
        ends = pairs[straight]
        x[straight] = sweep.placed(p[ends].mean(axis=1), a[ends].mean(axis=1))
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
    above, plain, fair = lattice.triangles, _order(sweep, lattice), _fair_order(sweep, lattice)
    around = 2 * np.pi * (1 - depths) / len(lattice.base)
    cells = []
    for k in range(copies - 1):
        # where cells are narrow, at the axis, it would make angles near 180 degrees
        wide = around[k + 1] > 0.7 * (depths[k + 1] - depths[k])
        cells.append(split_prisms(above, above + n, plain if fair is None or not wide else fair))
        above = above + n
    # what shares a node below is in one place of the order too, or cells between would be flat
    core = seats[lattice.triangles]
    cells.append(split_prisms(above, copies * n + core, n * core + plain))
    pole = LayeredPole(
        u=np.concatenate([np.tile(lattice.u, copies), middle_u]),
        t=np.concatenate([np.tile(lattice.t, copies), middle_t]),
        w=np.concatenate([np.repeat(depths, n), np.ones(len(middle_t))]),
        cells=np.vstack(cells),
    )
    upright = replace(sweep, tilt=0.0)
    return replace(pole, cells=oriented(pole.points(upright), pole.cells))


def _order(sweep: Sweep, lattice: Lattice) -> Ints:
    """Ranks (m, 3) of the triangles' corners: as they are numbered, in belts towards the edges.

    Columns lean away from an edge, and sides between are cut along the shorter diagonal so. By
    distance, since the ends of a short side must not have the third corner between them: the
    middle one of the three cells would be flat.
    """
    section = sweep.section
    if not isinstance(section, Rectangle):
        return lattice.triangles
    within = 0.25 - np.abs(np.mod(lattice.u, 0.5) - 0.25)
    # what draws together inwards counts for what it is halfway
    across = np.where(within < section.edge, 0.3, 1.0) * section.perimeter
    along = np.where(lattice.t < 1, sweep.shaft, 0.3 * section.half_thickness)
    away = across * np.abs(within - section.edge) + along * np.abs(lattice.t - 1)
    return np.argsort(np.argsort(-away, kind="stable"))[lattice.triangles]


def _fair_order(sweep: Sweep, lattice: Lattice) -> Floats | None:
    """The same for a whole wire, or None.

    A cut gives the corner of lowest rank three times as much of the prism as the one of highest.
    With edges that all run the same way around this evens out from ring to ring, at the foot and
    where rings draw closer too, and a field that depends on the depth alone stays one. Edges
    straight up, which parts of a pole and belts have, would make angles near 180 degrees so.
    """
    if not sweep.section.staggered:
        return None
    u = lattice.u[lattice.triangles]
    turn = u - np.where(np.isnan(u[:, :1]), u[:, 1:2], u[:, :1])
    return np.nan_to_num(turn - np.round(turn), nan=1.0)


def _middle(sweep: Sweep, lattice: Lattice, core: float) -> tuple[Floats, Floats, Ints]:
    """The axis or middle sheet: its nodes' u and t, and on which of them each lattice node falls.

    Rings, and nodes of a ring, that are closer together than the core is wide share one.
    """
    section, height = sweep.section, np.minimum(lattice.t, 1.0)
    least = 0.7 * core * section.half_thickness
    levels = np.unique(height)
    levels = levels[apart(levels, least / sweep.shaft)]
    rings = np.searchsorted((levels[1:] + levels[:-1]) / 2, height)
    u, place = np.unique(
        section.middle(lattice.u, lattice.u[lattice.base], least), return_inverse=True
    )
    return np.tile(u, len(levels)), np.repeat(levels, len(u)), rings * len(u) + place


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
