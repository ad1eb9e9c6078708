"""Runs that are killed at any change of their folder are resumed, to the same bits or close."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_killed_runs_are_resumed_and_equal(tmp_path):
    """One kill of each kind of run; `python benchmarks/kills.py` does sixty."""
    words = [sys.executable, str(ROOT / "benchmarks" / "kills.py")]
    done = subprocess.run(
        [*words, "--kills", "7", "--seed", "3", "--keep", str(tmp_path / "kills")],
        capture_output=True,
        text=True,
    )
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = [cell.strip() for cell in done.stdout.splitlines()[-3].strip("|").split("|")]
    *kills, resumed, same, close, _, faults = map(int, cells[1:])
    # each kind at least once, the first one twice
    assert sum(kills) == resumed == same + close == 8
    assert faults == 0
