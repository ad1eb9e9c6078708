"""A user's own mesh, through meshio: any .msh, .xdmf or .vtu of tetrahedra with tags.

A table says which tag is which region or boundary. Facets that the file leaves out are derived:
what two regions share is the interface, and outer facets that nobody named get the boundary
that their place tells (`outer_faces`).
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from .._reading import reading
from ..errors import InputError
from .arrays import Floats, Ints
from .checks import TOPS
from .measure import tet_volumes
from .mesh import ElectrodeMesh, facet_nodes
from .meshio_file import CELLS, FACETS, NONE, Named, collect, names_in, read_file
from .outer_faces import Given, name_outer
from .tags import BOUNDARIES, REGIONS
from .topology import facets_of, find_rows


def read_foreign(
    path: str | PathLike[str],
    *,
    regions: Mapping[str, int | str],
    boundaries: Mapping[str, int | str],
    unit: float = 1.0,
    top: str | None = None,
) -> ElectrodeMesh:
    """Read a mesh that another program made.

    Args:
        path: the file; what meshio reads.
        regions: for each of our regions the file's tag: a number, or a name of the file's own.
        boundaries: the same for boundaries; those left out are derived from where facets lie.
        unit: what one length unit of the file is [m].
        top: what the electrode's unnamed facets on the top plane are: "cut", more electrode, or
            "separator", so that they react; None: cuts, if the mesh is a cut-out.

    Raises:
        InputError: if the table names what the file does not have, or is incomplete; if the file
            cannot be read, or is no mesh of tetrahedra.
    """
    _check_table(regions, boundaries, unit, top)
    path = Path(path)
    with reading(path, "a mesh"):
        data = read_file(path)
        cells = collect(data, CELLS, path)
        numbers = names_in(data)
        cell_tags = _translate(cells.tags, regions, REGIONS, numbers, "regions", path)
        kept = cell_tags >= 0
        nodes, local = np.unique(cells.nodes[kept], return_inverse=True)
        points = _placed(data.points, nodes, path) * unit
        tetrahedra = _oriented(points, local.reshape(-1, cells.nodes.shape[1]), path)
        cell_tags = cell_tags[kept].astype(np.int32)
        given = _given_facets(data, nodes, boundaries, numbers, path)
        facets, facet_tags = _tagged(points, tetrahedra, cell_tags, given, top)
        if tetrahedra.shape[1] == 10:
            facets = facet_nodes(tetrahedra, facets)
        return ElectrodeMesh(
            points=points,
            cells=tetrahedra.astype(np.int32),
            cell_tags=cell_tags,
            facets=facets.astype(np.int32),
            facet_tags=facet_tags.astype(np.int32),
            footprint=_footprint(points, facets, facet_tags),
            shape={"kind": "mesh", "file": path.name, "unit": unit},
        )


def _check_table(
    regions: Mapping[str, int | str],
    boundaries: Mapping[str, int | str],
    unit: float,
    top: str | None,
) -> None:
    for key, table, known in (
        ("regions", regions, REGIONS),
        ("boundaries", boundaries, BOUNDARIES),
    ):
        for name in table:
            if name not in known:
                raise InputError(f"{key}: '{name}' is not one of {', '.join(known)}")
        twice = [name for name, tag in table.items() if list(table.values()).count(tag) > 1]
        if twice:
            raise InputError(f"{key}: {' and '.join(twice)} have the same tag, {table[twice[0]]!r}")
    if "electrode" not in regions:
        raise InputError("regions: 'electrode' is missing; say which tag of the file it has")
    if not unit > 0:
        raise InputError(f"unit: expected a length above zero, got {unit!r}")
    if top is not None and top not in TOPS:
        raise InputError(f"top: expected one of {', '.join(TOPS)}, got {top!r}")


def _placed(points: Any, nodes: Ints, path: Path) -> Floats:
    """Where the nodes of the cells are, in the file's unit."""
    if np.ndim(points) != 2 or np.shape(points)[1] != 3:
        raise InputError(f"{path} has nodes of shape {np.shape(points)}; expected x, y and z each")
    if len(nodes) and not 0 <= nodes[0] <= nodes[-1] < len(points):
        wrong = nodes[0] if nodes[0] < 0 else nodes[-1]
        raise InputError(f"{path}: a cell has node {wrong}, but there are {len(points)} nodes")
    placed = np.ascontiguousarray(points[nodes], dtype=np.float64)
    lost = ~np.isfinite(placed).all(axis=1)
    if lost.any():
        raise InputError(
            f"{path}: {int(lost.sum())} nodes are not at numbers (NaN or infinite), the first is "
            f"number {int(nodes[np.argmax(lost)])}, counted from 0"
        )
    return placed


