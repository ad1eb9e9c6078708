"""The time series of a run, read back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .._reading import reading
from ..errors import InputError


def read_series(path: str | Path) -> dict[str, NDArray]:
    """The columns of a `timeseries.csv`; numbers become floats, other columns stay text.

    Raises:
        InputError: The file is absent or holds no rows.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such file; expected the time series of a run")
    with (
        reading(path, "the time series of a run"),
        path.open(newline="", encoding="utf-8-sig") as file,
    ):
        names, *rows = list(csv.reader(file)) or [[]]
    # A killed writer may leave a last row that is cut short.
    rows = [row for row in rows if len(row) == len(names)]
    if not rows:
        raise InputError(f"{path}: no rows; expected the time series of a run")
    columns = zip(*rows, strict=True)
    return {name: _column(values) for name, values in zip(names, columns, strict=True)}


def _column(values: tuple[str, ...]) -> NDArray:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return np.array(values)
