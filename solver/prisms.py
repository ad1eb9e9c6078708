"""Mass and stiffness matrices of prisms, for layers that were cut into tetrahedra.

The mesh is cut, the layers are not meant to be: how a prism is cut decides which of its nodes
get how much of its volume, and so which nodes of a flat surface fill faster than others, until
the field varies over more than a layer. On whole prisms a field that depends on the depth alone
stays one: every node of a plane has the same equation but for a factor, the area it stands for.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import basix
import numpy as np
from numpy.typing import NDArray

from ..geometry.prisms import Prisms
from ..geometry.topology import TET_EDGES

Array = NDArray[np.float64]
Ints = NDArray[np.integer]

_DEGREES = {1: 3, 2: 5}
"""By order: of the quadrature, exact on straight prisms and a degree above."""
_CHUNK = 4096
"""Prisms whose matrices are made at once: some tens of megabytes."""


class PrismMatrices(NamedTuple):
    """Element matrices (n, k, k): int phi_i phi_j [m3] and int grad phi_i . grad phi_j [m]."""

    mass: Array
    stiffness: Array


def prism_nodes(prisms: Prisms, cells: Ints) -> Ints:
    """(n, 6 or 18) nodes of each prism, in the order of basix's Lagrange element.

    A prism of order 2 has the nodes that its tetrahedra have in the middle of their edges; those
    on the diagonals of its sides are the sides' middles.
    """
    if cells.shape[1] == 4:
        return prisms.corners
    own = cells[prisms.cells]
    # a pair of nodes as one number, whichever comes first
    most = int(cells.max()) + 1
    ends = np.sort(own[:, :, TET_EDGES], axis=3).astype(np.int64).reshape(-1, 18, 2)
    edges = ends @ np.array([most, 1])
    middles = own[:, :, 4:].reshape(-1, 18)
    found = [prisms.corners]
    for pairs in _pairs():
        node = np.full(len(own), -1, dtype=np.int64)
        for pair in pairs:
            key = np.sort(prisms.corners[:, pair], axis=1) @ np.array([most, 1])
            here = edges == key[:, None]
            place = np.take_along_axis(middles, here.argmax(axis=1)[:, None], axis=1)[:, 0]
            node = np.where(here.any(axis=1), place, node)
        found.append(node[:, None])
    return np.hstack(found)


def prism_matrices(points: Array, volumes: Array) -> PrismMatrices:
    """The matrices of prisms of order 1 or 2, the mass scaled to hold the given volumes.

    Args:
        points: (n, 6 or 18, 3) the prisms' nodes [m]; see `prism_nodes`.
        volumes: (n,) what the tetrahedra of each hold [m3].
    """
    degree = 1 if points.shape[1] == 6 else 2
    at, weights = basix.make_quadrature(basix.CellType.prism, _DEGREES[degree])
    table = _element(degree).tabulate(1, at)[..., 0]
    if not len(points):
        none = np.empty((0, points.shape[1], points.shape[1]))
        return PrismMatrices(none, none)
    parts = [
        _matrices(points[k : k + _CHUNK], table, weights, volumes[k : k + _CHUNK])
        for k in range(0, len(points), _CHUNK)
    ]
    return PrismMatrices(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def in_columns(mass: Array) -> Array:
    """(3 n, 2, 2) the mass (n, 6, 6) lumped within each plane: what is left couples columns' ends.

    It has the row sums of the whole matrix, and as that one is of second order sideways.
    """
    upper, lower = mass[:, :3], mass[:, 3:]
    blocks = np.empty((len(mass), 3, 2, 2))
    blocks[..., 0, 0], blocks[..., 1, 1] = upper[..., :3].sum(2), lower[..., 3:].sum(2)
    between = 0.5 * (upper[..., 3:].sum(2) + lower[..., :3].sum(2))
    blocks[..., 0, 1] = blocks[..., 1, 0] = between
    # on a tapered prism both halves of `between` differ: keep what each row sums to
    blocks[..., 0, 0] += upper[..., 3:].sum(2) - between
    blocks[..., 1, 1] += lower[..., :3].sum(2) - between
    return blocks.reshape(-1, 2, 2)


@cache
def _element(degree: int) -> basix.finite_element.FiniteElement:
    return basix.create_element(
        basix.ElementFamily.P, basix.CellType.prism, degree, basix.LagrangeVariant.gll_warped
    )


@cache
def _pairs() -> tuple[tuple[tuple[int, int], ...], ...]:
    """Of each node of order 2 the pairs of corners in whose middle it may be."""
    corners = basix.geometry(basix.CellType.prism)
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 6)]
    return tuple(
        tuple((a, b) for a, b in pairs if np.allclose((corners[a] + corners[b]) / 2, place))
        for place in _element(2).points[6:]
    )


def _matrices(x: Array, table: Array, weights: Array, volumes: Array) -> PrismMatrices:
    jacobian = np.einsum("dqk,nkx->nqxd", table[1:], x, optimize=True)
    sizes = np.abs(np.linalg.det(jacobian)) * weights
    gradients = np.einsum("dqk,nqdx->nqkx", table[1:], np.linalg.inv(jacobian), optimize=True)
    scaled = sizes * (volumes / sizes.sum(axis=1))[:, None]
    width = table.shape[2]
    products = (table[0][:, :, None] * table[0][:, None, :]).reshape(len(weights), -1)
    mass = (scaled @ products).reshape(len(x), width, width)
    flat = (gradients * np.sqrt(sizes)[:, :, None, None]).transpose(0, 2, 1, 3)
    flat = flat.reshape(len(x), width, -1)
    return PrismMatrices(mass, flat @ flat.transpose(0, 2, 1))
