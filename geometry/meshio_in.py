"""A user's own mesh, through meshio: any .msh, .xdmf or .vtu of tetrahedra with tags.

A table says which tag is which region or boundary. Facets that the file leaves out are derived:
what two regions share is the interface, and outer facets that nobody named get the boundary
that their place tells (`outer_faces`).
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError, MeshError
from .arrays import Floats, Ints
from .checks import TOPS
from .measure import tet_volumes
from .mesh import ElectrodeMesh, facet_nodes
from .outer_faces import Given, name_outer
from .tags import BOUNDARIES, REGIONS
from .topology import facets_of, find_rows

_CELLS = {"tetra": 4, "tetra10": 10}
_FACETS = {"triangle": 3, "triangle6": 6}
# Arrays of tags, by the names that Gmsh's files, XDMF and VTK writers give them.
_TAG_NAMES = (
    "gmsh:physical",
    "cell_tags",
    "CellEntityIds",
    "medit:ref",
    "cell_markers",
    "tags",
    "region",
    "material",
    "physical",
    "name_to_read",
    "f",
)


class Named(NamedTuple):
    """Elements of one kind with their tags (-1 where the file gives none)."""

    nodes: Ints
    tags: Ints


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
        InputError: if the table names what the file does not have, or is incomplete.
        MeshError: if the file cannot be read, or is no mesh of tetrahedra.
    """
    _check_table(regions, boundaries, unit, top)
    data = _read(Path(path))
    cells = _collect(data, _CELLS, Path(path))
    numbers = _names_in(data)
    cell_tags = _translate(cells.tags, regions, REGIONS, numbers, "regions", Path(path))
    kept = cell_tags >= 0
    nodes, local = np.unique(cells.nodes[kept], return_inverse=True)
    points = np.ascontiguousarray(data.points[nodes], dtype=np.float64) * unit
    tetrahedra = _oriented(points, local.reshape(-1, cells.nodes.shape[1]))
    cell_tags = cell_tags[kept].astype(np.int32)
    given = _given_facets(data, nodes, boundaries, numbers, Path(path))
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
        shape={"kind": "mesh", "file": Path(path).name, "unit": unit},
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
    if "electrode" not in regions:
        raise InputError("regions: 'electrode' is missing; say which tag of the file it has")
    if not unit > 0:
        raise InputError(f"unit: expected a length above zero, got {unit!r}")
    if top is not None and top not in TOPS:
        raise InputError(f"top: expected one of {', '.join(TOPS)}, got {top!r}")


def _read(path: Path) -> Any:
    if not path.exists():
        raise InputError(f"file: there is no mesh file {path}")
    meshio = _load_meshio()
    try:
        return meshio.read(path)
    except (Exception, SystemExit) as error:  # meshio's readers raise anything, some even exit
        raise MeshError(f"{path} could not be read as a mesh: {error or type(error)}") from error


def _load_meshio() -> ModuleType:
    import meshio

    return meshio


def _collect(data: Any, kinds: dict[str, int], path: Path) -> Named:
    """All elements of the wanted kinds, with the tags the file gives them."""
    present = [block.type for block in data.cells]
    wanted = [kind for kind in kinds if kind in present]
    if not wanted and kinds is _CELLS:
        raise MeshError(
            f"{path} holds no tetrahedra (it has: {', '.join(sorted(set(present)))}); expected "
            "4- or 10-node ones"
        )
    if len(wanted) > 1:
        raise MeshError(f"{path} mixes {' and '.join(wanted)}; expected one element order")
    others = {"hexahedron", "wedge", "pyramid", "hexahedron20", "hexahedron27"} & set(present)
    if others:
        raise MeshError(f"{path} holds {', '.join(sorted(others))}; expected tetrahedra only")
    nodes, tags = [], []
    for block, label in zip(data.cells, _tags_per_block(data), strict=True):
        if block.type in wanted:
            nodes.append(block.data)
            tags.append(label)
    if not nodes:
        return Named(np.empty((0, 3), dtype=np.int64), np.empty(0, dtype=np.int64))
    return Named(np.vstack(nodes), np.concatenate(tags))


