"""Checkpoints of a plating run, in the mesh's own numbering: any number of ranks may go on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checkpoint_files import newest, store
from ..fingerprint import Fingerprint
from ..result import Event

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Progress:
    """The numbers beside the fields, all JSON-able.

    Attributes:
        time: [s].
        potential: V [V].
        step_index: Protocol step under way, or the number of steps when all are done.
        step_start: Time at which it began [s]; None if it has not begun.
        step_potential: Potential just before it [V].
        step_passed: Charge that had passed before it [C].
        next_size: Time step that is wanted next [s].
        outputs: Snapshots written so far.
        last_output: Time of the last one [s].
        counts: Accepted, rejected and failed time steps.
        wall: Seconds of computing so far.
        ledger: Charges, as `Ledger` has them.
        balance: The numbers of `balance.Balance`.
        events: The protocol steps that have ended.
        deposits: Where the lithium was at their ends.
        warnings: What the user was told.
    """

    time: float
    potential: float
    step_index: int
    step_start: float | None
    step_potential: float
    step_passed: float
    next_size: float
    outputs: int
    last_output: float
    counts: dict[str, int]
    wall: float
    ledger: dict[str, float | list[float]]
    balance: tuple[float, float, float, int] = (0.0, 0.0, 0.0, 0)
    events: list[Event] = field(default_factory=list)
    deposits: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


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
    fields: dict[str, Array]
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
    return Checkpoint(
        fingerprint=str(stored["fingerprint"]),
        progress=Progress(**numbers),
        fields={
            key.removeprefix(_FIELD): values
            for key, values in stored.items()
            if key.startswith(_FIELD)
        },
        rows=stored["rows"],
    )
