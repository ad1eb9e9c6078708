"""How large a structure will be to mesh and to describe, told before it is begun.

Numbers are rough: from counts of our own meshes and runs on one core (benchmarks/results/image.md).
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..errors import NanotrodeError
from ..geometry.build_cad import Shape
from ..geometry.implicit.image import Image
from ..geometry.sizing import Sizing
from ..postprocess.wording import duration

_SAMPLE = 4000
_CROP = 40
"""Voxels along each edge of the part of an image that stands for all of it."""

# Cells in a cube of the lattice: within four cubes of a surface, farther, and in the headroom.
_NEAR, _FAR, _ABOVE = 14.3, 2.0, 7.0
_BASE, _PER_CELL, _PER_CELL_DESCRIBED, _PER_VOXEL = 3e8, 800.0, 2000.0, 70.0  # [bytes]
_IMAGE, _OTHERS, _VOXELS = 3.3e-5, 1.5e-5, 4e-6
"""Time to mesh a cell of a smoothed image, of another shape, of an image's own voxels [s]."""
_SOLVE, _WIDTHS, _LIMIT = 3.6e-7, 7e-7, 12.0
"""Time for a voxel's potential along an axis, its local thickness; for the limit of a phase [s]."""
_SOLVE_CELL = 1e-4
"""Time for the potentials in a cell along three axes, and for drawing it [s]."""


class Forecast(NamedTuple):
    """What is to be expected.

    Attributes:
        size: In words, such as "about 1.2 million cells".
        memory: At the peak [bytes].
        seconds: Of one core.
    """

    size: str
    memory: float
    seconds: float

    def __str__(self) -> str:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        line = f"{self.size}, {self.memory / 1e9:.1f} GB, {duration(self.seconds)} on one core"
        if self.memory < 0.9 * there:
            return line
        return (
            f"{line}: more memory than the {there / 1e9:.0f} GB here; a crop or larger cells help"
        )


def forecast_image(counts: tuple[int, ...], phases: int) -> Forecast:
    """What it takes to describe an image without a mesh."""
    voxels = float(np.prod(counts))
    size = f"{' × '.join(map(str, counts))} = {_rounded(voxels)} voxels, {phases} phases"
    seconds = phases * (voxels * (3 * _SOLVE + _WIDTHS) + min(_LIMIT, 27 * _SOLVE * voxels))
    return Forecast(size, _BASE + _PER_VOXEL * voxels, seconds)


def forecast_mesh(shape: Shape | None, sizing: Sizing, *, described: bool) -> Forecast | None:
    """What it takes to mesh a shape that is cut out of a lattice; None for others.

    Args:
        shape: What is to be meshed.
        sizing: Sizes of its elements.
        described: Whether it is to be described, too.
    """
    if shape is None or not hasattr(shape, "phases"):
        return None
    cells, each = _cells(shape, sizing)
    if cells is None:
        return None
    seconds = cells * (each + (_SOLVE_CELL if described else 0.0))
    memory = _BASE + cells * (_PER_CELL_DESCRIBED if described else _PER_CELL)
    if isinstance(shape, Image) and described:
        image = forecast_image(shape.voxels.tags.shape, len(shape.voxels.regions))
        seconds, memory = seconds + image.seconds, max(memory, image.memory)
    return Forecast(f"about {_rounded(cells)} cells", memory, seconds)


def _cells(shape: Any, sizing: Sizing) -> tuple[float | None, float]:
    """How many cells, and how long each takes [s]."""
    image = isinstance(shape, Image)
    size = (sizing.interface or shape.resolution) / sizing.refine
    above: float = (getattr(shape, "headroom", None) or 0.0) * shape.footprint
    if isinstance(shape, Image) and not shape.smoothing:
        parts = max(1, round(shape.voxel / size))
        kept = shape.voxels.tags.size if above else int(shape.voxels.solid.sum())
        return 5.0 * parts**3 * (kept + above / shape.voxel**3), _VOXELS
    try:
        part = _part(shape) if isinstance(shape, Image) else shape
        density = _density(part, size, alone=not above)
    except NanotrodeError:  # nothing to go by in this part, or nothing at all
        return None, 0.0
    cells = (density * float(np.prod(shape.size)) + _ABOVE * above) / size**3
    return cells, _IMAGE if image else _OTHERS


def _part(image: Image) -> Image:
    """A cube in the middle of an image."""
    crop = image.crop or (None, None, None)
    spans = []
    for n, span in zip(image.voxels.tags.shape, crop, strict=True):
        first = (span[0] if span else 0) + max(0, (n - _CROP) // 2)
        spans.append((first, first + min(n, _CROP)))
    return replace(image, crop=(spans[0], spans[1], spans[2]))


def _density(shape: Any, size: float, *, alone: bool) -> float:
    """Cells in a cube of the lattice, on average over the box."""
    places = np.random.default_rng(0).random((_SAMPLE, 3)) * np.array(shape.size)
    (_, first), *others = shape.phases()
    values = first(places)
    solid, far = values < 0, np.abs(values)
    for _, level in others:
        far = np.where(solid, np.minimum(far, np.abs(level(places))), far)
    counted = solid if alone else np.ones(_SAMPLE, dtype=bool)
    near = float((counted & (far < 4 * size)).mean())
    return _NEAR * near + _FAR * (float(counted.mean()) - near)


def _rounded(count: float) -> str:
    if count >= 1e6:
        return f"{count / 1e6:.3g} million"
    return f"{float(f'{count:.2g}'):,.0f}".replace(",", "\u202f")
