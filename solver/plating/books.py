"""The books of a plating run: ledger, series, deposits, snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..books import Books
from ..endings import Reading
from ..model import on_root
from ..result import Event
from .ledger import Ledger
from .measures import describe_deposit
from .model import PlatingModel
from .series import COLUMNS, row_of
from .snapshot import PlatingSnapshot, snapshot_of
from .state import State, Step


@dataclass(kw_only=True)
class PlatingBooks(Books):
    """What has happened so far on a host.

    Attributes:
        model: The host.
        copies: Of the meshed part in the whole electrode.
        show: Gets each snapshot, on rank 0.
        ledger: Charges since the start.
        before: Charge that had passed before the protocol step under way [C].
        deposits: Where the lithium was at the end of each protocol step.
        last_output: Time of the last snapshot [s].
    """

    columns: tuple[str, ...] = COLUMNS
    model: PlatingModel
    copies: float
    show: Callable[[PlatingSnapshot], None]
    ledger: Ledger = field(default_factory=Ledger)
    before: float = 0.0
    deposits: list[dict[str, Any]] = field(default_factory=list)
    last_output: float = 0.0

    def book(self, index: int, step: Step, *, imposed: float | None) -> None:
        """Enter an accepted time step of a protocol step; see `Ledger.book`."""
        self.ledger.book(self.model, step, imposed=imposed)
        gap = self.ledger.gap(self.model, step.end)
        self.balance.note(gap, time=step.end.time, step=index)

    def passed(self, taken: Step | None = None) -> float:
        """Charge of the meshed part in this protocol step, positive in plating [C].

        Args:
            taken: A step that is not booked yet.
        """
        return self.ledger.passed - self.before - (taken.passed if taken else 0.0)

    def reading(self, state: State, taken: Step | None = None) -> Reading:
        """What an ending looks at, at the end of a step if one is given, for the whole host."""
        return Reading(
            potential=state.potential,
            current=-self.copies * state.current,
            charge=self.copies * self.passed(taken),
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

    def close(self, index: int, state: State, reason: str) -> Event:
        """Note how a protocol step ended, and where the lithium is."""
        text, sites = self.protocol.steps[index].text, self.model.sites
        where = describe_deposit(sites, state.thickness, state.plating)
        self.deposits.append({"step": text, "time [s]": state.time} | where)
        return Event(state.time, index, text, reason)

    def own(self) -> dict[str, Any]:
        """Charges, deposits and the last snapshot."""
        ledger = {
            key: value.tolist() if isinstance(value, np.ndarray) else value
            for key, value in asdict(self.ledger).items()
        }
        return {
            "ledger": ledger,
            "before": self.before,
            "deposits": self.deposits,
            "last_output": self.last_output,
        }

    def reopen_own(self, numbers: dict[str, Any]) -> None:
        """Take up what `own` kept."""
        charges: dict[str, Any] = {
            key: np.array(value) if isinstance(value, list) else value
            for key, value in numbers["ledger"].items()
        }
        self.ledger, self.before = Ledger(**charges), numbers["before"]
        self.deposits, self.last_output = list(numbers["deposits"]), numbers["last_output"]
