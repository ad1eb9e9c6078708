"""Reading a run's fields back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from .._reading import check_regular, reading, silent_libraries
from ..errors import InputError
from . import names
from .blocks import read_label
from .collection import read_collection
from .metrics import ERROR_COLUMN
from .series import read_series

AT_REST = 1e-6
"""Current per collector area below which nothing plates [A m-2]."""


@dataclass(frozen=True)
class Output:
    """One output of a run; its blocks are read when asked for."""

    path: Path
    """The `.vtm`."""
    time: float
    """[s]"""

    @cached_property
    def electrode(self) -> pv.UnstructuredGrid:
        """The solid: concentration, stoichiometry."""
        return self._block(names.ELECTRODE)

    @cached_property
    def interface(self) -> pv.UnstructuredGrid:
        """Its surface: also local current density and overpotential."""
        return self._block(names.INTERFACE)

    @cached_property
    def electrolyte(self) -> pv.UnstructuredGrid | None:
        """The electrolyte, when it was meshed."""
        files = sorted(self.path.parent.glob("electrolyte-*.vtu"))
        own = self.path.with_suffix("") / f"{names.ELECTROLYTE}.vtu"
        files = [own] if own.exists() else files
        return read_block(files[-1]) if files else None

    @property
    def label(self) -> str:
        """The protocol step, in the user's words."""
        with reading(self.path, "an output of a run"):
            found = read_label(self.path)
        # runs of earlier versions have it in the block
        return str(self.interface.field_data[names.LABEL_FACT][0]) if found is None else found

    @property
    def voltage(self) -> float:
        """Electrode potential [V]."""
        return self._fact(names.VOLTAGE_FACT)

    @property
    def current_density(self) -> float:
        """Current per collector area, positive in discharge [A m-2]."""
        return self._fact(names.CURRENT_FACT)

    def _fact(self, name: str) -> float:
        with reading(self.path, "an output of a run"):
            return float(self.interface.field_data[name][0])

    @cached_property
    def current_error(self) -> float:
        """Estimated error of the local current density [A m-2]; 0 where the run states none."""
        try:
            series = read_series(self.path.parent.parent / "timeseries.csv")
        except (InputError, OSError):
            return 0.0
        if ERROR_COLUMN not in series or series[ERROR_COLUMN].dtype.kind != "f":
            return 0.0
        away = np.abs(series["Time [s]"] - self.time)
        # where one step ends and the next begins there are two rows of one time
        there = series[ERROR_COLUMN][away <= away.min()]
        known = there[np.isfinite(there)]
        return float(known.min()) if known.size else 0.0

    def _block(self, name: str) -> pv.UnstructuredGrid:
        return read_block(self.path.with_suffix("") / f"{name}.vtu")


def read_block(path: Path) -> pv.UnstructuredGrid:
    """The grid of one block with its fields.

    Raises:
        InputError: The file is not there, or damaged.
    """
    with reading(path, "a field of a run"):
        check_regular(path)
        with silent_libraries():  # VTK tells of a damaged file there, and goes on
            grid = pv.UnstructuredGrid(path)
        nodes = np.asarray(grid.cell_connectivity)
        if not nodes.size or nodes.min() < 0 or nodes.max() >= grid.n_points:
            raise ValueError("its cells are not whole")
        cells_of(grid)
        return grid


def read_outputs(directory: str | Path) -> list[Output]:
    """The outputs of a run, by time.

    Raises:
        InputError: The folder holds no outputs.
    """
    directory = Path(directory)
    entries = read_collection(directory / "fields.pvd")
    if not entries:
        raise InputError(
            f"{directory}: no outputs in fields.pvd; expected the folder of a run that has "
            "written at least one"
        )
    return [Output(directory / entry.file, entry.time) for entry in entries]


def cells_of(grid: pv.UnstructuredGrid) -> NDArray:
    """The node numbers of a grid of equal cells, (n_cells, nodes of each)."""
    return np.asarray(grid.cell_connectivity).reshape(grid.n_cells, -1)


def most_telling(outputs: list[Output]) -> Output:
    """The output whose stoichiometry varies most through the electrode.

    Where nothing varies, and where lithium plates, the last one that carries current, or else
    the last one.
    """
    if names.STOICHIOMETRY not in outputs[-1].electrode.point_data:
        flowing = [output for output in outputs if output.current_density > AT_REST]
        return (flowing or outputs)[-1]
    spreads = [float(np.ptp(output.electrode[names.STOICHIOMETRY])) for output in outputs]
    if max(spreads) > 1e-4:
        return outputs[int(np.argmax(spreads))]
    flowing = [output for output in outputs if output.current_density != 0.0]
    return (flowing or outputs)[-1]
