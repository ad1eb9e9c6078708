"""The time series of a run: one row per accepted step, named as PyBaMM names its columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .._files import atomic_path

Array = NDArray[np.float64]

SERIES_FILE = "timeseries.csv"
ERROR = "Error of local current density [A.m-2]"
"""The one column that a reduced model's series is without: it has no estimate of that."""
COLUMNS = (
    "Time [s]",
    "Step",
    "Cycle",
    "Voltage [V]",
    "Current [A]",
    "Current density [mA.cm-2]",
    "Discharge capacity [A.h]",
    "Areal capacity [mA.h.cm-2]",
    "Mean stoichiometry",
    "Surface stoichiometry",
    "Open-circuit voltage [V]",
    "Min local current density [A.m-2]",
    "Max local current density [A.m-2]",
    ERROR,
    "Time step [s]",
)


class Recorder:
    """Rows of a run, in the order of its columns.

    Currents and capacities are positive in discharge and count the whole electrode; local
    current densities are positive in oxidation.

    Args:
        rows: (n, columns) to go on from.
        columns: Their names.
    """

    def __init__(self, rows: Array | None = None, columns: tuple[str, ...] = COLUMNS) -> None:
        self.columns = columns
        self._rows: list[tuple[float, ...]] = [] if rows is None else [tuple(r) for r in rows]

    def add(self, **values: float) -> None:
        """Add a row of an insertion run; keys are `KEYS`."""
        self._rows.append(tuple(values[key] for key in KEYS))

    def add_row(self, row: Mapping[str, float]) -> None:
        """Add a row, by column."""
        self._rows.append(tuple(float(row[column]) for column in self.columns))

    @property
    def rows(self) -> Array:
        """(n, columns)."""
        return np.array(self._rows, dtype=float).reshape(-1, len(self.columns))

    @property
    def series(self) -> dict[str, Array]:
        """Each column by its name."""
        return dict(zip(self.columns, self.rows.T, strict=True))

    def write(self, path: Path) -> None:
        """Write all rows as CSV, whole or not at all."""
        with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
            file.write(",".join(self.columns) + "\n")
            for row in self._rows:
                file.write(",".join(_text(value) for value in row) + "\n")


def write_series(folder: Path, series: Mapping[str, Array]) -> None:
    """Write the series of a finished run, as the recorder of one under way does."""
    columns = tuple(name for name in COLUMNS if name in series)
    rows = np.column_stack([series[name] for name in columns])
    Recorder(rows, columns).write(folder / SERIES_FILE)


KEYS = (
    "time",
    "step",
    "cycle",
    "voltage",
    "current",
    "current_density",
    "capacity",
    "areal_capacity",
    "mean",
    "surface",
    "ocp",
    "smallest",
    "largest",
    "error",
    "dt",
)


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e6 else repr(float(value))
