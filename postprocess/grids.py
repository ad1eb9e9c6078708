"""VTK grids from numpy arrays, and the compressed files they are stored in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import (
    VTK_QUADRATIC_TETRA,
    VTK_QUADRATIC_TRIANGLE,
    VTK_TETRA,
    VTK_TRIANGLE,
    vtkCellArray,
    vtkUnstructuredGrid,
)
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

from .._files import atomic_path
from ..errors import NanotrodeError

_CELL_TYPES = {
    4: VTK_TETRA,
    10: VTK_QUADRATIC_TETRA,
    3: VTK_TRIANGLE,
    6: VTK_QUADRATIC_TRIANGLE,
}

_COMPRESSION = 1
"""Of zlib, 1 to 9; more takes longer and gains little."""


def make_grid(points: NDArray, cells: NDArray) -> vtkUnstructuredGrid:
    """A VTK grid of equal cells.

    Args:
        points: Coordinates (n, 3) [m]; kept as Float32, 1e-7 of the electrode's size.
        cells: Node indices (m, 3 | 6) for triangles, (m, 4 | 10) for tetrahedra, VTK order.
    """
    vertices = vtkPoints()
    vertices.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float32), deep=True))
    count, nodes = cells.shape
    offsets = np.arange(0, count * nodes + 1, nodes, dtype=np.int64)
    connectivity = vtkCellArray()
    connectivity.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True),
        numpy_to_vtkIdTypeArray(np.ascontiguousarray(cells, dtype=np.int64).ravel(), deep=True),
    )
    grid = vtkUnstructuredGrid()
    grid.SetPoints(vertices)
    grid.SetCells(_CELL_TYPES[nodes], connectivity)
    return grid


def set_point_data(grid: vtkUnstructuredGrid, fields: Mapping[str, NDArray]) -> None:
    """Replace the nodal fields of `grid`; each is stored as Float32 under its name."""
    data = grid.GetPointData()
    data.Initialize()
    for name, values in fields.items():
        values = np.ascontiguousarray(values, dtype=np.float32)
        if values.shape != (grid.GetNumberOfPoints(),):
            raise NanotrodeError(
                f"field '{name}' has shape {values.shape}; "
                f"expected one value for each of the grid's {grid.GetNumberOfPoints()} nodes"
            )
        array = numpy_to_vtk(values, deep=True)
        array.SetName(name)
        data.AddArray(array)
    if fields:
        data.SetActiveScalars(next(iter(fields)))


def set_field_data(grid: vtkUnstructuredGrid, facts: Mapping[str, float]) -> None:
    """Replace the facts that hold for the whole grid, such as its time.

    Numbers alone: meshio reads no file that holds a text.
    """
    data = grid.GetFieldData()
    data.Initialize()
    for name, value in facts.items():
        array = numpy_to_vtk(np.array([value], dtype=np.float64), deep=True)
        array.SetName(name)
        data.AddArray(array)


def write_grid(path: Path, grid: vtkUnstructuredGrid) -> None:
    """Write a `.vtu`: appended, 32-bit indices; whole or not at all.

    Zlib and base64, since meshio reads neither LZ4 nor what VTK appends raw.
    """
    writer = vtkXMLUnstructuredGridWriter()
    writer.SetInputData(grid)
    writer.SetDataModeToAppended()
    writer.EncodeAppendedDataOn()
    writer.SetCompressorTypeToZLib()
    writer.SetCompressionLevel(_COMPRESSION)
    writer.SetIdTypeToInt32()
    with atomic_path(path) as temporary:
        writer.SetFileName(str(temporary))
        # VTK also reports a full disk through its return value only.
        if writer.Write() != 1 or not temporary.exists():
            raise NanotrodeError(f"cannot write {path}: is the disk full or the folder read-only?")
