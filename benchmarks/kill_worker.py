"""The command line, which kills itself at a chosen change of a folder: a process of `kills.py`.

    python kill_worker.py FOLDER CHANGE SIGNAL COUNTS WORDS...

Before the CHANGE-th file below FOLDER is renamed, removed, made or opened for writing by rank 0,
the process sends itself SIGNAL. COUNTS gets the number of changes when it ends by itself.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR
EVENTS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "open")


class Killer:
    """Counts changes of a folder, and kills at one of them."""

    def __init__(self, folder: str, change: int, kind: signal.Signals) -> None:
        self.folder, self.change, self.kind = folder, change, kind
        self.count = 0

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        """See `sys.addaudithook`."""
        if event not in EVENTS or not isinstance(given[0], str | os.PathLike):
            return
        if event == "open" and not (isinstance(given[2], int) and given[2] & WRITING):
            return
        if not os.path.abspath(os.fspath(given[0])).startswith(self.folder):
            return
        self.count += 1
        if self.count == self.change:
            os.kill(os.getpid(), self.kind)


def main() -> int:
    """Run nanotrode's command line, watched."""
    folder, change, kind, counts, *words = sys.argv[1:]
    killer = Killer(os.path.abspath(folder), int(change), signal.Signals[kind])
    if not int(os.environ.get("PMI_RANK", "0")):
        sys.addaudithook(killer)
    from nanotrode.study import cli

    sys.argv[1:] = words
    code = cli.main()
    Path(counts).write_text(str(killer.count))
    return code


if __name__ == "__main__":
    sys.exit(main())
