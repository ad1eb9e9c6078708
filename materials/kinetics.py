"""Butler-Volmer kinetics of insertion: current density and its slopes, for Newton's method.

Local current densities are positive for oxidation (the ion leaves the electrode).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import MaterialError
from .constants import FARADAY, GAS_CONSTANT

Array = npt.NDArray[np.float64]

EXPONENT_LIMIT = 40.0
"""Argument beyond which an exponential goes on as its tangent; e^40 is about 2e17."""

ROOT_LIMIT = 1e-8
"""Value of x (1 - x), x or 1 - x below which a root of it goes on with a finite slope."""

REFERENCE_CONCENTRATION = 1000.0
"""Salt concentration at which rate constants of all transfer coefficients compare [mol m-3]."""

_EXP_LIMIT = math.exp(EXPONENT_LIMIT)
_ROOT_AT_LIMIT = math.sqrt(ROOT_LIMIT)


class Reaction(NamedTuple):
    """Interfacial current density and its slopes, each shaped like `x` and `eta` together.

    Attributes:
        j: Current density [A m-2], positive in oxidation.
        dj_dx: Slope over the stoichiometry at fixed overpotential [A m-2].
        dj_deta: Slope over the overpotential [A m-2 V-1], never negative.
    """

    j: Array
    dj_dx: Array
    dj_deta: Array


class ExchangeCurrent(Protocol):
    """What `ButlerVolmer` asks of an exchange current density."""

    def evaluate(
        self, x: Array, *, c_e: float | Array, c_s_max: float, share: float = 0.5
    ) -> tuple[float | Array, float | Array]:
        """Return j0 [A m-2] and dj0/dx [A m-2]; `share` is alpha_a / (alpha_a + alpha_c)."""


@dataclass(frozen=True)
class ConstantExchange:
    """An exchange current density that depends on nothing.

    Attributes:
        j0: Exchange current density [A m-2].
    """

    j0: float

    def __post_init__(self) -> None:
        _check_positive("exchange_current_density", self.j0, "A/m^2")

    def evaluate(
        self, x: Array, *, c_e: float | Array, c_s_max: float, share: float = 0.5
    ) -> tuple[float | Array, float | Array]:
        """Return j0 [A m-2] and dj0/dx = 0."""
        return self.j0, 0.0


@dataclass(frozen=True)
class RootExchange:
    """The exchange current density of a reaction that goes by the law of mass action both ways.

    j0 = F k c_ref^(1/2) (c_e / c_ref)^a (c_s_max - c_s)^a c_s^(1 - a), with c_s = x c_s_max,
    a = alpha_a / (alpha_a + alpha_c) and c_ref = `REFERENCE_CONCENTRATION`; for a = 1/2 it is
    F k sqrt(c_e c_s (c_s_max - c_s)). So k has one unit and, at c_ref, one meaning for every a.

    Where s = x, 1 - x or x (1 - x) is below s0 = `ROOT_LIMIT`, its power e goes on as
    s0^e (1 - e + e exp(s/s0 - 1)), which has the same value and slope at s0: the slope over
    x stays finite at x = 0 and x = 1, and a full or an empty surface can still react.

    Attributes:
        rate_constant: The k above [m^2.5 mol^-0.5 s^-1].
    """

    rate_constant: float

    def __post_init__(self) -> None:
        _check_positive("rate_constant", self.rate_constant, "m^2.5 mol^-0.5 s^-1")

    def evaluate(
        self, x: Array, *, c_e: float | Array, c_s_max: float, share: float = 0.5
    ) -> tuple[float | Array, float | Array]:
        """Return j0 and dj0/dx, both [A m-2]; `c_e` and `c_s_max` in [mol m-3]."""
        full = FARADAY * self.rate_constant * c_s_max
        if share == 0.5:
            scale = full * np.sqrt(c_e)
            root, slope = _regular_root(x * (1.0 - x))
            slope *= 1.0 - 2.0 * x
            slope *= scale
            root *= scale
            return root, slope
        scale = full * REFERENCE_CONCENTRATION ** (0.5 - share) * np.power(c_e, share)
        taken, d_taken = _regular_power(x, 1.0 - share)
        free, d_free = _regular_power(1.0 - x, share)
        return scale * (taken * free), scale * (d_taken * free - taken * d_free)


@dataclass(frozen=True)
class ButlerVolmer:
    """The law j = j0 [exp(alpha_a F eta / (R T)) - exp(-alpha_c F eta / (R T))].

    The transfer coefficients carry the number of electrons (Newman's convention): for a
    symmetric two-electron reaction in one step alpha_a = alpha_c = 1. An exponential whose
    argument passes `EXPONENT_LIMIT` goes on as its tangent, so that nothing overflows and the
    law keeps continuous slopes. Where alpha_a + alpha_c is the number of electrons, both rates
    are equal at the potential of Nernst's equation.

    Attributes:
        alpha_a: Anodic transfer coefficient.
        alpha_c: Cathodic transfer coefficient.
        exchange_current: The law of j0.
    """

    alpha_a: float
    alpha_c: float
    exchange_current: ConstantExchange | RootExchange

    def __post_init__(self) -> None:
        _check_positive("alpha_a", self.alpha_a, "")
        _check_positive("alpha_c", self.alpha_c, "")

    @property
    def anodic_share(self) -> float:
        """alpha_a / (alpha_a + alpha_c): the exponent of what a reduction takes, in j0."""
        return self.alpha_a / (self.alpha_a + self.alpha_c)

    def evaluate(
        self,
        x: Array,
        eta: Array,
        *,
        c_e: float | Array,
        c_s_max: float,
        temperature: float,
    ) -> Reaction:
        """Return the current density and its slopes.

        Args:
            x: Stoichiometry at the surface.
            eta: Overpotential [V].
            c_e: Salt concentration beside the surface [mol m-3].
            c_s_max: Largest concentration of the solid [mol m-3].
            temperature: Temperature [K].
        """
        f = FARADAY / (GAS_CONSTANT * temperature)
        j0, dj0_dx = self.exchange_current.evaluate(
            x, c_e=c_e, c_s_max=c_s_max, share=self.anodic_share
        )
        anodic, d_anodic = bounded_exp((self.alpha_a * f) * eta)
        if self.alpha_a == self.alpha_c and d_anodic is anodic and _all_above_limit(anodic):
            cathodic = d_cathodic = 1.0 / anodic  # one exponential for two
        else:
            cathodic, d_cathodic = bounded_exp((-self.alpha_c * f) * eta)
        drive = anodic - cathodic
        slope = (self.alpha_a * f) * d_anodic
        slope += (self.alpha_c * f) * d_cathodic
        return Reaction(j=j0 * drive, dj_dx=dj0_dx * drive, dj_deta=j0 * slope)


def bounded_exp(argument: Array) -> tuple[Array, Array]:
    """Return the exponential and its slope, both linear/constant beyond `EXPONENT_LIMIT`."""
    if np.size(argument) == 0 or np.max(argument) <= EXPONENT_LIMIT:
        value = np.exp(argument)
        return value, value
    slope = np.exp(np.minimum(argument, EXPONENT_LIMIT))
    value = slope + _EXP_LIMIT * np.maximum(argument - EXPONENT_LIMIT, 0.0)
    return value, slope


def _all_above_limit(exponential: Array) -> bool:
    """Whether the reciprocals of some exponentials are none of those that go on as tangents."""
    return bool(np.min(exponential, initial=1.0) >= 1.0 / _EXP_LIMIT)


def _regular_root(s: Array) -> tuple[Array, Array]:
    """Return the square root of `s` and its slope, continued below `ROOT_LIMIT`."""
    if np.min(s, initial=1.0) >= ROOT_LIMIT:
        root = np.sqrt(s)
        return root, 0.5 / root
    root = np.sqrt(np.maximum(s, ROOT_LIMIT))
    decay = np.exp(np.minimum(s / ROOT_LIMIT, 1.0) - 1.0)
    slope = 0.5 * decay / root
    return np.where(s < ROOT_LIMIT, (0.5 * _ROOT_AT_LIMIT) * (1.0 + decay), root), slope


def _regular_power(s: Array, exponent: float) -> tuple[Array, Array]:
    """Return a power of `s`, 0 < exponent < 1, and its slope, continued below `ROOT_LIMIT`."""
    inside = np.maximum(s, ROOT_LIMIT)
    power = np.power(inside, exponent)
    decay = np.exp(np.minimum(s / ROOT_LIMIT, 1.0) - 1.0)
    slope = exponent * decay * power / inside
    end = ROOT_LIMIT**exponent
    return np.where(s < ROOT_LIMIT, end * (1.0 - exponent + exponent * decay), power), slope


def _check_positive(key: str, value: float, unit: str) -> None:
    if not (math.isfinite(value) and value > 0):
        expected = f"a positive number [{unit}]" if unit else "a positive number"
        raise MaterialError(f"{key}: got {value:g}, expected {expected}")
