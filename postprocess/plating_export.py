"""The fields of a plating run, for ParaView: `fields.pvd` and `fields/NNNN.vtm`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkUnstructuredGrid

from . import names
from .blocks import BlockWriter, output_facts
from .grids import make_grid

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh
    from ..solver.plating.snapshot import PlatingSnapshot
    from ..solver.result import Result


class _Block(NamedTuple):
    """A part of the mesh, and which of the mesh's nodes are its own."""

    grid: vtkUnstructuredGrid
    nodes: NDArray[np.integer]


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
        self._writer = BlockWriter(directory, resume_time=resume_time)
        self._bodies: dict[str, _Block] = {}
        for region in (names.ELECTRODE, names.ELECTROLYTE):
            part = mesh.region(region)
            assert part.parent_nodes is not None
            self._bodies[region] = _Block(make_grid(part.points, part.cells), part.parent_nodes)
        self._surfaces = {
            name: _Block(make_grid(mesh.points[surface.nodes], surface.facets), surface.nodes)
            for name in (names.INTERFACE, names.COLLECTOR)
            if name in mesh.names
            for surface in [mesh.boundary(name)]
        }

    def write(self, snapshot: PlatingSnapshot) -> None:
        """Write one output; one at the same time or of the same number is replaced."""
        name = f"{snapshot.index:04d}"
        facts = output_facts(
            snapshot.time, snapshot.voltage, snapshot.current_density, snapshot.label
        )
        fields = {name: snapshot.volume for name in self._bodies}
        fields |= {names.INTERFACE: snapshot.host, names.COLLECTOR: snapshot.collector}
        blocks = {
            block: self._writer.write_block(
                f"{name}/{block}.vtu", part.grid, _shown(fields[block], part.nodes), facts
            )
            for block, part in (self._bodies | self._surfaces).items()
        }
        self._writer.collect(name, snapshot.time, blocks)

    def finish(self, result: Result) -> None:
        """Nothing is left open: every output is complete when `write` returns."""


def _shown(fields: dict[str, NDArray], nodes: NDArray) -> dict[str, NDArray]:
    """The fields that exist on a part, by the name they are shown under; 0 where none is."""
    found = {}
    for key, values in fields.items():
        name, scale = names.PLATING_FIELDS[key]
        own = values[nodes]
        if np.isfinite(own).any():
            found[name] = np.nan_to_num(own, nan=0.0) * scale
    return found
