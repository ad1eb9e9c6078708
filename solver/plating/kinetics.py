"""The plating reaction at the sites, with the deposit's thickness eliminated.

With D = phi_s - phi_l (the ion potential phi_l is what a lithium electrode at the same place would
read) and F(D) the law of `barriers`, which knows the nucleation barrier and the coverage,

    B  = i_0 a F(D),
    i  = B c(h)                where lithium dissolves (B > 0),
    i  = B r / (r + h_last)    where it plates (B < 0), r = h_max - h the room that is left,
    dh/dt = -i V_Li / F.

c is the share of a site that its lithium dissolves from, by the law. a is the share of the site
that is fed with electrons, times (c / c_0)^alpha_a of the salt: against a fixed reference the
dissolution of a metal knows nothing of the salt, so that its rate goes with
exp(alpha_a F (D + U_Li) / RT), U_Li = (RT / F) ln(c / c_0) being how far a lithium electrode moves
(Nernst). That no current flows at D = 0 then gives the way back the same factor, whatever the sum
of both alphas; with the usual sum of 1, plating is of first order in the salt.

Over a time step of weight k = dt V_Li / F, h = h* - k i(D, h) has one root for what is left, of
lithium or of room (`shortage`): no step, however long, dissolves more than there is or fills more
than the room. What else F(D) knows of the coverage is that at a predicted thickness, so that i
rises with D everywhere, and the step's equations are those of a convex energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...materials.constants import FARADAY, GAS_CONSTANT
from ...materials.kinetics import bounded_exp
from ...materials.plating import Deposit, SideReaction
from .barriers import BarrierLaw
from .shortage import Last, Slope

Array = NDArray[np.float64]


class Current(NamedTuple):
    """A reaction's current density at the sites, and its slope over phi_s - phi_l.

    Attributes:
        density: (n,) [A m-2], positive in oxidation.
        slope: (n,) never negative [A m-2 V-1].
    """

    density: Array
    slope: Array


@dataclass(frozen=True)
class Plating:
    """The plating law at some sites over one time step.

    Attributes:
        deposit: Its parameters.
        barrier: The law F(D) of the same sites.
        activity: (n,) a, factor of the exchange current density.
        start: (n,) h* [m].
        weight: k [m3 A-1], 0 for the current at h* itself.
        limit: (n,) h_max [m].
    """

    deposit: Deposit
    barrier: BarrierLaw
    activity: Array
    start: Array
    weight: float
    limit: Array

    def current(self, drop: Array) -> Current:
        """The current at phi_s - phi_l = drop (n,) [V]."""
        rate, slope = self.barrier.rate(drop)
        scale = self.deposit.exchange_current_density * self.activity
        free = scale * rate
        share = self._share(free)
        stiff = 1.0 + self.weight * np.abs(free) * share.slope
        return Current(free * share.value, scale * slope * share.value / stiff)

    def thickness(self, current: Array) -> Array:
        """(n,) thickness at the end of the step [m] that belongs to a current of this law."""
        found = self.start - self.weight * current
        return np.clip(found, 0.0, self.limit)

    def _share(self, free: Array) -> Slope:
        """How much of B (n,) the lithium or the room at the step's end leaves of it."""
        share, bend = np.ones_like(free), np.zeros_like(free)
        room, dissolves = Last(self.deposit.last_thickness), free > 0.0
        for law, stock, at in (
            (self.barrier.dissolving, self.start, np.flatnonzero(dissolves)),
            (room, self.limit - self.start, np.flatnonzero(~dissolves & np.isfinite(self.limit))),
        ):
            if len(at):
                before, pull = np.maximum(stock[at], 0.0), self.weight * np.abs(free[at])
                share[at], bend[at] = law.share(law.left(before, pull))
        return Slope(share, bend)


@dataclass(frozen=True)
class Side:
    """Reduction of the electrolyte: i = -i_0 a exp(-alpha_c F (phi_s - phi_l - U) / RT).

    One lithium ion takes part, so that the rate is of first order in the salt at a potential
    against a fixed reference, and goes with (c / c_0)^(1 - alpha_c) at one against lithium.

    Attributes:
        reaction: Its parameters.
        temperature: [K].
        activity: (n,) a, that power of the salt, times the share that electrons reach.
    """

    reaction: SideReaction
    temperature: float
    activity: Array

    def current(self, drop: Array) -> Current:
        """The current at phi_s - phi_l = drop (n,) [V]."""
        law = self.reaction
        f = law.alpha_c * FARADAY / (GAS_CONSTANT * self.temperature)
        rise, slope = bounded_exp(-f * (drop - law.potential))
        i0 = law.exchange_current_density * self.activity
        return Current(-i0 * rise, i0 * f * slope)
