"""The fields of a plating run, for ParaView: `fields.pvd` and `fields/NNNN.vtm`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkUnstructuredGrid

from .._arguments import check_has
from . import names
from .blocks import BlockWriter, output_facts
from .grids import make_grid

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh
    from ..solver.plating.snapshot import PlatingSnapshot
    from ..solver.result import Result


class _Block(NamedTuple):
    """A part of the mesh.

    Attributes:
        grid: Its cells.
        nodes: (n,) which of the mesh's nodes are its own.
        inner: (n,) which of them lie in no facet of a boundary; on a surface all do count.
    """

    grid: vtkUnstructuredGrid
    nodes: NDArray[np.integer]
    inner: NDArray[np.bool_]


class PlatingWriter:
    """Writes each snapshot as one `.vtm`: `electrode`, `electrolyte`, `interface`, `collector`.

    The interface is the host's surface, the collector what of it is open to the electrolyte.
    """

    def __init__(
        self, directory: str | Path, mesh: ElectrodeMesh, *, resume_time: float | None = None
    ) -> None:
        """Prepare `directory`.

        Args:
            directory: The run's folder; made when absent.
            mesh: The whole mesh, electrolyte included.
            resume_time: See `BlockWriter`.
        """
        check_has(mesh, "region", "mesh", "an ElectrodeMesh")
        self._writer = BlockWriter(directory, resume_time=resume_time)
        self._bodies = {
            region: _body(mesh.region(region)) for region in (names.ELECTRODE, names.ELECTROLYTE)
        }
        self._surfaces = {}
        if "interface" in mesh.names:
            self._surfaces[names.INTERFACE] = _surface(mesh, "interface")
        # what lies under the host is not open
        electrolyte = mesh.region("electrolyte")
        if "collector" in electrolyte.names:
            self._surfaces[names.COLLECTOR] = _surface(electrolyte, "collector")

    def write(self, snapshot: PlatingSnapshot) -> None:
        """Write one output; one at the same time or of the same number is replaced."""
        name = f"{snapshot.index:04d}"
        facts = output_facts(snapshot.time, snapshot.voltage, snapshot.current_density)
        fields = {name: snapshot.volume for name in self._bodies}
        fields |= {names.INTERFACE: snapshot.host, names.COLLECTOR: snapshot.collector}
        blocks = {
            block: self._writer.write_block(
                f"{name}/{block}.vtu", part.grid, _shown(fields[block], part), facts
            )
            for block, part in (self._bodies | self._surfaces).items()
        }
        self._writer.collect(name, snapshot.time, blocks, label=snapshot.label)

    def finish(self, result: Result) -> None:
        """Nothing is left open: every output is complete when `write` returns."""


def _body(part: ElectrodeMesh) -> _Block:
    assert part.parent_nodes is not None
    inner = np.ones(len(part.points), dtype=bool)
    inner[part.facets.ravel()] = False
    return _Block(make_grid(part.points, part.cells), part.parent_nodes, inner)


def _surface(mesh: ElectrodeMesh, name: str) -> _Block:
    surface = mesh.boundary(name)
    nodes = surface.nodes if mesh.parent_nodes is None else mesh.parent_nodes[surface.nodes]
    grid = make_grid(mesh.points[surface.nodes], surface.facets)
    return _Block(grid, nodes, np.ones(len(nodes), dtype=bool))


def _shown(fields: dict[str, NDArray], part: _Block) -> dict[str, NDArray]:
    """The fields that exist inside a part, by the name they are shown under.

    A field of the neighbour is known on the shared surface too, where it says nothing of this
    part. Where a field that exists has no value it is not a number.
    """
    found = {}
    for key, values in fields.items():
        name, scale = names.PLATING_FIELDS[key]
        own = values[part.nodes]
        known = np.isfinite(own)
        if known[part.inner].any() or known.all():
            found[name] = own * scale
    return found
