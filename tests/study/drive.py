"""The command line with fake cases, as a process that a test can kill: python drive.py WORDS..."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from nanotrode.study import cli
from nanotrode.study.cases import launch

FAKE = Path(__file__).with_name("fake_case.py")


def fake_command(task) -> list[str]:
    return [sys.executable, "-S", str(FAKE), str(task.folder)]


def kill_at_work(words: list[str], out: Path, *, after: float, how: str) -> None:
    """Begin a sweep and end it some time after it has begun a case [s].

    Args:
        words: The command.
        out: The sweep's folder.
        after: Seconds that it works.
        how: "politely", "hard", or "with its cases", as when the machine goes down.
    """
    before = starts(out)
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while starts(out) == before and process.poll() is None:
        time.sleep(0.02)
    time.sleep(after)
    process.send_signal(signal.SIGTERM if how == "politely" else signal.SIGKILL)
    for record in records(out) if how == "with its cases" else ():
        if record["status"] == "running" and record["pid"]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(record["pid"], signal.SIGKILL)
    process.wait()


def starts(out: Path) -> int:
    """How often cases have been begun."""
    return sum(record["starts"] for record in records(out))


def records(out: Path) -> list[dict]:
    return [json.loads(file.read_text()) for file in out.glob("cases/*/case.json")]


if __name__ == "__main__":
    launch.command = fake_command
    sys.exit(cli.main(sys.argv[1:]))
