"""The metrics of a plating run's folder, added to its `summary.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._files import write_text
from .metrics import first_discharge
from .series import read_series

BEGINNING = 0.1
"""Share of the first plating's lithium in which its nucleation is looked for."""


def appraise_plating(directory: str | Path) -> dict[str, float]:
    """Compute the metrics of a plating run and write them into its `summary.json`, as `metrics`."""
    directory = Path(directory)
    series = read_series(directory / "timeseries.csv")
    path = directory / "summary.json"
    summary: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    metrics = summarise_plating(series) | shares_by_height(summary)
    write_text(path, json.dumps(summary | {"metrics": metrics}, indent=2) + "\n")
    return metrics


def shares_by_height(summary: Mapping[str, Any]) -> dict[str, float]:
    """Shares of the host's lithium in thirds of its height, where the first plating ended.

    Args:
        summary: Of the run; its `deposits` hold the shares per layer, bottom to top.
    """
    deposits = summary.get("deposits") or [{}]
    layers = np.asarray(deposits[0].get("share per layer, bottom to top") or [0.0])
    if not layers.sum() > 0.0:
        return {}
    below = np.concatenate([[0.0], np.cumsum(layers) / layers.sum()])
    edges = np.interp(np.linspace(0.0, len(layers), 4), np.arange(len(below)), below)
    places = ("lowest", "middle", "highest")
    return {
        f"End of plating: share in the {place} third of the height [-]": float(share)
        for place, share in zip(places, np.diff(edges), strict=True)
    }


def summarise_plating(series: Mapping[str, NDArray]) -> dict[str, float]:
    """Figures of merit of a plating run.

    The nucleation overpotential is how far the voltage dips at the start of the first plating
    below its highest value, that of growth, as it is read off a measured curve.

    Args:
        series: Columns over time.

    Returns:
        Name with unit -> value.
    """
    metrics = {"Duration [s]": float(series["Time [s]"][-1] - series["Time [s]"][0])}
    rows = first_discharge(series["Areal capacity [mA.h.cm-2]"])
    if rows is not None:
        metrics |= _of_plating({name: column[rows] for name, column in series.items()})
    return metrics | _of_cycles(series)


def _of_plating(plating: Mapping[str, NDArray]) -> dict[str, float]:
    passed, voltage = plating["Areal capacity [mA.h.cm-2]"], plating["Voltage [V]"]
    laid = plating["Plated lithium [mA.h.cm-2]"]  # what the lattice takes comes before growth
    early = laid <= laid[0] + BEGINNING * (laid[-1] - laid[0])
    first = float(voltage[early].min())
    growth = float(voltage[~early].max(initial=first))
    peak = -float(plating["Min local current density [A.m-2]"].min())
    imposed = 10.0 * float(np.abs(plating["Current density [mA.cm-2]"]).max())
    return {
        "First plating: capacity [mA.h.cm-2]": float(passed[-1] - passed[0]),
        "First plating: first minimum of the voltage [V]": first,
        "First plating: end voltage [V]": float(voltage[-1]),
        "First plating: nucleation overpotential [V]": growth - first,
        "First plating: peak local current density [A.m-2]": peak,
        "First plating: peak local over imposed current density [-]": peak / max(imposed, 1e-300),
        "End of plating: variation of the deposit [-]": float(
            plating["Deposit coefficient of variation"][-1]
        ),
        "End of plating: share on collector [-]": float(plating["Share on collector"][-1]),
        "End of plating: filled fraction of pores [-]": float(
            plating["Filled fraction of pores"][-1]
        ),
        "End of plating: largest thickness [um]": float(plating["Max deposit thickness [um]"][-1]),
    }


def _of_cycles(series: Mapping[str, NDArray]) -> dict[str, float]:
    """Charge given back over charge taken, of all cycles together.

    Without a lattice that keeps lithium it is an input where not 1.
    """
    change = np.diff(series["Areal capacity [mA.h.cm-2]"])
    taken, back = float(np.maximum(change, 0.0).sum()), float(np.maximum(-change, 0.0).sum())
    if not (taken > 0.0 and back > 0.0):
        return {}
    kept = np.abs(series["Inserted lithium [mA.h.cm-2]"]).max() > 0.0
    cause = "what the lattice keeps, and the stated" if kept else "the stated"
    return {f"Coulombic efficiency (by {cause} side reaction) [%]": 100.0 * back / taken}
