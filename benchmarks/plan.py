"""What `make bench` runs: which code, on which mesh, how accurately, how often."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import environments
from measure import Job

OURS, TWIN = "nanotrode", "its algorithm, flat"
NAIVE = "DOLFINx, obvious"
NGSOLVE, NGSOLVE_NODAL = "NGSolve, its own integrals", "NGSolve, our scheme by hand"
SKFEM = "scikit-fem, our scheme by hand"

ACCURACIES = ("practical", "tight")
UNIFORM = ("20k", "100k", "500k")
BUILT = (
    *(f"layers {fineness}" for fineness in ("automatic", "6", "12", "16", "24")),
    *(f"straight {fineness}" for fineness in ("automatic", "8", "16", "24", "32", "48")),
    *(f"plain {fineness}" for fineness in ("12", "20")),
)
"""Meshes that nanotrode builds: in layers, curved and straight, and without layers."""
QUICK_BUILT = ("layers automatic", "layers 12", "straight automatic", "plain 12")
TOLERANCES = (1e-3, 3e-4, 1e-4)
QUICK_STEPS, SLOW_SOLVERS = 4, ("direct", "amg")


@dataclass(frozen=True)
class Code:
    """One way to do the same work.

    Attributes:
        name: As the tables call it; of codes of one name the fastest counts.
        module: What runs it.
        environment: Its peer's list of packages, or None for nanotrode's own.
        task: What distinguishes it.
        repeats: By mesh, from the smallest; 0 leaves it out.
        steps: Steps taken on each mesh; 0 for all.
    """

    name: str
    module: str
    environment: str | None
    task: dict
    repeats: tuple[int, int, int]
    steps: tuple[int, int, int] = (0, 0, 0)


CODES = (
    Code(OURS, "ours", None, {"method": "euler"}, (7, 7, 2)),
    Code(TWIN, "twin", None, {}, (7, 7, 1)),
    Code(NAIVE, "peers.dolfinx_naive", None, {}, (1, 1, 1), steps=(0, 15, 2)),
    *(
        Code(
            name, "peers.ngsolve_tuned", "ngsolve", {"surface": surface, "solver": solver}, repeats
        )
        for name, surface, solver, repeats in (
            (NGSOLVE, "form", "jacobi", (3, 3, 1)),
            (NGSOLVE, "form", "gauss-seidel", (3, 3, 0)),
            (NGSOLVE, "form", "direct", (2, 0, 0)),
            (NGSOLVE_NODAL, "nodal", "jacobi", (5, 3, 1)),
            (NGSOLVE_NODAL, "nodal", "gauss-seidel", (3, 3, 1)),
        )
    ),
    Code(SKFEM, "peers.skfem_tuned", "skfem", {"solver": "jacobi"}, (5, 3, 1)),
    Code(SKFEM, "peers.skfem_tuned", "skfem", {"solver": "amg"}, (3, 1, 0)),
)


def python_of(environment: str | None) -> str:
    """The interpreter of a peer's environment, or this one."""
    return environments.make_environment(environment) if environment else environments.own_python()


def same_work(*, quick: bool) -> list[Job]:
    """The benchmark's steps by every code, at both accuracies."""
    return [job for size in UNIFORM[: 1 if quick else 2] for job in _steps(size, quick=quick)]


def same_work_at_500k(*, quick: bool) -> list[Job]:
    """The same on the largest mesh, which takes as long as all the rest."""
    return [] if quick else _steps(UNIFORM[2], quick=False)


def _steps(size: str, *, quick: bool) -> list[Job]:
    jobs, index = [], UNIFORM.index(size)
    for code, accuracy in itertools.product(CODES, ACCURACIES):
        repeats = min(code.repeats[index], 1 if quick else 9)
        task = {**code.task, "size": size, "accuracy": accuracy}
        if code.steps[index]:
            task["steps"] = code.steps[index]
        if quick and code.name == NAIVE:
            task["steps"] = QUICK_STEPS
        if repeats and not (quick and task.get("solver") in SLOW_SOLVERS):
            python = python_of(code.environment)
            jobs.append(Job(code.name, code.module, python, task, repeats=repeats))
    return jobs


def overhead(*, quick: bool) -> list[Job]:
    """The benchmark's steps by nanotrode and by its flat twin, by turns."""
    pairs = {"20k": 2} if quick else {"20k": 7, "100k": 3}
    return [
        Job(
            OURS,
            "overhead",
            environments.own_python(),
            {"size": size, "accuracy": accuracy, "pairs": count},
            repeats=1 if quick else 3,
        )
        for (size, count), accuracy in itertools.product(pairs.items(), ACCURACIES)
    ]


def work_against_accuracy(*, quick: bool) -> list[Job]:
    """Potential steps by `Simulation.run`, on many meshes with many tolerances."""
    built = QUICK_BUILT if quick else BUILT
    uniform = [f"uniform {size}" for size in UNIFORM[: 1 if quick else None]]
    return [
        Job(
            OURS,
            "ours",
            environments.own_python(),
            {"method": "adaptive", "mesh": mesh, "tolerance": tolerance},
            repeats=1 if quick or mesh in ("uniform 100k", "uniform 500k") else 3,
        )
        for mesh, tolerance in itertools.product([*built, *uniform], TOLERANCES)
    ]


def growth(*, quick: bool) -> list[Job]:
    """The benchmark's steps on twenty thousand to a million nodes."""
    sizes = {} if quick else {"20k": 9, "100k": 5, "500k": 3, "1M": 3}
    return [
        Job(
            OURS,
            "ours",
            environments.own_python(),
            {"method": "euler", "size": size, "accuracy": "practical"},
            repeats=repeats,
        )
        for size, repeats in sizes.items()
    ]


def two_ranks(*, quick: bool) -> list[Job]:
    """The benchmark's steps on one and on two ranks."""
    sizes = ("20k",) if quick else ("100k", "500k", "1M")
    return [
        Job(
            OURS,
            "ours",
            environments.own_python(),
            {"method": "euler", "size": size, "accuracy": "practical"},
            ranks=ranks,
            repeats=1 if quick or size == "1M" else 3,
        )
        for size, ranks in itertools.product(sizes, (1, 2))
    ]


def array(*, quick: bool) -> list[Job]:
    """Two hundred wires: a potential step, and a discharge at constant current to its end."""
    protocols = ("Hold at 2.95 V for 12.5 s", "Discharge at 40C until 2.2 V")
    return [
        Job(
            OURS,
            "ours",
            environments.own_python(),
            {"method": "adaptive", "mesh": "array 12", "tolerance": 1e-3, "protocol": protocol},
            ranks=2,
            repeats=1,
        )
        for protocol in protocols[: 0 if quick else None]
    ]


def machine(*, quick: bool) -> list[Job]:
    """Bandwidth, and the product with the benchmark's matrix."""
    sizes = UNIFORM[: 1 if quick else None]
    python = environments.own_python()
    return [Job("machine", "machine", python, {"size": size}, repeats=3) for size in sizes]
