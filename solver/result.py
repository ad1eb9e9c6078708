"""What a simulation hands over: snapshots of the fields, time series, events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Snapshot:
    """The fields at one output time.

    Nodes are those of the electrode's own mesh, `mesh.region("electrode")`; the arrays of
    `surface` run over `Surface.nodes` of its boundary `interface`.
    """

    index: int
    """Number of the output, counted from 0."""
    time: float
    """Time since the start [s]."""
    label: str
    """The protocol step, in the user's words."""
    voltage: float
    """Electrode potential [V]."""
    current_density: float
    """Current per collector area, positive in discharge [A m-2]."""
    concentration: Array
    """Concentration of the inserted ion (n_nodes,) [mol m-3]."""
    stoichiometry: Array
    """Concentration over its maximum (n_nodes,) [-]."""
    surface: dict[str, Array]
    """`concentration` [mol m-3], `stoichiometry` [-], `local_current_density` [A m-2]
    (positive is oxidation) and `overpotential` [V], each (n_surface_nodes,)."""
    electrolyte_concentration: float | Array | None = None
    """Salt concentration: one number, or a value per electrolyte node [mol m-3]."""


class Observer[Shot](Protocol):
    """Something that watches a run: a writer of fields, a progress bar, a test."""

    def write(self, snapshot: Shot) -> None:
        """Take one output."""

    def finish(self, result: Result) -> None:
        """Close after the last output."""


@dataclass(frozen=True)
class Event:
    """The end of a protocol step, and why it ended."""

    time: float
    """Time since the start [s]."""
    step: int
    """Index of the step in the protocol, from 0."""
    text: str
    """The step, in the user's words."""
    reason: str
    """What ended it, such as "reached 2.5 V" or "after 600 s"."""
    surface_error: float | None = None
    """Estimated error of the surface's mean stoichiometry at its end, by the mesh; None where
    hardly a current flows, or nothing is estimated."""


@dataclass(frozen=True)
class Result:
    """A finished (or interrupted) run."""

    series: dict[str, Array]
    """Columns over time, named as PyBaMM names them: `Time [s]`, `Voltage [V]`, ..."""
    events: list[Event]
    """One per finished protocol step."""
    summary: dict[str, Any]
    """Metrics, conservation, timings; JSON-able."""
    mesh: ElectrodeMesh | None
    """The electrode region, whose nodes the snapshots use; None on ranks other than 0."""
    parent: ElectrodeMesh | None
    """The whole mesh, electrolyte included when it was meshed; likewise."""
    directory: Path | None = None
    """The run's folder, when one was written."""
    snapshots: Sequence[Snapshot] = field(default_factory=list)
    """Outputs kept in memory, if any; those of a reduced run are made when asked for."""

    @property
    def time(self) -> Array:
        """Times of the series [s]."""
        return self.series["Time [s]"]

    @property
    def voltage(self) -> Array:
        """Electrode potential over time [V]."""
        return self.series["Voltage [V]"]
