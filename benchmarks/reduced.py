"""The reduced model beside full runs: cost of a further point, and whether its estimate holds.

    python benchmarks/reduced.py             100k nodes: about ten minutes on a quiet machine
    python benchmarks/reduced.py --quick     20k nodes, fewer points: a minute
    python benchmarks/reduced.py --render    table and plot anew, from the last measurement

Two families of the wire-step problem on its uniform mesh: potential steps over potential, rate
constant and diffusivity; discharges to a cut-off over C-rate and diffusivity. Each is trained on
candidates of its own and then asked for points that it has not seen, drawn with a fixed seed; all
of them are run in full too. Writes results/reduced.json, .md and .png (--quick: quick-reduced.*).
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import ours
import wire
from report import number, table
from threadpoolctl import threadpool_limits

import meshes
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.materials.kinetics import ButlerVolmer, RootExchange
from nanotrode.materials.laws import Constant
from nanotrode.solver.reduced.family import ReducedFamily
from nanotrode.solver.reduced.outputs import distance
from nanotrode.solver.reduced.run import train
from nanotrode.solver.reduced.training import SharedDomain
from nanotrode.solver.settings import OutputPlan, SolverSettings
from nanotrode.solver.simulation import Simulation

RESULTS = wire.HERE / "results"
SEEDS = {"candidates": 11, "unseen": 12}
CANDIDATES = 12
"""Runs inside the box, beside its corners, that a family may learn from."""
REPEATS = 3
BOXES: dict[str, dict[str, tuple[float, float]]] = {
    "potential step": {"potential": (2.85, 3.05), "rate constant": (-1, 1), "diffusivity": (-1, 1)},
    "discharge": {"rate": (20.0, 80.0), "diffusivity": (-1, 1)},
}
"""Potential [V], C-rate [1/h]; rate constant and diffusivity as powers of 2."""
SWEEP = 100
"""Unseen points that are asked for together."""
CHECKED = {"potential step": (SWEEP, 20), "discharge": (20, 8)}
"""How many of them are run in full too, and how many in the quick benchmark."""


def simulation(mesh: ElectrodeMesh, numbers: dict[str, float]) -> Simulation:
    """A member of a family."""
    speed = 2.0 ** numbers.get("rate constant", 0.0) * wire.RATE_VELOCITY / math.sqrt(ours.SALT)
    words = f"Discharge at {numbers.get('rate', 0.0):.6g}C until 2.5 V"
    if "potential" in numbers:
        words = f"Hold at {numbers['potential']:.6g} V for {wire.END} s"
    return Simulation(
        mesh,
        ours.MATERIAL.replace(
            diffusivity=Constant(2.0 ** numbers["diffusivity"] * wire.DIFFUSIVITY),
            kinetics=ButlerVolmer(0.5, 0.5, RootExchange(speed)),
        ),
        protocol=[words],
        initial_stoichiometry=wire.START,
        temperature=wire.TEMPERATURE,
        c_e=ours.SALT,
        settings=SolverSettings(reduced=True),
        output=OutputPlan(fraction=1.0),
    )


def draw(family: str, count: int, seed: int) -> Iterator[dict[str, float]]:
    """Points of a family's box, evenly spread at random."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield {name: float(random.uniform(*ends)) for name, ends in BOXES[family].items()}


def corners(family: str) -> Iterator[dict[str, float]]:
    """The corners of a family's box."""
    for ends in itertools.product(*BOXES[family].values()):
        yield dict(zip(BOXES[family], ends, strict=True))


def timed(work: Callable[[], object]) -> tuple[object, float]:
    """What some work gives, and its CPU seconds."""
    began = time.process_time()
    return work(), time.process_time() - began


def measure(name: str, mesh: ElectrodeMesh, checked: int) -> dict:
    """Train a family, ask it for unseen points, and run some of those in full."""
    candidates = [*corners(name), *draw(name, CANDIDATES, SEEDS["candidates"])]
    (family, learned, _), training = timed(
        lambda: train([simulation(mesh, point) for point in candidates])
    )
    points = list(draw(name, SWEEP, SEEDS["unseen"]))
    runs = [simulation(mesh, point) for point in points]
    answers = [timed(lambda: family.solve(runs)) for _ in range(REPEATS)]
    guesses, together = answers[0][0], [seconds for _, seconds in answers]
    _, alone = timed(lambda: family.solve(runs[:1]))
    domain = SharedDomain(runs[0].electrode(), runs[0].comm)
    rows = []
    for point, run, guess in zip(points, runs[:checked], guesses, strict=False):
        full, seconds = timed(lambda run=run: run.run(domain=domain))
        error = math.inf
        if guess.result is not None:
            error = distance(run.protocol.steps, full.series, guess.result.series)
        steps = full.summary["work"]["accepted"]
        row = {"error": error, "estimate": guess.estimate, "seconds": seconds, "steps": steps}
        rows.append(point | row)
        print(name, rows[-1], flush=True)
    return describe(family, learned) | {
        "unknowns": full.summary["unknowns"],
        "training": training,
        "together": [seconds / SWEEP for seconds in together],
        "alone": alone,
        "points": rows,
    }


def describe(family: ReducedFamily, learned: dict) -> dict:
    """The models' sizes."""
    fine, coarse = family.models
    return {
        "full runs": len(learned),
        "coefficients": [fine.rank, coarse.rank],
        "surface points": [len(fine.weights), len(coarse.weights)],
    }


