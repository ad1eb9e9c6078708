"""Lithium that enters the host's lattice through its surface, beside what is plated on it.

With D = phi_s - phi_l, E the lattice's own potential and x how full it is at the surface,

    i = i_0 (c / c_0)^(1/2) [exp(F (D - E) / 2RT) - exp(-F (D - E) / 2RT)],
    x = X(E)  (`plateaus`).

D and E are both against lithium in the same salt. Against a fixed reference, which a lithium
electrode leaves by (RT / F) ln(c / c_0), the way out knows nothing of the salt, and the way in is
of first order in it: hence the power of 1/2, by insertion's own transfer coefficients.

Over a time step x at a site is what it would be without its current, less what the current takes,

    X(E) = x* - R i(D - E),

with R the answer to a current that is the same everywhere (`lattice`). The left falls with E and
the right rises, so that each site has one E, whatever D is; i rises with D, and the step's
equations stay those of a convex energy. No lattice gives more than it has, or takes more than it
has room for. At an instant E is what it was before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...materials.constants import FARADAY, GAS_CONSTANT
from ...materials.plateaus import Content, content_at
from ...materials.plating import Lithiation
from .kinetics import Current
from .roots import Value, falling_roots

Array = NDArray[np.float64]

ORDER = 0.5
"""Power of c / c_0 in the exchange current density: insertion's anodic transfer coefficient."""


@dataclass(frozen=True)
class Insertion:
    """The insertion law at some sites over one time step.

    Attributes:
        lithiation: Its parameters.
        temperature: [K].
        activity: (n,) factor of the exchange current density; 0 where nothing is inserted.
        free: (n,) x*, content without the site's current.
        response: (n,) R, positive [m2 A-1]; 0 at an instant, at which no content moves.
        guess: (n,) E to start from [V]; at an instant E itself.
    """

    lithiation: Lithiation
    temperature: float
    activity: Array
    free: Array
    response: Array
    guess: Array

    def current(self, drop: Array) -> Current:
        """The current at phi_s - phi_l = drop (n,) [V]."""
        return self.current_at(drop, self.potential(drop))

    def current_at(self, drop: Array, potential: Array) -> Current:
        """The current where the lattice's potential (n,) [V] is known already."""
        half, scale = 0.5 * self._thermal, self._scale
        driving = half * (drop - potential)
        density, stiff = scale * np.sinh(driving), half * scale * np.cosh(driving)
        steep = -self._content(potential).slope
        held_back = self.response * stiff
        moving = np.divide(steep, steep + held_back, where=held_back > 0.0, out=np.ones_like(drop))
        return Current(density, stiff * moving)

    def potential(self, drop: Array) -> Array:
        """(n,) E [V]; the guess where nothing is inserted."""
        found, at = self.guess.copy(), np.flatnonzero(self.activity * self.response)
        if not len(at):
            return found
        free, taken = self.free[at], self._scale[at] * self.response[at]
        half = 0.5 * self._thermal
        # beyond this distance the current would move more than all there is
        reach = np.arcsinh((2.0 + np.abs(free)) / taken) / half

        def excess(potential: Array) -> Value:
            at_it = self._content(potential)
            driving = half * (drop[at] - potential)
            moved = taken * np.sinh(driving)
            # by what is missing where little is, so that nothing is lost to rounding
            full = free > 0.5
            sought = np.where(full, 1.0 - free, -free)
            there = np.where(full, -at_it.missing, at_it.value)
            return Value(
                value=sought + there + moved,
                slope=at_it.slope - half * taken * np.cosh(driving),
                size=np.abs(sought) + np.abs(there) + np.abs(moved),
            )

        ends = {"low": drop[at] - reach, "high": drop[at] + reach}
        found[at] = falling_roots(excess, self.guess[at], **ends)
        return found

    def content(self, potential: Array) -> Array:
        """(n,) X at a lattice's potential (n,) [V]."""
        return self._content(potential).value

    @property
    def _thermal(self) -> float:
        return FARADAY / (GAS_CONSTANT * self.temperature)

    @property
    def _scale(self) -> Array:
        return 2.0 * self.lithiation.exchange_current_density * self.activity

    def _content(self, potential: Array) -> Content:
        return content_at(self.lithiation.plateaus, potential, temperature=self.temperature)
