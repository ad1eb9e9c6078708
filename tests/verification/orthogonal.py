"""Insertion into cylinders and boxes by finite volumes on an orthogonal grid, in numpy and scipy.

Nothing of it is nanotrode's but the material's laws: cells instead of nodes, two-point fluxes, a
value of its own on each reacting face, SDIRK2 over steps given in advance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import cg

GAMMA = 1.0 - 1.0 / np.sqrt(2.0)


def graded(length: float, first: float, ratio: float, largest: float) -> np.ndarray:
    """Cell borders from 0 to `length`, finest at its end."""
    steps = [first]
    while sum(steps) < length:
        steps.append(min(ratio * steps[-1], largest))
    borders = np.concatenate([[0.0], np.cumsum(steps)])
    return length - borders[::-1] * (length / borders[-1])


class Grid(NamedTuple):
    """A body cut into orthogonal cells; its last face along each marked axis reacts.

    Attributes:
        volumes: (n,) [m3].
        laplacian: (n, n) conductances between cells [m], negative semidefinite.
        cells: (f,) the cell behind each reacting face.
        areas: (f,) [m2].
        halves: (f,) distance of the face from the cell's middle [m].
        shape: Cells along each axis.
    """

    volumes: np.ndarray
    laplacian: csr_matrix
    cells: np.ndarray
    areas: np.ndarray
    halves: np.ndarray
    shape: tuple[int, ...]


def box(axes: list[np.ndarray], reacting: list[bool]) -> Grid:
    """A box with the given cell borders along each axis."""
    return _grid(axes, reacting, lambda axis, borders: np.diff(borders))


def cylinder(r: np.ndarray, z: np.ndarray) -> Grid:
    """A cylinder from its axis, its side and its upper end reacting."""
    size = [lambda b: np.pi * np.diff(b**2), np.diff]
    return _grid([r, z], [True, True], lambda axis, b: size[axis](b), radial=r)


def _grid(axes, reacting, extent, radial=None) -> Grid:
    shape = tuple(len(b) - 1 for b in axes)
    sizes = [extent(axis, b) for axis, b in enumerate(axes)]
    volumes = np.ones(shape)
    for axis, size in enumerate(sizes):
        volumes = volumes * size.reshape([-1 if k == axis else 1 for k in range(len(shape))])
    number = np.arange(volumes.size).reshape(shape)
    middles = [0.5 * (b[1:] + b[:-1]) for b in axes]
    rows, columns, values, faces = [], [], [], []
    for axis, borders in enumerate(axes):
        along = [-1 if k == axis else 1 for k in range(len(shape))]
        # the face between two cells, and the one at the end
        area = volumes / sizes[axis].reshape(along)
        if radial is not None and axis == 0:
            area = area * (2.0 * np.pi * borders[1:]).reshape(along)
        lower = np.take(number, range(shape[axis] - 1), axis).ravel()
        upper = np.take(number, range(1, shape[axis]), axis).ravel()
        apart = np.diff(middles[axis]).reshape(along)
        g = (np.take(area, range(shape[axis] - 1), axis) / apart).ravel()
        rows += [lower, upper, lower, upper]
        columns += [upper, lower, lower, upper]
        values += [g, g, -g, -g]
        if reacting[axis]:
            last = np.take(number, -1, axis).ravel()
            half = np.full(len(last), borders[-1] - middles[axis][-1])
            faces.append((last, np.take(area, -1, axis).ravel(), half))
    laplacian = csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    )
    return Grid(
        volumes.ravel(),
        laplacian,
        *(np.concatenate(part) for part in zip(*faces, strict=True)),
        shape,
    )


class Discharge(NamedTuple):
    """Over time (t,) [s]: potential [V], smallest and largest local current density [A m-2].

    `local` (t, f) is that of all reacting faces, in the grid's order.
    """

    time: np.ndarray
    potential: np.ndarray
    smallest: np.ndarray
    largest: np.ndarray
    local: np.ndarray


def discharge(grid: Grid, card, *, c_rate: float, start: float, times: np.ndarray) -> Discharge:
    """Impose a current on a body at one stoichiometry; rows at `times`, from the first after 0."""
    from nanotrode.materials.constants import FARADAY
    from nanotrode.solver.interface import react

    d = float(np.asarray(card.diffusivity(0.5)))
    per_ampere = 1.0 / (card.charge_number * FARADAY * card.c_s_max)
    wanted = -c_rate / 3600.0 * card.capacity_density * grid.volumes.sum() * per_ampere  # [m3/s]
    x, face = np.full(len(grid.volumes), start), np.full(len(grid.cells), start)
    potential = float(card.ocp(np.array([start]))[0])
    series, local, now, matrix = [], [], 0.0, d * grid.laplacian
    guess = None

    def faces(x, face, potential):
        """Reaction on each face, its value solved for; and the slopes over x and V [m/s]."""
        k = d / grid.halves
        for _ in range(60):
            law = react(card, face, potential, c_e=1000.0, temperature=298.15)
            q, s = per_ampere * law.j, np.maximum(per_ampere * law.slope_x, 0.0)
            move = (k * (x[grid.cells] - face) - q) / (k + s)
            room = np.minimum(face, 1.0 - face)
            face = face + np.clip(move, -0.5 * room, 0.5 * room)
            if np.abs(move).max() < 1e-12:
                break
        c = per_ampere * law.slope_potential
        return face, q, k * s / (k + s), c * k / (k + s), law.j

    def stage(base, h, x, face, potential, guess):
        """Solve volumes (x - base) / h = L x - reaction, with the whole reaction imposed."""
        for _ in range(60):
            face, q, over_x, over_v, j = faces(x, face, potential)
            residual = grid.volumes * (x - base) / h - matrix @ x
            np.add.at(residual, grid.cells, grid.areas * q)
            excess = grid.areas @ q - wanted
            diagonal, border = grid.volumes / h, np.zeros(len(x))
            np.add.at(diagonal, grid.cells, grid.areas * over_x)
            np.add.at(border, grid.cells, grid.areas * over_v)
            jacobian = diags(diagonal) - matrix
            scale = diags(1.0 / jacobian.diagonal())
            y, _ = cg(jacobian, residual, rtol=1e-9, M=scale)
            z, _ = cg(jacobian, border, x0=guess, rtol=1e-9, M=scale)
            guess, slope = z, np.zeros(len(x))
            np.add.at(slope, grid.cells, grid.areas * over_x)
            move = (excess - slope @ y) / (grid.areas @ over_v - slope @ z)
            damping = min(1.0, 0.1 / max(abs(move), 1e-30))
            x, potential = x - damping * (y - z * move), potential - damping * move
            if abs(move) < 1e-9 and np.abs(y - z * move).max() < 1e-9:
                face, q, _, _, j = faces(x, face, potential)
                return x, face, potential, j, guess
        raise ArithmeticError("the reference did not converge")

    for end in times:
        h, base = end - now, x
        x1, face, potential, _, guess = stage(base, GAMMA * h, x, face, potential, guess)
        second = base + (1.0 - GAMMA) / GAMMA * (x1 - base)
        x, face, potential, j, guess = stage(second, GAMMA * h, x1, face, potential, guess)
        now = end
        series.append((end, potential, j.min(), j.max()))
        local.append(j)
    return Discharge(*np.array(series).T, np.array(local))
