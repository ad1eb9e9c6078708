"""Plateaus of a potential: how full a lattice is, each plateau by Nernst's law.

    X(E) = sum_k share_k / (1 + exp(F (E - E_k) / RT))

X falls from 1 to 0 as the potential E against lithium rises; its inverse is the curve that a
slow measurement shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root
from scipy.special import expit

from .constants import FARADAY, GAS_CONSTANT
from .plating import Plateau

Array = NDArray[np.float64]

BEYOND = 40.0
"""Distance from the outermost plateaus, in RT/F, within which contents are told apart."""


class Content(NamedTuple):
    """How full a lattice is at a potential.

    Attributes:
        value: X, 0 to 1.
        missing: 1 - X, exact also where next to nothing is.
        slope: dX/dE, negative [V-1].
    """

    value: Array
    missing: Array
    slope: Array


def content_at(plateaus: Sequence[Plateau], potential: Array, *, temperature: float) -> Content:
    """The content in equilibrium with a potential, any shape [V].

    Args:
        plateaus: Their shares add up to 1.
        potential: E against lithium [V].
        temperature: [K].
    """
    f = FARADAY / (GAS_CONSTANT * temperature)
    value, missing, slope = (np.zeros_like(potential) for _ in range(3))
    for plateau in plateaus:
        above = f * (potential - plateau.potential)
        filled, empty = expit(-above), expit(above)
        value += plateau.share * filled
        missing += plateau.share * empty
        slope -= plateau.share * f * filled * empty
    return Content(value, missing, slope)


def potential_at(plateaus: Sequence[Plateau], content: Array, *, temperature: float) -> Array:
    """The potential in equilibrium with a content, any shape, between 0 and 1 [V]."""
    margin = BEYOND * GAS_CONSTANT * temperature / FARADAY
    steps = [plateau.potential for plateau in plateaus]
    ends = np.full_like(content, min(steps) - margin), np.full_like(content, max(steps) + margin)

    def excess(potential: Array, wanted: Array) -> Array:
        return content_at(plateaus, potential, temperature=temperature).value - wanted

    return np.asarray(find_root(excess, ends, args=(content,)).x)
