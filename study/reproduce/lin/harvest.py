"""What a run left in its folder, read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....postprocess.series import read_series
from .case import Case

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""Coefficient of variation that is none: that of a foil."""
BEGINNING = 0.1
"""Capacity up to which the first minimum of the voltage is looked for [mA.h/cm2]."""


@dataclass(frozen=True)
class Harvest:
    """One finished run.

    Attributes:
        case: What was run.
        folder: Where.
    """

    case: Case
    folder: Path

    @cached_property
    def series(self) -> dict[str, Array]:
        """Columns over time."""
        return read_series(self.folder / "timeseries.csv")

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Of the run."""
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text("utf-8"))
        return found

    def deposit(self, capacity: float) -> dict[str, Any]:
        """Where the lithium was at a capacity of the case's [mA.h/cm2]."""
        found: dict[str, Any] = self.summary["deposits"][self.case.capacities.index(capacity)]
        if found["coefficient of variation"] < ROUNDING:
            found = {**found, "coefficient of variation": 0.0}
        return found

    def layers(self, capacity: float) -> Array:
        """Shares of the lithium per layer, bottom to top."""
        return np.asarray(self.deposit(capacity)["share per layer, bottom to top"])

    def interior(self, capacity: float) -> float:
        """Share of the pores in the middle third of the host's height that is full."""
        layers = np.asarray(self.deposit(capacity)["filled fraction per layer, bottom to top"])
        return float(thirds(layers)[1] * 3.0 / len(layers))

    def between(self, first: float, last: float) -> Array:
        """Thirds of what was plated on the host between two capacities [mA.h/cm2]."""
        layers = last * self.layers(last) - first * self.layers(first)
        return thirds(layers / max(layers.sum(), 1e-300))

    def at(self, column: str, capacity: float) -> float:
        """A column of the series at an areal capacity [mA.h/cm2]."""
        return float(
            np.interp(capacity, self.series["Areal capacity [mA.h.cm-2]"], self.series[column])
        )

    def metric(self, name: str) -> float:
        """A metric of the summary."""
        return float(self.summary["metrics"][name])

    @cached_property
    def dip(self) -> float:
        """Depth of the voltage's first minimum below 0 V [V]: what a curve shows."""
        early = self.series["Areal capacity [mA.h.cm-2]"] <= BEGINNING
        return -float(self.series["Voltage [V]"][early].min())

    @property
    def nucleation(self) -> float:
        """How far the voltage dips there below that of growth [V]."""
        return self.dip + float(self.series["Voltage [V]"].max())


def thirds(layers: Array) -> Array:
    """Shares in the lowest, the middle and the uppermost third of the host."""
    edges = np.linspace(0.0, len(layers), 4)
    summed = np.concatenate([[0.0], np.cumsum(layers)])
    return np.diff(np.interp(edges, np.arange(len(layers) + 1), summed))
