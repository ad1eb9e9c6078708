"""Laplace's equation on the voxels of a phase: one level of a multigrid, without a matrix.

Potential 1 and 0 on two opposite faces, half a voxel from the outer centres, no flux elsewhere.
An array is flat, with a rim of zeros around the box, so that neighbours are at fixed distances, and
all is done in pieces that stay in the processor's cache. Outside the phase all values are zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike, NDArray

Flat = NDArray[np.floating]
"""Single precision, or double where more than five digits are wanted."""
Shape = tuple[int, int, int]

PIECE = 1 << 15
"""Numbers that are worked on at once."""


@dataclass(frozen=True, eq=False)
class Grid:
    """One level: (A u) = sum over neighbours of k (u - u') + ends u.

    Attributes:
        shape: (nx, ny, nz) of the box, whose ends are those along x; even numbers.
        inside: 1 in the phase, 0 outside.
        diagonal: of A.
        links: k towards the next cell along x, y and z; None: 1 between cells of the phase.
        low, high: (ny, nz) conductance from the first and the last layer to the ends.
        last: number of the last layer.
    """

    shape: Shape
    inside: Flat
    diagonal: Flat
    links: tuple[Flat, Flat, Flat] | None
    low: Flat
    high: Flat
    last: int

    @cached_property
    def inverse(self) -> Flat:
        """1 over the diagonal; 0 outside the phase."""
        inverse = np.zeros_like(self.diagonal)
        np.divide(1, self.diagonal, out=inverse, where=self.diagonal > 0)
        return inverse

    @property
    def strides(self) -> Shape:
        """Distance to the next cell along x, y and z."""
        _, ny, nz = self.shape
        return (ny + 2) * (nz + 2), nz + 2, 1

    def box(self, flat: Flat) -> Flat:
        """The box (nx, ny, nz) of an array, without its rim; a view."""
        return box(flat, self.shape)

    def zeros(self) -> Flat:
        """An array without values."""
        return np.zeros_like(self.inside)

    def _rooms(self) -> Flat:
        return np.empty((2, PIECE), self.inside.dtype)

    def pieces(self) -> Iterator[slice]:
        """Stretches of an array that together hold the box."""
        first = self.strides[0]
        end = (self.shape[0] + 1) * first
        for start in range(first, end, PIECE):
            yield slice(start, min(start + PIECE, end))

    def apply(self, u: Flat, out: Flat) -> float:
        """Put A u into `out`; the scalar product of u and A u."""
        total, rooms = 0.0, self._rooms()
        for piece in self.pieces():
            around, room = rooms[:, : piece.stop - piece.start]
            result = out[piece]
            self._neighbours(u, piece, around, room)
            np.multiply(self.diagonal[piece], u[piece], out=result)
            result -= around
            result *= self.inside[piece]
            total += float(np.dot(result, u[piece]))
        return total

    def residual(self, u: Flat, right: Flat, out: Flat) -> None:
        """Put right - A u into `out`."""
        rooms = self._rooms()
        for piece in self.pieces():
            around, room = rooms[:, : piece.stop - piece.start]
            self._neighbours(u, piece, around, room)
            around += right[piece]
            np.multiply(self.diagonal[piece], u[piece], out=room)
            around -= room
            np.multiply(around, self.inside[piece], out=out[piece])

    def smooth(self, u: Flat, right: Flat, weight: float, out: Flat) -> None:
        """Put u + weight / D (right - A u), a step of Jacobi's method, into `out`."""
        rooms = self._rooms()
        for piece in self.pieces():
            around, room = rooms[:, : piece.stop - piece.start]
            self._neighbours(u, piece, around, room)
            around += right[piece]
            around *= self.inverse[piece]
            around -= u[piece]
            around *= weight
            np.add(u[piece], around, out=out[piece])

    def _neighbours(self, u: Flat, piece: slice, out: Flat, room: Flat) -> None:
        """Sum of k u' over the neighbours of a piece's cells; not 0 yet outside the phase."""
        low, high = piece.start, piece.stop
        if self.links is None:
            x, y, z = self.strides
            np.add(u[low - x : high - x], u[low + x : high + x], out=out)
            for step in (-y, y, -z, z):
                out += u[low + step : high + step]
            return
        out.fill(0)
        for link, step in zip(self.links, self.strides, strict=True):
            np.multiply(link[piece], u[low + step : high + step], out=room)
            out += room
            np.multiply(link[low - step : high - step], u[low - step : high - step], out=room)
            out += room


def zeros(shape: Shape, kind: DTypeLike) -> Flat:
    """A flat array without values for a box, rim included."""
    nx, ny, nz = shape
    return np.zeros((nx + 2) * (ny + 2) * (nz + 2), dtype=kind)


def box(flat: Flat, shape: Shape) -> Flat:
    """The box of a flat array, without its rim; a view."""
    nx, ny, nz = shape
    return flat.reshape(nx + 2, ny + 2, nz + 2)[1:-1, 1:-1, 1:-1]


def finest(phase: NDArray[np.bool_], kind: DTypeLike) -> Grid:
    """The level of the voxels themselves; the ends are those along the first axis."""
    nx, ny, nz = phase.shape
    shape = (nx + nx % 2, ny + ny % 2, nz + nz % 2)
    inside, diagonal = zeros(shape, kind), zeros(shape, kind)
    own, degree = box(inside, shape), box(diagonal, shape)
    own[:nx, :ny, :nz] = phase
    for axis in range(3):
        one, two, here = (np.moveaxis(a, axis, 0) for a in (degree, degree, own))
        one[1:] += here[:-1]
        two[:-1] += here[1:]
    degree *= own
    low, high = 2 * own[0], 2 * own[nx - 1]
    degree[0] += low
    degree[nx - 1] += high
    return Grid(shape, inside, diagonal, None, low, high, nx - 1)


def coarser(grid: Grid) -> Grid:
    """The next level: cubes of eight cells, joined by half the sum of their cells' links.

    Half, since the way from centre to centre is twice as long; the sum alone, which goes with
    values that are constant in each cube, would be too stiff.
    """
    nx, ny, nz = (n // 2 + n // 2 % 2 for n in grid.shape)
    shape, kind = (nx, ny, nz), grid.inside.dtype
    diagonal, links = zeros(shape, kind), []
    total = box(diagonal, shape)
    for axis in range(3):
        link = zeros(shape, kind)
        across = np.moveaxis(box(link, shape), axis, 0)
        # only what crosses from one cube to the next counts
        crossing = _links(grid, axis)[1::2]
        summed = _pairs(_pairs(crossing, 1), 2) / 2
        across[tuple(map(slice, summed.shape))] = summed
        mine = np.moveaxis(total, axis, 0)
        mine += across
        mine[1:] += across[:-1]
        links.append(link)
    low, high = np.zeros((2, ny, nz), kind)
    for found, given in ((low, grid.low), (high, grid.high)):
        summed = _pairs(_pairs(given, 0), 1) / 2
        found[tuple(map(slice, summed.shape))] = summed
    last = grid.last // 2
    total[0] += low
    total[last] += high
    inside = (diagonal > 0).astype(kind)
    return Grid(shape, inside, diagonal, (links[0], links[1], links[2]), low, high, last)


def restrict(grid: Grid, fine: Flat, coarse: Grid, out: Flat) -> None:
    """Put the sum over each cube of the finer level's values into `out`."""
    given, found = grid.box(fine), coarse.box(out)
    for k in range(grid.shape[0] // 2):
        layer = given[2 * k] + given[2 * k + 1]
        summed = _pairs(_pairs(layer, 0), 1)
        found[k][tuple(map(slice, summed.shape))] = summed


def prolong_onto(grid: Grid, fine: Flat, coarse: Grid, values: Flat) -> None:
    """Add to each cell, in the phase, the value of its cube."""
    given, found, inside = coarse.box(values), grid.box(fine), grid.box(grid.inside)
    _, ny, nz = grid.shape
    for k in range(grid.shape[0] // 2):
        layer = given[k, : ny // 2, : nz // 2].repeat(2, axis=0).repeat(2, axis=1)
        for row in (2 * k, 2 * k + 1):
            found[row] += layer * inside[row]


def _links(grid: Grid, axis: int) -> Flat:
    """Conductances to the next cell along an axis, that axis first."""
    if grid.links is not None:
        return np.moveaxis(grid.box(grid.links[axis]), axis, 0)
    own = np.moveaxis(grid.box(grid.inside), axis, 0)
    joined = np.zeros_like(own)
    joined[:-1] = own[:-1] * own[1:]
    return joined


def _pairs(values: Flat, axis: int) -> Flat:
    """Sums of two neighbours along an axis of even length."""
    moved = np.moveaxis(values, axis, 0)
    return np.moveaxis(moved[0::2] + moved[1::2], 0, axis)
