"""Stands in for `nanotrode run` in a case's folder: quick, and faulty where a test asks for it.

    python fake_case.py FOLDER

It works in stages and keeps a checkpoint, as a run does; `work.txt` tells what was done.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
import tomllib
from pathlib import Path

STAGES = 3


def main(folder: Path) -> int:
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    count = study["geometry"].get("count", 1)
    if str(count) == os.environ.get("FAKE_SEGFAULT"):
        ctypes.string_at(0)
    if str(count) == os.environ.get("FAKE_FAILURE"):
        sys.stderr.write("first words\nno convergence at t = 3 s\n")
        return 3
    if str(count) == os.environ.get("FAKE_HANG"):
        time.sleep(600)
    work, checkpoint = folder / "work.txt", folder / "stage.txt"
    stage = int(checkpoint.read_text()) if checkpoint.exists() else 0
    while stage < STAGES:
        time.sleep(float(os.environ.get("FAKE_SECONDS", "0")) / STAGES)
        stage += 1
        with work.open("a") as file:
            file.write(f"{stage}\n")
        checkpoint.write_text(str(stage))
    summary = {"metrics": {"First discharge: worth [-]": worth(study)}}
    if str(count) == os.environ.get("FAKE_WARNING"):
        summary["warnings"] = ["one", "two"]
    (folder / "summary.json").write_text(json.dumps(summary))
    with work.open("a") as file:
        file.write("finished\n")
    digest = json.loads((folder / "case.json").read_text())["digest"]
    made = {"study": digest, "finished": "2026-01-01"}
    (folder / "provenance.json").write_text(json.dumps(made))
    return 0


def worth(study: dict) -> float:
    """A number with a known optimum: at a radius of 70 nm and a count of 7."""
    radius = float(study["geometry"]["radius"].split()[0])
    return 1.0 - (radius / 70.0 - 1.0) ** 2 - 0.01 * (study["geometry"].get("count", 1) - 7) ** 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
