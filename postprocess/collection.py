"""The `.pvd` list of a run's outputs over time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from .._files import write_text
from ..errors import NanotrodeError


class Entry(NamedTuple):
    """One output."""

    time: float
    """Time [s]."""
    file: str
    """Its `.vtm`, relative to the folder of the `.pvd`."""


def read_collection(path: str | Path) -> list[Entry]:
    """The outputs listed in `path`, in its order; none when the file is absent.

    Raises:
        NanotrodeError: The file is not a ParaView collection.
    """
    path = Path(path)
    if not path.exists():
        return []
    try:
        root = ElementTree.parse(path).getroot()
        return [Entry(float(d.attrib["timestep"]), d.attrib["file"]) for d in root.iter("DataSet")]
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise NanotrodeError(
            f"{path}: not a readable ParaView collection ({error}); delete it and run again"
        ) from error


def write_collection(path: str | Path, entries: list[Entry]) -> None:
    """Write the list, whole or not at all."""
    rows = "".join(
        f'    <DataSet timestep="{e.time!r}" part="0" file={quoteattr(e.file)}/>\n' for e in entries
    )
    write_text(
        path,
        '<?xml version="1.0"?>\n'
        '<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">\n'
        f"  <Collection>\n{rows}  </Collection>\n</VTKFile>\n",
    )
