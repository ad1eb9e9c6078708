"""The metrics of a run's folder, added to its `summary.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from .._files import write_text
from ..errors import InputError
from . import names
from .fields import cells_of, read_outputs
from .metrics import ERROR_COLUMN, SurfaceQuadrature, first_discharge, summarise, surface_metrics
from .series import read_series


def appraise_run(directory: str | Path) -> dict[str, float]:
    """Compute the metrics of a run and write them into its `summary.json`, as `metrics`.

    The evenness of the current is that of the output nearest to the end of the first
    discharge, weighted by area.
    """
    directory = Path(directory)
    series = read_series(directory / "timeseries.csv")
    path = directory / "summary.json"
    summary: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    capacity = summary.get("electrode", {}).get("theoretical capacity [A.h]")
    metrics = summarise(series, theoretical_capacity=capacity)
    rows = first_discharge(series["Discharge capacity [A.h]"])
    if rows is not None:
        metrics |= _evenness(directory, float(series["Time [s]"][rows][-1]))
        if ERROR_COLUMN in series and np.isfinite(series[ERROR_COLUMN][rows][-1]):
            error = float(series[ERROR_COLUMN][rows][-1])
            metrics["End of discharge: error of local current density [A.m-2]"] = error
    write_text(path, json.dumps(summary | {"metrics": metrics}, indent=2) + "\n")
    return metrics


def _evenness(directory: Path, time: float) -> dict[str, float]:
    try:
        outputs = read_outputs(directory)
    except InputError:
        return {}
    output = min(outputs, key=lambda o: abs(o.time - time))
    surface = output.interface
    quadrature = SurfaceQuadrature(np.asarray(surface.points, dtype=float), cells_of(surface))
    return {
        f"End of discharge: {name[0].lower()}{name[1:]}": value
        for name, value in surface_metrics(
            quadrature.statistics(np.asarray(surface[names.CURRENT_DENSITY], dtype=float))
        ).items()
    }