def figures(row: dict) -> dict[str, float]:
    """The numbers of the table, from a family's measurement."""
    error, estimate, seconds = (
        np.array([point[key] for point in row["points"]])
        for key in ("error", "estimate", "seconds")
    )
    reduced, full = float(np.median(row["together"])), float(np.median(seconds))
    return {
        "reduced": 1e3 * reduced,
        "slowest": 1e3 * max(row["together"]),
        "alone": 1e3 * row["alone"],
        "full": full,
        "ratio": full / reduced,
        "break-even": row["training"] / (full - reduced),
        "covered": 100.0 * float(np.mean(error < estimate)),
        "median": 100.0 * float(np.median(error)),
        "95 %": 100.0 * float(np.quantile(error, 0.95)),
        "largest": 100.0 * float(error.max()),
        "estimate": 100.0 * float(np.median(estimate)),
        "effectivity": float(np.median(estimate / error)),
        "fall back": 100.0 * float(np.mean(estimate > SolverSettings().reduced_tolerance)),
    }


ROWS = {
    "reduced": f"CPU per further point, {SWEEP} asked for together [ms]",
    "slowest": "the same, slowest of the repeats [ms]",
    "alone": "CPU of one point asked for alone [ms]",
    "full": "CPU of a full run, median [s]",
    "ratio": "full over reduced",
    "break-even": "points after which training has paid",
    "covered": "points whose error is below its estimate [%]",
    "median": "error, median [%]",
    "95 %": "error, 95th percentile [%]",
    "largest": "error, largest [%]",
    "estimate": "estimate, median [%]",
    "effectivity": "estimate over error, median",
    "fall back": "points that would fall back to a full run [%]",
}


def render(results: dict) -> str:
    """The table."""
    families = results["families"]
    columns = {name: figures(row) for name, row in families.items()}
    lines = [
        ["unseen points run in full too", *(str(len(row["points"])) for row in families.values())],
        ["full runs learned from", *(str(row["full runs"]) for row in families.values())],
        ["training, those runs included [s CPU]",
         *(number(row["training"]) for row in families.values())],
        ["coefficients (fine, coarse)",
         *("{}, {}".format(*row["coefficients"]) for row in families.values())],
        ["points on the surface",
         *("{}, {}".format(*row["surface points"]) for row in families.values())],
        *([words, *(number(column[key]) if column[key] else "0" for column in columns.values())]
          for key, words in ROWS.items()),
    ]  # fmt: skip
    unknowns = next(iter(families.values()))["unknowns"]
    return (
        "# Reduced model: the wire-step problem as families\n\n"
        f"Uniform mesh of {unknowns} nodes; time steps to a tolerance of "
        f"{SolverSettings().tolerance:g}; CPU seconds of one pinned core; load "
        f"{results['load before']:.1f} before the start, {results['minutes']:.0f} minutes.\n"
        "Times per point include both models, the estimate and the series. Errors are against "
        "full runs on the same mesh (docs/reduced.md says of what).\n\n"
        + table(["", *families], lines)
        + "\n"
    )


def draw_plot(results: dict, path: Path) -> None:
    """Estimates over errors, and cost over the number of points."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    for color, (name, row) in zip(("C0", "C1"), results["families"].items(), strict=False):
        numbers = figures(row)
        left.scatter(
            [100.0 * point["error"] for point in row["points"]],
            [100.0 * point["estimate"] for point in row["points"]],
            s=12, color=color, label=name,
        )  # fmt: skip
        count = np.arange(1, 1001)
        right.plot(count, numbers["full"] * count, "--", color=color, label=f"{name}, full runs")
        cost = row["training"] + 1e-3 * numbers["reduced"] * count
        right.plot(count, cost, color=color, label=f"{name}, reduced")
    ends = [min(*left.get_xlim(), *left.get_ylim()), max(*left.get_xlim(), *left.get_ylim())]
    ends[0] = max(ends[0], 1e-4)
    left.plot(ends, ends, color="0.5", linewidth=0.8)
    left.set(xscale="log", yscale="log", xlabel="error [%]", ylabel="estimate [%]")
    right.set(xscale="log", yscale="log", xlabel="points of the sweep", ylabel="CPU seconds")
    for panel in (left, right):
        panel.grid(visible=True, which="both", alpha=0.2)
        panel.legend(fontsize=8)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main() -> None:
    """Measure, or read the last measurement, and write table and plot."""
    parser = argparse.ArgumentParser(description="Cost and errors of the reduced model.")
    parser.add_argument("--quick", action="store_true", help="20k nodes and fewer points")
    parser.add_argument("--render", action="store_true", help="only table and plot, anew")
    chosen = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / ("quick-reduced.json" if chosen.quick else "reduced.json")
    if not chosen.render:
        size, load, began = "20k" if chosen.quick else "100k", os.getloadavg()[0], time.time()
        wire.make(size)
        mesh = meshes.uniform(size)
        families = {
            name: measure(name, mesh, CHECKED[name][1 if chosen.quick else 0]) for name in BOXES
        }
        minutes = (time.time() - began) / 60.0
        results = {"load before": load, "minutes": minutes, "families": families}
        path.write_text(json.dumps(results, indent=1) + "\n")
    results = json.loads(path.read_text())
    path.with_suffix(".md").write_text(text := render(results))
    draw_plot(results, path.with_suffix(".png"))
    print(text)


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with threadpool_limits(limits=1):
        main()
