"""How far a level set must be shifted for the connected porosity that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from ...errors import MeshError
from ..arrays import Floats
from .sampling import Samples

# Shifts are looked for up to this many spacings either way.
_FARTHEST = 3.0
_BISECTIONS = 14
_MESHES = 3
WANTED = 4e-4
ACCEPTED = 2e-3

T = TypeVar("T")


class Trial(NamedTuple):
    """What one mesh shows: its connected porosity, and the surface per volume of the box."""

    porosity: float
    surface: float


def search(
    wanted: float, samples: Samples, cut: Callable[[float], tuple[T, Trial]], *, periodic: bool
) -> tuple[T, float]:
    """The best of at most three meshes, and its shift in spacings.

    The first shift comes from the lattice's points alone; then the surface tells how the volume
    changes with the shift. Where a pore opens or closes, porosity jumps: the bracket is halved.

    Raises:
        MeshError: if the porosity is not reached.
    """
    shift = _estimate(wanted, samples, periodic=periodic)
    best: tuple[T, float] | None = None
    least, low, high = np.inf, -_FARTHEST, _FARTHEST
    for _ in range(_MESHES):
        made, trial = cut(shift)
        error = trial.porosity - wanted
        if abs(error) < least:
            best, least = (made, shift), abs(error)
        if abs(error) <= WANTED:
            break
        low, high = (shift, high) if error > 0 else (low, shift)
        shift += error / trial.surface
        if not low < shift < high:
            shift = (low + high) / 2
    if best is None or least > ACCEPTED:
        raise MeshError(
            f"porosity: {wanted:g} is missed by {least:.4f} on the mesh, since a pore opens or "
            "closes there; another porosity, seed or a smaller element size will do"
        )
    return best


def _estimate(wanted: float, samples: Samples, *, periodic: bool) -> float:
    """The shift at which the lattice's corners show the porosity."""
    low, high = -_FARTHEST, _FARTHEST
    if not _connected(samples.corners - low, periodic) > wanted:
        raise MeshError(
            f"porosity: {wanted:g} is out of reach, since its pores would not be connected; "
            "a lower porosity or a smaller element size will do"
        )
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _connected(samples.corners - middle, periodic) > wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _connected(values: Floats, periodic: bool) -> float:
    """Share of the box that is pore and joined to the top."""
    from scipy import ndimage

    pore = values >= 0
    labels, count = ndimage.label(pore)
    joined = np.zeros(count + 1, dtype=bool)
    joined[labels[:, :, -1]] = True
    joined[0] = False
    if periodic:
        joined = _through_sides(labels, joined)
    # Shares near the surface: as for a plane through a cube of edge one.
    share = np.clip(0.5 + values, 0.0, 1.0)
    closed = pore & ~joined[labels]
    share[closed] = 0.0
    weights = [np.ones(n) for n in values.shape]
    for weight in weights:
        weight[[0, -1]] = 0.5
    mean = np.einsum("ijk,i,j,k->", share, *weights, optimize=True)
    return float(mean / np.prod([weight.sum() for weight in weights]))


def _through_sides(labels: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Pieces joined across the periodic sides, on which corners occur twice."""
    pairs = np.concatenate(
        [
            np.stack([labels[0].ravel(), labels[-1].ravel()], axis=1),
            np.stack([labels[:, 0].ravel(), labels[:, -1].ravel()], axis=1),
        ]
    )
    pairs = np.unique(pairs[(pairs > 0).all(axis=1)], axis=0)
    before = -1
    while int(joined.sum()) != before:
        before = int(joined.sum())
        either = joined[pairs].any(axis=1)
        joined[pairs[either]] = True
    return joined
