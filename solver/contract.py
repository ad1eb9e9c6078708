"""What a walk through a protocol asks of whatever computes: the contract of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .books import Books
from .checkpoint import Checkpoint, Fields
from .endings import Reading
from .legs import Leg
from .result import Event

if TYPE_CHECKING:
    from mpi4py import MPI


class Standing(Protocol):
    """Where a run stands: what a walk reads of an engine's state."""

    @property
    def time(self) -> float:
        """[s]."""

    @property
    def potential(self) -> float:
        """[V]."""


class Taken(Protocol):
    """A time step that was tried: what a walk reads of it."""

    @property
    def size(self) -> float:
        """[s]."""

    @property
    def error(self) -> float:
        """In units of what is allowed."""

    @property
    def end(self) -> Standing:
        """Where it leads."""


class Sizes(Protocol):
    """Chooses time steps from the errors that they made; see `controller`."""

    size: float
    longest: float

    def restart(self, first: float, *, longest: float) -> None:
        """Start anew after a jump."""

    def fit(self, remaining: float, *, limit: float) -> float:
        """The size to try when so much time is left [s], and it may be no longer than a limit."""

    def accept(self, error: float, taken: float) -> None:
        """Choose the next size after a good step."""

    def reject(self, error: float, tried: float) -> None:
        """Choose a smaller size after a step whose error was too large."""

    def fail(self, tried: float) -> None:
        """Choose a smaller size after a step that did not converge."""


class Engine[T: Taken](Protocol):
    """A system in time, at an instant, with its books: all that a walk asks for."""

    @property
    def comm(self) -> MPI.Comm:
        """Its ranks."""

    @property
    def books(self) -> Books:
        """What has happened so far."""

    @property
    def sizes(self) -> Sizes:
        """Chooses its time steps."""

    @property
    def region(self) -> str:
        """Where it is solved, as messages say it."""

    @property
    def checkpoint_steps(self) -> int:
        """Accepted time steps between two checkpoints."""

    @property
    def standing(self) -> Standing | None:
        """Where it stands; None before the first protocol step of a host that has no start."""

    @property
    def shortest(self) -> float:
        """Time step below which a run fails [s]."""

    def leg(self, index: int, *, start: float, before: float) -> Leg:
        """A protocol step that begins at a time [s], at a potential before it [V]."""

    def begin(self) -> None:
        """Stand at the start of the protocol."""

    def enter(self, leg: Leg) -> float:
        """Switch a leg on, by which potential or current jump; the first time step [s].

        Raises:
            StageFailure: Nothing carries what is imposed.
        """

    def longest(self, leg: Leg) -> float:
        """Longest time step of a leg [s]."""

    def limit(self, leg: Leg) -> float:
        """Longest time step from where it stands [s]."""

    def attempt(self, leg: Leg, size: float) -> T:
        """A time step from where it stands [s], not yet taken.

        Raises:
            StageFailure: It did not converge.
        """

    def commit(self, leg: Leg, taken: T) -> None:
        """Take a step: outputs, books, series, and where it now stands."""

    def reading(self, taken: T | None) -> Reading:
        """What endings look at, where it stands or at the end of a step."""

    def over(self, leg: Leg) -> str | None:
        """Why a leg has ended of itself where it stands, if it has."""

    def time_is_up(self, leg: Leg) -> str:
        """Why a leg ends whose time has passed."""

    def show(self, leg: Leg) -> None:
        """Hand out a snapshot of where it stands."""

    def close(self, leg: Leg, reason: str) -> Event:
        """Note the end of a leg; a last snapshot where it is due."""

    def share(self, leg: Leg) -> float:
        """How much of a leg is done, beside its time."""

    def fields(self) -> Fields:
        """What a checkpoint keeps of where it stands, on rank 0; called on all."""

    def numbers(self) -> dict[str, Any]:
        """The same, of numbers."""

    def counts(self) -> dict[str, int]:
        """Its own work so far."""

    def restore(self, stored: Checkpoint) -> None:
        """Stand where a checkpoint stood."""

    def forget(self) -> None:
        """Keep nothing that a resumed run would not have."""

    def place(self) -> tuple[str, str]:
        """Where it stands in words: before and after the protocol step."""

    def advice(self, leg: Leg) -> str:
        """What to do about a step that failed; may be empty."""
