"""Material laws: functions of the stoichiometry x with value, slope and integral.

A law is given by a number, a formula or a table. Newton's method may look a little outside of
where a law is known: there a law goes on as its tangent (`outside="tangent"`, right for a
potential) or keeps its last value (`outside="constant"`, which keeps a diffusivity positive).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import MaterialError
from .constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from .differentiation import Closure
from .expression import compile_expression
from .piecewise import PiecewisePolynomial, fit_piecewise, monotone_cubic

Array = npt.NDArray[np.float64]
Outside = Literal["tangent", "constant"]

EDGE = 1e-9
"""Formulas are evaluated for EDGE <= x <= 1 - EDGE: many have a pole at 0 or 1."""

_STEEPEST = 1e40
"""Slope of a table [SI] beyond which its cubics are no longer numbers."""


_WARMER = 0.01
"""Difference by which a slope over the temperature is taken [K]."""


class Law(Protocol):
    """A function of the stoichiometry; arrays in, arrays of the same shape out."""

    @property
    def is_constant(self) -> bool:
        """Whether the law has the same value at every x."""

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at `x`."""

    def evaluate(self, x: npt.ArrayLike) -> tuple[Array, Array]:
        """Return the values and the slopes over x at `x`."""

    def integral(self, x: npt.ArrayLike) -> Array:
        """Return the integrals of the law from 0 to `x`."""


@dataclass(frozen=True)
class Constant:
    """The same value at every stoichiometry.

    Attributes:
        value: The value [SI].
    """

    value: float

    @property
    def is_constant(self) -> bool:
        """Always true."""
        return True

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the value, shaped like `x`."""
        return np.full(np.shape(x), self.value)

    def evaluate(self, x: npt.ArrayLike) -> tuple[Array, Array]:
        """Return the value and a zero slope, shaped like `x`."""
        return self(x), np.zeros(np.shape(x))

    def integral(self, x: npt.ArrayLike) -> Array:
        """Return value * x."""
        return self.value * np.asarray(x, dtype=np.float64)

    def scaled(self, factor: float) -> Constant:
        """Return the law times a factor."""
        return Constant(self.value * factor)


@dataclass(frozen=True)
class Formula:
    """A formula of x, read by `compile_expression`; never executed as Python.

    Attributes:
        text: The formula, which gives the value [SI].
        temperature: What `T` in the formula stands for [K].
        outside: How the law goes on beyond [EDGE, 1 - EDGE].
        factor: Factor on the formula.
        key: The user's name of the law, for messages.

    Example:
        >>> value, slope = Formula("3.4 - 0.2*x**2").evaluate(0.5)
        >>> float(value), float(slope)
        (3.35, -0.2)
    """

    text: str
    temperature: float = REFERENCE_TEMPERATURE
    outside: Outside = "tangent"
    factor: float = 1.0
    key: str = "formula"

    def __post_init__(self) -> None:
        x = np.linspace(EDGE, 1.0 - EDGE, 1001)
        value, slope = self._inside(x)
        bad = ~(np.isfinite(value) & np.isfinite(slope))
        if bad.any():
            raise MaterialError(
                f"{self.key}: '{self.text[:60]}' has no finite value at x = {x[bad][0]:.3g}; "
                "expected a formula that holds for 0 < x < 1"
            )

    @cached_property
    def _node(self) -> float | Closure:
        return compile_expression(self.text, temperature=self.temperature, key=self.key)

    @cached_property
    def _antiderivative(self) -> PiecewisePolynomial:
        return fit_piecewise(lambda x: self._inside(x)[0], EDGE, 1.0 - EDGE).antiderivative()

    @property
    def is_constant(self) -> bool:
        """Whether x does not occur in the formula."""
        return isinstance(self._node, float)

    @property
    def knows_temperature(self) -> bool:
        """Whether T occurs in the formula."""
        return re.search(r"\bT\b", self.text) is not None

    @property
    def activation_energy(self) -> float:
        """E = R T^2 d ln(value)/dT in the middle of x [J mol-1]."""
        warmer = replace(self, temperature=self.temperature + _WARMER)
        ratio = float(warmer(0.5) / self(0.5))
        growth = math.log(ratio) if 0.0 < ratio < math.inf else math.inf
        return GAS_CONSTANT * self.temperature * warmer.temperature * growth / _WARMER

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at `x`."""
        return self.evaluate(x)[0]

    def evaluate(self, x: npt.ArrayLike) -> tuple[Array, Array]:
        """Return the values and the slopes at `x`."""
        x = np.asarray(x, dtype=np.float64)
        if x.size and x.min() >= EDGE and x.max() <= 1.0 - EDGE:
            return self._inside(x)  # as nearly always
        inside = np.clip(x, EDGE, 1.0 - EDGE)
        value, slope = self._inside(inside)
        return _continued(value, slope, x - inside, self.outside)

    def integral(self, x: npt.ArrayLike) -> Array:
        """Return the integrals from 0 to `x`, exact to about 1e-11 of the largest."""
        return _integral_from_zero(self, self._antiderivative, EDGE, 1.0 - EDGE, x)

    def scaled(self, factor: float) -> Formula:
        """Return the law times a factor."""
        return Formula(self.text, self.temperature, self.outside, self.factor * factor, self.key)

    def __reduce__(self) -> tuple[object, ...]:
        # closures cannot be pickled, as MPI and process pools ask; the text can
        return Formula, (self.text, self.temperature, self.outside, self.factor, self.key)

    def _inside(self, x: Array) -> tuple[Array, Array]:
        if isinstance(self._node, float):
            return np.full(x.shape, self.factor * self._node), np.zeros(x.shape)
        with np.errstate(all="ignore"):
            value, slope = self._node(x)
            if self.factor != 1.0:
                value, slope = self.factor * value, self.factor * slope
        return value, slope if isinstance(slope, np.ndarray) else np.full(x.shape, slope)


