"""Outputs of a run as `.vtm` files of named blocks, collected in `fields.pvd`.

Every file appears whole or not at all, pieces first and `fields.pvd` last, so that a run that is
killed opens as far as it got.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkUnstructuredGrid

from .._files import remove_leftovers, write_text
from . import names
from .collection import Entry, read_collection, write_collection
from .field_files import COLLECTION, FOLDER, field_files, output_of, remove_empty
from .grids import set_field_data, set_point_data, write_grid
from .stamp import stamp_of

Facts = Mapping[str, float]


class BlockWriter:
    """The outputs of one run's folder.

    Args:
        directory: The run's folder; made when absent.
        resume_time: None starts afresh and removes the fields of an earlier run; a time [s]
            keeps the outputs up to it, drops the later ones and appends.

    Attributes:
        folder: Where the blocks go.
    """

    def __init__(self, directory: str | Path, *, resume_time: float | None = None) -> None:
        self.directory = Path(directory)
        self.folder = self.directory / FOLDER
        self._pvd = self.directory / COLLECTION
        self._stamp = stamp_of([self.directory])
        self._entries = self._prepare(resume_time)

    def write_block(
        self,
        file: str,
        grid: vtkUnstructuredGrid,
        fields: Mapping[str, NDArray],
        facts: Facts | None = None,
    ) -> str:
        """Write one block, and return its file's name below `folder`.

        Args:
            file: That name.
            grid: Its nodes and cells.
            fields: Nodal fields, by the name they are shown under.
            facts: What holds for the whole output, such as its time.
        """
        set_point_data(grid, fields)
        if facts is not None:
            set_field_data(grid, facts)
        write_grid(self.folder / file, grid)
        return file

    def collect(self, name: str, time: float, blocks: Mapping[str, str], *, label: str) -> None:
        """Make an output of blocks that are written; one of the same time or name is replaced.

        Args:
            name: Of the output.
            time: [s].
            blocks: Files, by the name of the block.
            label: The protocol step, in the user's words.
        """
        told = {names.LABEL_FACT: label} | self._stamp
        write_text(self.folder / f"{name}.vtm", _multiblock(blocks, told))
        entry = Entry(float(time), f"{FOLDER}/{name}.vtm")
        kept = [e for e in self._entries if e.time != entry.time and e.file != entry.file]
        self._entries = sorted([*kept, entry], key=lambda e: e.time)
        write_collection(self._pvd, self._entries)

    def _prepare(self, resume_time: float | None) -> list[Entry]:
        self.folder.mkdir(parents=True, exist_ok=True)
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
        for path in field_files(self.folder):
            output = output_of(path, self.folder)
            if output not in stems and not (output is None and kept):
                path.unlink()
        remove_empty(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, *self.folder.glob("[0-9]*/")):
            remove_leftovers(folder)
        return kept


def output_facts(time: float, voltage: float, current_density: float) -> Facts:
    """What holds for a whole output; see `names`."""
    return {
        names.TIME_FACT: time,
        names.VOLTAGE_FACT: voltage,
        names.CURRENT_FACT: current_density,
    }


def read_label(path: Path) -> str | None:
    """The protocol step of an output (`.vtm`); None where it was stored elsewhere."""
    for array in ElementTree.parse(path).getroot().iterfind("FieldData/Array"):
        if array.get("Name") == names.LABEL_FACT:
            return bytes(map(int, (array.text or "").split())).rstrip(b"\0").decode()
    return None


def _multiblock(blocks: Mapping[str, str], told: Mapping[str, str]) -> str:
    """A file of blocks, with texts that hold for all of it."""
    rows = "\n".join(
        f'    <DataSet index="{i}" name={quoteattr(block)} file={quoteattr(file)}/>'
        for i, (block, file) in enumerate(blocks.items())
    )
    texts = "".join(
        f'    <Array type="String" Name={quoteattr(name)} NumberOfTuples="1" format="ascii">'
        f"{' '.join(str(code) for code in [*text.encode(), 0])}</Array>\n"
        for name, text in told.items()
    )
    return (
        '<?xml version="1.0"?>\n'
        '<VTKFile type="vtkMultiBlockDataSet" version="1.0" byte_order="LittleEndian">\n'
        f"  <vtkMultiBlockDataSet>\n{rows}\n  </vtkMultiBlockDataSet>\n"
        f"  <FieldData>\n{texts}  </FieldData>\n</VTKFile>\n"
    )
