"""Conjugate gradients with geometric multigrid for the potential on a phase's voxels.

The coarse levels are those of `voxel_grid`; each but the finest is visited twice a cycle. What is
wanted is the energy, whose error is the square of the solution's: iteration ends when the
energy still to be gained (Strakos and Tichy, ETNA 13 (2002) 56) is small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import SolverError
from .voxel_grid import PIECE, Flat, Grid, coarser, finest, prolong_onto, restrict

WEIGHT = 0.8
"""Of Jacobi's method."""

_SINGLE = 3e-6
"""Tolerance from which on single precision will do."""

_LARGE = 1_000_000
"""Voxels from which on single precision is worth it."""

_SMALLEST = 6
"""Cells along an edge of the coarsest level, at most."""

_DELAY = 3
"""Iterations after which the energy gained since tells what was to be gained."""

_MOST = 400


class Found(NamedTuple):
    """The flux from one end to the other.

    Attributes:
        conductance: in units of a voxel's edge: the flux at a drop of potential of 1.
        error: estimated, relative, of the linear solve.
        iterations: taken.
    """

    conductance: float
    error: float
    iterations: int


def conductance(
    phase: NDArray[np.bool_],
    *,
    tolerance: float,
    tell: Callable[[int, float], None] | None = None,
) -> Found:
    """The flux through a phase between its ends along the first axis.

    Args:
        phase: Cells that are joined to both ends, and no others.
        tolerance: Relative, of the flux.
        tell: Called after each iteration with its number and the estimated error.

    Raises:
        SolverError: No convergence.
    """
    single = phase.size > _LARGE and tolerance > _SINGLE
    levels = _levels(phase, np.float32 if single else np.float64)
    grid = levels[0].grid
    u = _straight(grid)
    right = float(grid.low.sum())  # the energy of u = 0 but for 1 at the end
    r, p, q = grid.zeros(), grid.zeros(), grid.zeros()
    b = grid.zeros()
    grid.box(b)[0] = grid.low
    grid.residual(u, b, r)
    gains: list[float] = []
    before = 0.0
    for number in range(1, _MOST + 1):
        z = _cycle(levels, 0, r)
        product = _dot(grid, r, z)
        if product <= 0.0:  # already exact, to the last digit
            return Found(_energy(grid, right, b, u, r), 0.0, number)
        _combine(grid, p, z, product / before if before else 0.0)
        step = product / grid.apply(p, q)
        _advance(grid, u, p, r, q, step)
        before = product
        gains.append(step * product)
        energy = _energy(grid, right, b, u, r)
        error = sum(gains[-_DELAY:]) / energy
        if tell is not None:
            tell(number, error)
        if number >= _DELAY and error < tolerance:
            return Found(energy, error, number)
    raise SolverError(
        f"Laplace's equation on voxels: no convergence to {tolerance:g} in {_MOST} iterations"
    )


def _energy(grid: Grid, ends: float, b: Flat, u: Flat, r: Flat) -> float:
    """Of a potential whose residual is r; what the flux is, when it is the solution."""
    return ends - _dot(grid, b, u) - _dot(grid, r, u)


class _Level(NamedTuple):
    """A level with the arrays that a cycle needs on it."""

    grid: Grid
    right: Flat
    u: Flat
    room: Flat


def _levels(phase: NDArray[np.bool_], kind: DTypeLike) -> list[_Level]:
    grids = [finest(phase, kind)]
    while max(grids[-1].shape) > _SMALLEST:
        grids.append(coarser(grids[-1]))
    return [_Level(grid, grid.zeros(), grid.zeros(), grid.zeros()) for grid in grids]


def _cycle(levels: list[_Level], depth: int, right: Flat) -> Flat:
    """An approximate solution of A u = right on a level, from nothing."""
    grid, _, u, room = levels[depth]
    np.multiply(grid.inverse, right, out=u)
    u *= WEIGHT
    if depth == len(levels) - 1:
        for _ in range(4 * max(grid.shape)):
            grid.smooth(u, right, WEIGHT, room)
            u, room = room, u
        return u
    below = levels[depth + 1]
    for visit in range(1 if depth == 0 else 2):
        if visit:
            grid.smooth(u, right, WEIGHT, room)
            u, room = room, u
        grid.residual(u, right, room)
        restrict(grid, room, below.grid, below.right)
        found = _cycle(levels, depth + 1, below.right)
        prolong_onto(grid, u, below.grid, found)
        grid.smooth(u, right, WEIGHT, room)
        u, room = room, u
    return u


def _straight(grid: Grid) -> Flat:
    """The potential that falls evenly from end to end, as if all were phase."""
    u = grid.zeros()
    count = grid.last + 1
    fall = (1 - (np.arange(grid.shape[0]) + 0.5) / count).astype(u.dtype)
    np.multiply(fall[:, None, None], grid.box(grid.inside), out=grid.box(u))
    return u


def _dot(grid: Grid, one: Flat, other: Flat) -> float:
    return sum(float(np.dot(one[piece], other[piece])) for piece in grid.pieces())


def _combine(grid: Grid, p: Flat, z: Flat, factor: float) -> None:
    """Make p z + factor p."""
    for piece in grid.pieces():
        part = p[piece]
        part *= factor
        part += z[piece]


def _advance(grid: Grid, u: Flat, p: Flat, r: Flat, q: Flat, step: float) -> None:
    """Go a step along p: u grows by step p, r falls by step q, which is A p."""
    room = np.empty(PIECE, grid.inside.dtype)
    for piece in grid.pieces():
        part = room[: piece.stop - piece.start]
        np.multiply(p[piece], step, out=part)
        u[piece] += part
        np.multiply(q[piece], step, out=part)
        r[piece] -= part
