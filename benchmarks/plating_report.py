"""The table of `plating.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HEADING = """\
# The plating solver

Made by `benchmarks/plating.py`: a coated framework of 42 um with 8 um of electrolyte above, meshed
once for each size; the hosts differ in their cards alone. "Lithium" is a film of 100 nm laid on by
hand, below half the height or everywhere. "CNT, its coat alone" is CNT whose body conducts nothing.
Memory is the process' largest so far, that of the mesh and the imports (0.15 GB) included. CPU
seconds; where there are two ranks, one that waits for the other also counts.

## Growth

"New" is one solve to 1e-7 with a preconditioner made from the same matrix, "all" what Newton's
method took from a start far away, with kept preconditioners.

"""
COLUMNS = (
    ("host", "host"),
    ("deposit", "deposit"),
    ("unknowns", "unknowns"),
    ("iterations, new", "fresh_iterations"),
    ("Newton", "newton"),
    ("iterations, all", "iterations"),
    ("made", "made"),
    ("making one [s]", "preconditioner"),
    ("a solve [s]", "solve"),
    ("all [s]", "cpu"),
    ("memory [GB]", "memory"),
)


def write(known: dict[str, Any], path: Path) -> None:
    """Write the report of what is known so far."""
    text = HEADING
    if "growth" in known:
        text += growth(known["growth"])
    if "plating" in known:
        text += plating(known["plating"])
    path.write_text(text)


def growth(rows: list[dict[str, Any]]) -> str:
    """The table of solves, and how far iterations grow for each host and deposit."""
    lines = [" | ".join(name for name, _ in COLUMNS), " | ".join("---" for _ in COLUMNS)]
    cases = list(dict.fromkeys((row["host"], row["deposit"]) for row in rows))
    ratios = []
    for case in cases:
        own = [row for row in rows if (row["host"], row["deposit"]) == case]
        lines += [" | ".join(_shown(row, key) for _, key in COLUMNS) for row in own]
        first, last = own[0], own[-1]
        ratios.append(last["fresh_iterations"] / first["fresh_iterations"])
    table = "\n".join(f"| {line} |" for line in lines)
    return (
        f"{table}\n\nIterations of the largest mesh over those of the smallest: "
        f"{min(ratios):.2f} to {max(ratios):.2f}.\n\n"
    )


def _shown(row: dict[str, Any], key: str) -> str:
    value = row[key]
    if key == "memory":
        return f"{value / 1e9:.2f}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def plating(found: dict[str, Any]) -> str:
    """The one large run."""
    cpu = " and ".join(f"{seconds:.0f}" for seconds in found["cpu"])
    memory = " and ".join(f"{peak / 1e9:.2f}" for peak in found["memory"])
    rows = {
        "unknowns, ranks": f"{found['unknowns']}, {found['ranks']}",
        "time steps, refused": f"{found['steps']}, {found['refused']}",
        "Newton steps": f"{found['newton']}",
        "solves, iterations": f"{found['solves']}, {found['iterations']}",
        "iterations of the longest solve": f"{found['most']}",
        "preconditioners made": f"{found['made']}",
        "CPU of each rank, set-up apart": f"{cpu} s",
        "wall": f"{found['wall']:.0f} s",
        "set-up of rank 0, with the mesh's reading": f"{found['setup']:.0f} s",
        "peak memory of each rank": f"{memory} GB",
        "potential at the end": f"{1e3 * found['potential']:.3f} mV",
        "lithium over the charge passed, less 1": f"{found['ledger']:.1e}",
        "charge passed over that imposed, less 1": f"{found['imposed']:.1e}",
    }
    lines = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return (
        f"## {found['host']} to 1 mAh/cm2 at 0.5 mA/cm2\n\n| what | figure |\n|---|---|\n{lines}\n"
    )
