"""An image made a mesh: volumes against its voxels, tortuosity factors against TauFactor.

    python benchmarks/image.py electrode.tiff                       all rows, each a process
    python benchmarks/image.py electrode.tiff --row 128 0.6 1.5 zyx
    python benchmarks/image.py electrode.tiff --render 64 0.6 2 pores.npy    for tau_reference.py

A row is: voxels along each edge of the crop, smoothing [voxels], elements at interfaces [voxels],
axes. The image is TauFactor's (docs/notebooks/electrode.tiff, 256 voxels an edge, MIT licence,
Squires and Daubner). TauFactor's numbers stand in results/taufactor.json, the rows' in
results/image.json, and both in results/image.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

from measure import HERE, ONE_THREAD, peak_memory

VOXEL = 1e-7  # [m], not stated with the image
LABELS = {"electrolyte": 0, "electrode": 85, "binder": 170}
RESULTS = HERE / "results"
REFERENCE = RESULTS / "taufactor.json"
ROWS_FILE = RESULTS / "image.json"
HEADING = """\
# From an image to a mesh

Lengths in voxels; CPU seconds of one process on one core; made by `benchmarks/image.py`. The
connected porosity is met by a shift of the level set, the binder's volume likewise.

The image's binder is one to three voxels thin, and TauFactor's factors depend on that: they fall by
3 to 5 % as each voxel is split in two, and by 6 to 9 % in the limit (the error goes as the voxel's
edge to the power 4/3, that of re-entrant edges): z, y, x to 1.98, 1.94, 2.03 for the 64³ crop and,
from two levels, to 1.92, 1.94, 2.07 for the 128³ crop. On voxels our own solver finds TauFactor's
numbers to 0.1 %. A smoothing of 0 keeps the voxels' faces: TauFactor's very geometry, but for
closed pores and loose solid; with quadratic potentials its factors are 1.6 to 2.2 % below those
limits, where finite elements come from below, and 7 to 10 % below TauFactor on the voxels as they
are, which is mostly the voxels' own error. For the other rows the geometry is the smoothed one: its
factors by TauFactor, extrapolated alike from 2³ and 3³ points a voxel, are 1.92 (z) for a smoothing
of 0.3, then 1.865, 1.843, 1.911 for 0.6 and 1.749, 1.766, 1.823 for 1.0. The meshes' are lower by 2
% and by 3 to 4 %, since a mesh with elements of 1.5 to 2 voxels cannot hold each thread of binder.
In the larger smoothed crops the potential is linear in each cell, not quadratic, which takes off
about 3 % more.

