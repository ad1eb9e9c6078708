"""How the plating solver grows with the mesh, and a framework of 300 thousand unknowns plated.

    python benchmarks/plating.py                    everything, results/plating.md
    python benchmarks/plating.py --part growth      one part anew; the other is kept
    python benchmarks/plating.py --part plating
    python benchmarks/plating.py --quick            the two smallest meshes, and one of them plated

`growth` solves for the potentials of four hosts at 0.5 mA/cm2, bare and with lithium laid on by
hand, each host on each mesh in a process of its own; all have the same meshes, so that only the
materials differ. `plating` takes LLTO@CNT to 1 mAh/cm2 on two ranks. Times are CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from measure import HERE, MARK, ONE_THREAD, peak_memory

from nanotrode import Sizing, build_mesh, scaffold
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.materials import plating_library

RESULTS = HERE / "results" / "plating.json"
CACHE = HERE / "cache" / "plating"
THICKNESS, HEADROOM, COAT, SEED = 42e-6, 8e-6, 1e-7, 1  # [m]
TEMPERATURE, DENSITY = 298.15, 5.0  # [K], [A m-2]
CAPACITY = 1.0 * 3.6e4  # 1 mAh/cm2 [C m-2]
COAT_ALONE = "CNT, its coat alone"
HOSTS = ("LLTO@CNT", "CNT", COAT_ALONE, "LLTO")
MESHES = ((1.8e-6, 30e-6), (1.35e-6, 30e-6), (1e-6, 30e-6), (1e-6, 50e-6))
"""Elements at the interface and width of the piece [m]: 28 to 400 thousand unknowns of LLTO."""
TOLERANCE, FIRST_STEP = 0.02, 1.0
"""Error of the deposit in a time step; the first one's length [s]."""

FILM = 1e-7  # [m]
DEPOSITS: dict[str, Callable[[Any], np.ndarray]] = {
    "bare": lambda sites: np.zeros(len(sites.nodes)),
    "lithium below": lambda sites: np.where(sites.heights < 0.5 * sites.top, FILM, 0.0),
    "lithium everywhere": lambda sites: np.full(len(sites.nodes), FILM),
}


