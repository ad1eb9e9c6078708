"""Our .msh files: Gmsh format 2.2, binary, metres; what is written is read back bit for bit.

Gmsh, meshio and DOLFINx read them too. What the format has no place for (footprint, shape,
multiplicity) stands as JSON in a `$Comments` section, which those programs skip.
"""

from __future__ import annotations

import json
import os
from io import BufferedReader
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .._files import atomic_path
from .._reading import check_regular, reason_of
from ..errors import MeshError
from .arrays import Floats, Ints
from .mesh import ElectrodeMesh
from .tags import REGIONS

_NODE = np.dtype([("id", "<i4"), ("x", "<f8", 3)])
# Gmsh's numbers of the element types, by how many nodes they have.
_CELL_TYPES = {4: 4, 10: 11}
_FACET_TYPES = {3: 2, 6: 9}
_NODES_OF = {4: 4, 11: 10, 2: 3, 9: 6}


def write_msh(mesh: ElectrodeMesh, path: str | PathLike[str]) -> None:
    """Write `mesh` whole or not at all; the file's folder is made if missing."""
    with atomic_path(Path(path)) as temporary, temporary.open("wb") as file:
        file.write(b"$MeshFormat\n2.2 1 8\n" + np.array(1, "<i4").tobytes() + b"\n$EndMeshFormat\n")
        notes = {
            "footprint": mesh.footprint,
            "multiplicity": mesh.multiplicity,
            "shape": mesh.shape,
        }
        _section(file, "Comments", json.dumps(notes).encode())
        lines = [str(len(mesh.names))]
        lines += [f'{3 if n in REGIONS else 2} {tag} "{n}"' for n, tag in mesh.names.items()]
        _section(file, "PhysicalNames", "\n".join(lines).encode())
        nodes = np.empty(len(mesh.points), dtype=_NODE)
        nodes["id"], nodes["x"] = np.arange(1, len(nodes) + 1), mesh.points
        _section(file, "Nodes", b"%d\n" % len(nodes) + nodes.tobytes())
        count = len(mesh.facets) + len(mesh.cells)
        blocks = _block(_FACET_TYPES, mesh.facets, mesh.facet_tags, 1)
        blocks += _block(_CELL_TYPES, mesh.cells, mesh.cell_tags, 1 + len(mesh.facets))
        _section(file, "Elements", b"%d\n" % count + blocks)


def _section(file: BinaryIO, name: str, body: bytes) -> None:
    file.write(b"$%s\n%s\n$End%s\n" % (name.encode(), body, name.encode()))


def _block(types: dict[int, int], elements: Ints, tags: Ints, first: int) -> bytes:
    """Elements of one type: a header, then a row of id, physical tag, entity, nodes each."""
    width = elements.shape[1]
    rows = np.empty((len(elements), 3 + width), dtype="<i4")
    rows[:, 0] = np.arange(first, first + len(elements))
    rows[:, 1] = rows[:, 2] = tags
    rows[:, 3:] = _swapped(elements) + 1
    return np.array([types[width], len(elements), 2], dtype="<i4").tobytes() + rows.tobytes()


def _swapped(elements: Ints) -> Ints:
    """Between Gmsh's order of a 10-node tetrahedron and VTK's; its own inverse."""
    return elements[:, [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]] if elements.shape[1] == 10 else elements


def read_msh(path: str | PathLike[str]) -> ElectrodeMesh:
    """Read a file that `write_msh` wrote.

    Raises:
        MeshError: if the file is missing, damaged, or not one of ours.
    """
    path = Path(path)
    try:
        check_regular(path)
        with path.open("rb") as file:
            return _checked(_read(file))
    except FileNotFoundError as error:
        raise MeshError(f"there is no mesh file {path}") from error
    except Exception as error:  # NumPy, JSON and ours: whatever a damaged file can raise
        raise MeshError(
            f"{path} is not a mesh that nanotrode saved, or is damaged ({reason_of(error)}); "
            "a mesh of another program is read with ElectrodeMesh.from_file"
        ) from error


def _checked(mesh: ElectrodeMesh) -> ElectrodeMesh:
    """The mesh, if its cells and facets have nodes, and its nodes places."""
    for elements in (mesh.cells, mesh.facets):
        if elements.size and not 0 <= elements.min() <= elements.max() < len(mesh.points):
            raise ValueError("an element has a node that is not there")
    if not np.isfinite(mesh.points).all():
        raise ValueError("nodes are not at numbers")
    return mesh


def _read(file: BufferedReader) -> ElectrodeMesh:
    if file.readline() + file.readline() != b"$MeshFormat\n2.2 1 8\n":
        raise ValueError("expected Gmsh format 2.2, binary")
    notes: dict[str, object] = {}
    points: Floats | None = None
    found: dict[int, tuple[Ints, Ints]] = {}
    while line := file.readline():
        section = line.strip()
        if section == b"$Comments":
            notes = json.loads(file.readline())
        elif section == b"$Nodes":
            nodes = _array(file, _NODE, int(file.readline()))
            points = np.ascontiguousarray(nodes["x"])
        elif section == b"$Elements":
            found = _read_elements(file, int(file.readline()))
    if points is None or not notes:
        raise ValueError("sections are missing")
    cell_type = 11 if 11 in found else 4
    cells, cell_tags = found[cell_type]
    facets, facet_tags = found[9 if cell_type == 11 else 2]
    return ElectrodeMesh(
        points=points,
        cells=_swapped(cells),
        cell_tags=cell_tags,
        facets=facets,
        facet_tags=facet_tags,
        footprint=float(notes["footprint"]),  # type: ignore[arg-type]
        multiplicity=float(notes["multiplicity"]),  # type: ignore[arg-type]
        shape=dict(notes["shape"]),  # type: ignore[call-overload]
    )


def _read_elements(file: BufferedReader, count: int) -> dict[int, tuple[Ints, Ints]]:
    found, read = {}, 0
    while read < count:
        kind, number, _ = _array(file, np.dtype("<i4"), 3).tolist()
        if number < 1:
            raise ValueError("a block holds no elements")
        width = 3 + _NODES_OF[kind]
        rows = _array(file, np.dtype("<i4"), number * width).reshape(number, width)
        found[kind] = (rows[:, 3:] - 1, rows[:, 1].copy())
        read += number
    return found


def _array(file: BufferedReader, kind: np.dtype, count: int) -> np.ndarray:
    size = count * kind.itemsize
    left = os.fstat(file.fileno()).st_size - file.tell()
    data = file.read(size) if 0 <= size <= left else b""
    if len(data) != size:
        raise ValueError("the file ends early")
    return np.frombuffer(data, dtype=kind)
