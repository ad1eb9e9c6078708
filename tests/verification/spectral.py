"""An independent film or long pole of LiFePO4: Chebyshev collocation in space, Radau in time.

Shares nothing with nanotrode: the numbers are typed in from their sources, SI throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

F, R, T = 96485.33212, 8.31446261815324, 298.15
# Prada2013 (doi:10.1149/2.053304jes) and arXiv:1709.03970, as in the card LiFePO4
C_S_MAX, DIFFUSIVITY, RATE_CONSTANT, C_E = 22806.0, 5.9e-18, 6.21856e-12, 1000.0


def ocp(x: float) -> float:
    return 3.4077 - 0.020269 * x + 0.5 * np.exp(-150 * x) - 0.9 * np.exp(-30 * (1 - x))


def current(x: float, potential: float) -> float:
    """Butler-Volmer's j [A m-2] with both transfer coefficients 1/2, positive out of the solid."""
    exchange = F * RATE_CONSTANT * C_S_MAX * np.sqrt(C_E * x * (1 - x))
    return 2 * exchange * np.sinh(F / (2 * R * T) * (potential - ocp(x)))


def derivative(half: int) -> tuple[np.ndarray, np.ndarray]:
    """Chebyshev points on (0, 1], largest first, and the full matrix of the derivative."""
    n = 2 * half - 1  # an odd degree has no point at 0
    x = np.cos(np.pi * np.arange(n + 1) / n)
    c = np.ones(n + 1)
    c[[0, -1]] = 2
    c *= (-1.0) ** np.arange(n + 1)
    d = np.outer(c, 1 / c) / (x[:, None] - x + np.eye(n + 1))
    return x[:half], d - np.diag(d.sum(axis=1))


@dataclass(frozen=True)
class Spectral:
    """dimension 1 is a slab, 2 a cylinder; `depth` [m] from the middle to the surface."""

    dimension: int
    depth: float
    start: float
    half: int = 60

    def held(self, potential: float, times: np.ndarray) -> dict[str, np.ndarray]:
        """Mean stoichiometry and j [A m-2] under an imposed potential."""
        surface, mean = self._solve(lambda x: current(x, potential), times)
        return {"mean": mean, "j": np.array([current(x, potential) for x in surface])}

    def driven(self, j: float, times: np.ndarray) -> dict[str, np.ndarray]:
        """Mean stoichiometry and potential [V] under an imposed j [A m-2]."""
        surface, mean = self._solve(lambda x: j, times)
        exchange = F * RATE_CONSTANT * C_S_MAX * np.sqrt(C_E * surface * (1 - surface))
        eta = 2 * R * T / F * np.arcsinh(j / (2 * exchange))
        return {"mean": mean, "potential": ocp(surface) + eta}

    def _solve(self, reaction, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Stoichiometry at the surface, and the mean by the charge that has passed."""
        x, full = derivative(self.half)
        left, right = full[: self.half, : self.half], full[: self.half, self.half :][:, ::-1]
        of_even, of_odd = (left + right) / self.depth, (left - right) / self.depth
        r = self.depth * x

        def slope(_: float, u: np.ndarray) -> np.ndarray:
            out = reaction(u[0]) / (F * C_S_MAX)
            flux = DIFFUSIVITY * (of_even @ u[:-1])
            flux[0] = -out
            rate = of_odd @ flux + (self.dimension - 1) * flux / r
            return np.append(rate, -self.dimension * out / self.depth)

        done = solve_ivp(
            slope,
            (0.0, times[-1]),
            np.full(self.half + 1, self.start),
            method="Radau",
            t_eval=times,
            rtol=1e-8,
            atol=1e-10,
        )
        assert done.success, done.message
        return done.y[0], done.y[-1]
