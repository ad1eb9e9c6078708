"""What an image's transport would be without the coarseness of its own voxels.

A pore of a few voxels is solved on a few unknowns, which is too narrow by several per cent, up to a
quarter in the thinnest. Each voxel is therefore split in s along each edge, the faces kept, and
the two values are extrapolated: the error falls as the edge to a power that is 4/3 in the end (the
energy's singularity at re-entrant edges) and was 1.1 to 1.2 from one to four parts on real
images; between 1 and 4/3 lies the error that is stated.

Images too large to be split have their correction from cubes within them: it is one of necks
and corners, alike all over the image.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .effective import AXES, Transport, transport_of
from .effective_voxels import Tell, effective_transport_of_voxels

Mask = NDArray[np.bool_]

ORDER = 1.2
_ORDERS = (1.0, 4.0 / 3.0)

_CHEAP = 4_200_000
"""Voxels after splitting, up to which splitting in more than two is worth it."""

_MOST = 17_000_000
"""Voxels after splitting in two, up to which all of the image is split."""

_CUBE = 64
_CUBES = ((1, 1, 1), (1, 3, 3), (3, 1, 3), (3, 3, 1))
"""Middles of the cubes, in quarters of the image's edges."""


class Limit(NamedTuple):
    """Extrapolated to voxels of no size.

    Attributes:
        transport: The extrapolated values.
        error: Estimated, of the tortuosity factor.
    """

    transport: Transport
    error: float


class OnVoxels(NamedTuple):
    """Transport along one axis of an image.

    Attributes:
        as_they_are: On the voxels themselves, each one unknown.
        limit: Without the voxels' own error; None where nothing leads through, or where no part
            of a large image does.
    """

    as_they_are: Transport
    limit: Limit | None


class _Growth(NamedTuple):
    """Conductance once voxels are split, over that of whole ones.

    Attributes:
        ratio: of both.
        parts: into how many each edge was split.
        scatter: relative, of the ratio between cubes.
    """

    ratio: float
    parts: int
    scatter: float


def transport_on_voxels(
    phase: Mask, axis: int, *, tolerance: float = 1e-4, tell: Tell | None = None
) -> OnVoxels:
    """Effective transport of a phase along one axis, and what it tends to for finer voxels."""
    whole = effective_transport_of_voxels(phase, axis, tolerance=tolerance, tell=tell)
    if whole.diffusivity == 0.0:
        return OnVoxels(whole, None)
    parts = parts_of(phase.size)
    if parts is not None:
        found: _Growth | None = _split(phase, axis, whole.diffusivity, parts, tolerance, tell)
    else:
        found = _in_cubes(phase, axis, tolerance, tell)
    return OnVoxels(whole, None if found is None else _limit(whole, found, tolerance))


def parts_of(voxels: int) -> int | None:
    """Into how many an image's voxels are split; None: only in cubes within it."""
    for parts in (4, 3):
        if voxels * parts**3 <= _CHEAP:
            return parts
    return 2 if voxels * 8 <= _MOST else None


def _limit(whole: Transport, growth: _Growth, tolerance: float) -> Limit:
    low, middle, high = (
        growth.ratio + (growth.ratio - 1.0) / (growth.parts**order - 1.0)
        for order in (_ORDERS[1], ORDER, _ORDERS[0])
    )
    spread = max(high - middle, middle - low) / middle
    found = transport_of(whole.axis, whole.diffusivity * middle, whole.fraction)
    relative = np.linalg.norm([spread, growth.scatter, tolerance])
    return Limit(found, found.tortuosity * float(relative))


def _split(
    phase: Mask, axis: int, whole: float, parts: int, tolerance: float, tell: Tell | None
) -> _Growth:
    finer = phase
    for along in range(3):
        finer = finer.repeat(parts, along)
    found = effective_transport_of_voxels(finer, axis, tolerance=tolerance, tell=tell)
    return _Growth(found.diffusivity / whole, parts, 0.0)


def _in_cubes(phase: Mask, axis: int, tolerance: float, tell: Tell | None) -> _Growth | None:
    """From those cubes that the phase leads through; weighted by what they conduct."""
    pairs = []
    for cube in cubes_of(phase.shape):
        part = phase[cube]
        whole = effective_transport_of_voxels(part, axis, tolerance=tolerance).diffusivity
        if whole > 0.0:
            split = _split(part, axis, whole, 2, tolerance, tell)
            pairs.append((whole, whole * split.ratio))
    if not pairs:
        return None
    one, two = np.array(pairs).T
    ratio = float(two.sum() / one.sum())
    # of few cubes; a single one says nothing of the others
    scatter = np.std(two / one / ratio, ddof=1) / np.sqrt(len(one)) if len(one) > 1 else ratio - 1.0
    return _Growth(ratio, 2, float(scatter))


def cubes_of(shape: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Four cubes, in quarters of a large box that have no face in common."""
    found = []
    for place in _CUBES:
        cube = []
        for n, quarter in zip(shape, place, strict=True):
            edge = min(_CUBE, n)
            start = min(max(0, n * quarter // 4 - edge // 2), n - edge)
            cube.append(slice(start, start + edge))
        found.append(tuple(cube))
    return found


def every_axis(phase: Mask, *, tell: Tell | None = None) -> tuple[OnVoxels, ...]:
    """Along x, y and z."""
    return tuple(transport_on_voxels(phase, axis, tell=tell) for axis in range(len(AXES)))
