"""Where a plating host stands, and the step that brought it there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .model import Surroundings
from .scheme import Past

Array = NDArray[np.float64]


@dataclass(frozen=True)
class State:
    """A host at one instant.

    Attributes:
        time: [s].
        thickness: (sites,) of the deposit [m].
        u: (own unknowns,) potentials [V].
        potential: V [V].
        plating: (sites,) current density of plating, positive in oxidation [A m-2].
        side: (sites,) of the side reaction [A m-2].
        drop: (sites,) phi_s - phi_l [V].
        current: Sum of all reactions in the meshed part [A].
        surroundings: What the thickness makes of the host.
        inserted: (sites,) current density of insertion [A m-2].
        lattice_potential: (sites,) of the host's lattice, where it is resolved [V].
        salt: (own nodes,) concentration of the electrolyte [mol m-3], where it is resolved.
        content: (own nodes,) share of the lattice that is full, where it is resolved.
        past: What the step that led here did; None where none did, as after a jump of the current.
    """

    time: float
    thickness: Array
    u: Array
    potential: float
    plating: Array
    side: Array
    inserted: Array
    lattice_potential: Array
    drop: Array
    current: float
    surroundings: Surroundings = field(repr=False)
    salt: Array | None = field(default=None, repr=False)
    content: Array | None = field(default=None, repr=False)
    past: Past | None = field(default=None, repr=False)


class Step(NamedTuple):
    """A step that was taken.

    Attributes:
        end: The state at its end.
        size: [s].
        error: Of its thickness, salt and content, in units of the tolerance; it shrinks with the
            square of the size.
        plated, side, inserted: (sites,) mean current densities over it [A m-2].
        passed: Charge that went through the collector, positive in oxidation [C].
    """

    end: State
    size: float
    error: float
    plated: Array
    side: Array
    inserted: Array
    passed: float
