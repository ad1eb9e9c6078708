"""The wire-step benchmark: one nanowire, its potential stepped from rest.

A wire of radius R = 50 nm and length 1 um, its hemispherical tip included, takes up ions through
wall and tip; its foot is insulated. In units of R, R^2/D and c_s_max, for the stoichiometry c,

    dc/dt = div grad c,      - dc/dn = q(c) on wall and tip,
    q = Bi sqrt(c (1 - c)) (exp(eta/2) - exp(-eta/2)),   eta = F (V - U(c)) / (R_gas T).

What is compared: the total current, minus the integral of q (positive in insertion), and the mean
stoichiometry. The numbers are assumed: chosen for the test, of no measured material.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
CACHE = HERE / "cache"
"""Meshes and the peers' environments; not kept by git."""

RADIUS, LENGTH = 50e-9, 1e-6  # [m]
DIFFUSIVITY = 1e-16  # [m2 s-1]
TEMPERATURE = 298.15  # [K]
RATE_VELOCITY = 2e-10  # k sqrt(c_e) [m s-1]
START, POTENTIAL = 0.05, 2.95  # stoichiometry; [V]
STEPS, STEP = 50, 0.25  # [s]
OCP_FORMULA = "3.05 - 0.6*x - 0.15*tanh(12*(x - 0.4)) - 0.10*tanh(15*(x - 0.75))"

FARADAY, GAS_CONSTANT = 96485.33212, 8.31446261815324

UNIT_TIME = RADIUS**2 / DIFFUSIVITY  # [s]
ASPECT = LENGTH / RADIUS
BIOT = RATE_VELOCITY * RADIUS / DIFFUSIVITY
THERMAL = FARADAY / (GAS_CONSTANT * TEMPERATURE)  # [1/V]
SCALED_STEP = STEP / UNIT_TIME
TOLERANCES = {"practical": 1e-7, "tight": 1e-10}
"""Error that a code may leave in any unknown at each step, in stoichiometry."""
END = STEPS * STEP  # [s]

ELEMENT_SIZES = {"20k": 0.1395, "100k": 0.0775, "500k": 0.0440, "1M": 0.0344}
"""Uniform element size in units of R, by the number of nodes that it gives."""


class WireMesh(NamedTuple):
    """A uniform mesh in units of R.

    Attributes:
        points: (n, 3).
        cells: (m, 4).
        facets: (k, 3) of wall and tip.
    """

    points: Array
    cells: NDArray[np.int32]
    facets: NDArray[np.int32]


class Flux(NamedTuple):
    """q and its slope over c, at given points."""

    value: Array
    slope: Array


def ocp(c: Array) -> tuple[Array, Array]:
    """U [V] and its slope over c."""
    first, second = np.tanh(12.0 * (c - 0.4)), np.tanh(15.0 * (c - 0.75))
    value = 3.05 - 0.6 * c - 0.15 * first - 0.10 * second
    return value, -0.6 - 1.8 * (1.0 - first**2) - 1.5 * (1.0 - second**2)


def flux(c: Array) -> Flux:
    """The reaction at the benchmark's potential."""
    potential, potential_slope = ocp(c)
    inside = np.clip(c, 1e-9, 1.0 - 1e-9)
    root = np.sqrt(inside * (1.0 - inside))
    root_slope = (0.5 - inside) / root
    anodic = np.exp(0.5 * THERMAL * (POTENTIAL - potential))
    drive, conductance = anodic - 1.0 / anodic, 0.5 * THERMAL * (anodic + 1.0 / anodic)
    return Flux(
        BIOT * root * drive,
        BIOT * (root_slope * drive - root * conductance * potential_slope),
    )


def load(size: str) -> WireMesh:
    """A cached mesh."""
    with np.load(CACHE / f"wire-{size}.npz") as stored:
        return WireMesh(stored["points"], stored["cells"], stored["facets"])


def make(size: str) -> dict[str, int]:
    """Mesh the wire by Gmsh's HXT unless it is cached; the mesh's counts."""
    path = CACHE / f"wire-{size}.npz"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        mesh = _generate(ELEMENT_SIZES[size])
        np.savez(path, **mesh._asdict())
    mesh = load(size)
    return {"nodes": len(mesh.points), "cells": len(mesh.cells), "facets": len(mesh.facets)}


def _generate(element_size: float) -> WireMesh:
    import gmsh

    gmsh.initialize()
    try:
        options = {
            "General.Terminal": 0,
            "General.NumThreads": 1,
            "Mesh.Algorithm3D": 10,
            "Mesh.MeshSizeMin": element_size,
            "Mesh.MeshSizeMax": element_size,
        }
        for name, value in options.items():
            gmsh.option.setNumber(name, value)
        shaft = gmsh.model.occ.addCylinder(0, 0, 0, 0, 0, ASPECT - 1.0, 1.0)
        tip = gmsh.model.occ.addSphere(0, 0, ASPECT - 1.0, 1.0, angle1=0)
        gmsh.model.occ.fuse([(3, shaft)], [(3, tip)])
        gmsh.model.occ.synchronize()
        gmsh.model.mesh.generate(3)
        return _arrays(gmsh)
    finally:
        gmsh.finalize()


def _arrays(gmsh) -> WireMesh:
    tags, points, _ = gmsh.model.mesh.getNodes()
    points = points.reshape(-1, 3)
    row = np.zeros(int(tags.max()) + 1, dtype=np.int32)
    row[tags] = np.arange(len(tags), dtype=np.int32)
    cells = row[gmsh.model.mesh.getElementsByType(4)[1]].reshape(-1, 4)
    facets = row[gmsh.model.mesh.getElementsByType(2)[1]].reshape(-1, 3)
    at_foot = (points[facets, 2] < 1e-6).all(axis=1)
    used, cells = np.unique(cells, return_inverse=True)
    renumber = np.zeros(len(points), dtype=np.int32)
    renumber[used] = np.arange(len(used), dtype=np.int32)
    return WireMesh(points[used], cells.reshape(-1, 4).astype(np.int32), renumber[facets[~at_foot]])


if __name__ == "__main__":
    for name in ELEMENT_SIZES:
        print(name, make(name))
