"""Where to cut an electrode so that its inside is seen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .pieces import fine_pieces, linear_cells

SHOWN = "shown"
"""Name of the field on what is cut."""

_MOST_PAIRS = 20_000


class Pole(NamedTuple):
    """One connected piece of the electrode [um]."""

    cells: NDArray
    """Indices of its cells."""
    foot: NDArray
    """Centre near its lower end (3,)."""
    tip: NDArray
    """Centre near its upper end (3,)."""
    radius: float
    """Half of its smaller horizontal extent."""


class Cut(NamedTuple):
    """The surface that is left when the front is taken away."""

    surface: pv.PolyData
    """Outer and cut faces, with the nodal field `SHOWN`."""
    normal: NDArray
    """Horizontal unit vector out of the cut, towards the reader (3,)."""
    pole: pv.UnstructuredGrid | None
    """The whole of a pole in the middle of the cut; None for a film or a symmetry cell."""


def find_poles(points: NDArray, cells: NDArray) -> list[Pole]:
    """The connected pieces of a tetrahedral mesh; points (n, 3) [um], cells (m, 4 | 10)."""
    pairs = np.vstack([cells[:, [0, k]] for k in range(1, 4)])
    size = len(points)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label[cells[:, 0]], kind="stable")
    changes = np.flatnonzero(np.diff(label[cells[order, 0]])) + 1
    return [_measure(points, cells, piece) for piece in np.split(order, changes)]


def _measure(points: NDArray, cells: NDArray, piece: NDArray) -> Pole:
    nodes = points[np.unique(cells[piece])]
    low, high = nodes[:, 2].min(), nodes[:, 2].max()
    margin = 0.1 * (high - low)
    foot, tip = nodes[nodes[:, 2] <= low + margin], nodes[nodes[:, 2] >= high - margin]
    radius = 0.5 * float(np.ptp(foot[:, :2], axis=0).min())
    return Pole(piece, _middle(foot), _middle(tip), radius)


def _middle(nodes: NDArray) -> NDArray:
    """Centre of the box of `nodes`: unlike their mean it does not depend on mesh density."""
    return 0.5 * (nodes.min(axis=0) + nodes.max(axis=0))


def cut_open(
    points: NDArray, cells: NDArray, values: NDArray, wall: NDArray, *, fine: bool = True
) -> Cut:
    """Cut the electrode through the axes of as many poles as one vertical plane meets.

    Poles in front of the plane are left out, those that it meets are halved through their own
    axis, those behind stand whole. A symmetry cell shows its inside already, on its planes.

    Args:
        points: Nodes (n, 3) [um].
        cells: Tetrahedra (m, 4 | 10).
        values: Nodal field (n,), or several (n, k).
        wall: Corner coordinates of the electrode's interface facets (k, 3, 3) [um].
        fine: Whether quadratic cells are split so finely that the field stays curved in them.
    """
    skin = skin_of(_grid(points, linear_cells(cells), values))
    open_normal = _open_sides(skin, wall)
    if open_normal is not None:
        return Cut(skin, open_normal, None)
    poles = find_poles(points, cells)
    normal, offset = _best_plane(poles)
    kept, middle = [], []
    for pole in poles:
        axis, centre = pole.tip - pole.foot, 0.5 * (pole.foot + pole.tip)
        distance = float(centre @ normal - offset)
        if distance >= pole.radius:
            continue
        if distance <= -pole.radius:
            kept.append(skin_of(_grid(points, linear_cells(cells[pole.cells]), values)))
            continue
        if fine:
            whole = _grid(*fine_pieces(points, cells[pole.cells], values))
        else:
            whole = _grid(points, linear_cells(cells[pole.cells]), values)
        across = normal - (normal @ axis) / (axis @ axis) * axis
        kept.append(skin_of(whole.clip(across, origin=centre, invert=True)))
        middle.append((centre, whole))
    mean = np.mean([centre for centre, _ in middle], axis=0)
    _, chosen = min(middle, key=lambda found: float(np.linalg.norm(found[0] - mean)))
    return Cut(pv.merge(kept, merge_points=False), normal, chosen)


def _grid(points: NDArray, cells: NDArray, values: NDArray) -> pv.UnstructuredGrid:
    """Linear tetrahedra and the nodes that they use, with the field to be shown."""
    used, local = np.unique(cells, return_inverse=True)
    grid = pv.UnstructuredGrid({pv.CellType.TETRA: local.reshape(cells.shape)}, points[used])
    grid[SHOWN] = values[used]
    return grid


def skin_of(grid: pv.UnstructuredGrid) -> pv.PolyData:
    """The outer surface of a volume, as triangles."""
    return grid.extract_surface(algorithm="dataset_surface").triangulate()


def _best_plane(poles: list[Pole]) -> tuple[NDArray, float]:
    """Vertical plane (normal, offset) through the axes of the most poles.

    Among equals, the one with most poles behind it, and facing -y.
    """
    middles = np.array([0.5 * (p.foot + p.tip)[:2] for p in poles])
    radii = np.array([p.radius for p in poles])
    if len(poles) == 1:
        normal = np.array([0.0, -1.0])
        return np.append(normal, 0.0), float(middles[0] @ normal)
    first, second = np.triu_indices(len(poles), k=1)
    if len(first) > _MOST_PAIRS:
        chosen = np.random.default_rng(0).choice(len(first), _MOST_PAIRS, replace=False)
        first, second = first[chosen], second[chosen]
    along = middles[second] - middles[first]
    length = np.linalg.norm(along, axis=1)
    along = along[length > 0] / length[length > 0, None]
    normals = np.column_stack([along[:, 1], -along[:, 0]])
    normals *= np.where(normals @ [0.3, -1.0] < 0, -1.0, 1.0)[:, None]
    offsets = np.einsum("ij,ij->i", normals, middles[first][length > 0])
    distances = normals @ middles.T - offsets[:, None]
    met = np.exp(-((distances / (0.4 * radii)) ** 2)).sum(axis=1)
    behind = (distances < -radii).mean(axis=1)
    facing = normals @ [0.0, -1.0]
    best = int(np.argmax(np.round(met, 3) + 0.3 * behind + 0.2 * facing))
    return np.append(normals[best], 0.0), float(offsets[best])


def bare_faces(skin: pv.PolyData, wall: NDArray) -> pv.PolyData:
    """The upright faces of the electrode that no electrolyte touches: symmetry planes.

    Args:
        skin: The electrode's outer surface, normals outwards [um].
        wall: Corner coordinates of the interface facets (k, 3, 3) [um].
    """
    corners = np.asarray(skin.points)[skin.regular_faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    upright = np.abs(normals[:, 2]) < 0.1 * np.linalg.norm(normals, axis=1)
    chosen = np.flatnonzero(upright)
    keys, covered = _keys(corners[chosen]), {row.tobytes() for row in _keys(wall)}
    bare = chosen[[row.tobytes() not in covered for row in keys]]
    used, faces = np.unique(skin.regular_faces[bare], return_inverse=True)
    return pv.PolyData.from_regular_faces(np.asarray(skin.points)[used], faces.reshape(-1, 3))


def facing(faces: pv.PolyData) -> NDArray | None:
    """The horizontal direction that faces look to on the whole; None where they cancel out."""
    corners = np.asarray(faces.points)[faces.regular_faces]
    areas = 0.5 * np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    mean = areas.sum(axis=0) * [1.0, 1.0, 0.0]
    length = float(np.linalg.norm(mean))
    return mean / length if length > 0.2 * np.linalg.norm(areas, axis=1).sum() else None


def _open_sides(skin: pv.PolyData, wall: NDArray) -> NDArray | None:
    """Where the inside shows at symmetry planes: their mean outward direction, if any.

    A film, open on all sides alike, is looked at from its default side.
    """
    bare = bare_faces(skin, wall)
    if bare.n_cells == 0 or bare.area < 0.02 * skin.area:
        return None
    direction = facing(bare)
    return np.array([0.0, -1.0, 0.0]) if direction is None else direction


def _keys(corners: NDArray) -> NDArray:
    """One comparable row per triangle: thrice its centre, to 0.1 pm [um]."""
    return np.round(corners.sum(axis=1) * 1e7).astype(np.int64)
