"""A sweep of made-up numbers, in the layout that `nanotrode sweep` writes."""

from __future__ import annotations

import csv
from pathlib import Path

from small_run import make_snapshot, write_series

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.postprocess.export import VtkWriter

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">"
UTILISATION = "First discharge: utilisation [-]"


def write_sweep(folder: Path, mesh: ElectrodeMesh, *, cases: int = 12) -> Path:
    """`cases` cases over radius and count: the last failed, the first one has fields."""
    rows = []
    for number in range(cases):
        radius, count = (20 + 10 * (number % 4)) * 1e-9, 10 * (1 + number // 4)
        rows.append(
            {
                "case": f"{number:04d}",
                "status": "done",
                "reason": "",
                "geometry.radius [m]": radius,
                "geometry.count": count,
                "geometry.tip": "flat" if number % 2 else "rounded",
                UTILISATION: 1 - 5e6 * radius + 1e-4 * count,
                f"{UTILISATION} error": 0.01,
                "Discharged [A.h]": 1e-14 * count * (radius / 2e-8) ** 2,
            }
        )
        (folder / "cases" / f"{number:04d}").mkdir(parents=True)
    rows[-1] |= {"status": "failed", "reason": HOSTILE, UTILISATION: "", "Discharged [A.h]": ""}
    with (folder / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    case = folder / "cases" / "0000"
    VtkWriter(case, mesh).write(make_snapshot(mesh, 1))
    write_series(case)
    (case / "summary.json").write_text("{}")
    (folder / "study.toml").write_text('name = "radius and count"\nquestion = "Which radius?"\n')
    return folder
