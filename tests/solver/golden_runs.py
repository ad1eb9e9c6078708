"""Small runs whose series are kept, so that a change of the solver's structure changes no number.

    python tests/solver/golden_runs.py          writes golden/*.csv anew
    mpiexec -n 2 python tests/solver/golden_runs.py

Not a check of physics, which verification does: whoever means to change numbers writes these anew
and says why. Meshes are made by hand here, so that those of `geometry` may change.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import boxes
import numpy as np

sys.path.append(str(Path(__file__).parent / "plating"))

import hosts
import lattices

FOLDER = Path(__file__).parent / "golden"
CYCLE = ("Plate at 1 mA/cm2 until 0.2 mAh/cm2", "Rest for 1 minute", "Strip at 1 mA/cm2 until 1 V")
NOT_KEPT = ("Wall time [s]",)
COUNTED = "work.json"


class Golden(NamedTuple):
    """What is kept of a run: its series, and how much work it took."""

    series: dict[str, np.ndarray]
    work: dict[str, int]


def insertion(
    order: int, *, varying: bool = False, potential: bool = False, ranks: bool = False
) -> Golden:
    """A curved box: a discharge with a rest and a charge, or jumps of the potential."""
    counts = (3, 3, 6) if order == 1 else (2, 2, 3)
    mesh = boxes.box(counts, order=order, bend=lambda p: 1e-7 * boxes.dome(p))
    current = boxes.amperes(mesh)
    drawn = [f"Discharge at {current} until 3.42 V", "Rest for 1 s", f"Charge at {current} for 1 s"]
    held = ["Hold at 3.45 V for 2 s", "Hold at 3.6 V for 1 s"]
    of = boxes.material(diffusivity=boxes.varying()) if varying else boxes.material()
    return _kept(boxes.simulation(mesh, held if potential else drawn, of=of, comm=_comm(ranks)))


def film() -> Golden:
    """A slab: a problem of one dimension."""
    mesh = boxes.slab()
    return _kept(boxes.simulation(mesh, f"Discharge at {boxes.amperes(mesh)} until 3.3 V"))


def two_poles() -> Golden:
    """Two columns of unequal thickness on one collector, which share a current."""
    parts = [
        boxes.box((1, 1, 6), sides=(s, s, 1e-7), bend=lambda p, x=x: p + np.array([x, 0.0, 0.0]))
        for s, x in ((2e-8, 0.0), (6e-8, 5e-8))
    ]
    mesh = _together(*parts)
    steps = [f"Discharge at {boxes.amperes(mesh)} until 3.42 V", "Rest for 2 s"]
    return _kept(boxes.simulation(mesh, steps))


def plating(of: Any, *, steps: tuple[str, ...] = CYCLE, **more: Any) -> Golden:
    """A pillar with its electrolyte, plated and stripped."""
    from nanotrode.solver.plating.settings import PlatingSettings
    from nanotrode.solver.plating.simulation import PlatingSimulation

    simulation = PlatingSimulation(
        hosts.column(),
        of,
        protocol=steps,
        coat_thickness=1e-7,
        settings=PlatingSettings(tolerance=0.05),
        comm=_comm(more.pop("ranks", False)),
        **more,
    )
    return _kept(simulation)


def reduced() -> Golden:
    """A family of potential steps; the one that is kept was not run in full."""
    from nanotrode.materials.laws import Constant
    from nanotrode.solver.reduced.run import run_family
    from nanotrode.solver.settings import SolverSettings

    size = 2e-7
    mesh = boxes.box((3, 3, 6), sides=(size,) * 3, bend=lambda p: size * boxes.dome(p / size))
    settings = SolverSettings(tolerance=1e-4, reduced=True, reduced_tolerance=0.005)
    runs = [
        boxes.simulation(
            mesh,
            f"Hold at {3.40 + 0.005 * k:.3f} V for 20 s",
            of=boxes.material(diffusivity=Constant((1.0 + 0.07 * k) * 1e-15)),
            settings=settings,
        )
        for k in range(14)
    ]
    results = run_family(runs)
    last = next(r for r in reversed(results) if r.summary["reduced"]["solved"] != "in full")
    return _of(last)


RUNS: dict[str, Callable[[], Golden]] = {
    "insertion order 1": lambda: insertion(1),
    "insertion order 2": lambda: insertion(2),
    "insertion D(x)": lambda: insertion(1, varying=True),
    "insertion order 2 D(x)": lambda: insertion(2, varying=True),
    "insertion potential": lambda: insertion(1, potential=True),
    "film": film,
    "two poles": two_poles,
    "plating bare": lambda: plating(hosts.anode()),
    "plating barrier": lambda: plating(hosts.anode(barrier=0.03, coat=1e3)),
    "plating side": lambda: plating(hosts.anode(side=hosts.SIDE)),
    "plating salt": lambda: plating(
        hosts.anode(), steps=("Plate at 20 mA/cm2 until 0.05 mAh/cm2",), salt=True
    ),
    "plating lattice": lambda: plating(
        lattices.anode(), steps=("Plate at 1 mA/cm2 until 0.2 mAh/cm2",)
    ),
    "reduced": reduced,
}
ON_RANKS: dict[str, Callable[[], Golden]] = {
    "2 ranks insertion": lambda: insertion(1, ranks=True),
    "2 ranks plating": lambda: plating(hosts.anode(), ranks=True),
}


def stored(name: str) -> Golden:
    """What is kept of a run."""
    with _file(name).open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    columns = np.array(rows, dtype=float).T
    work = json.loads((FOLDER / COUNTED).read_text(encoding="utf-8"))[name]
    return Golden(dict(zip(head, columns, strict=True)), work)


def write(found: Mapping[str, Golden]) -> None:
    """Keep runs, in place of what was kept of them."""
    counted = FOLDER / COUNTED
    work = json.loads(counted.read_text(encoding="utf-8")) if counted.exists() else {}
    for name, run in found.items():
        with _file(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(run.series)
            rows = zip(*run.series.values(), strict=True)
            writer.writerows([f"{value:.15g}" for value in row] for row in rows)
        work[name] = run.work
    counted.write_text(json.dumps(work, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _file(name: str) -> Path:
    return FOLDER / f"{name.replace(' ', '-').replace('(', '-').replace(')', '')}.csv"


def _kept(simulation: Any) -> Golden:
    return _of(simulation.run())


def _of(result: Any) -> Golden:
    work = {key: int(n) for key, n in result.summary["work"].items() if isinstance(n, int)}
    series = {key: np.asarray(column) for key, column in result.series.items()}
    return Golden({key: series[key] for key in series if key not in NOT_KEPT}, work)


def _comm(ranks: bool) -> Any:
    from nanotrode import _fenics  # noqa: F401

    from mpi4py import MPI  # isort: skip

    return MPI.COMM_WORLD if ranks else MPI.COMM_SELF


def _together(*parts: Any) -> Any:
    """One mesh of several that do not touch."""
    from dataclasses import replace

    ends = np.cumsum([0, *(len(part.points) for part in parts)])
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("points", "cell_tags", "facet_tags")
    }
    for name in ("cells", "facets"):
        shifted = [getattr(p, name) + n for p, n in zip(parts, ends[:-1], strict=True)]
        joined[name] = np.concatenate(shifted).astype(np.int32)
    return replace(parts[0], **joined, footprint=sum(part.footprint for part in parts))


def main() -> None:
    """Write all runs for as many ranks as there are."""
    comm = _comm(ranks=True)
    found = {name: run() for name, run in (RUNS if comm.size == 1 else ON_RANKS).items()}
    if comm.rank == 0:
        FOLDER.mkdir(exist_ok=True)
        write(found)


if __name__ == "__main__":
    main()
