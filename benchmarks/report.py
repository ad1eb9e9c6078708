"""The results as tables in Markdown."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable

import wire
from accuracy import distance, errors
from plan import ACCURACIES, NAIVE, NGSOLVE, NGSOLVE_NODAL, OURS, SKFEM, TWIN

ORDER = (OURS, TWIN, NGSOLVE_NODAL, SKFEM, NGSOLVE, NAIVE)
VERTEX_RULE = (OURS, TWIN, NGSOLVE_NODAL, SKFEM)
"""Codes whose surface integrals are nanotrode's; the others' differ by what h^2 allows."""


def render(results: dict) -> str:
    """All tables."""
    sections = (
        heading(results),
        same_work(results),
        agreement(results),
        overhead(results),
        work_against_accuracy(results),
        growth(results),
        two_ranks(results),
        array(results),
        bandwidth(results),
        start_up(results),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of text."""
    header = list(header)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float) -> str:
    """Three digits, never in exponents."""
    if value == 0.0 or not math.isfinite(value):
        return "-"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


def heading(results: dict) -> str:
    """Where and when."""
    machine = results["machine"]
    return (
        "# Insertion: speed\n\n"
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}; load "
        f"{results['load before']:.1f} before the start, {results['minutes']:.0f} minutes.\n"
        "Times are CPU seconds of one pinned core, medians of interleaved runs, without imports, "
        "meshing, compiling and assembly that is done once, unless said otherwise."
    )


def sizes_of(rows: list[dict]) -> list[str]:
    """The meshes that occur, from the smallest."""
    return [s for s in wire.ELEMENT_SIZES if any(r["task"].get("size") == s for r in rows)]


def full_cost(row: dict, rows: list[dict]) -> tuple[float, bool]:
    """CPU seconds of all 50 steps, and whether they are extrapolated.

    A run of fewer steps is extended by its cost of a Newton step; their number is that of the
    same code on the largest mesh that it did all steps on, or twice what it took per step.
    """
    cpu = row["phases"]["solve"]["cpu"]
    if row["steps"] == wire.STEPS:
        return cpu, False
    same = [
        r
        for r in rows
        if r["name"] == row["name"]
        and r["steps"] == wire.STEPS
        and r["task"]["accuracy"] == row["task"]["accuracy"]
    ]
    newton = same[-1]["newton"] if same else wire.STEPS * row["newton"] / row["steps"]
    return cpu / row["newton"] * newton, True


def best(rows: list[dict], name: str, size: str, accuracy: str) -> dict | None:
    """The fastest variant of a code at one size and accuracy."""
    mine = [
        row
        for row in rows
        if row["name"] == name
        and row["task"]["size"] == size
        and row["task"]["accuracy"] == accuracy
    ]
    return min(mine, key=lambda row: full_cost(row, rows)[0]) if mine else None


def steps_of(results: dict) -> list[dict]:
    """All runs of the fixed steps."""
    return results["same work"] + results["same work at 500k"]


def same_work(results: dict) -> str:
    """The fixed steps by every code, with the ratio to nanotrode."""
    rows = steps_of(results)
    parts = ["## Same work: 50 backward-Euler steps"]
    for accuracy in ACCURACIES:
        tolerance = wire.TOLERANCES[accuracy]
        parts.append(f"{accuracy.capitalize()}: an error of {tolerance:g} left in each step.")
        lines = []
        for name in ORDER:
            line = [name]
            for size in sizes_of(rows):
                row, ours = best(rows, name, size, accuracy), best(rows, OURS, size, accuracy)
                line += _cells(row, ours, rows)
            lines.append(line)
        header = ["code"]
        for size in sizes_of(rows):
            header += [f"{size} [s]", "ratio", "Newton, linear", "kB per unknown"]
        parts.append(table(header, lines))
    parts.append(
        "(e): extrapolated from fewer steps, by Newton steps. The fastest of the solvers tried "
        "counts: " + "; ".join(_variants(rows)) + "."
    )
    return "\n\n".join(parts)


