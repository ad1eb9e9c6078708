"""What the paper computes: a prescribed concentration, its slopes, and the Butler-Volmer bracket.

Nothing is solved there. C(x, t) is written down (its table 2), differentiated, called a current and
multiplied by the bracket. The functions keep the paper's symbols and its printed constants; units
are those that the paper gives, wherever they make sense.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

FARADAY_PRINTED = 96.465e3
"""Table 2 of the paper [C/mol]; its text has 96 485."""
GAS_CONSTANT_PRINTED = 8.314
ALPHA, DIFFUSIVITY = 1e-9, 4.0
TESTS = ((20, 20.0), (200, 50.0))
"""The paper's two tests: "n" and eta [V], the second as in the caption of its figure 10."""

TEMPERATURE = 293.15
"""Inferred, since none is printed [K]: `feasible` says between which bounds."""
RIPPLE = 1.87e-4
"""Inferred: how far the current before the bracket rises above its least value [A m-2]."""
FIRST_TIME = 0.01
"""Inferred: the first sample of the time axis, and so the paper's "charging time" [s]."""


def concentration(x: ArrayLike, t: ArrayLike) -> Array:
    """C = cos(2 pi x)/(4 pi^2) + x^2 + 1/t."""
    x, t = np.asarray(x, dtype=float), np.asarray(t, dtype=float)
    return np.cos(2 * np.pi * x) / (4 * np.pi**2) + x**2 + 1 / t


def rate(t: ArrayLike) -> Array:
    """dC/dt = -1/t^2."""
    return -1.0 / np.asarray(t, dtype=float) ** 2


def slope(x: ArrayLike) -> Array:
    """dC/dx = 2 x - sin(2 pi x)/(2 pi)."""
    x = np.asarray(x, dtype=float)
    return 2 * x - np.sin(2 * np.pi * x) / (2 * np.pi)


def curvature(x: ArrayLike) -> Array:
    """d2C/dx2 = 2 - cos(2 pi x)."""
    return 2.0 - np.cos(2 * np.pi * np.asarray(x, dtype=float))


def source(x: ArrayLike, t: ArrayLike) -> Array:
    """dC/dt - D d2C/dx2, which Fick's second law asks to be zero: -1/t^2 - 8 + 4 cos(2 pi x)."""
    return rate(t) - DIFFUSIVITY * curvature(x)


def bracket(n: float, eta: float, temperature: float = TEMPERATURE) -> float:
    """exp(alpha n F eta / RT) - exp(-(1 - alpha) n F eta / RT), with the printed constants.

    Args:
        n: In the law the number of electrons; the paper puts the number of poles here.
        eta: Overpotential [V].
        temperature: [K].
    """
    drive = n * eta * FARADAY_PRINTED / (GAS_CONSTANT_PRINTED * temperature)
    return float(np.exp(ALPHA * drive) - np.exp(-(1.0 - ALPHA) * drive))


def least_current() -> float:
    """The current before the bracket at its least: D d2C/dx2 where x is whole [A m-2]."""
    return float(DIFFUSIVITY * curvature(0.0))


def largest_rate(first_time: float = FIRST_TIME) -> float:
    """D |dC/dt| + dC/dx at its largest, for x from 0 to 1 and t from the first sample to 1 s."""
    return float(DIFFUSIVITY * np.abs(rate(first_time)) + slope(1.0))


def currents(temperature: float = TEMPERATURE, ripple: float = RIPPLE) -> list[tuple[float, float]]:
    """The least and the largest current [A m-2] of the paper's two tests."""
    gains = [bracket(n, eta, temperature) for n, eta in TESTS]
    return [(least_current() * g, (least_current() + ripple) * g) for g in gains]


class Bounds(NamedTuple):
    """From lowest to highest."""

    low: float
    high: float


class Feasible(NamedTuple):
    """What the four printed currents allow.

    Attributes:
        temperature: [K].
        ripple: [A m-2].
    """

    temperature: Bounds
    ripple: Bounds


def feasible() -> Feasible:
    """Temperatures and ripples with which all four printed currents come out as printed.

    With exp(alpha F n eta / RT) alone (the other exponential is 0 in double precision), each bound
    is met where a printed number is about to be rounded to another: the second test's least
    current at the cold end, both largest currents at the warm one.
    """
    (n1, eta1), (n2, eta2) = TESTS
    per_kelvin = ALPHA * FARADAY_PRINTED / GAS_CONSTANT_PRINTED
    cold = per_kelvin * n2 * eta2 / np.log(4.00165 / least_current())
    warm = per_kelvin * (n2 * eta2 - n1 * eta1) / np.log(4.00175 / 4.000255)
    ripples = [
        largest / bracket(n1, eta1, temperature) - least_current()
        for largest, temperature in ((4.000245, cold), (4.000255, warm))
    ]
    return Feasible(Bounds(float(cold), float(warm)), Bounds(ripples[0], ripples[1]))


def current_readings() -> list[tuple[str, float, float, float, float]]:
    """Readings of "i_c" that give 4 to 40002: formula, first, last time [s], least, largest."""
    x = np.linspace(0.0, 1.0, 1001)
    over_time = {
        "D/t^2": (lambda t: DIFFUSIVITY / t**2, 0.01, 1.0),
        "D/t": (lambda t: DIFFUSIVITY / t, 1e-4, 1.0),
        "1/t^2": (lambda t: 1 / t**2, 0.005, 0.5),
    }
    over_space = {"dC/dx": slope(x), "d2C/dx2 - 1": curvature(x) - 1}
    return [
        (f"{early} + {late}", first, last, float(f(last) + s.min()), float(f(first) + s.max()))
        for early, (f, first, last) in over_time.items()
        for late, s in over_space.items()
    ]
