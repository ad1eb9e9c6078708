"""Few points with positive weights that integrate what the reaction does on the surface.

The integrals are those of the local current densities seen in training times the basis at the
surface. Non-negative least squares finds a rule of as many points as there are integrals that
matter (empirical cubature: An, Kim and James, doi:10.1145/1409060.1409118; Hernandez,
Caicedo and Ferrer, doi:10.1016/j.cma.2016.10.022).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Array = NDArray[np.float64]

CHUNK = 20000
CANDIDATES = 1500
SEED = 7


class Cubature(NamedTuple):
    """A rule on the surface.

    Attributes:
        points: (n,) indices of evaluation points.
        weights: (n,) area that each stands for [m2], positive.
        defect: Error of the training integrals, over their size.
    """

    points: NDArray[np.int64]
    weights: Array
    defect: float


def find_cubature(basis: Array, currents: Array, areas: Array, *, tolerance: float) -> Cubature:
    """A rule for the products of current densities and basis functions.

    Args:
        basis: (points, r) basis at the surface's evaluation points.
        currents: (points, q) current densities, scaled by how much each matters.
        areas: (points,) weights of the full rule [m2].
        tolerance: Size of an integrand, over the largest, below which it does not matter.
    """
    directions, exact = _integrands(basis, currents, areas, tolerance)
    generator = np.random.default_rng(SEED)
    share = areas / areas.sum()
    count = min(len(areas), max(CANDIDATES, 12 * directions.shape[1]))
    chosen = np.sort(generator.choice(len(areas), count, replace=False, p=share))
    rows = (_products(basis[chosen], currents[chosen]) @ directions).T
    # the reference of the weights: candidates stand for equal areas, as they were drawn
    unit = areas.sum() / count
    found, _ = nnls(unit * rows, exact, maxiter=30 * count)
    used = np.flatnonzero(found > 0.0)
    defect = np.linalg.norm(unit * rows @ found - exact) / np.linalg.norm(exact)
    return Cubature(chosen[used], unit * found[used], float(defect))


def _integrands(
    basis: Array, currents: Array, areas: Array, tolerance: float
) -> tuple[Array, Array]:
    """Combinations (products, k) of the integrands that span them, with their integrals (k,)."""
    count = basis.shape[1] * currents.shape[1]
    gram, sums = np.zeros((count, count)), np.zeros(count)
    for first in range(0, len(areas), CHUNK):
        part = slice(first, first + CHUNK)
        products = _products(basis[part], currents[part])
        weighted = products * areas[part, None]
        gram += products.T @ weighted
        sums += weighted.sum(axis=0)
    values, vectors = np.linalg.eigh(gram / areas.sum())
    kept = values > tolerance**2 * values[-1]
    directions = vectors[:, kept] / np.sqrt(values[kept])
    return directions, sums @ directions


def _products(basis: Array, currents: Array) -> Array:
    return (basis[:, :, None] * currents[:, None, :]).reshape(len(basis), -1)