def _cells(row: dict | None, ours: dict | None, rows: list[dict]) -> list[str]:
    if row is None or ours is None:
        return ["-"] * 4
    cost, extrapolated = full_cost(row, rows)
    ratio = cost / full_cost(ours, rows)[0]
    return [
        number(cost) + (" (e)" if extrapolated else ""),
        number(ratio),
        f"{row['newton']}, {row.get('linear', '-')}",
        number(row["memory per unknown"] / 1e3),
    ]


def _variants(rows: list[dict]) -> list[str]:
    found = []
    for row in rows:
        solver = row["task"].get("solver")
        if solver and row["task"]["accuracy"] == "practical":
            cost = number(full_cost(row, rows)[0])
            found.append(f"{row['name']} {row['task']['size']} {solver} {cost} s")
    return found


def agreement(results: dict) -> str:
    """How far the codes' currents are from each other."""
    rows = steps_of(results)
    lines = []
    for name in ORDER[1:]:
        line = [name, "vertices" if name in VERTEX_RULE else "its own"]
        for size in sizes_of(rows):
            for accuracy in ACCURACIES:
                row, ours = best(rows, name, size, accuracy), best(rows, OURS, size, accuracy)
                line.append(f"{distance(row, ours):.0e}" if row and ours else "-")
        lines.append(line)
    header = ["code", "surface quadrature"]
    header += [f"{size} {accuracy}" for size in sizes_of(rows) for accuracy in ACCURACIES]
    return "## Agreement: largest relative difference of the current from nanotrode's\n\n" + table(
        header, lines
    )


def overhead(results: dict) -> str:
    """What the API costs over the same algorithm written flat."""
    lines = []
    for row in results.get("overhead", ()):
        ours, flat = row["seconds"]["ours"], row["seconds"]["flat"]
        ratios = [mine / its for mine, its in zip(ours, flat, strict=True)]
        quarters = statistics.quantiles(ratios, n=4) if len(ratios) > 2 else [min(ratios)] * 3
        lines.append(
            [
                row["task"]["size"],
                row["task"]["accuracy"],
                str(len(ratios)),
                number(statistics.median(ours)),
                number(statistics.median(flat)),
                f"{statistics.median(ratios):.2f}",
                f"{quarters[0]:.2f} to {quarters[2]:.2f}",
            ]
        )
    if not lines:
        return ""
    header = (
        "nodes", "accuracy", "pairs", "nanotrode [s]", "flat [s]", "median of their ratios",
        "middle half",
    )  # fmt: skip
    return "## The API's cost: by turns with its flat twin\n\n" + table(header, lines)


def work_against_accuracy(results: dict) -> str:
    """Errors against the axisymmetric reference, with their price."""
    lines = []
    for row in results["accuracy"]:
        found = errors(row)
        lines.append(
            [
                row["task"]["mesh"],
                f"{row['task']['tolerance']:g}",
                str(row["unknowns"]),
                str(row["steps"]),
                number(row["phases"]["solve"]["cpu"]),
                number(row["phases"]["setup"]["cpu"]),
                number(100.0 * found.current),
                number(100.0 * found.mean),
            ]
        )
    header = (
        "mesh", "tolerance", "unknowns", "steps", "CPU [s]", "set-up [s]", "current [%]",
        "mean [%]",
    )  # fmt: skip
    return (
        "## Work against accuracy: `Simulation.run`, against the axisymmetric reference\n\n"
        "Current: rms relative error from 25 ms on. Mean stoichiometry: largest error over its "
        "change.\n\n" + table(header, lines) + "\n\n" + _cheapest(results["accuracy"])
    )


def _cheapest(rows: list[dict]) -> str:
    said = []
    for bound in (0.01, 0.003):
        within = [row for row in rows if max(errors(row)) <= bound]
        if within:
            row = min(within, key=lambda row: row["phases"]["solve"]["cpu"])
            task = row["task"]
            said.append(
                f"Both within {100 * bound:g} %: {number(row['phases']['solve']['cpu'])} s "
                f"({task['mesh']}, tolerance {task['tolerance']:g})."
            )
        else:
            said.append(f"None is within {100 * bound:g} % in both.")
    return " ".join(said)


