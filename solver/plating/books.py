"""The books of a plating run: ledger, series, events, snapshots and checkpoints."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...notices import Notices
from ..balance import Balance
from ..endings import Reading
from ..model import on_root
from ..protocol import Protocol
from ..recorder import SERIES_FILE, Recorder
from ..result import Event
from .checkpoint import Checkpoint, Progress
from .ledger import Ledger
from .measures import describe_deposit
from .model import PlatingModel
from .series import COLUMNS, row_of
from .snapshot import PlatingSnapshot, snapshot_of
from .state import State, Step
from .stored_state import fields_of


@dataclass
class Books:
    """What has happened so far.

    Attributes:
        model: The host.
        protocol: What it is put through.
        copies: Of the meshed part in the whole electrode.
        show: Gets each snapshot, on rank 0.
        folder: For series and checkpoints; None writes none.
        fingerprint: Marks the checkpoints.
        ledger: Charges since the start.
        counts: Accepted, rejected and failed time steps.
        deposits: Where the lithium was at the end of each protocol step.
        balance: Where charge was lost, if any was.
        notices: What the user should know; part of the summary.
    """

    model: PlatingModel
    protocol: Protocol
    copies: float
    show: Callable[[PlatingSnapshot], None]
    folder: Path | None
    fingerprint: str
    ledger: Ledger = field(default_factory=Ledger)
    counts: dict[str, int] = field(
        default_factory=lambda: {"accepted": 0, "rejected": 0, "failed": 0}
    )
    events: list[Event] = field(default_factory=list)
    deposits: list[dict[str, Any]] = field(default_factory=list)
    recorder: Recorder = field(default_factory=lambda: Recorder(columns=COLUMNS))
    balance: Balance = field(default_factory=Balance)
    notices: Notices = field(default_factory=Notices)
    outputs: int = 0
    last_output: float = 0.0
    wall_before: float = 0.0
    opened: float = field(default_factory=clock.perf_counter)

    @property
    def wall(self) -> float:
        """Seconds of computing so far, those before a resume included."""
        return self.wall_before + clock.perf_counter() - self.opened

    def book(self, index: int, step: Step, *, imposed: float | None) -> None:
        """Enter an accepted time step of a protocol step; see `Ledger.book`."""
        self.ledger.book(self.model, step, imposed=imposed)
        gap = self.ledger.gap(self.model, step.end)
        self.balance.note(gap, time=step.end.time, step=index)
        self.counts["accepted"] += 1

    def reading(self, state: State, *, passed: float) -> Reading:
        """What an ending looks at, for the whole electrode.

        Args:
            state: Where the host stands.
            passed: Charge of the meshed part in this protocol step, positive in plating [C].
        """
        return Reading(
            potential=state.potential,
            current=-self.copies * state.current,
            charge=self.copies * passed,
        )

    def record(self, index: int, state: State, size: float) -> None:
        """Add a row to the series."""
        row = row_of(
            self.model,
            state,
            self.ledger,
            step=index,
            cycle=self.protocol.cycles[index],
            copies=self.copies,
            size=size,
        )
        self.recorder.add_row(row)

    def output(self, index: int, state: State) -> None:
        """Hand out one snapshot."""
        label = self.protocol.steps[index].text
        shot = snapshot_of(self.model, state, index=self.outputs, label=label)

        def tell() -> None:
            assert shot is not None
            self.show(shot)

        on_root(self.model.comm, tell)
        self.outputs += 1
        self.last_output = state.time

    def close(self, index: int, state: State, reason: str) -> None:
        """Note how a protocol step ended, and where the lithium is."""
        text, sites = self.protocol.steps[index].text, self.model.sites
        self.events.append(Event(state.time, index, text, reason))
        where = describe_deposit(sites, state.thickness, state.plating)
        self.deposits.append({"step": text, "time [s]": state.time} | where)

    def save(self, state: State, **numbers: Any) -> None:
        """Write series and checkpoint; `numbers` are the other fields of `Progress`."""
        if self.folder is None:
            return
        folder, fields = self.folder, fields_of(self.model, state)
        ledger = {
            key: value.tolist() if isinstance(value, np.ndarray) else value
            for key, value in asdict(self.ledger).items()
        }
        progress = Progress(
            time=state.time,
            potential=state.potential,
            outputs=self.outputs,
            last_output=self.last_output,
            counts=dict(self.counts),
            wall=self.wall,
            ledger=ledger,
            balance=astuple(self.balance),
            events=list(self.events),
            deposits=self.deposits,
            warnings=self.notices.texts,
            **numbers,
        )

        def write() -> None:
            self.recorder.write(folder / SERIES_FILE)
            Checkpoint(self.fingerprint, progress, fields, self.recorder.rows).write(folder)

        on_root(self.model.comm, write)

    def reopen(self, stored: Checkpoint) -> None:
        """Take the books of a stopped run."""
        numbers = stored.progress
        charges: dict[str, Any] = {
            key: np.array(value) if isinstance(value, list) else value
            for key, value in numbers.ledger.items()
        }
        self.ledger, self.balance = Ledger(**charges), Balance(*numbers.balance)
        self.counts, self.events = dict(numbers.counts), list(numbers.events)
        self.deposits = list(numbers.deposits)
        self.outputs, self.last_output = numbers.outputs, numbers.last_output
        self.wall_before = numbers.wall
        self.notices.recall(numbers.warnings)
        self.recorder = Recorder(stored.rows, COLUMNS)