def mesh_of(size: float, width: float) -> ElectrodeMesh:
    """The framework of all rows, from the cache if it is there."""
    path = CACHE / f"{size * 1e6:g}-{width * 1e6:g}.msh"
    if not path.exists():
        shape = scaffold(
            "LLTO@CNT", thickness=THICKNESS, width=width, headroom=HEADROOM, seed=SEED, coating=COAT
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        build_mesh(shape, sizing=Sizing(interface=size), order=1).save(path)
    return ElectrodeMesh.load(path)


def model_of(mesh: ElectrodeMesh | None, host: str) -> Any:
    """The plating model of a host by its card, over all ranks."""
    from nanotrode.solver.plating.model import PlatingModel

    from mpi4py import MPI  # isort: skip

    anode = plating_library.load_anode("CNT" if host == COAT_ALONE else host)
    if host == COAT_ALONE:
        anode = replace(anode, solid=replace(anode.solid, electronic_conductivity=0.0))
    return PlatingModel(
        mesh, anode, coat_thickness=COAT, temperature=TEMPERATURE, comm=MPI.COMM_WORLD
    )


def growth(size: float, width: float, host: str) -> list[dict[str, Any]]:
    """Rows of one host on one mesh: all deposits."""
    began = time.process_time()
    model = model_of(mesh_of(size, width), host)
    setup = time.process_time() - began
    rows = []
    for deposit, lay in DEPOSITS.items():
        found = solved(model, np.minimum(lay(model.sites), 0.9 * model.limit))
        rows.append({"host": host, "deposit": deposit, "setup": setup} | found)
    return rows


def solved(model: Any, thickness: np.ndarray) -> dict[str, Any]:
    """Newton's method from far away, then one solve to 1e-7 with a new preconditioner."""
    from nanotrode.solver.control import ImposedRate
    from nanotrode.solver.plating.krylov import Solver
    from nanotrode.solver.plating.march import consistent_state

    newton, control = model.newton, ImposedRate(-DENSITY * model.footprint)
    steps, iterations, made = newton.iterations, newton.solver.iterations, newton.solver.made
    began = time.process_time()
    state = consistent_state(model, control, time=0.0, thickness=thickness, near=None)
    cpu = time.process_time() - began
    law = model.plating(state.surroundings, thickness, 0.0)
    at = model.system.at(state.u, state.potential, law.current, control.rate)
    solver = Solver(model.potentials, model.comm)
    began = time.process_time()
    solver.set_matrix(model.system.matrix(at))
    ready = time.process_time()
    solver.solve(model.system.border(at), tolerance=1e-7)
    return {
        "unknowns": model.potentials.total,
        "potential": state.potential,
        "newton": newton.iterations - steps,
        "iterations": newton.solver.iterations - iterations,
        "made": newton.solver.made - made,
        "cpu": cpu,
        "fresh_iterations": solver.iterations,
        "preconditioner": ready - began,
        "solve": time.process_time() - ready,
        "memory": peak_memory(),
    }


def plate(size: float, width: float, host: str) -> dict[str, Any]:
    """A host taken to the capacity at the current, with the ledger of its lithium."""
    from nanotrode.solver.control import ImposedRate
    from nanotrode.solver.plating.march import attempt_step, consistent_state

    from mpi4py import MPI  # isort: skip

    comm, began = MPI.COMM_WORLD, time.process_time()
    model = model_of(mesh_of(size, width) if comm.rank == 0 else None, host)
    control = ImposedRate(-DENSITY * model.footprint)
    bare = np.zeros(len(model.sites.nodes))
    setup, start = time.process_time() - began, MPI.Wtime()
    state = consistent_state(model, control, time=0.0, thickness=bare, near=None)
    end, step, steps, refused, passed = CAPACITY / DENSITY, FIRST_STEP, 0, 0, 0.0
    while state.time < end * (1.0 - 1e-12):
        length = min(step, end - state.time)
        taken = attempt_step(model, control, state, size=length, tolerance=TOLERANCE)
        step = length * min(2.0, max(0.3, 0.9 * max(taken.error, 1e-9) ** -0.5))
        if taken.error > 1.0:
            refused += 1
            continue
        state, steps, passed = taken.end, steps + 1, passed + taken.passed
    plated = -float(model.sites.areas @ state.thickness) / model.volume_per_charge
    solver = model.newton.solver
    return {
        "host": host,
        "ranks": comm.size,
        "unknowns": model.potentials.total,
        "setup": setup,
        "cpu": comm.gather(time.process_time() - began - setup),
        "wall": MPI.Wtime() - start,
        "memory": comm.gather(peak_memory()),
        "steps": steps,
        "refused": refused,
        "newton": model.newton.iterations,
        "solves": solver.solves,
        "iterations": solver.iterations,
        "most": solver.most,
        "made": solver.made,
        "potential": state.potential,
        "thickest": float(state.thickness.max()),
        "ledger": plated / passed - 1.0,
        "imposed": passed / (-CAPACITY * model.footprint) - 1.0,
    }


def in_process(*task: object, ranks: int = 1) -> Any:
    """What a process of its own, or several ranks, found.

    Raises:
        RuntimeError: It failed; the message ends with what it said.
    """
    command = [sys.executable, str(Path(__file__)), "--task", json.dumps(task)]
    if ranks > 1:
        command = [str(Path(sys.executable).parent / "mpiexec"), "-n", str(ranks), *command]
    environment = {**os.environ, **ONE_THREAD}
    out = subprocess.run(command, env=environment, capture_output=True, text=True)
    lines = [line for line in out.stdout.splitlines() if line.startswith(MARK)]
    if out.returncode or not lines:
        raise RuntimeError(f"{task} failed:\n{(out.stdout + out.stderr)[-2000:]}")
    return json.loads(lines[-1].removeprefix(MARK))


def do(task: list[Any]) -> None:
    """One process' part of the work; rank 0 reports."""
    from mpi4py import MPI

    name, *given = task
    found = {"growth": growth, "plate": plate}[name](*given)
    if MPI.COMM_WORLD.rank == 0:
        print(MARK + json.dumps(found), flush=True)


def main() -> None:
    """Run one part or both, keep what is known of the other, write the table."""
    from plating_report import write

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("growth", "plating", "report"))
    parser.add_argument("--quick", action="store_true", help="the two smallest meshes")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        do(json.loads(given.task))
        return
    meshes = MESHES[:2] if given.quick else MESHES
    known: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if given.part in (None, "growth"):
        known["growth"] = []
        for mesh in meshes:
            mesh_of(*mesh)  # its memory is not the solver's
            for host in HOSTS:
                known["growth"] += in_process("growth", *mesh, host)
                print(known["growth"][-1], flush=True)
    if given.part in (None, "plating"):
        mesh_of(*meshes[-1])
        known["plating"] = in_process("plate", *meshes[-1], HOSTS[0], ranks=2)
    RESULTS.write_text(json.dumps(known, indent=1) + "\n")
    write(known, RESULTS.with_suffix(".md"))


if __name__ == "__main__":
    main()
