"""Work against accuracy, as a picture."""

from __future__ import annotations

from pathlib import Path

from accuracy import errors
from plan import NAIVE, NGSOLVE, NGSOLVE_NODAL, OURS, SKFEM
from report import best, full_cost, sizes_of, steps_of

MARKERS = {NAIVE: "s", NGSOLVE: "D", NGSOLVE_NODAL: "^", SKFEM: "v", OURS: "o"}

KINDS = {
    "layers": ("#0072B2", "curved, in layers (order 2)"),
    "straight": ("#D55E00", "straight, in layers (order 1)"),
    "plain": ("#009E73", "curved, without layers"),
    "uniform": ("#999999", "uniform, straight"),
}
"""Colours that the colour-blind tell apart, and words, by the first word of a mesh's name."""


def draw(results: dict, path: Path) -> None:
    """Errors in current and mean over CPU seconds: ours adaptive, all codes with fixed steps.

    Beside each line stands its number of unknowns.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(11, 5.2), sharex=True, layout="constrained")
    for panel, which, label in zip(panels, (0, 1), ("total current", "mean"), strict=True):
        _draw_adaptive(panel, results["accuracy"], which)
        _draw_fixed(panel, steps_of(results), which)
        panel.set(xscale="log", yscale="log", xlabel="CPU seconds", ylabel=f"error in {label} [%]")
        panel.grid(visible=True, which="both", alpha=0.2)
        panel.axhline(1.0, color="0.5", linewidth=0.8)
    figure.legend(
        *panels[0].get_legend_handles_labels(), fontsize=7, ncols=3, loc="outside lower center"
    )
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _draw_adaptive(panel, rows: list[dict], which: int) -> None:
    """A line for each mesh, over the tolerances; the meshes of one kind share a colour."""
    labelled = set()
    for mesh in dict.fromkeys(row["task"]["mesh"] for row in rows):
        mine = [row for row in rows if row["task"]["mesh"] == mesh]
        kind = mesh.split()[0]
        seconds = [row["phases"]["solve"]["cpu"] for row in mine]
        found = [100.0 * errors(row)[which] for row in mine]
        label = None if kind in labelled else f"nanotrode, {KINDS[kind][1]}"
        panel.plot(seconds, found, "-o", markersize=3, color=KINDS[kind][0], label=label)
        panel.annotate(
            _short(mine[0]["unknowns"]),
            (seconds[0], found[0]),
            xytext=(0, 4),
            textcoords="offset points",
            fontsize=6,
            ha="center",
            color=KINDS[kind][0],
        )
        labelled.add(kind)


def _short(count: int) -> str:
    return f"{count / 1000:.3g}k" if count < 1_000_000 else f"{count / 1e6:.3g}M"


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
