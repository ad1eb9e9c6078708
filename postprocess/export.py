"""The fields of a run, for ParaView: `fields.pvd` and `fields/NNNN.vtm`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import numpy as np

from .._files import remove_leftovers, write_text
from . import names
from .collection import Entry, read_collection, write_collection
from .grids import make_grid, set_field_data, set_point_data, write_grid

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh
    from ..solver.result import Result, Snapshot

_FOLDER = "fields"


class VtkWriter:
    """Writes each snapshot as one `.vtm` of blocks `electrode`, `interface`, `electrolyte`.

    Every file appears whole or not at all, pieces first and `fields.pvd` last, so that a run
    that is killed opens as far as it got. Geometry is converted once; an electrolyte whose
    field does not change is one file shared by all outputs.
    """

    def __init__(
        self, directory: str | Path, mesh: ElectrodeMesh, *, resume_time: float | None = None
    ) -> None:
        """Prepare `directory`.

        Args:
            directory: The run's folder; made when absent.
            mesh: The whole mesh, with its electrolyte if it was meshed.
            resume_time: None starts afresh and removes the fields of an earlier run; a time
                [s] keeps the outputs up to it, drops the later ones and appends.
        """
        self.directory = Path(directory)
        self._pvd = self.directory / "fields.pvd"
        self._folder = self.directory / _FOLDER
        self._entries = self._prepare(resume_time)

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
        facts: dict[str, float | str] = {
            names.TIME_FACT: snapshot.time,
            names.VOLTAGE_FACT: snapshot.voltage,
            names.CURRENT_FACT: snapshot.current_density,
            names.LABEL_FACT: snapshot.label,
        }
        volume = {
            names.CONCENTRATION: snapshot.concentration,
            names.STOICHIOMETRY: snapshot.stoichiometry,
        }
        surface = {names.SURFACE_FIELDS.get(key, key): v for key, v in snapshot.surface.items()}
        blocks = {}
        for block, grid, fields in (
            (names.ELECTRODE, self._electrode, volume),
            (names.INTERFACE, self._interface, surface),
        ):
            set_point_data(grid, fields)
            set_field_data(grid, facts)
            blocks[block] = f"{name}/{block}.vtu"
            write_grid(self._folder / blocks[block], grid)
        if self._electrolyte is not None:
            blocks[names.ELECTROLYTE] = self._write_electrolyte(
                name, snapshot.electrolyte_concentration
            )
        write_text(self._folder / f"{name}.vtm", _multiblock(blocks))
        self._append(Entry(float(snapshot.time), f"{_FOLDER}/{name}.vtm"))

    def finish(self, result: Result) -> None:
        """Nothing is left open: every output is complete when `write` returns."""

    def _append(self, entry: Entry) -> None:
        kept = [e for e in self._entries if e.time != entry.time and e.file != entry.file]
        self._entries = sorted([*kept, entry], key=lambda e: e.time)
        write_collection(self._pvd, self._entries)

    def _prepare(self, resume_time: float | None) -> list[Entry]:
        self._folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.directory)
        kept: list[Entry] = []
        if resume_time is not None:
            latest = resume_time + 1e-9 * abs(resume_time)
            kept = [e for e in read_collection(self._pvd) if e.time <= latest]
        # The collection goes first: it may never name a file that is gone.
        if kept:
            write_collection(self._pvd, kept)
        else:
            self._pvd.unlink(missing_ok=True)
        stems = {Path(e.file).stem for e in kept}
        pieces = [*self._folder.glob("[0-9]*"), *self._folder.glob("electrolyte-*.vtu")]
        for path in pieces:
            shared = path.name.startswith(names.ELECTROLYTE)
            if path.stem not in stems and not (shared and kept):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for folder in (self._folder, *self._folder.glob("[0-9]*/")):
            remove_leftovers(folder)
        return kept

    def _write_electrolyte(self, name: str, values: float | np.ndarray | None) -> str:
        """Write the electrolyte, unless it is uniform and stands there already."""
        grid = self._electrolyte
        assert grid is not None
        if values is None or np.ndim(values) == 0:
            uniform = None if values is None else float(values)
            if self._shared is None or self._shared[0] != uniform:
                file = f"electrolyte-{name}.vtu"
                fields = {}
                if uniform is not None:
                    fields[names.CONCENTRATION] = np.full(grid.GetNumberOfPoints(), uniform)
                set_point_data(grid, fields)
                write_grid(self._folder / file, grid)
                self._shared = (uniform, file)
            return self._shared[1]
        set_point_data(grid, {names.CONCENTRATION: np.asarray(values)})
        file = f"{name}/{names.ELECTROLYTE}.vtu"
        write_grid(self._folder / file, grid)
        return file


def _multiblock(blocks: dict[str, str]) -> str:
    rows = "\n".join(
        f'    <DataSet index="{i}" name={quoteattr(block)} file={quoteattr(file)}/>'
        for i, (block, file) in enumerate(blocks.items())
    )
    return (
        '<?xml version="1.0"?>\n'
        '<VTKFile type="vtkMultiBlockDataSet" version="1.0" byte_order="LittleEndian">\n'
        f"  <vtkMultiBlockDataSet>\n{rows}\n  </vtkMultiBlockDataSet>\n</VTKFile>\n"
    )
