"""A porous electrode of one dimension with linear kinetics: the fine-pore limit of plating.

Newman and Tobias, J. Electrochem. Soc. 109 (1962) 1183, doi:10.1149/1.2425269. With D = phi_s -
phi_l, y from the collector (0) to the host's top (1), and areas per footprint,

    D'' = nu^2 D,     nu^2 = g A_w r,     r = L (1 / kappa + 1 / sigma),
    D'(0) =  g A_0 r D(0) - I L / sigma,     D'(1) = I L / kappa - g A_1 r D(1),

where g D is the current density of every surface, A_w the area of the pores' walls, and A_0 and
A_1 those of open collector and of the host's top, which react too: a term that vanishes as pores
become finer, and is not small in a host of some cells. I is the current per footprint, of either
sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import InputError


@dataclass(frozen=True, kw_only=True)
class NewmanLine:
    """The line, solved for a current of 1 A/m2.

    Attributes:
        length: L [m].
        kappa: Effective conductivity of ions [S m-1].
        sigma: Effective conductivity of electrons [S m-1].
        slope: g, of the current density over D [S m-2].
        walls: A_w, area of the pores' walls per footprint.
        floor: A_0, that of open collector.
        top: A_1, that of the host's top.
    """

    length: float
    kappa: float
    sigma: float
    slope: float
    walls: float
    floor: float = 0.0
    top: float = 0.0

    def __post_init__(self) -> None:
        for key in ("length", "kappa", "sigma", "slope", "walls"):
            if not 0 < getattr(self, key) < math.inf:
                raise InputError(f"{key}: got {getattr(self, key):g}, expected more than 0")

    @property
    def resistance_along(self) -> float:
        """r, of ions and electrons one after the other [ohm m2]."""
        return self.length * (1.0 / self.kappa + 1.0 / self.sigma)

    @property
    def nu(self) -> float:
        """Reaction over conduction: the current is even where this is well below 1."""
        return math.sqrt(self.slope * self.walls * self.resistance_along)

    @cached_property
    def _parts(self) -> tuple[float, float]:
        """P and Q of D = P exp(-nu y) + Q exp(-nu (1 - y)) [ohm m2]."""
        nu, faded = self.nu, math.exp(-self.nu)
        at_floor, at_top = (self.slope * a * self.resistance_along for a in (self.floor, self.top))
        matrix = [
            [-nu - at_floor, (nu - at_floor) * faded],
            [(at_top - nu) * faded, nu + at_top],
        ]
        right = [-self.length / self.sigma, self.length / self.kappa]
        p, q = np.linalg.solve(np.array(matrix), np.array(right))
        return float(p), float(q)

    def drop(self, y: float) -> float:
        """D at a height over the length [ohm m2]."""
        p, q = self._parts
        return p * math.exp(-self.nu * y) + q * math.exp(-self.nu * (1.0 - y))

    def density(self, y: float) -> float:
        """Current of the walls at a height, over their mean."""
        return self.drop(y) * self.slope * self.walls / self.share(0.0, 1.0)

    def share(self, low: float, high: float) -> float:
        """Part of the current that the walls between two heights take."""
        p, q = self._parts
        nu = self.nu
        below = p * (math.exp(-nu * low) - math.exp(-nu * high))
        above = q * (math.exp(-nu * (1.0 - high)) - math.exp(-nu * (1.0 - low)))
        return self.slope * self.walls * (below + above) / nu

    @property
    def share_on_floor(self) -> float:
        """Part of the current that the open collector takes."""
        return self.slope * self.floor * self.drop(0.0)

    @property
    def share_on_top(self) -> float:
        """Part of the current that the host's top takes."""
        return self.slope * self.top * self.drop(1.0)

    @property
    def variation(self) -> float:
        """Coefficient of variation of the current density over the walls."""
        p, q = self._parts
        nu = self.nu
        # mean of D^2: those of both exponentials, and twice their product, which is constant
        squares = (p * p + q * q) * -math.expm1(-2.0 * nu) / (2.0 * nu)
        square = squares + 2.0 * p * q * math.exp(-nu)
        mean = self.share(0.0, 1.0) / (self.slope * self.walls)
        return math.sqrt(max(square / mean**2 - 1.0, 0.0))

    @property
    def resistance(self) -> float:
        """Of the whole electrode, from the collector to the electrolyte above [ohm m2]."""
        both = self.kappa + self.sigma
        along = self.length + self.kappa * (self.drop(0.0) - self.drop(1.0))
        return self.drop(1.0) + along / both
