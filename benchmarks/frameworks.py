"""Frameworks made meshes: seeds, angles, porosity, convergence, grading, and a large one.

    python benchmarks/frameworks.py                   everything, results/frameworks.md
    python benchmarks/frameworks.py --part seeds      one part anew; the others are kept
    python benchmarks/frameworks.py --seeds 10        fewer seeds, for a try

Times are CPU seconds of one process, the level set's own generation apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from measure import HERE, ONE_THREAD, peak_memory

from nanotrode.errors import MeshError
from nanotrode.geometry.descriptors import connected_to_collector, connected_to_separator
from nanotrode.geometry.implicit.build import build_implicit
from nanotrode.geometry.implicit.framework import PorousFramework
from nanotrode.geometry.implicit.shape import ImplicitBox
from nanotrode.geometry.measure import triangle_areas
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.geometry.voxels import Mask

RESULTS = HERE / "results" / "frameworks.json"
SIDE, HEADROOM, POROSITY = 30e-6, 5e-6, 0.46
SIZES = (2e-6, 1.5e-6, 1e-6)
RADIUS = 8e-6


def framework(seed: int, *, side: float = SIDE) -> PorousFramework:
    """The framework of every table, with electrolyte above; packed when it is returned."""
    shape = PorousFramework(
        thickness=SIDE, width=side, porosity=POROSITY, headroom=HEADROOM, seed=seed
    )
    _ = shape.filled
    return shape


@dataclass(frozen=True)
class Sphere(ImplicitBox):
    """A ball in a box, whose area is known."""

    kind: ClassVar[str] = "sphere"
    periodic: ClassVar[bool] = False
    percolates: ClassVar[bool] = False
    porosity: ClassVar[None] = None
    resolution: float
    headroom: float | None = None

    @property
    def size(self) -> tuple[float, float, float]:
        """A cube [m]."""
        return 24e-6, 24e-6, 24e-6

    def phases(self) -> tuple[Any, ...]:
        """The ball."""
        return (("electrode", lambda x: np.linalg.norm(x - 12e-6, axis=1) - RADIUS),)


def mismatch(mesh: ElectrodeMesh) -> float:
    """Largest distance between nodes that match on opposite sides [m]; inf if some do not."""
    worst = 0.0
    nodes = mesh.points[np.unique(mesh.facets[mesh.facet_tags == BOUNDARIES["sides"]])]
    for axis in (0, 1):
        low, high = (
            np.delete(nodes[nodes[:, axis] == level], axis, axis=1) for level in (0.0, SIDE)
        )
        if low.shape != high.shape:
            return float("inf")
        low, high = (side[np.lexsort(np.round(side, 13).T)] for side in (low, high))
        worst = max(worst, float(np.abs(low - high).max()))
    return worst


def area_inside(mesh: ElectrodeMesh, top: float) -> float:
    """Area of the interface without the flat tops of what the box cuts [m2]."""
    facets = mesh.facets[mesh.facet_tags == BOUNDARIES["interface"]]
    flat = (mesh.points[facets][:, :, 2] == top).all(axis=1)
    return float(triangle_areas(mesh.points, facets[~flat]).sum())


def one(shape: PorousFramework, size: float, *, order: int = 1) -> dict[str, Any]:
    """Mesh a framework and measure the mesh; a refusal is told with its reason."""
    began = time.process_time()
    found: dict[str, Any] = {"seed": shape.seed, "size": size, "order": order}
    try:
        mesh = build_implicit(shape, Sizing(interface=size), order=order)
    except MeshError as error:
        return found | {"refused": str(error)}
    seconds = time.process_time() - began
    quality, notes = mesh.quality(), mesh.shape
    return found | {
        "cells": len(mesh.cells),
        "seconds": seconds,
        "per_100k": seconds / len(mesh.cells) * 1e5,
        "raw_angle": notes["worst_angle_before_repair"],
        "min_angle": quality.min_dihedral,
        "max_angle": quality.max_dihedral,
        "nonconformal": quality.nonmanifold + quality.untagged_facets,
        "mismatch": mismatch(mesh),
        "porosity_error": notes["connected_porosity"] - POROSITY,
        "off_surface": notes["vertices_off_surface"],
        "nonmanifold_edges": notes["nonmanifold_edges"],
        "area": area_inside(mesh, shape.size[2]),
    }


def seeds(
    count: int, rows: list[dict[str, Any]], save: Callable[[list[dict[str, Any]]], None]
) -> list[dict[str, Any]]:
    """All sizes of so many consecutive seeds, but for the rows that are there already.

    `save` gets the rows after each.
    """
    done = {(row["seed"], row["size"]) for row in rows}
    shapes: dict[int, tuple[PorousFramework, float]] = {}
    for size in SIZES:
        for seed in range(count):
            if (seed, size) in done:
                continue
            if seed not in shapes:
                began = time.process_time()
                shapes[seed] = framework(seed), time.process_time() - began
            shape, packing = shapes[seed]
            rows.append(one(shape, size) | {"packing": packing})
            print(f"{size:g} m, seed {seed}: {rows[-1].get('min_angle', 'refused')}", flush=True)
            save(rows)
    return rows


def sphere() -> list[dict[str, float]]:
    """Errors of area and volume of a sphere, with the size and the order of the elements."""
    rows = []
    for order in (1, 2):
        for size in (4e-6, 2e-6, 1e-6, 0.5e-6):
            mesh = build_implicit(Sphere(size), Sizing(), order=order)
            area = mesh.area("interface") / (4 * np.pi * RADIUS**2) - 1
            volume = mesh.volume("electrode") / (4 / 3 * np.pi * RADIUS**3) - 1
            rows.append({"order": order, "size": size, "area": area, "volume": volume})
    return rows


def reference_area(shape: PorousFramework, step: float) -> float:
    """Area of the framework's own level set by marching cubes on a fine grid [m2].

    As the framework's porosity is the connected one, closed pores and loose solid have none.
    """
    import pyvista

    (_, level_set), *_ = shape.phases()
    counts = [round(length / step) + 1 for length in shape.size]
    image = pyvista.ImageData(dimensions=counts, spacing=[step] * 3)
    points = np.asarray(image.points)
    parts = [level_set(part) for part in np.array_split(points, len(points) // 200_000 + 1)]
    values = np.concatenate(parts).reshape(counts, order="F")
    values = np.where(islands(values < 0), -values, values)
    image["distance"] = values.ravel(order="F")
    return float(image.contour([0.0], scalars="distance", method="flying_edges").area)


def islands(solid: Mask) -> Mask:
    """Closed pores and loose solid of nodes."""
    pore = connected_to_separator(~solid)
    return connected_to_collector(~pore) != solid


def convergence() -> dict[str, Any]:
    """Area of one framework against that of its level set, as sizes shrink."""
    shape = framework(1)
    references = [reference_area(shape, step) for step in (0.3e-6, 0.2e-6)]
    rows = [one(shape, size) for size in (2e-6, 1e-6, 0.75e-6, 0.5e-6)]
    rows.append(one(shape, 1e-6, order=2))
    return {"references": references, "rows": rows}


def grading() -> list[dict[str, Any]]:
    """Cells with grading, usual and soon, and without: sphere and framework, same surface."""
    rows = []
    narrow = framework(1, side=20e-6)
    for name, shape, size in (
        ("sphere in electrolyte", Sphere(0.5e-6, headroom=HEADROOM), 0.5e-6),
        ("framework", framework(1), 1e-6),
        ("framework", framework(1), 0.75e-6),
        ("framework, 20 um wide", narrow, 0.5e-6),
        ("framework, 20 um wide", narrow, 0.35e-6),
    ):
        found: dict[str, Any] = {"name": name, "size": size}
        for kind, sizing in (
            ("graded", Sizing(interface=size)),
            ("soon", Sizing(interface=size, growth=1.0)),
            ("uniform", Sizing(interface=size, core=size, bulk=size)),
        ):
            mesh = build_implicit(shape, sizing, order=1)
            found[kind] = len(mesh.cells)
            found[f"{kind}_area"] = mesh.area("interface")
        rows.append(found)
    return rows


def large() -> dict[str, Any]:
    """A framework of a million cells, in a process of its own."""
    command = [sys.executable, str(Path(__file__)), "--part", "million"]
    out = subprocess.run(
        command, env={**os.environ, **ONE_THREAD}, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return found


def million() -> dict[str, Any]:
    """Times [CPU s] and peak memory [B] of a million cells, from packing to DOLFINx."""
    from tempfile import TemporaryDirectory

    began = time.process_time()
    shape = framework(0, side=48e-6)
    packed = time.process_time()
    mesh = build_implicit(shape, Sizing(interface=1e-6), order=1)
    meshed = time.process_time()
    memory = peak_memory()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mesh.msh"
        mesh.save(path)
        written = time.process_time()
        mesh = ElectrodeMesh.load(path)
        loaded = time.process_time()
        length = path.stat().st_size
    from mpi4py import MPI

    from nanotrode.solver.dolfinx_mesh import spread_tagged

    ready = time.process_time()
    spread_tagged(mesh, MPI.COMM_WORLD)
    return {
        "cells": len(mesh.cells),
        "points": len(mesh.points),
        "packing": packed - began,
        "meshing": meshed - packed,
        "writing": written - meshed,
        "reading": loaded - written,
        "dolfinx": time.process_time() - ready,
        "file": length,
        "memory_meshed": memory,
        "memory": peak_memory(),
    }


def main() -> None:
    """Run one part or all, keep what is known of the others, write the table."""
    from frameworks_report import write

    parser = argparse.ArgumentParser(description=__doc__)
    parts = ("seeds", "sphere", "convergence", "grading", "large")
    parser.add_argument("--part", choices=(*parts, "million", "report"))
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--go-on", action="store_true", help="keep the seeds that are there")
    given = parser.parse_args()
    if given.part == "million":
        print(json.dumps(million()))
        return
    known: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}

    def keep(part: str, found: Any) -> None:
        known[part] = found
        RESULTS.write_text(json.dumps(known, indent=1) + "\n")

    runs: dict[str, Callable[[], Any]] = {
        "seeds": lambda: seeds(
            given.seeds,
            known.get("seeds", []) if given.go_on else [],
            lambda rows: keep("seeds", rows),
        ),
        "sphere": sphere,
        "convergence": convergence,
        "grading": grading,
        "large": large,
    }
    for part in parts:
        if given.part in (None, part):
            keep(part, runs[part]())
    write(known, RESULTS.with_suffix(".md"))


if __name__ == "__main__":
    main()
