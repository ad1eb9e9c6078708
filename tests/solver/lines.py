"""An independent slab: finite volumes in one dimension, integrated in time by SciPy.

Shares no code with nanotrode: numbers and plain functions come in, SI throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

F, R, T = 96485.33212, 8.31446261815324, 298.15
Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Slab:
    """A slab that reacts at one side; positive j empties it."""

    length: float
    diffusivity: Function
    ocp: Function
    exchange: Function
    alpha_a: float
    alpha_c: float
    charge: int
    c_s_max: float
    start: float
    nodes: int = 601

    def current(self, x: float, potential: float) -> float:
        """Butler-Volmer's j [A m-2]."""
        eta = potential - self.ocp(x)
        f = F / (R * T)
        return self.exchange(x) * (np.exp(self.alpha_a * f * eta) - np.exp(-self.alpha_c * f * eta))

    def solve(self, current: Callable[[float, float], float], times: list[float]) -> tuple:
        """Profiles (times, nodes) and means; `current(t, x at the surface)` is j [A m-2]."""
        # nodes crowd at the surface, where the square root of time begins
        z = self.length * np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, self.nodes))
        gaps = np.diff(z)
        widths = np.concatenate([[gaps[0] / 2], (gaps[1:] + gaps[:-1]) / 2, [gaps[-1] / 2]])

        def slope(t: float, x: np.ndarray) -> np.ndarray:
            flux = self.diffusivity((x[1:] + x[:-1]) / 2) * np.diff(x) / gaps
            net = np.diff(np.concatenate([[0.0], flux, [0.0]]))
            net[-1] -= current(t, x[-1]) / (self.charge * F * self.c_s_max)
            return net / widths

        done = solve_ivp(
            slope,
            (0.0, times[-1]),
            np.full(self.nodes, self.start),
            method="LSODA",
            lband=1,
            uband=1,
            rtol=1e-8,
            atol=1e-10,
            t_eval=times,
        )
        assert done.success, done.message
        return done.y.T, done.y.T @ widths / self.length

    def held(
        self, potential: Callable[[float], float], times: list[float]
    ) -> dict[str, np.ndarray]:
        """Mean, surface and j [A m-2] under an imposed potential."""
        x, mean = self.solve(lambda t, xs: self.current(xs, potential(t)), times)
        j = [self.current(row[-1], potential(t)) for t, row in zip(times, x, strict=True)]
        return {"mean": mean, "surface": x[:, -1], "j": np.array(j)}

    def driven(self, j: float, times: list[float]) -> dict[str, np.ndarray]:
        """Mean, surface and potential [V] under an imposed j [A m-2]."""
        x, mean = self.solve(lambda t, xs: j, times)
        potential = [
            brentq(lambda v, s=s: self.current(s, v) - j, self.ocp(s) - 2.0, self.ocp(s) + 2.0)
            for s in x[:, -1]
        ]
        return {"mean": mean, "surface": x[:, -1], "V": np.array(potential)}
