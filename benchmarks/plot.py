"""Work against accuracy, as a picture."""

from __future__ import annotations

from pathlib import Path

from accuracy import errors
from plan import NAIVE, NGSOLVE, NGSOLVE_NODAL, OURS, SKFEM
from report import best, full_cost, sizes_of

MARKERS = {NAIVE: "s", NGSOLVE: "D", NGSOLVE_NODAL: "^", SKFEM: "v", OURS: "o"}


def draw(results: dict, path: Path) -> None:
    """Errors in current and mean over CPU seconds: ours adaptive, all codes with fixed steps."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(11, 4.6), sharex=True, layout="constrained")
    for panel, which, label in zip(panels, (0, 1), ("total current", "mean"), strict=True):
        _draw_adaptive(panel, results["accuracy"], which)
        _draw_fixed(panel, results["same work"], which)
        panel.set(xscale="log", yscale="log", xlabel="CPU seconds", ylabel=f"error in {label} [%]")
        panel.grid(visible=True, which="both", alpha=0.2)
        panel.axhline(1.0, color="0.5", linewidth=0.8)
    panels[1].legend(fontsize=7, loc="upper right")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _draw_adaptive(panel, rows: list[dict], which: int) -> None:
    for mesh in dict.fromkeys(row["task"]["mesh"] for row in rows):
        mine = [row for row in rows if row["task"]["mesh"] == mesh]
        panel.plot(
            [row["phases"]["solve"]["cpu"] for row in mine],
            [100.0 * errors(row)[which] for row in mine],
            "--o" if mesh.startswith(("uniform", "plain")) else "-o",
            markersize=4,
            label=f"nanotrode, {mesh} ({mine[0]['unknowns']})",
        )


def _draw_fixed(panel, rows: list[dict], which: int) -> None:
    for name, marker in MARKERS.items():
        found = [best(rows, name, size, "practical") for size in sizes_of(rows)]
        whole = [row for row in found if row and not full_cost(row, rows)[1]]
        panel.plot(
            [row["phases"]["solve"]["cpu"] for row in whole],
            [100.0 * errors(row)[which] for row in whole],
            marker,
            color="0.35",
            markersize=6,
            fillstyle="none",
            label=f"50 Euler steps: {name}",
        )