def _tags_per_block(data: Any) -> list[Ints]:
    """One whole number per element: a tag array if there is one, else the named cell sets."""
    name = next((n for n in _TAG_NAMES if n in data.cell_data), None)
    if name is None:
        whole = [
            n
            for n, blocks in data.cell_data.items()
            if all(np.ndim(b) == 1 and np.allclose(b, np.round(b)) for b in blocks)
            and n != "gmsh:geometrical"
        ]
        name = whole[0] if len(whole) == 1 else None
    if name is not None:
        return [np.round(np.asarray(b)).astype(np.int64).ravel() for b in data.cell_data[name]]
    tags: list[Ints] = [np.full(len(block.data), -1, dtype=np.int64) for block in data.cells]
    for k, blocks in enumerate(data.cell_sets.values()):
        for tag, members in zip(tags, blocks, strict=True):
            if members is not None and len(members):
                tag[np.asarray(members, dtype=np.int64)] = k
    return tags


def _names_in(data: Any) -> dict[str, int]:
    """The file's own names of its tags."""
    names = {name: int(value[0]) for name, value in data.field_data.items()}
    if not names and not any(n in data.cell_data for n in _TAG_NAMES):
        names = {name: k for k, name in enumerate(data.cell_sets)}
    return names


def _translate(
    tags: Ints,
    table: Mapping[str, int | str],
    known: dict[str, int],
    numbers: dict[str, int],
    key: str,
    path: Path,
) -> Ints:
    """Our integers for the file's; -1 for what the table does not name."""
    present = sorted(int(tag) for tag in np.unique(tags) if tag >= 0)
    names = {number: name for name, number in numbers.items()}
    listed = ", ".join(f"{t} ('{names[t]}')" if t in names else str(t) for t in present) or "none"
    result = np.full(len(tags), -1, dtype=np.int64)
    for name, wanted in table.items():
        number = numbers.get(wanted) if isinstance(wanted, str) else wanted
        if number is None or number not in present:
            raise InputError(f"{key}: {name} = {wanted!r} is no tag in {path}; it has: {listed}")
        result[tags == number] = known[name]
    return result


def _oriented(points: Floats, cells: Ints) -> Ints:
    volumes = tet_volumes(points, cells[:, :4])
    if (volumes == 0).any():
        raise MeshError(f"{int((volumes == 0).sum())} cells of the file have no volume")
    swap = [0, 2, 1, 3] + ([6, 5, 4, 7, 9, 8] if cells.shape[1] == 10 else [])
    return np.where((volumes < 0)[:, None], cells[:, swap], cells)


def _given_facets(
    data: Any, nodes: Ints, boundaries: Mapping[str, int | str], numbers: dict[str, int], path: Path
) -> Named:
    """The facets that the file tags and the table names, renumbered to the nodes kept."""
    found = _collect(data, _FACETS, path)
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
        raise MeshError(f"{every.crowded} facets of the file belong to more than two cells")
    outer = every.second < 0
    between = ~outer & (cell_tags[every.first] != cell_tags[every.second])
    tags = np.where(between, BOUNDARIES["interface"], -1)
    place = find_rows(every.nodes, given.nodes) if len(given.nodes) else np.empty(0, dtype=int)
    if (place < 0).any():
        raise MeshError(f"{int((place < 0).sum())} tagged facets of the file belong to no cell")
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
        MeshError: if nothing lies on the collector.
    """
    x = points[facets[facet_tags == BOUNDARIES["collector"]][:, :3]]
    area = float(np.abs(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0])[:, 2]).sum() / 2)
    if area == 0:
        raise MeshError("boundaries: no facet is the collector; name its tag")
    return area
