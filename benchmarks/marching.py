"""Backward Euler by inexact Newton, as the peers take it: they differ in assembly and solver.

It is the algorithm that nanotrode's stages use, so that what is compared are the codes: start by
extrapolation, linear solves no tighter than Newton can use, a preconditioner kept between steps.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import wire

Array = np.ndarray


class Discretisation(Protocol):
    """A code's part of the work; arrays are (n,), over all unknowns.

    Attributes:
        diagonal: (n,) diagonal of M/dt + K.
        row_sums: (n,) row sums of M.
    """

    diagonal: Array
    row_sums: Array

    def mass(self, c: Array) -> Array:
        """M c / dt."""

    def linear(self, c: Array) -> Array:
        """(M/dt + K) c."""

    def react(self, c: Array) -> Array:
        """The integral of q against each test function."""

    def solve(self, right: Array, tolerance: float) -> Array:
        """Solve to a relative tolerance with the Jacobian at the state last given to `react`."""


class VertexRule:
    """The surface's integrals by the vertex rule, in numpy.

    Attributes:
        nodes: The nodes on the surface.
        areas: The area that each stands for.
        slope: Integral of q's slope, at the state last evaluated.
    """

    def __init__(self, mesh: wire.WireMesh) -> None:
        corners = mesh.points[mesh.facets]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        shares = np.repeat(np.linalg.norm(normals, axis=1) / 6.0, 3)
        areas = np.bincount(mesh.facets.ravel(), shares, len(mesh.points))
        self.nodes = np.flatnonzero(areas)
        self.areas = areas[self.nodes]
        self.slope = np.zeros(len(self.nodes))

    def react(self, c: Array) -> Array:
        """See `Discretisation.react`."""
        q = wire.flux(c[self.nodes])
        self.slope = self.areas * q.slope
        result = np.zeros(len(c))
        result[self.nodes] = self.areas * q.value
        return result


class March(NamedTuple):
    """A finished run.

    Attributes:
        current: Minus the integral of q at each step's end.
        mean: Mean stoichiometry there.
        newton: Newton steps in all.
    """

    current: list[float]
    mean: list[float]
    newton: int


def extrapolate(past: list[Array]) -> Array:
    """A guess of the next state from the last ones, the latest first: by a parabola in time."""
    weights = {1: (1.0,), 2: (2.0, -1.0), 3: (3.0, -3.0, 1.0)}[len(past)]
    return sum(weight * state for weight, state in zip(weights, past, strict=True))


def march(
    code: Discretisation, *, tolerance: float, steps: int = wire.STEPS, loosest: float = 1e-3
) -> March:
    """Take the benchmark's steps.

    Args:
        code: The discretised wire.
        tolerance: Error that Newton may leave in any unknown.
        steps: How many to take.
        loosest: Largest tolerance of a linear solve; worth less where a Newton step is dear.
    """
    c = np.full(len(code.row_sums), wire.START)
    past, currents, means, newton = [c], [], [], 0
    volume = code.row_sums.sum()
    for _ in range(steps):
        target = code.mass(c)
        guess = np.clip(extrapolate(past), 1e-6, 1.0 - 1e-6)
        c, reaction, count = _newton(code, guess, target, (tolerance, loosest))
        past = [c, *past[:2]]
        newton += count
        currents.append(-float(reaction.sum()))
        means.append(float(code.row_sums @ c / volume))
    return March(currents, means, newton)


def _newton(
    code: Discretisation, c: Array, target: Array, tolerances: tuple[float, float]
) -> tuple[Array, Array, int]:
    """Newton's method for one step; the state, the surface's residual there, and the count."""
    (tolerance, loosest), update, error = tolerances, np.inf, np.inf
    old_size = None
    for count in range(30):
        reaction = code.react(c)
        residual = code.linear(c) + reaction - target
        size = float(np.abs(residual / code.diagonal).max())
        reduction = 1.0 if old_size is None else size / old_size
        if old_size is not None:
            error = update * min(1.0, reduction)
            if error < tolerance:
                return c, reaction, count
        enough = 0.1 * tolerance / max(error, tolerance) if np.isfinite(error) else 0.0
        forcing = loosest if old_size is None else max(enough, 0.1 * reduction**2)
        change = code.solve(residual, float(np.clip(forcing, 1e-8, loosest)))
        new = c - change
        new = np.where(new <= 0.0, 0.5 * c, np.where(new >= 1.0, 0.5 * (1.0 + c), new))
        update, old_size, c = float(np.abs(new - c).max()), size, new
    raise ArithmeticError(f"Newton's method left an error of {error:.1e}")