def growth(results: dict) -> str:
    """How the cost grows with the number of unknowns."""
    rows = results["growth"]
    if len(rows) < 2:
        return ""
    first = rows[0]
    lines = []
    for row in rows:
        whole = sum(row["phases"][p]["cpu"] for p in ("mesh", "setup", "solve"))
        at_start = sum(first["phases"][p]["cpu"] for p in ("mesh", "setup", "solve"))
        exponent = "-"
        if row is not first:
            factor = math.log(row["unknowns"] / first["unknowns"])
            solve = row["phases"]["solve"]["cpu"] / first["phases"]["solve"]["cpu"]
            exponent = f"{math.log(solve) / factor:.2f}, {math.log(whole / at_start) / factor:.2f}"
        lines.append(
            [
                str(row["unknowns"]),
                number(row["phases"]["solve"]["cpu"]),
                number(whole),
                exponent,
                str(row["linear"]),
                number(row["memory per unknown"] / 1e3),
            ]
        )
    header = (
        "unknowns", "solve [s]", "with DOLFINx mesh and assembly [s]",
        "exponents from the first", "linear iterations", "kB per unknown",
    )  # fmt: skip
    return "## Growth: the same 50 steps, practical\n\n" + table(header, lines)


def two_ranks(results: dict) -> str:
    """Wall seconds on one rank and on two."""
    rows = results["two ranks"]
    lines = []
    for size in sizes_of(rows):
        one, two = (
            next(r for r in rows if r["task"]["size"] == size and r["ranks"] == n) for n in (1, 2)
        )
        line = [size]
        for phase in ("mesh", "setup", "solve"):
            walls = [row["phases"][phase]["wall"] for row in (one, two)]
            line += [number(walls[0]), number(walls[1]), f"{walls[0] / walls[1]:.2f}"]
        lines.append(line)
    header = ["nodes"]
    for phase in ("mesh", "setup", "solve"):
        header += [f"{phase}, 1 rank [s]", "2 ranks [s]", "speed-up"]
    return "## Two ranks: wall seconds, one core each\n\n" + table(header, lines)


def array(results: dict) -> str:
    """Two hundred wires on two ranks."""
    if not results["array"]:
        return ""
    lines = [
        [
            row["task"]["protocol"],
            str(row["unknowns"]),
            str(row["steps"]),
            f"{row['newton']}, {row['linear']}",
            number(row["phases"]["setup"]["wall"]),
            number(row["phases"]["solve"]["wall"]),
            number(row["memory per unknown"] * row["ranks"] / 1e3),
        ]
        for row in results["array"]
    ]
    header = (
        "protocol", "unknowns", "steps", "Newton, linear", "set-up [s]", "solve [s]",
        "kB per unknown",
    )  # fmt: skip
    return "## Two hundred wires, two ranks: wall seconds\n\n" + table(header, lines)


def bandwidth(results: dict) -> str:
    """What the machine gives, and what a step of ours takes of it."""
    lines = []
    for row in results["machine tests"]:
        size = row["task"]["size"]
        ours = best(steps_of(results), OURS, size, "practical")
        if ours is None:
            continue
        step = ours["phases"]["solve"]["cpu"] / ours["steps"]
        lines.append(
            [
                size,
                number(row["read"] / 1e9),
                number(row["triad"] / 1e9),
                number(1e3 * row["product"]),
                number(row["product_bytes"] / row["product"] / 1e9),
                number(1e3 * step),
                number(step / row["product"]),
            ]
        )
    header = (
        "nodes", "sum [GB/s]", "triad [GB/s]", "product [ms]", "product [GB/s]",
        "our step [ms]", "products per step",
    )  # fmt: skip
    return "## The limit of the machine\n\n" + table(header, lines)


def start_up(results: dict) -> str:
    """Start-up."""
    rows = [[f"`{name}`", number(value)] for name, value in results["start-up"].items()]
    return "## Start-up: wall seconds, caches warm\n\n" + table(("command", "[s]"), rows)
