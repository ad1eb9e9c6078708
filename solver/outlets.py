"""Where a run's results go: to its observers, else into memory; and into its folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .._files import write_text
from .checkpoint import Checkpoint
from .fingerprint import Fingerprint
from .model import on_root
from .result import Observer, Result
from .summary import SUMMARY_FILE

if TYPE_CHECKING:
    from mpi4py import MPI


class Outlets[Shot]:
    """Observers and folder of a run.

    Args:
        comm: The run's ranks.
        directory: Folder for series, summary and checkpoints; None writes nothing.
        observers: They get each snapshot, on rank 0.

    Attributes:
        folder: The directory.
        kept: Snapshots, for whoever drives a run in Python without observers.
    """

    def __init__(
        self, comm: MPI.Comm, directory: str | Path | None, observers: Iterable[Observer[Shot]]
    ) -> None:
        self.folder = None if directory is None else Path(directory)
        self.kept: list[Shot] = []
        self._comm, self._observers = comm, list(observers)

    def show(self, snapshot: Shot) -> None:
        """Hand out a snapshot; on rank 0."""
        if not self._observers:
            self.kept.append(snapshot)
        for observer in self._observers:
            observer.write(snapshot)

    def stored(self, fingerprint: Fingerprint) -> Checkpoint | None:
        """The folder's checkpoint, read on rank 0 and shared; errors are shared too."""
        found: Checkpoint | Exception | None = None
        if self._comm.rank == 0 and self.folder is not None:
            try:
                found = Checkpoint.read(self.folder, fingerprint)
            except Exception as error:
                found = error
        found = self._comm.bcast(found)
        if isinstance(found, Exception):
            raise found
        return found

    def finish(self, result: Result) -> None:
        """Write the summary, and close the observers; on rank 0, called on all."""

        def tell() -> None:
            if self.folder is not None:
                text = json.dumps(result.summary, indent=2) + "\n"
                write_text(self.folder / SUMMARY_FILE, text)
            for observer in self._observers:
                observer.finish(result)

        on_root(self._comm, tell)
