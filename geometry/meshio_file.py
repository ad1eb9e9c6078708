"""What a mesh file of another program holds, through meshio: nodes, elements and their tags."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._reading import bounded_memory, check_regular, silent_libraries
from ..errors import InputError
from .arrays import Ints

CELLS = {"tetra": 4, "tetra10": 10}
FACETS = {"triangle": 3, "triangle6": 6}
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


NONE = np.iinfo(np.int64).min
"""Where the file gives no tag: no number that a program would write."""

_MEMORY = (400_000_000, 60)
"""What reading a mesh may take [bytes], and how much more for each byte of the file."""


class Named(NamedTuple):
    """Elements of one kind with their tags (`NONE` where the file gives none)."""

    nodes: Ints
    tags: Ints


def read_file(path: Path) -> Any:
    """The file as meshio has it; what meshio prints is the reason when it gives up."""
    if not path.exists():
        raise InputError(f"file: there is no mesh file {path}")
    size = check_regular(path)
    import meshio

    said = io.StringIO()
    most = _MEMORY[0] + _MEMORY[1] * size
    try:
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            silent_libraries(),
            bounded_memory(most),
        ):
            return meshio.read(path)
    except SystemExit:  # where it knows no way to go on, meshio ends the process
        told = " ".join(said.getvalue().split()).replace(str(path), path.name)
        raise ValueError(told.removeprefix("Error: ") or "meshio gave up") from None


def collect(data: Any, kinds: dict[str, int], path: Path) -> Named:
    """All elements of the wanted kinds, with the tags the file gives them."""
    present = [block.type for block in data.cells]
    wanted = [kind for kind in kinds if kind in present]
    if not wanted and kinds is CELLS:
        raise InputError(
            f"{path} holds no tetrahedra (it has: {', '.join(sorted(set(present)))}); expected "
            "4- or 10-node ones"
        )
    if len(wanted) > 1:
        raise InputError(f"{path} mixes {' and '.join(wanted)}; expected one element order")
    others = {"hexahedron", "wedge", "pyramid", "hexahedron20", "hexahedron27"} & set(present)
    if others:
        raise InputError(f"{path} holds {', '.join(sorted(others))}; expected tetrahedra only")
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
        return [_whole(block, name) for block in data.cell_data[name]]
    tags: list[Ints] = [np.full(len(block.data), NONE, dtype=np.int64) for block in data.cells]
    for k, blocks in enumerate(data.cell_sets.values()):
        for tag, members in zip(tags, blocks, strict=True):
            if members is not None and len(members):
                tag[np.asarray(members, dtype=np.int64)] = k
    return tags


def _whole(tags: Any, name: str) -> Ints:
    """Tags as whole numbers, which some programs write as floats."""
    values = np.asarray(tags).ravel()
    if values.dtype.kind == "f" and not (np.abs(values) < 2**62).all():
        raise ValueError(f"'{name}' holds tags that are no whole numbers")
    found: Ints = np.round(values).astype(np.int64)
    return found


def names_in(data: Any) -> dict[str, int]:
    """The file's own names of its tags."""
    names = {name: int(value[0]) for name, value in data.field_data.items()}
    if not names and not any(n in data.cell_data for n in _TAG_NAMES):
        names = {name: k for k, name in enumerate(data.cell_sets)}
    return names
