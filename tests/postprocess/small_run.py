"""A small electrode in a corner of its electrolyte, with fields known at every node."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.tags import BOUNDARIES, REGIONS
from nanotrode.solver.result import Snapshot

LENGTH = 1e-7  # [m]
EDGES = ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3))


def _grid_tets(n: int) -> tuple[np.ndarray, np.ndarray]:
    """An n x n x n box of unit cubes, each cut into six tetrahedra."""
    axis = np.arange(n + 1)
    points = np.array(np.meshgrid(axis, axis, axis, indexing="ij")).reshape(3, -1).T
    number = {tuple(p): i for i, p in enumerate(points)}
    cells = []
    for corner in np.ndindex(n, n, n):
        for order in permutations(range(3)):
            path = [np.array(corner)]
            for k in order:
                path.append(path[-1] + np.eye(3, dtype=int)[k])
            cell = [number[tuple(p)] for p in path]
            if np.linalg.det(np.diff(path, axis=0)) < 0:
                cell[2], cell[3] = cell[3], cell[2]
            cells.append(cell)
    return points.astype(float), np.array(cells)


def _with_middles(points, simplices, edges, middles):
    extra = []
    for a, b in edges:
        column = []
        for cell in simplices:
            key = tuple(sorted((cell[a], cell[b])))
            if key not in middles:
                middles[key] = len(points)
                points.append(0.5 * (points[cell[a]] + points[cell[b]]))
            column.append(middles[key])
        extra.append(column)
    return np.column_stack([simplices, *extra])


def make_mesh(order: int = 1, *, electrolyte: bool = True) -> ElectrodeMesh:
    """Two cubes: the electrode is the one that stands in the corner, the rest is electrolyte."""
    points, cells = _grid_tets(2)
    middle = points[cells].mean(axis=1)
    inside = (middle < 1.0).all(axis=1)
    if not electrolyte:
        cells, inside = cells[inside], inside[inside]
    tags = np.where(inside, REGIONS["electrode"], REGIONS["electrolyte"])
    faces = np.vstack(
        [np.sort(cells[inside][:, list(t)]) for t in ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3))]
    )
    faces, count = np.unique(faces, axis=0, return_counts=True)
    faces = faces[count == 1]
    corners = points[faces]
    wall = corners.min(axis=1).max(axis=1) == 1.0
    floor = (corners[:, :, 2] == 0).all(axis=1)
    facet_tags = np.where(
        wall, BOUNDARIES["interface"], np.where(floor, BOUNDARIES["collector"], BOUNDARIES["sides"])
    )
    if order == 2:
        listed, middles = list(points), {}
        cells = _with_middles(listed, cells, EDGES, middles)
        faces = _with_middles(listed, faces, EDGES[:3], middles)
        points = np.array(listed)
    used, renumbered = np.unique(cells, return_inverse=True)
    place = np.zeros(len(points), dtype=int)
    place[used] = np.arange(len(used))
    return ElectrodeMesh(
        points=points[used] * LENGTH,
        cells=renumbered.reshape(cells.shape).astype(np.int32),
        cell_tags=tags.astype(np.int32),
        facets=place[faces].astype(np.int32),
        facet_tags=facet_tags.astype(np.int32),
        footprint=4 * LENGTH**2,
    )


def make_snapshot(mesh: ElectrodeMesh, index: int, time: float | None = None) -> Snapshot:
    """Linear fields in space, growing with the index; known at every node."""
    electrode = mesh.region("electrode")
    nodes = electrode.boundary("interface").nodes
    x = (0.1 + 0.1 * index) * (1.0 + electrode.points[:, 2] / LENGTH)
    return Snapshot(
        index=index,
        time=10.0 * index if time is None else time,
        label="Discharge at C/2 until 2.5 V",
        voltage=3.4 - 0.1 * index,
        current_density=12.0,
        concentration=2e4 * x,
        stoichiometry=x,
        surface={
            "concentration": 2e4 * x[nodes],
            "stoichiometry": x[nodes],
            "local_current_density": -2.0 - x[nodes],
            "overpotential": -0.01 * x[nodes],
        },
        electrolyte_concentration=1000.0,
    )


def make_pillars(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Square pillars of width 1 and height 2, 3 apart; points and linear tetrahedra."""
    points, cells = _grid_tets(2)
    points = points * [0.5, 0.5, 1.0]
    moved = [
        points + np.array([3.0 * i, 3.0 * j, 0.0]) for j in range(rows) for i in range(columns)
    ]
    numbered = [cells + k * len(points) for k in range(len(moved))]
    return np.vstack(moved), np.vstack(numbered)


_T = np.array([0.0, 3600, 7200, 7300, 10900])
SERIES = {
    "Time [s]": _T,
    "Step": np.array([0.0, 0, 0, 1, 2]),
    "Voltage [V]": np.array([3.6, 3.4, 3.2, 3.5, 3.7]),
    "Current density [mA.cm-2]": np.array([1.0, 1, 1, 0, -1]),
    "Discharge capacity [A.h]": np.array([0.0, 1e-9, 2e-9, 2e-9, 1e-9]),
    "Areal capacity [mA.h.cm-2]": np.array([0.0, 1, 2, 2, 1]),
    "Mean stoichiometry": np.array([0.1, 0.4, 0.7, 0.7, 0.4]),
    "Surface stoichiometry": np.array([0.1, 0.5, 0.8, 0.7, 0.3]),
    "Min local current density [A.m-2]": np.array([-3.0, -4, -5, 0, 2]),
    "Max local current density [A.m-2]": np.array([-2.0, -2, -2, 0, 9]),
}
"""Two hours of discharge, a rest, one hour of charge."""


def write_series(folder: Path) -> None:
    """Put `SERIES` where a run has it."""
    rows = [
        ",".join(SERIES),
        *(",".join(map(repr, map(float, r))) for r in zip(*SERIES.values(), strict=True)),
    ]
    (folder / "timeseries.csv").write_text("\n".join(rows) + "\n")
