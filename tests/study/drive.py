"""The command line with fake cases, as a process that a test can kill: python drive.py WORDS..."""

from __future__ import annotations

import sys
from pathlib import Path

from nanotrode.study import cli
from nanotrode.study.cases import launch

FAKE = Path(__file__).with_name("fake_case.py")


def fake_command(task) -> list[str]:
    return [sys.executable, "-S", str(FAKE), str(task.folder)]


if __name__ == "__main__":
    launch.command = fake_command
    sys.exit(cli.main(sys.argv[1:]))
