"""What a nucleation barrier does to the plating reaction: two laws, by name.

With D = phi_s - phi_l, theta the covered share of a site, and B the Butler-Volmer law of lithium on
lithium,

    B(q) = exp(alpha_a F q / RT) - exp(-alpha_c F q / RT),

each gives the current density over i_0 that flows while neither lithium nor room is short.

kinetic (the default): two ways side by side,

    theta B(D) + (1 - theta) N(D)    for D <= 0,      N(D) = B(s(D + U_n)),
    B(D)                             for D > 0, times 1 - exp(-h / h_0) by `dissolving`,

growth and dissolution where lithium is, nucleation where it is not. s is 0 above 0, and its
argument below (less half of `ONSET`, over which the one goes over into the other), so that N is
never positive, 0 for D >= -U_n, and smooth; without a barrier N is the cathodic side of B. Every
way flows down: i D >= 0, so that no state of a deposit stores energy or gives any back. What
dissolves from a site is its own lithium, from the area that this covers at the end of the step:
theta, which neighbours add to, is that of a prediction.

equilibrium: the barrier shifts the potential of the whole site,

    B(D + U_n (1 - theta)),

as if the bare surface were in equilibrium at -U_n. That is reversible: a deposit then stores
U_n h_0 F / V_Li per area (7.4 J/m2 at 0.1 V and 10 nm) and gives it back when it is stripped, at
negative voltages. Lithium dissolves from the whole site, all but its last layers. This law is kept
to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...materials.constants import FARADAY, GAS_CONSTANT
from ...materials.kinetics import bounded_exp
from ...materials.plating import Deposit
from .shortage import Covered, Last, Shortage, Slope

Array = NDArray[np.float64]

ONSET = 1e-3
"""Width below -U_n in which nucleation sets in [V]; it lowers the potential of what follows by half
of this, a fiftieth of RT/F. A lower barrier has an onset as wide as itself (assumed)."""


class BarrierLaw(Protocol):
    """What the plating law asks of the barrier at its sites."""

    @property
    def dissolving(self) -> Shortage:
        """The share of a site from which a deposit of a thickness dissolves."""

    def rate(self, drop: Array) -> Slope:
        """The current density over i_0 at phi_s - phi_l = drop (n,) [V]."""

    def overcome(self, drop: Array) -> Array:
        """(n,) the part of a plating current's overpotential that the barrier takes [V]."""

    def gain(self, drop: Array) -> Array:
        """(n,) how much more plates, over i_0, once what is bare is covered."""


@dataclass(frozen=True)
class _Barrier:
    """What both laws are made of.

    Attributes:
        deposit: Its parameters.
        temperature: [K].
        height: (n,) U_n [V].
        coverage: (n,) theta.
    """

    deposit: Deposit
    temperature: float
    height: Array
    coverage: Array

    def _on_lithium(self, q: Array) -> Slope:
        """B and its slope over q [V-1]."""
        f = FARADAY / (GAS_CONSTANT * self.temperature)
        law = self.deposit
        anodic, anodic_slope = bounded_exp(law.alpha_a * f * q)
        cathodic, cathodic_slope = bounded_exp(-law.alpha_c * f * q)
        slope = f * (law.alpha_a * anodic_slope + law.alpha_c * cathodic_slope)
        return Slope(anodic - cathodic, slope)


class KineticBarrier(_Barrier):
    """Growth on what is covered and nucleation on what is bare, side by side."""

    @property
    def dissolving(self) -> Shortage:
        """The part that the site's own lithium covers."""
        return Covered(self.deposit.coverage_thickness)

    def rate(self, drop: Array) -> Slope:
        """The sum of both ways; see `BarrierLaw`."""
        grown, formed = self._ways(drop)
        return Slope(grown.value + formed.value, grown.slope + formed.slope)

    def overcome(self, drop: Array) -> Array:
        """U_n, by the share of the current that nucleates."""
        grown, formed = self._ways(drop)
        whole = grown.value + formed.value
        nucleates = formed.value < 0.0
        share = np.divide(formed.value, whole, where=nucleates, out=np.zeros_like(whole))
        return self.height * share

    def gain(self, drop: Array) -> Array:
        """What growth has over nucleation, on the bare share."""
        down = np.minimum(drop, 0.0)
        more = self._nucleation(down).value - self._on_lithium(down).value
        return np.maximum((1.0 - self.coverage) * more, 0.0)

    def _ways(self, drop: Array) -> tuple[Slope, Slope]:
        """Growth (or dissolution) and nucleation, each by its share of the site."""
        grown = self._on_lithium(drop)
        formed, bare = self._nucleation(drop), 1.0 - self.coverage
        # how much lithium there is to dissolve is told by `dissolving`
        lithium = np.where(drop > 0.0, 1.0, self.coverage)
        return (
            Slope(lithium * grown.value, lithium * grown.slope),
            Slope(bare * formed.value, bare * formed.slope),
        )

    def _nucleation(self, drop: Array) -> Slope:
        """N and its slope [V-1]."""
        beyond = _set_in(drop + self.height, np.minimum(self.height, ONSET))
        formed = self._on_lithium(beyond.value)
        return Slope(formed.value, formed.slope * beyond.slope)


class EquilibriumBarrier(_Barrier):
    """A barrier that shifts the equilibrium of the site, and with it both directions."""

    @property
    def dissolving(self) -> Shortage:
        """All of it, but for the last layers."""
        return Last(self.deposit.last_thickness)

    def rate(self, drop: Array) -> Slope:
        """B at the shifted potential; see `BarrierLaw`."""
        return self._on_lithium(drop + self._shift)

    def overcome(self, drop: Array) -> Array:
        """What is left of U_n, in either direction."""
        return self._shift

    def gain(self, drop: Array) -> Array:
        """As far as the first step of time is concerned, none: the barrier fades over h_0."""
        return np.zeros_like(drop)

    @property
    def _shift(self) -> Array:
        return self.height * (1.0 - self.coverage)


LAWS: Mapping[str, type[KineticBarrier] | type[EquilibriumBarrier]] = {
    "kinetic": KineticBarrier,
    "equilibrium": EquilibriumBarrier,
}
"""A deposit's `barrier_law` -> the law."""


def _set_in(q: Array, width: Array) -> Slope:
    """s(q): 0 above 0, q + width / 2 below -width, and a parabola between."""
    depth = np.maximum(-q, 0.0)
    rise = np.minimum(depth, width)
    slope = np.divide(rise, width, where=width > 0.0, out=(depth > 0.0).astype(float))
    return Slope(rise - depth - 0.5 * rise * slope, slope)
