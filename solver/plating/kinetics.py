"""The plating reaction at the sites, with the deposit's thickness eliminated.

With D = phi_s - phi_l (the ion potential phi_l is what a lithium electrode at the same place would
read) and theta the coverage that the barrier U_n fades with,

    q  = D + U_n (1 - theta),        theta = 1 - exp(-h / h_0),
    B  = i_0 (c / c_0)^alpha_a [exp(alpha_a F q / RT) - exp(-alpha_c F q / RT)],
    i  = B h / (h + h_last)  where lithium dissolves (B > 0),
    i  = B r / (r + h_last)  where it plates (B < 0), r = h_max - h the room that is left,
    dh/dt = -i V_Li / F.

The barrier shifts both branches: a bare surface is in equilibrium at -U_n, and neither plates
above it nor dissolves what is not there. Over a time step of weight k = dt V_Li / F,
h = h* - k i(q, h) is a quadratic equation for what is left (lithium, or room), whose one positive
root is taken: no step, however long, dissolves more than there is or fills more than the room.
The coverage is that at a predicted thickness, so that i rises with D everywhere, and the step's
equations are those of a convex energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...materials.constants import FARADAY, GAS_CONSTANT
from ...materials.kinetics import bounded_exp
from ...materials.plating import Deposit, SideReaction

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
        temperature: [K].
        shift: (n,) what is left of the barrier, U_n (1 - theta) [V].
        activity: (n,) (c / c_0)^alpha_a.
        start: (n,) h* [m].
        weight: k [m3 A-1], 0 for the current at h* itself.
        limit: (n,) h_max [m].
    """

    deposit: Deposit
    temperature: float
    shift: Array
    activity: Array
    start: Array
    weight: float
    limit: Array

    def current(self, drop: Array) -> Current:
        """The current at phi_s - phi_l = drop (n,) [V]."""
        free, slope = self._unhindered(drop)
        left = self._left(free)
        last = self.deposit.last_thickness
        share = left / (left + last)
        bend = last / (left + last) ** 2
        stiff = 1.0 + self.weight * np.abs(free) * bend
        return Current(free * share, slope * share / stiff)

    def thickness(self, current: Array) -> Array:
        """(n,) thickness at the end of the step [m] that belongs to a current of this law."""
        found = self.start - self.weight * current
        return np.clip(found, 0.0, self.limit)

    def drive(self, drop: Array) -> Array:
        """(n,) q, what drives the kinetics [V]."""
        return drop + self.shift

    def _unhindered(self, drop: Array) -> tuple[Array, Array]:
        """B and its slope over the drop."""
        f = FARADAY / (GAS_CONSTANT * self.temperature)
        law, q = self.deposit, self.drive(drop)
        anodic, anodic_slope = bounded_exp(law.alpha_a * f * q)
        cathodic, cathodic_slope = bounded_exp(-law.alpha_c * f * q)
        scale = law.exchange_current_density * self.activity
        slope = f * (law.alpha_a * anodic_slope + law.alpha_c * cathodic_slope)
        return scale * (anodic - cathodic), scale * slope

    def _left(self, free: Array) -> Array:
        """What is left at the step's end: of lithium where it dissolves, of room elsewhere."""
        with np.errstate(invalid="ignore"):
            before = np.where(free > 0.0, self.start, self.limit - self.start)
        before = np.maximum(before, 0.0)
        last = self.deposit.last_thickness
        bounded = np.isfinite(before)
        known = np.where(bounded, before, 1.0)
        half = 0.5 * (last + self.weight * np.abs(free) - known)
        root = np.sqrt(half**2 + known * last)
        # the form without cancellation, on either side
        left = np.where(half > 0.0, known * last / (np.abs(half) + root), root - half)
        return np.where(bounded, left, 1e30)


@dataclass(frozen=True)
class Side:
    """Reduction of the electrolyte: i = -i_0 exp(-alpha_c F (phi_s - phi_l - U) / RT).

    Attributes:
        reaction: Its parameters.
        temperature: [K].
    """

    reaction: SideReaction
    temperature: float

    def current(self, drop: Array) -> Current:
        """The current at phi_s - phi_l = drop (n,) [V]."""
        law = self.reaction
        f = law.alpha_c * FARADAY / (GAS_CONSTANT * self.temperature)
        rise, slope = bounded_exp(-f * (drop - law.potential))
        i0 = law.exchange_current_density
        return Current(-i0 * rise, i0 * f * slope)
