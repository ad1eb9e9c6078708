"""What the books of every run keep: counts, events, series, balance, warnings, checkpoints."""

from __future__ import annotations

import time as clock
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from ..notices import Notices
from .balance import Balance
from .checkpoint import Checkpoint, Fields, Progress
from .protocol import Protocol
from .recorder import COLUMNS, SERIES_FILE, Recorder
from .result import Event


@dataclass(kw_only=True)
class Books:
    """What has happened so far.

    Attributes:
        protocol: What is imposed.
        folder: For series and checkpoints; None writes none.
        fingerprint: Marks the checkpoints.
        columns: Of the series.
        counts: Accepted, rejected and failed time steps.
        events: The protocol steps that have ended.
        recorder: The series.
        balance: Where charge was lost, if any was.
        notices: What the user should know; part of the summary.
        outputs: Snapshots handed out.
    """

    protocol: Protocol
    folder: Path | None
    fingerprint: str
    columns: tuple[str, ...] = COLUMNS
    counts: dict[str, int] = field(
        default_factory=lambda: {"accepted": 0, "rejected": 0, "failed": 0}
    )
    events: list[Event] = field(default_factory=list)
    balance: Balance = field(default_factory=Balance)
    notices: Notices = field(default_factory=Notices)
    outputs: int = 0
    wall_before: float = 0.0
    opened: float = field(default_factory=clock.perf_counter)

    def __post_init__(self) -> None:
        self.recorder = Recorder(columns=self.columns)

    @property
    def wall(self) -> float:
        """Seconds of computing so far, those before a resume included."""
        return self.wall_before + clock.perf_counter() - self.opened

    def own(self) -> dict[str, Any]:
        """What else this kind of books keeps, JSON-able."""
        raise NotImplementedError

    def reopen_own(self, numbers: dict[str, Any]) -> None:
        """Take up what `own` kept."""
        raise NotImplementedError

    def numbers(self, counts: dict[str, int]) -> dict[str, Any]:
        """The books' part of a checkpoint's numbers.

        Args:
            counts: Of the engine's own work.
        """
        return {
            "outputs": self.outputs,
            "counts": self.counts | counts,
            "wall": self.wall,
            "balance": astuple(self.balance),
            "events": list(self.events),
            "warnings": self.notices.texts,
            "books": self.own(),
        }

    def write(self, progress: Progress, fields: Fields) -> None:
        """Write series and checkpoint into the folder, on rank 0."""
        assert self.folder is not None
        self.recorder.write(self.folder / SERIES_FILE)
        Checkpoint(self.fingerprint, progress, fields, self.recorder.rows).write(self.folder)

    def reopen(self, stored: Checkpoint) -> None:
        """Take the books of a stopped run."""
        numbers = stored.progress
        self.balance = Balance(*numbers.balance)
        self.counts, self.events = dict(numbers.counts), list(numbers.events)
        self.outputs, self.wall_before = numbers.outputs, numbers.wall
        self.notices.recall(numbers.warnings)
        self.recorder = Recorder(stored.rows, self.columns)
        self.reopen_own(numbers.books)
