"""Reads all that runs leave, with what is meant to read it, and compares two folders of them."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

CLOSE = 1e-5
"""Of a column's largest value: a run that is told to end, on a machine too busy to come to its next
regular checkpoint, writes one elsewhere, and is then the same to the solver's tolerance."""
UNEQUAL = ("log.txt", "output.txt", "provenance.json", "case.json", "report.html")
"""Files that hold dates or times."""
TIMED = ("timings", "work")


def read_all(folder: Path) -> tuple[int, list[str]]:
    """How many files there are below a folder, and what is wrong with those that are unreadable."""
    count, faults = 0, []
    for path in visible(folder):
        count += 1
        try:
            READERS.get(path.suffix, _text)(path)
        except FileNotFoundError:
            if path.exists():  # else it went meanwhile: a case may outlive its sweep
                faults.append(f"{path.name} names a file that is not there")
        except Exception as error:  # whatever a reader raises
            faults.append(f"unreadable {path.relative_to(folder)}: {type(error).__name__} {error}")
    return count, faults


def differences(out: Path, whole: Path) -> tuple[bool, list[str]]:
    """Whether two runs have the same bits, and where they differ by more than rounding."""
    there, here = ({str(p.relative_to(f)) for p in visible(f)} for f in (whole, out))
    faults = [f"only one has {name}" for name in sorted(there ^ here)]
    same = True
    for name in sorted(there & here):
        if Path(name).name in UNEQUAL or name.endswith((".npz", ".png", ".parquet")):
            continue
        one, two = out / name, whole / name
        if one.read_bytes() == two.read_bytes():
            continue
        says = SAYINGS.get(Path(name).suffix)
        if says is not None and says(one) == says(two):
            continue
        same = False
        if name.endswith("timeseries.csv") and not _close(one, two):
            faults.append(f"{name} differs by more than {CLOSE:g}")
    return same, faults


def visible(folder: Path) -> Iterator[Path]:
    """Files below a folder, without hidden ones."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _untimed(path: Path) -> Any:
    """What a JSON file says, without times."""
    said = json.loads(path.read_text("utf-8"))
    return {k: v for k, v in said.items() if k not in TIMED} if isinstance(said, dict) else said


def _untimed_rows(path: Path) -> list[dict[str, str]]:
    """A table's rows, without the time that each case took and how often it was begun."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if not k.startswith(("wall", "starts"))} for row in rows]


def _values(path: Path) -> list[tuple[str, bytes]]:
    """All arrays of a grid; VTK also writes norms of those that it has written before."""
    grid = _grid(path)
    found = [("points", numpy_of(grid.GetPoints().GetData()))]
    found.append(("cells", numpy_of(grid.GetCells().GetConnectivityArray())))
    for data in (grid.GetPointData(), grid.GetCellData(), grid.GetFieldData()):
        arrays = [data.GetArray(index) for index in range(data.GetNumberOfArrays())]
        found += [(array.GetName(), numpy_of(array)) for array in arrays if array is not None]
    return [(name, values.tobytes()) for name, values in found]


def numpy_of(array: Any) -> Any:
    """A VTK array as one of numpy's."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    return vtk_to_numpy(array)


def _close(one: Path, two: Path) -> bool:
    a, b = (np.loadtxt(path, delimiter=",", skiprows=1) for path in (one, two))
    return a.shape == b.shape and bool((np.abs(a - b) <= CLOSE * np.abs(b).max(axis=0)).all())


def _text(path: Path) -> None:
    path.read_text("utf-8")


def _series(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        lengths = {len(row) for row in csv.reader(file)}
    if len(lengths) != 1:
        raise ValueError(f"rows of {sorted(lengths)} columns")


def _arrays(path: Path) -> None:
    with np.load(path, allow_pickle=False) as stored:
        for name in stored.files:
            stored[name]


def _list_of_files(path: Path) -> None:
    for found in ElementTree.parse(path).iter("DataSet"):
        (path.parent / found.attrib["file"]).stat()


def _grid(path: Path) -> Any:
    from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader

    reader = vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(path))
    reader.Update()
    if reader.GetErrorCode() or not reader.GetOutput().GetNumberOfPoints():
        raise ValueError(f"VTK's error {reader.GetErrorCode()}")
    return reader.GetOutput()


def _mesh(path: Path) -> None:
    from nanotrode.geometry.mesh import ElectrodeMesh

    ElectrodeMesh.load(path)


def _picture(path: Path) -> None:
    from PIL import Image

    with Image.open(path) as image:
        image.load()


def _page(path: Path) -> None:
    if not path.read_text("utf-8").rstrip().endswith("</html>"):
        raise ValueError("it has no end")


def _columns(path: Path) -> None:
    from pyarrow import parquet

    parquet.read_table(path)


READERS: dict[str, Callable[[Path], object]] = {
    ".json": lambda path: json.loads(path.read_text("utf-8")),
    ".toml": lambda path: tomllib.loads(path.read_text("utf-8")),
    ".csv": _series,
    ".npz": _arrays,
    ".pvd": _list_of_files,
    ".vtm": _list_of_files,
    ".vtu": _grid,
    ".msh": _mesh,
    ".png": _picture,
    ".html": _page,
    ".parquet": _columns,
}

SAYINGS: dict[str, Callable[[Path], object]] = {
    ".json": _untimed,
    ".csv": _untimed_rows,
    ".vtu": _values,
}
"""What of a file is to be the same where its bytes are not."""
