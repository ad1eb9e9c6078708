"""All that reacts at the sites, added up: plating, the side reaction, insertion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .insertion import Insertion
from .kinetics import Current, Plating, Side

Array = NDArray[np.float64]


class Parts(NamedTuple):
    """What the reactions are at the sites, each for itself.

    Attributes:
        plating, side, inserted: (n,) current densities [A m-2], positive in oxidation.
        lattice_potential: (n,) of the host's lattice; 0 where none is resolved [V].
    """

    plating: Array
    side: Array
    inserted: Array
    lattice_potential: Array


class Reactions:
    """The reactions of this rank's sites at one instant.

    Args:
        plating: The plating law.
        side: A side reaction, if any; it needs electrons and salt as plating does.
        insertion: Into the host's lattice, if it is resolved.
    """

    def __init__(self, plating: Plating, side: Side | None, insertion: Insertion | None) -> None:
        self.plating, self.side, self.insertion = plating, side, insertion

    def __call__(self, drop: Array) -> Current:
        """Their sum at phi_s - phi_l = drop (n,) [V]."""
        found = [self.plating.current(drop)]
        if self.side is not None:
            found.append(self.side.current(drop))
        if self.insertion is not None:
            found.append(self.insertion.current(drop))
        if len(found) == 1:
            return found[0]
        return Current(sum(f.density for f in found), sum(f.slope for f in found))  # type: ignore[arg-type]

    def parts(self, drop: Array) -> Parts:
        """Each of them at a drop (n,) [V]."""
        plating, none = self.plating.current(drop).density, np.zeros_like(drop)
        side = none if self.side is None else self.side.current(drop).density
        if self.insertion is None:
            return Parts(plating, side, none, none)
        lattice = self.insertion.potential(drop)
        return Parts(plating, side, self.insertion.current_at(drop, lattice).density, lattice)
