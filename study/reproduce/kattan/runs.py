"""Runs the counterpart: each case as an ordinary study in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...._files import write_text
from ...loading import load_study
from ...run import run_study
from .electrodes import ARRAY_KEY, CASES, Case, array_study
from .harvest import Harvest

Tell = Callable[[str], None]


def run_all(out: Path, *, force: bool, tell: Tell) -> dict[Case, Harvest]:
    """Run what has not been run yet.

    Args:
        out: Gets `studies/` and `runs/`.
        force: Overwrite folders that hold something else.
        tell: Gets a line before each run.

    Raises:
        InputError: A folder holds something else.
        MeshError, SolverError: Meshing or solving failed.
    """
    texts = {**{case.key: case.study for case in CASES}, ARRAY_KEY: array_study()}
    for number, (key, text) in enumerate(texts.items(), start=1):
        tell(f"run {number} of {len(texts)}: {key}")
        path = out / "studies" / f"{key}.toml"
        write_text(path, text)
        run_study(load_study(path), out / "runs" / key, resume=True, force=force, show=True)
    return {case: Harvest(case, out / "runs" / case.key) for case in CASES}