def _check_steps(x: Array, value: Array, key: str) -> None:
    """See that the cubics through the points, which divide by the steps, are finite."""
    with np.errstate(all="ignore"):
        slope = np.abs(np.diff(value) / np.diff(x))
    sound = (slope < _STEEPEST) & (np.diff(x) > 1 / _STEEPEST) & (np.abs(value[1:]) < _STEEPEST)
    if not sound.all():
        where = int(np.argmin(sound))
        raise MaterialError(
            f"{key}: goes from {value[where]:g} at x = {x[where]:g} to {value[where + 1]:g} at "
            f"x = {x[where + 1]:g}; no law does"
        )


@dataclass(frozen=True)
class Table:
    """A table (x, value), joined by the monotone cubic of Fritsch and Butland.

    Attributes:
        x: Stoichiometries, rising.
        value: Values at `x` [SI].
        outside: How the law goes on beyond the table.
        key: The user's name of the law, for messages.
    """

    x: tuple[float, ...]
    value: tuple[float, ...]
    outside: Outside = "tangent"
    key: str = "table"

    def __post_init__(self) -> None:
        x, value = np.asarray(self.x, dtype=float), np.asarray(self.value, dtype=float)
        if x.ndim != 1 or x.shape != value.shape or x.size < 2:
            raise MaterialError(
                f"{self.key}: got {x.size} x and {value.size} values, "
                "expected as many of each, and at least two"
            )
        if not (np.isfinite(x).all() and np.isfinite(value).all()):
            raise MaterialError(f"{self.key}: got a number that is not finite in the table")
        if (np.diff(x) <= 0).any():
            where = int(np.argmax(np.diff(x) <= 0))
            raise MaterialError(
                f"{self.key}: x must rise; got {x[where]:g} and then {x[where + 1]:g}"
            )
        _check_steps(x, value, self.key)

    @classmethod
    def of(cls, x: Sequence[float], value: Sequence[float], *, outside: Outside, key: str) -> Table:
        """Make a table from any two sequences; falling x are turned round."""
        pairs = list(zip(x, value, strict=True))
        if len(pairs) > 1 and pairs[0][0] > pairs[-1][0]:
            pairs.reverse()
        return cls(
            tuple(float(p[0]) for p in pairs), tuple(float(p[1]) for p in pairs), outside, key
        )

    @cached_property
    def _cubic(self) -> PiecewisePolynomial:
        return monotone_cubic(np.array(self.x), np.array(self.value))

    @cached_property
    def _antiderivative(self) -> PiecewisePolynomial:
        return self._cubic.antiderivative()

    @property
    def is_constant(self) -> bool:
        """Whether all values are the same."""
        return len(set(self.value)) == 1

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at `x`."""
        return self.evaluate(x)[0]

    def evaluate(self, x: npt.ArrayLike) -> tuple[Array, Array]:
        """Return the values and the slopes at `x`."""
        x = np.asarray(x, dtype=np.float64)
        inside = np.clip(x, self.x[0], self.x[-1])
        value, slope = self._cubic.evaluate(inside)
        return _continued(value, slope, x - inside, self.outside)

    def integral(self, x: npt.ArrayLike) -> Array:
        """Return the integrals from 0 to `x`, exact."""
        return _integral_from_zero(self, self._antiderivative, self.x[0], self.x[-1], x)

    def scaled(self, factor: float) -> Table:
        """Return the law times a factor."""
        return Table(self.x, tuple(factor * v for v in self.value), self.outside, self.key)


def _continued(value: Array, slope: Array, beyond: Array, outside: Outside) -> tuple[Array, Array]:
    """Continue a law by its tangent or its last value, `beyond` its domain (0 inside)."""
    if not beyond.any():
        return value, slope
    if outside == "constant":
        return value, np.where(beyond == 0.0, slope, 0.0)
    return value + slope * beyond, slope


def _integral_from_zero(
    law: Formula | Table, within: PiecewisePolynomial, low: float, high: float, x: npt.ArrayLike
) -> Array:
    """Return the integral of a law from 0 to x; `within` is an antiderivative on [low, high]."""

    def primitive(at: Array) -> Array:
        inside = np.clip(at, low, high)
        total = within(inside)
        beyond = at - inside
        if not beyond.any():
            return total
        value, slope = law.evaluate(inside)
        if law.outside == "constant":
            slope = np.zeros_like(slope)
        return total + beyond * (value + 0.5 * beyond * slope)

    return primitive(np.asarray(x, dtype=np.float64)) - primitive(np.zeros(()))