def _translate(
    tags: Ints,
    table: Mapping[str, int | str],
    known: dict[str, int],
    numbers: dict[str, int],
    key: str,
    path: Path,
) -> Ints:
    """Our integers for the file's; -1 for what the table does not name."""
    present = sorted(int(tag) for tag in np.unique(tags) if tag != NONE)
    names = {number: name for name, number in numbers.items()}
    listed = ", ".join(f"{t} ('{names[t]}')" if t in names else str(t) for t in present) or "none"
    result = np.full(len(tags), -1, dtype=np.int64)
    for name, wanted in table.items():
        number = numbers.get(wanted) if isinstance(wanted, str) else wanted
        if number is None or number not in present:
            raise InputError(f"{key}: {name} = {wanted!r} is no tag in {path}; it has: {listed}")
        result[tags == number] = known[name]
    return result


def _oriented(points: Floats, cells: Ints, path: Path) -> Ints:
    volumes = tet_volumes(points, cells[:, :4])
    if (volumes == 0).any():
        raise InputError(f"{path}: {int((volumes == 0).sum())} cells have no volume")
    swap = [0, 2, 1, 3] + ([6, 5, 4, 7, 9, 8] if cells.shape[1] == 10 else [])
    return np.where((volumes < 0)[:, None], cells[:, swap], cells)


def _given_facets(
    data: Any, nodes: Ints, boundaries: Mapping[str, int | str], numbers: dict[str, int], path: Path
) -> Named:
    """The facets that the file tags and the table names, renumbered to the nodes kept."""
    found = collect(data, FACETS, path)
    tags = _translate(found.tags, boundaries, BOUNDARIES, numbers, "boundaries", path)
    corners = found.nodes[tags >= 0][:, :3]
    place = np.minimum(np.searchsorted(nodes, corners), len(nodes) - 1)
    inside = (nodes[place] == corners).all(axis=1)
    return Named(place[inside], tags[tags >= 0][inside])


def _tagged(
    points: Floats, cells: Ints, cell_tags: Ints, given: Named, top: str | None
) -> tuple[Ints, Ints]:
    """All outer and interface facets with their tags, given ones first, the rest derived."""
    every = facets_of(cells)
    if every.crowded:
        raise InputError(f"{every.crowded} facets of the file belong to more than two cells")
    outer = every.second < 0
    between = ~outer & (cell_tags[every.first] != cell_tags[every.second])
    tags = np.where(between, BOUNDARIES["interface"], -1)
    place = find_rows(every.nodes, given.nodes) if len(given.nodes) else np.empty(0, dtype=int)
    if (place < 0).any():
        raise InputError(f"{int((place < 0).sum())} tagged facets of the file belong to no cell")
    tags[place] = given.tags
    tags[between] = BOUNDARIES["interface"]
    bare = outer & (tags < 0)
    solid = cell_tags[every.first[bare]] != REGIONS["electrolyte"]
    named = bool((tags == BOUNDARIES["interface"]).any())
    tags[bare] = name_outer(points, Given(every.nodes[bare], solid, named), top)
    kept = outer | between
    turn = between & (cell_tags[every.first] == REGIONS["electrolyte"])
    corners = every.nodes.copy()
    corners[turn] = corners[turn][:, [0, 2, 1]]
    return corners[kept], tags[kept]


def _footprint(points: Floats, facets: Ints, facet_tags: Ints) -> float:
    """Area of the collector, as seen from above [m2].

    Raises:
        InputError: if nothing lies on the collector.
    """
    x = points[facets[facet_tags == BOUNDARIES["collector"]][:, :3]]
    area = float(np.abs(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0])[:, 2]).sum() / 2)
    if area == 0:
        raise InputError("boundaries: no facet is the collector; name its tag")
    return area