The solver on voxels (multigrid without a matrix, single precision) on TauFactor's test volume
of 500³ voxels (its repository's docs/paper/TF-500x500x500-1x2x6-v3.tiff.zip), whose
overconverged factors the paper gives as 1.1513, 1.3905 and 4.2431 along three directions:
1.1503, 1.3891 and 4.2344 to an estimated 0.02 % of the linear solve, in 24, 26 and 32 CPU
seconds, 6 or 7 iterations and 5.6 GB each. All nine factors of the 256³ image (three phases)
take 54 CPU seconds, widths and surfaces 40, limits 30.
"""

# voxels an edge, smoothing and element size [voxels], axes whose tortuosity is wanted
ROWS = [
    (64, 0.0, 1.0, "zyx"),
    (64, 0.6, 1.5, "zyx"),
    (64, 1.0, 2.0, "zyx"),
    (128, 0.0, 1.0, "z"),  # 23 GB
    (128, 0.6, 1.5, "zyx"),
    (128, 1.0, 2.0, "zyx"),
    (256, 1.0, 4.0, "z"),
]


def row(file: str, edge: int, smoothing: float, size: float, axes: str) -> dict[str, Any]:
    """Mesh a crop and measure it."""
    from nanotrode.geometry.build_cad import build_mesh
    from nanotrode.geometry.sizing import Sizing
    from nanotrode.solver.effective import effective_transport

    shape = _shape(file, edge, smoothing)
    began = time.process_time()
    mesh = build_mesh(shape, sizing=Sizing(interface=size * VOXEL), order=1)
    meshed = time.process_time()
    quality = mesh.quality()
    height = shape.size[2]
    volumes = {name: mesh.volume(name) / (mesh.footprint * height) for name in LABELS}
    volumes["electrolyte"] -= shape.height / height - 1.0
    began_solve = time.process_time()
    # on voxels' faces linear cells are 5 % off, quadratic ones 2 %
    quadratic = True if smoothing == 0 else None
    transport = effective_transport(mesh, "electrolyte", axes, height=height, quadratic=quadratic)
    return {
        "edge": edge,
        "smoothing": smoothing,
        "size": size,
        "cells": quality.cells,
        "angles": [quality.min_dihedral, quality.max_dihedral],
        "volumes": volumes,
        "voxels": {name: shape.voxels.fraction(name) for name in LABELS},
        "tortuosity": {one.axis: one.tortuosity for one in transport},
        "mesh_cpu": meshed - began,
        "solve_cpu": time.process_time() - began_solve,
        "memory": peak_memory(),
    }


def render(file: str, edge: int, smoothing: float, split: int, out: str) -> None:
    """Write the pores of a crop's level set, each voxel sampled `split` times along an edge."""
    import numpy as np

    shape = _shape(file, edge, smoothing)
    (_, solid), *_ = shape.phases()
    place = VOXEL * (np.arange(edge * split) + 0.5) / split
    x, y = np.meshgrid(place, place, indexing="xy")
    layers = [
        solid(np.column_stack([x.ravel(), y.ravel(), np.full(x.size, z)])).reshape(x.shape) > 0
        for z in place
    ]
    np.save(out, np.stack(layers))


def _shape(file: str, edge: int, smoothing: float) -> Any:
    from nanotrode.geometry.implicit.image import Image

    # a little electrolyte above, since without any the solids are kept alone
    crop = ((0, edge),) * 3
    return Image(file, VOXEL, labels=LABELS, crop=crop, smoothing=smoothing, headroom=4 * VOXEL)


def keep(found: dict[str, Any]) -> None:
    """Put a row in the place of an earlier one, and write the tables anew."""
    stored = json.loads(ROWS_FILE.read_text(encoding="utf-8")) if ROWS_FILE.exists() else []
    key = ("edge", "smoothing", "size")
    stored = [one for one in stored if any(one[name] != found[name] for name in key)] + [found]
    stored.sort(key=lambda one: [one["edge"], one["smoothing"], -one["size"]])
    ROWS_FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    text = f"{HEADING}\n{table(stored)}\n{reference()}"
    (RESULTS / "image.md").write_text(text, encoding="utf-8")


def table(rows: list[dict[str, Any]]) -> str:
    """The results as Markdown."""
    lines = [
        "| voxels | smoothing | element | cells | angles [deg] "
        "| pore, active, binder against the voxels [%] | pore tortuosity z, y, x "
        "| mesh, solve [CPU s] | memory [GB] |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        off = (100 * (one["volumes"][n] / one["voxels"][n] - 1) for n in LABELS)
        factors = ", ".join(f"{value:.3f}" for value in one["tortuosity"].values())
        lines.append(
            f"| {one['edge']}³ | {one['smoothing']:g} | {one['size']:g} | {one['cells']:,} "
            f"| {one['angles'][0]:.1f}–{one['angles'][1]:.1f} "
            f"| {', '.join(f'{value:+.2f}' for value in off)} | {factors} "
            f"| {one['mesh_cpu']:.0f}, {one['solve_cpu']:.0f} | {one['memory'] / 1e9:.1f} |"
        )
    return "\n".join(lines) + "\n"


def reference() -> str:
    """TauFactor's numbers as Markdown."""
    stored = json.loads(REFERENCE.read_text(encoding="utf-8"))
    lines = [
        f"TauFactor {stored['version']}: {stored['command']}",
        "",
        "| image | z | y | x |",
        "|---|---|---|---|",
    ]
    for name, values in stored["pores"].items():
        lines.append(f"| {name} | {' | '.join(map(_number, values))} |")
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def main() -> None:
    """Make one row or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image")
    parser.add_argument("--row", nargs=4, metavar=("VOXELS", "SMOOTHING", "ELEMENT", "AXES"))
    parser.add_argument("--render", nargs=4, metavar=("VOXELS", "SMOOTHING", "SPLIT", "OUT"))
    chosen = parser.parse_args()
    if chosen.render:
        edge, smoothing, split, out = chosen.render
        render(chosen.image, int(edge), float(smoothing), int(split), out)
        return
    if chosen.row:
        edge, smoothing, size, axes = chosen.row
        keep(row(chosen.image, int(edge), float(smoothing), float(size), axes))
        return
    for wanted in ROWS:
        words = [sys.executable, __file__, chosen.image, "--row", *map(str, wanted)]
        subprocess.run(words, env={**os.environ, **ONE_THREAD}, check=True)


if __name__ == "__main__":
    main()
