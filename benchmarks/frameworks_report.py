"""The tables of frameworks.py, as Markdown."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np


def write(known: dict[str, Any], path: Path) -> None:
    """Write every table whose numbers are known."""
    parts = [
        (_seeds, "seeds"),
        (_sphere, "sphere"),
        (_convergence, "convergence"),
        (_grading, "grading"),
        (_large, "large"),
    ]
    text = ["# Frameworks made meshes", "", "Made by `python benchmarks/frameworks.py`.", ""]
    for make, name in parts:
        if name in known:
            text += [*make(known[name]), ""]
    path.write_text("\n".join(text).rstrip() + "\n")


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _seeds(rows: list[dict[str, Any]]) -> list[str]:
    """One line per size, over all seeds."""
    lines = []
    for size in sorted({row["size"] for row in rows}, reverse=True):
        every = [row for row in rows if row["size"] == size]
        good = [row for row in every if "refused" not in row]

        def all_of(key: str, good: list[dict[str, Any]] = good) -> Any:
            return np.array([row[key] for row in good])

        errors = np.abs(all_of("porosity_error"))
        lines.append(
            [
                f"{size * 1e6:g}",
                f"{len(good)}/{len(every)}",
                f"{all_of('cells').mean():,.0f}",
                f"{all_of('raw_angle').min():.1f}",
                f"{all_of('min_angle').min():.1f}, {all_of('max_angle').max():.1f}",
                f"{all_of('mismatch').max():g}",
                f"{all_of('nonconformal').max()}",
                f"{errors.max():.5f} ({errors.mean():.5f})",
                f"{np.median(all_of('per_100k')):.2f} ({all_of('per_100k').max():.2f})",
                f"{all_of('nonmanifold_edges').mean():.0f}",
                f"{all_of('off_surface').sum()}",
            ]
        )
    head = ["size [um]", "meshed", "cells", "worst angle before", "after: least, largest"]
    head += ["periodic mismatch [m]", "bad facets", "porosity error: worst (mean)"]
    head += ["CPU s per 100k cells: median (worst)", "non-manifold edges", "vertices off surface"]
    seeds = len({row["seed"] for row in rows})
    packing = np.mean([row["packing"] for row in rows])
    text = [
        f"## {seeds} consecutive seeds",
        "",
        "Porous frameworks of 30 x 30 x 30 um with 46 % connected porosity and 5 um of "
        "electrolyte above, periodic, straight elements. Angles are dihedral [degrees]; a "
        "sliver is counted by the lesser of its least angle and 180 less its largest. Times "
        "hold every cut, the search for the porosity, islands, repair and tags; packing the "
        f"particles takes {packing:.1f} CPU s more.",
        "",
        *_table(head, lines),
    ]
    refused = [row["refused"] for row in rows if "refused" in row]
    return [*text, "", *(f"- refused: {reason}" for reason in refused)]


def _sphere(rows: list[dict[str, Any]]) -> list[str]:
    lines = []
    for order in (1, 2):
        mine = [row for row in rows if row["order"] == order]
        rates = [""] + [f"{np.log2(abs(a['area'] / b['area'])):.2f}" for a, b in pairwise(mine)]
        lines += [
            [str(order), f"{r['size'] * 1e6:g}", f"{r['area']:.2e}", f"{r['volume']:.2e}", rate]
            for r, rate in zip(mine, rates, strict=True)
        ]
    head = ["elements' order", "size [um]", "area error", "volume error", "observed order (area)"]
    return ["## A sphere of 8 um", "", *_table(head, lines)]


def _convergence(found: dict[str, Any]) -> list[str]:
    """Errors against marching cubes; the extrapolation takes 2 and 1 um, of order 2."""
    coarse, fine = found["references"]
    exact = fine + (fine - coarse) / (1.5**2 - 1)
    rows = found["rows"]
    lines = [
        [
            f"{r['size'] * 1e6:g}",
            str(r["order"]),
            f"{r['cells']:,}",
            f"{r['area'] * 1e12:.0f}",
            f"{100 * (r['area'] / exact - 1):+.2f} %",
            f"{r['porosity_error']:+.5f}",
        ]
        for r in rows
    ]
    area = {(r["size"], r["order"]): r["area"] for r in rows}
    best = area[1e-6, 1] + (area[1e-6, 1] - area[2e-6, 1]) / 3
    lines.append(["2 and 1, extrapolated", "1", "", f"{best * 1e12:.0f}"])
    lines[-1] += [f"{100 * (best / exact - 1):+.2f} %", ""]
    head = ["size [um]", "order", "cells", "area [um2]", "area error", "porosity error"]
    return [
        "## A framework's area, against marching cubes on its level set",
        "",
        f"Seed 1; marching cubes at 0.3 and 0.2 um give {coarse * 1e12:.0f} and "
        f"{fine * 1e12:.0f} um2, extrapolated {exact * 1e12:.0f}. Closed pores, which the mesh "
        "fills, do not count: with them it would be half a per cent more.",
        "",
        *_table(head, lines),
    ]


def _grading(rows: list[dict[str, Any]]) -> list[str]:
    kinds = ("graded", "soon")
    lines = [
        [
            r["name"],
            f"{r['size'] * 1e6:g}",
            f"{r['uniform']:,}",
            *(f"{r[kind]:,}" for kind in kinds),
            *(f"{r['uniform'] / r[kind]:.2f}" for kind in kinds),
            *(f"{r[kind + '_area'] / r['uniform_area'] - 1:.1e}" for kind in kinds),
        ]
        for r in rows
    ]
    head = ["shape", "size [um]", "uniform cells", "graded cells", "with growth = 1"]
    head += ["gain", "with growth = 1", "area differs by", "with growth = 1"]
    text = (
        "At 1 um the framework's plates are two to three elements thick: few cubes are away from "
        "its surface, and there is little to gain; the finer the surface, the more. With twice the "
        "growth, cubes may be larger right beside those that it crosses. The surface is the same "
        "in all three but where cubes of two sizes meet at it, so its error is too."
    )
    return ["## Grading", "", text, "", *_table(head, lines)]


def _large(found: dict[str, Any]) -> list[str]:
    lines = [
        [f"{name} [CPU s]", f"{found[key]:.1f}"]
        for name, key in (
            ("packing", "packing"),
            ("meshing", "meshing"),
            ("writing .msh", "writing"),
            ("reading .msh", "reading"),
            ("to DOLFINx, with tags", "dolfinx"),
        )
    ]
    lines.append(["peak memory, meshed [MB]", f"{found['memory_meshed'] / 1e6:.0f}"])
    lines.append(["peak memory, in DOLFINx [MB]", f"{found['memory'] / 1e6:.0f}"])
    lines.append(["file [MB]", f"{found['file'] / 1e6:.0f}"])
    head = [f"{found['cells']:,} cells", f"{found['points']:,} nodes"]
    return ["## A framework of a million cells", "", *_table(head, lines)]
