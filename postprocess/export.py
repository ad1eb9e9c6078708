"""The fields of an insertion run, for ParaView: `fields.pvd` and `fields/NNNN.vtm`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._arguments import check_has
from . import names
from .blocks import BlockWriter, output_facts
from .grids import make_grid

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh
    from ..solver.result import Result, Snapshot


class VtkWriter:
    """Writes each snapshot as one `.vtm` of blocks `electrode`, `interface`, `electrolyte`.

    Geometry is converted once; an electrolyte whose field does not change is one file shared by
    all outputs.
    """

    def __init__(
        self, directory: str | Path, mesh: ElectrodeMesh, *, resume_time: float | None = None
    ) -> None:
        """Prepare `directory`.

        Args:
            directory: The run's folder; made when absent.
            mesh: The whole mesh, with its electrolyte if it was meshed.
            resume_time: See `BlockWriter`.
        """
        check_has(mesh, "region", "mesh", "an ElectrodeMesh")
        self._writer = BlockWriter(directory, resume_time=resume_time)
        electrode = mesh.region("electrode")
        surface = electrode.boundary("interface")
        self._electrode = make_grid(electrode.points, electrode.cells)
        self._interface = make_grid(electrode.points[surface.nodes], surface.facets)
        self._electrolyte = None
        if "electrolyte" in mesh.names:
            electrolyte = mesh.region("electrolyte")
            self._electrolyte = make_grid(electrolyte.points, electrolyte.cells)
        self._shared: tuple[float | None, str] | None = None

    def write(self, snapshot: Snapshot) -> None:
        """Write one output; one at the same time or of the same number is replaced."""
        name = f"{snapshot.index:04d}"
        facts = output_facts(snapshot.time, snapshot.voltage, snapshot.current_density)
        volume = {
            names.CONCENTRATION: snapshot.concentration,
            names.STOICHIOMETRY: snapshot.stoichiometry,
        }
        surface = {names.SURFACE_FIELDS.get(key, key): v for key, v in snapshot.surface.items()}
        blocks = {
            block: self._writer.write_block(f"{name}/{block}.vtu", grid, fields, facts)
            for block, grid, fields in (
                (names.ELECTRODE, self._electrode, volume),
                (names.INTERFACE, self._interface, surface),
            )
        }
        if self._electrolyte is not None:
            blocks[names.ELECTROLYTE] = self._write_electrolyte(
                name, snapshot.electrolyte_concentration
            )
        self._writer.collect(name, snapshot.time, blocks, label=snapshot.label)

    def finish(self, result: Result) -> None:
        """Nothing is left open: every output is complete when `write` returns."""

    def _write_electrolyte(self, name: str, values: float | np.ndarray | None) -> str:
        """Write the electrolyte, unless it is uniform and stands there already."""
        grid = self._electrolyte
        assert grid is not None
        if values is not None and np.ndim(values) > 0:
            fields = {names.CONCENTRATION: np.asarray(values)}
            return self._writer.write_block(f"{name}/{names.ELECTROLYTE}.vtu", grid, fields)
        uniform = None if values is None else float(values)
        if self._shared is None or self._shared[0] != uniform:
            fields = {}
            if uniform is not None:
                fields[names.CONCENTRATION] = np.full(grid.GetNumberOfPoints(), uniform)
            file = self._writer.write_block(f"electrolyte-{name}.vtu", grid, fields)
            self._shared = (uniform, file)
        return self._shared[1]
