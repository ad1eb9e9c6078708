"""Checkpoints: all that a run needs to go on as if it had never stopped.

Fields stand in the mesh's own node order, so that a run may resume on another number of
ranks. The last two are kept (`checkpoint_files`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checkpoint_files import newest, store
from .fingerprint import Fingerprint
from .result import Event

Array = NDArray[np.float64]
Fields = dict[str, Array]


@dataclass(frozen=True)
class Progress:
    """The numbers beside the fields, all JSON-able.

    Attributes:
        time: [s].
        potential: [V].
        step_index: Protocol step under way, or the number of steps when all are done.
        step_start: Time at which that step began [s]; None if it has not begun.
        step_potential: Potential just before that step [V].
        next_size: Time step that the controller wants next [s].
        outputs: Snapshots written so far.
        counts: Accepted, rejected and failed time steps; Newton and linear iterations.
        wall: Seconds of computing so far.
        balance: The numbers of `balance.Balance`.
        events: The protocol steps that have ended.
        warnings: What the user was told.
        books: What else the books of this kind of run keep.
        engine: What else its engine needs to go on.
    """

    time: float
    potential: float
    step_index: int
    step_start: float | None
    step_potential: float
    next_size: float
    outputs: int
    counts: dict[str, int]
    wall: float
    balance: tuple[float, float, float, int]
    events: list[Event] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)
    engine: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A stopped run.

    Attributes:
        fingerprint: The text of the `Fingerprint` that it belongs to.
        progress: Its numbers.
        fields: Over sites or the mesh's nodes, by name.
        rows: (rows, columns) of the time series.
    """

    fingerprint: str
    progress: Progress
    fields: Fields
    rows: Array

    def write(self, folder: Path) -> None:
        """Write into a run's folder, whole or not at all; the one before it stays too."""
        store(
            folder,
            fingerprint=self.fingerprint,
            numbers=json.dumps(asdict(self.progress)),
            rows=self.rows,
            **{f"{_FIELD}{name}": values for name, values in self.fields.items()},
        )

    @staticmethod
    def read(folder: Path, fingerprint: Fingerprint) -> Checkpoint | None:
        """Read a run's newest whole checkpoint; None if it has none yet.

        Raises:
            InputError: It belongs to another study.
        """
        return newest(folder, fingerprint, _parse)


_FIELD = "field "


def _parse(stored: dict[str, Any]) -> Checkpoint:
    numbers: dict[str, Any] = json.loads(str(stored["numbers"]))
    numbers["events"] = [Event(**event) for event in numbers["events"]]
    fields = {
        key.removeprefix(_FIELD): values for key, values in stored.items() if key.startswith(_FIELD)
    }
    return Checkpoint(
        fingerprint=str(stored["fingerprint"]),
        progress=Progress(**numbers),
        fields=fields,
        rows=stored["rows"],
    )
