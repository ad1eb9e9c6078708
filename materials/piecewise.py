"""Piecewise polynomials in one variable: tables, and antiderivatives of formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_DEGREE = 6
_FIRST_PIECES = 32
_MOST_PIECES = 1 << 14
_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class PiecewisePolynomial:
    """Polynomials on the pieces between rising breaks, each in the distance from its left break.

    Attributes:
        breaks: The n + 1 ends of the pieces.
        coefficients: Shape (degree + 1, n), lowest power first.
        uniform: Whether all pieces are equally long, which makes finding a piece cheap.
    """

    breaks: Array
    coefficients: Array
    uniform: bool = False

    def __call__(self, x: Array) -> Array:
        """Return the values at `x`, which must lie between the outer breaks."""
        piece, distance = self._locate(x)
        value = self.coefficients[-1][piece]
        for row in self.coefficients[-2::-1]:
            value = value * distance + row[piece]
        return value

    def evaluate(self, x: Array) -> tuple[Array, Array]:
        """Return the values and the slopes at `x`."""
        piece, distance = self._locate(x)
        value = self.coefficients[-1][piece]
        slope = np.zeros_like(value)
        for row in self.coefficients[-2::-1]:
            slope = slope * distance + value
            value = value * distance + row[piece]
        return value, slope

    def antiderivative(self) -> PiecewisePolynomial:
        """Return the continuous antiderivative that is zero at the first break."""
        powers = np.arange(1, self.coefficients.shape[0] + 1)[:, None]
        raised = self.coefficients / powers
        length = np.diff(self.breaks)
        gains = (raised * length**powers).sum(axis=0)
        start = np.concatenate([[0.0], np.cumsum(gains)[:-1]])
        return PiecewisePolynomial(self.breaks, np.vstack([start, raised]), self.uniform)

    def _locate(self, x: Array) -> tuple[npt.NDArray[np.intp], Array]:
        last = self.breaks.size - 2
        if self.uniform:
            scale = (last + 1) / (self.breaks[-1] - self.breaks[0])
            piece = np.clip(((x - self.breaks[0]) * scale).astype(np.intp), 0, last)
        else:
            piece = np.clip(np.searchsorted(self.breaks, x, side="right") - 1, 0, last)
        return piece, x - self.breaks[piece]


def monotone_cubic(x: Array, value: Array) -> PiecewisePolynomial:
    """Return the cubic through the points that keeps their rises and falls.

    Inner slopes are the weighted harmonic means of the secants (Fritsch and Butland,
    doi:10.1137/0905021), zero at a local extremum; the end slopes are those of the end secants,
    so that a potential goes on beyond its table as it arrives there.
    """
    length = np.diff(x)
    secant = np.diff(value) / length
    slope = np.empty_like(value)
    slope[0], slope[-1] = secant[0], secant[-1]
    before, after = secant[:-1], secant[1:]
    weight = (2.0 * length[1:] + length[:-1], length[1:] + 2.0 * length[:-1])
    same_sign = np.sign(before) * np.sign(after) > 0.0
    safe_before, safe_after = (np.where(same_sign, s, 1.0) for s in (before, after))
    mean = (weight[0] + weight[1]) / (weight[0] / safe_before + weight[1] / safe_after)
    slope[1:-1] = np.where(same_sign, mean, 0.0)
    quadratic = (3.0 * secant - 2.0 * slope[:-1] - slope[1:]) / length
    cubic = (slope[:-1] + slope[1:] - 2.0 * secant) / length**2
    return PiecewisePolynomial(x, np.vstack([value[:-1], slope[:-1], quadratic, cubic]))


def fit_piecewise(
    function: Callable[[Array], Array], low: float, high: float
) -> PiecewisePolynomial:
    """Return a piecewise polynomial that follows a smooth function on [low, high].

    The number of pieces is doubled until the fit is within 1e-12 of the largest value at points
    between its nodes, or cannot be bettered.
    """
    nodes = 0.5 - 0.5 * np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    between = np.linspace(0.02, 0.98, 2 * _DEGREE)
    solve = np.linalg.inv(np.vander(nodes, increasing=True))
    pieces = _FIRST_PIECES
    while True:
        breaks = np.linspace(low, high, pieces + 1)
        length = (high - low) / pieces
        sampled = function(np.clip(breaks[:-1] + length * nodes[:, None], low, high))
        powers = np.arange(_DEGREE + 1)[:, None]
        fit = PiecewisePolynomial(breaks, (solve @ sampled) / length**powers, uniform=True)
        probe = np.clip(breaks[:-1] + length * between[:, None], low, high)
        exact = function(probe)
        error = np.abs(fit(probe) - exact).max()
        if error <= _TOLERANCE * np.abs(exact).max() or pieces >= _MOST_PIECES:
            return fit
        pieces *= 2
