"""Arrays as text in a page: few bits, deflated, base64; `arrays.js` reads them back."""

from __future__ import annotations

import base64
import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVELS = 4095
"""Steps of a packed field: more than a colour bar can show."""

_PLACES = 65535


class Levels(NamedTuple):
    """Numbers as steps between two ends."""

    steps: NDArray
    """(n,) from 0 to `LEVELS`, uint16."""
    low: float
    """What 0 stands for."""
    high: float
    """What `LEVELS` stands for."""


def deflate(array: NDArray) -> str:
    """The bytes of a little-endian array, deflated, in base64.

    Bytes of equal weight stand together: neighbours are alike in their high bytes.
    """
    flat = np.ascontiguousarray(array).ravel()
    planes = flat.view(np.uint8).reshape(flat.size, flat.itemsize).T
    return base64.b64encode(zlib.compress(np.ascontiguousarray(planes).tobytes(), 9)).decode()


def to_levels(values: NDArray) -> Levels:
    """A nodal field (n,) between its own ends."""
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / (high - low) if high > low else np.zeros(len(values))
    return Levels(np.round(LEVELS * scaled).astype("<u2"), low, high)


def alike(some: Levels, other: Levels) -> bool:
    """Whether two fields are one times a number, plus a number, as far as levels can tell."""
    return bool(np.abs(some.steps.astype(int) - other.steps.astype(int)).max() <= 1)


def pack_points(points: NDArray, low: NDArray, size: float) -> str:
    """Points (n, 3) as 16-bit places in a cube of edge `size` whose corner is `low`."""
    places = np.round(_PLACES * np.clip((points - low) / size, 0.0, 1.0))
    return deflate(np.ascontiguousarray(places.T).astype("<u2"))


def pack_normals(normals: NDArray) -> str:
    """Unit vectors (n, 3) in one signed byte for each component."""
    return deflate(np.ascontiguousarray(np.round(127 * normals).T).astype(np.int8))


def pack_faces(faces: NDArray) -> str:
    """Triangles (m, 3), each number as its distance from the one before."""
    flat = faces.ravel().astype(np.int64)
    steps = np.diff(flat, prepend=0)
    return deflate(steps.astype("<i4"))
