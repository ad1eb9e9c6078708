"""Runs the counterpart: each case as an ordinary study in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from ..runner import Tell, run_studies
from .cases import ARRAY_KEY, CASES, Case, array_study
from .harvest import Harvest


def run_all(out: Path, *, force: bool, tell: Tell) -> dict[Case, Harvest]:
    """Run what has not been run yet; see `runner.run_studies`."""
    texts = {**{case.key: case.study for case in CASES}, ARRAY_KEY: array_study()}
    run_studies(texts, out, force=force, tell=tell)
    return {case: Harvest(case, out / "runs" / case.key) for case in CASES}
