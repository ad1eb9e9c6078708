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


@dataclass(frozen=True)
class Progress:
    """The numbers beside the fields, all JSON-able.

    Attributes:
        time: [s].
        potential: [V].
        rate: At which the electrode empties [1/s].
        step_index: Protocol step under way, or the number of steps when all are done.
        step_start: Time at which that step began [s]; None if it has not begun.
        step_potential: Potential just before that step [V].
        in_step, passed, throughput, initial_mean: See `journal.Journal`.
        balance: The numbers of `balance.Balance`.
        next_size: Time step that the controller wants next [s].
        outputs: Snapshots written so far.
        last_output: (time [s], mean stoichiometry) of the last snapshot.
        counts: Accepted, rejected and failed time steps; Newton and linear iterations.
        wall: Seconds of computing so far.
        keeps: Whether the linear solver had gone over to a kept preconditioner.
        past: (time [s], potential [V]) of the earlier points that predict the next step.
        events: The protocol steps that have ended.
        warnings: What the user was told.
    """

    time: float
    potential: float
    rate: float
    step_index: int
    step_start: float | None
    step_potential: float
    in_step: float
    passed: float
    throughput: float
    initial_mean: float
    next_size: float
    outputs: int
    last_output: tuple[float, float]
    counts: dict[str, int]
    wall: float
    keeps: bool
    balance: tuple[float, float, float, int] = (0.0, 0.0, 0.0, 0)
    past: list[tuple[float, float]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoint:
    """A stopped run.

    Attributes:
        fingerprint: The text of the `Fingerprint` that it belongs to.
        progress: Its numbers.
        u: (n_nodes,) state.
        f: (n_nodes,) f(u, V) [1/s] there, or None just after a jump.
        past: (points, n_nodes) states of the earlier points in `progress`.
        rows: (rows, columns) of the time series.
    """

    fingerprint: str
    progress: Progress
    u: Array
    f: Array | None
    past: Array
    rows: Array

    def write(self, directory: Path) -> None:
        """Write into a run's folder, whole or not at all; the one before it stays too."""
        store(
            directory,
            fingerprint=self.fingerprint,
            numbers=json.dumps(asdict(self.progress)),
            u=self.u,
            f=np.empty(0) if self.f is None else self.f,
            past=self.past,
            rows=self.rows,
        )

    @staticmethod
    def read(directory: Path, fingerprint: Fingerprint) -> Checkpoint | None:
        """Read a run's newest whole checkpoint; None if it has none yet.

        Raises:
            InputError: It belongs to another study.
        """
        return newest(directory, fingerprint, _parse)


def _parse(stored: dict[str, Any]) -> Checkpoint:
    numbers: dict[str, Any] = json.loads(str(stored["numbers"]))
    numbers["events"] = [Event(**event) for event in numbers["events"]]
    numbers["last_output"] = tuple(numbers["last_output"])
    numbers["past"] = [tuple(point) for point in numbers["past"]]
    return Checkpoint(
        fingerprint=str(stored["fingerprint"]),
        progress=Progress(**numbers),
        u=stored["u"],
        f=stored["f"] if len(stored["f"]) else None,
        past=stored["past"],
        rows=stored["rows"],
    )
