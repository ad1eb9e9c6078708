"""An image meshed as it is: each voxel cut into tetrahedra, the regions meet at voxels' faces.

A cube is cut into five: one at each of four corners that are not neighbours, and a regular one
between them. Neighbours mirror each other, so that they agree on the diagonals of their faces,
and no direction is favoured. Volumes are those of the voxels; surfaces have the voxels' steps,
and so an area that does not converge: half as large again as that of a smooth one, on average.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import MeshError
from ..arrays import Floats, Ints
from ..curve import elevate
from ..descriptors import connected_to_collector, connected_to_separator, pieces
from ..finish import check_sum, tag_facets
from ..mesh import ElectrodeMesh, facet_nodes
from ..sizing import Sizing
from ..tags import BOUNDARIES, REGIONS
from ..voxels import Mask
from .image import Image
from .islands import count_crowded_edges

# Corner k = 4 x + 2 y + z of a cube; every cell is positively oriented.
_CELLS = np.array([(0, 4, 2, 1), (6, 2, 4, 7), (5, 1, 7, 4), (3, 7, 1, 2), (4, 1, 7, 2)])
_MIRRORED = np.array([4, 5, 6, 7, 0, 1, 2, 3])
# A size up to this many voxels still means "a voxel".
_LARGEST = 1.75


class Joined(NamedTuple):
    """Voxels without loose solid and closed pores.

    Attributes:
        tags: (nx, ny, nz) integers of `tags.REGIONS`.
        islands: how many pieces were given to what is around them.
        porosity: share of pores before.
        loose: share of the solid that nothing joined to the collector.
    """

    tags: Ints
    islands: int
    porosity: float
    loose: float


def mesh_voxels(shape: Image, sizing: Sizing, *, order: int) -> ElectrodeMesh:
    """Mesh an image along the faces of its voxels.

    Args:
        shape: the image.
        sizing: `interface`, if it is less than a voxel, says into how many equal parts voxels
            are split along each edge; cells are not larger elsewhere.
        order: 1, or 2 for ten nodes per cell; edges are straight.

    Raises:
        MeshError: A phase does not percolate, or cells larger than voxels are wanted.
    """
    split = _split(shape.voxel, sizing.interface)
    joined = join_phases(shape.voxels.tags)
    tags = joined.tags
    for axis in range(3):
        tags = tags.repeat(split, axis)
    levels = [np.linspace(0.0, size, n + 1) for size, n in zip(shape.size, tags.shape, strict=True)]
    if shape.headroom is not None:
        above = max(1, round(shape.headroom * split / shape.voxel))
        levels[2] = np.append(levels[2], np.linspace(shape.size[2], shape.height, above + 1)[1:])
        tags = np.pad(tags, ((0, 0), (0, 0), (0, above)), constant_values=REGIONS["electrolyte"])
    kept = tags != (REGIONS["electrolyte"] if shape.headroom is None else 0)
    points, cells = cut_cubes(levels, kept)
    cell_tags = np.repeat(tags[kept], len(_CELLS)).astype(np.int32)
    facets, facet_tags = tag_facets(points, cells, cell_tags, shape)
    notes = _notes(shape, joined, facets[facet_tags == BOUNDARIES["interface"]])
    if order == 2:
        points, cells, _ = elevate(points, cells, None)
        facets = facet_nodes(cells, facets)
    mesh = ElectrodeMesh(
        points=points,
        cells=cells.astype(np.int32),
        cell_tags=cell_tags,
        facets=facets.astype(np.int32),
        facet_tags=facet_tags,
        footprint=shape.footprint,
        multiplicity=shape.multiplicity,
        shape={**notes, "spacing": shape.voxel / split},
    )
    check_sum(mesh, shape)
    return mesh


def cut_cubes(levels: list[Floats], kept: Mask) -> tuple[Floats, Ints]:
    """Nodes (n, 3) and cells (m, 4) of the kept cubes of a grid, five to each, cube after cube.

    Args:
        levels: coordinates of the grid's planes along x, y and z.
        kept: (nx, ny, nz) which cubes.
    """
    counts = [len(level) for level in levels]
    cube = np.argwhere(kept)
    first = np.asarray(np.ravel_multi_index(tuple(cube.T), counts))
    corner = np.array([np.ravel_multi_index(c, counts) for c in np.ndindex(2, 2, 2)])
    # Mirrored cells are turned round again by exchanging two vertices.
    mirrored = _MIRRORED[_CELLS][:, [0, 2, 1, 3]]
    local = np.where((cube.sum(axis=1) % 2 == 1)[:, None, None], mirrored, _CELLS)
    numbers = (first[:, None, None] + corner[local]).reshape(-1, 4)
    used = np.zeros(int(np.prod(counts)), dtype=bool)
    used[numbers] = True
    renumber = np.cumsum(used) - 1
    places = np.unravel_index(np.flatnonzero(used), counts)
    points = np.column_stack([level[k] for level, k in zip(levels, places, strict=True)])
    return points, renumber[numbers]


def join_phases(tags: Ints) -> Joined:
    """Closed pores become the nearest solid, loose solid becomes electrolyte; by voxels' faces.

    Raises:
        MeshError: Solid or pores do not lead from the collector to the separator.
    """
    from scipy import ndimage

    pore = tags == REGIONS["electrolyte"]
    opened = connected_to_separator(pore)
    closed = pore & ~opened
    held = connected_to_collector(~opened)
    loose = ~opened & ~held
    for name, phase, end in (("solid does", held, -1), ("pores do", opened, 0)):
        if not phase[:, :, end].any():
            raise MeshError(f"image: the {name} not lead from the collector to the separator")
    found = tags.copy()
    if closed.any():
        nearest = ndimage.distance_transform_edt(pore, return_distances=False, return_indices=True)
        found[closed] = tags[tuple(nearest)][closed]
    found[loose] = REGIONS["electrolyte"]
    islands = int(pieces(closed).max() + pieces(loose).max())
    return Joined(found, islands, float(pore.mean()), float(loose.sum() / (~pore).sum()))


def _split(voxel: float, size: float | None) -> int:
    """Into how many parts the edge of a voxel is split for a wanted size [m]."""
    if size is None:
        return 1
    if size > _LARGEST * voxel:
        raise MeshError(
            f"image: interface = {size:g} m asks for cells larger than the voxels of {voxel:g} m, "
            "whose faces smoothing = 0 keeps; expected at most a voxel, or smoothing from 0.3 on"
        )
    return max(1, round(voxel / size))


def _notes(shape: Image, joined: Joined, interface: Ints) -> dict[str, object]:
    """What is said of the mesh."""
    nodes = np.arange(int(interface.max(initial=0)) + 1)
    return {
        **shape.describe(),
        "relabelled_islands": joined.islands,
        "loose_share": joined.loose,
        "total_porosity": joined.porosity,
        "connected_porosity": float((joined.tags == REGIONS["electrolyte"]).mean()),
        "nonmanifold_edges": count_crowded_edges(nodes, interface),
    }
