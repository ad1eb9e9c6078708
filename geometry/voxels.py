"""Voxels: which region each of them belongs to; from an image, or drawn from a mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import MeshError
from .arrays import Floats, Ints
from .tags import REGIONS

if TYPE_CHECKING:
    from .mesh import ElectrodeMesh

Mask = NDArray[np.bool_]

_AT_ONCE = 2_000_000
"""Pairs of a cell and a voxel that are looked at together: bounds the memory."""


@dataclass(frozen=True, eq=False)
class Voxels:
    """The regions of a box, voxel by voxel.

    Attributes:
        tags: (nx, ny, nz) integers of `tags.REGIONS`; z upwards from the collector.
        spacing: edge of a voxel [m].
        periodic: whether the box continues across its x and y sides.
    """

    tags: NDArray[np.uint8]
    spacing: float
    periodic: bool = False

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that occur."""
        present = set(np.unique(self.tags).tolist())
        return tuple(name for name, tag in REGIONS.items() if tag in present)

    @property
    def size(self) -> tuple[float, float, float]:
        """Edges of the box [m]."""
        x, y, z = (self.spacing * n for n in self.tags.shape)
        return x, y, z

    def phase(self, region: str) -> Mask:
        """Where a region is."""
        return self.tags == REGIONS[region]

    @property
    def solid(self) -> Mask:
        """Where there is no electrolyte."""
        return self.tags != REGIONS["electrolyte"]

    def fraction(self, region: str) -> float:
        """Volume fraction of a region."""
        return float(self.phase(region).mean())


def rasterise(
    mesh: ElectrodeMesh,
    spacing: float,
    *,
    outline: Floats | None = None,
    height: float | None = None,
    periodic: bool = False,
) -> Voxels:
    """Draw a mesh on voxels: each takes the region of the cell that holds its centre.

    Around an electrode that was meshed alone there is electrolyte.

    Args:
        mesh: Straight cells; of curved ones the corners count.
        spacing: Edge of a voxel [m], rounded so that a whole number fits the box's height.
        outline: Corners (n, 2) of the box on the collector [m]; by default as wide as the mesh.
        height: Up to which the mesh is drawn, from the collector [m]; by default all of it.
        periodic: Whether opposite sides of the mesh match.

    Raises:
        MeshError: The cells do not fill the box.
    """
    low, size = mesh.points.min(axis=0), np.ptp(mesh.points, axis=0)
    if outline is not None:
        low[:2], size[:2] = outline.min(axis=0), np.ptp(outline, axis=0)
    if height is not None:
        size[2] = min(size[2], height)
    spacing = float(size[2]) / max(1, round(float(size[2]) / spacing))
    counts = np.maximum(1, np.floor(size / spacing + 0.5)).astype(int)
    tags = np.zeros(counts, dtype=np.uint8)
    # in each direction a whole number of voxels: their centres are where they are asked for
    corners = (mesh.points[mesh.cells[:, :4]] - low) / (size / counts) - 0.5
    first = np.maximum(np.ceil(corners.min(axis=1)), 0).astype(int)
    last = np.minimum(np.floor(corners.max(axis=1)), counts - 1).astype(int)
    spans = np.maximum(last - first + 1, 0)
    pairs = np.cumsum(spans.prod(axis=1))
    chunks = np.searchsorted(pairs, np.arange(_AT_ONCE, pairs[-1] + _AT_ONCE, _AT_ONCE))
    begin = 0
    for end in np.minimum(chunks + 1, len(pairs)):
        chosen = slice(begin, int(end))
        _draw(tags, corners[chosen], first[chosen], spans[chosen], mesh.cell_tags[chosen])
        begin = int(end)
    bare = float((tags == 0).mean())
    if "electrolyte" not in mesh.names:
        tags[tags == 0] = REGIONS["electrolyte"]
    elif bare > 1e-3:
        raise MeshError(f"{100 * bare:.2g} % of the box lies in no cell: it is not filled")
    return Voxels(_filled(tags), spacing, periodic)


def _draw(tags: NDArray, corners: Floats, first: Ints, spans: Ints, regions: Ints) -> None:
    """Write the regions of some cells into the voxels whose centres they hold."""
    counts = spans.prod(axis=1)
    cell = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts, counts)
    _, ny, nz = spans[cell].T
    place = first[cell] + np.column_stack([rank // (ny * nz), rank // nz % ny, rank % nz])
    edges = corners[:, 1:] - corners[:, :1]
    # barycentric coordinates; a hair's breadth outside counts, or shared facets would be bare
    inverse = np.linalg.inv(edges)
    inside = np.einsum("pi,pij->pj", place - corners[cell, 0], inverse[cell])
    held = (inside.min(axis=1) > -1e-9) & (inside.sum(axis=1) < 1 + 1e-9)
    tags[tuple(place[held].T)] = regions[cell[held]]


def _filled(tags: NDArray) -> NDArray:
    """Voxels that rounding has left bare take their nearest neighbour's region."""
    bare = tags == 0
    if not bare.any():
        return tags
    from scipy import ndimage

    nearest = ndimage.distance_transform_edt(bare, return_distances=False, return_indices=True)
    return tags[tuple(nearest)]
