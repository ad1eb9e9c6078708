"""How long time steps are where nothing is known yet: the first after a jump, and the shortest.

What a jump of the control moves at first is a layer at the surface, not the whole solid. With a
rate R [1/s] and the diffusion time T = (volume/area)^2/D, the surface of a half space
moves by 2 R sqrt(T t / pi); that of a mesh no faster than if its own unknowns, a share `skin` of
the volume, took all of it, R t / skin; where t is beyond T, by R t.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .control import Control, ImposedPotential

TINY = 1e-300
SHARE = 1e-12
"""Shortest time step tried, in units of the fastest that happens to the unknowns on the surface."""
CLOCK = 1e-13
"""The same, in units of the time itself: below, the clock would hardly move."""
ROUNDING = 1e-16
"""What stoichiometries are known to: over a time step, a rate that is made of nothing."""
RESTING, AT_REST = 1e-12, 1e-5
"""Rate [1/s] below which no current flows, and the first step then, over the diffusion time."""
SWEPT = 1e-3
"""Change of a swept potential in the first time step [V]."""
SUDDEN = 0.05
"""Jump of the potential [V] beyond which the reaction is no longer near its equilibrium."""
UNRESOLVED = 0.1
"""Share of the skin's own diffusion time in which a mesh says nothing of where things are."""


class Depth(NamedTuple):
    """What sets the pace of an electrode.

    Attributes:
        diffusion_time: (volume / area)^2 / D [s].
        skin: The outermost layer of unknowns, in units of volume/area.
    """

    diffusion_time: float
    skin: float

    @property
    def skin_time(self) -> float:
        """Time in which diffusion crosses the skin [s]."""
        return self.skin**2 * self.diffusion_time


class Reacting(NamedTuple):
    """What the reaction does when a step begins.

    Attributes:
        time: Then [s].
        rate: Its rate, as large as it is or just was [1/s].
        relaxation: The rate's slope over a uniform change of the state [1/s].
        conductance: Its slope over the potential [1/(s V)].
    """

    time: float
    rate: float
    relaxation: float
    conductance: float


def first_step(
    depth: Depth, control: Control, at: Reacting, *, jump: float, tolerance: float
) -> float:
    """The first time step [s] after a jump: about as long as the tolerance may allow.

    Args:
        depth: The electrode's.
        control: What is imposed.
        at: The reaction, just after the jump.
        jump: How far the potential jumped, where it is imposed [V].
        tolerance: Local error allowed, in stoichiometry and in volts.
    """
    size, slow = AT_REST * depth.diffusion_time, depth.diffusion_time
    if at.rate > RESTING:
        rise = tolerance / max(1.0, at.relaxation / max(at.conductance, TINY))
        half_space = 0.25 * math.pi * (rise / at.rate) ** 2 / slow
        inside = half_space if half_space < slow else rise / at.rate
        size = max(inside, rise * depth.skin / at.rate)
    size = max(size, settling_time(depth, jump=jump, tolerance=tolerance))
    if isinstance(control, ImposedPotential) and control.slope:
        size = min(size, SWEPT / abs(control.slope))
    return max(size, 10.0 * _told_apart(at, tolerance))


def settling_time(depth: Depth, *, jump: float, tolerance: float) -> float:
    """How long [s] after a jump [V] of the potential a mesh does not follow what happens.

    A jump of a volt fills a layer of the surface much thinner than any cell, at 10^8 times the
    current of an hour: how full it is at each instant would take hundreds of time steps, and is
    the mesh's answer. One step goes over it. The charge that it takes is wrong as if the clock
    were, by a sixteenth of it: less than the tolerance allows, in units of the diffusion time.
    """
    if jump <= SUDDEN:
        return 0.0
    return min(UNRESOLVED * depth.skin_time, tolerance * depth.diffusion_time)


def shortest_step(depth: Depth, at: Reacting, *, tolerance: float) -> float:
    """The time step [s] below which nothing can be gained by a shorter one.

    Args:
        depth: The electrode's.
        at: The reaction where the step begins.
        tolerance: Local error allowed, in stoichiometry and in volts.
    """
    fastest = max(abs(at.rate) + at.relaxation, depth.skin / depth.diffusion_time)
    quick = min(depth.skin / fastest, depth.skin_time)
    return max(SHARE * quick, _told_apart(at, tolerance))


def _told_apart(at: Reacting, tolerance: float) -> float:
    """The time step [s] that clock and stoichiometries still tell from none at all."""
    return max(CLOCK * at.time, ROUNDING / (tolerance * max(at.conductance, TINY)))
