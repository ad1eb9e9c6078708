"""The field inside wires and belts: in the middle, halfway, along z; not the surface alone.

Robin's problem at Bi = 10 has Crank's series (The Mathematics of Diffusion, 5.3), a constant flux
too; `radial` solves the latter anew in one dimension with scipy. A belt's is the product of two
plates' (4.3). `make verify` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import radians
from typing import NamedTuple

import cases
import numpy as np
import pytest
from cases import FARADAY, RADIUS, TAU
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import j0, j1

from nanotrode.geometry.belts import NanobeltArray
from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.shapes import NanowireArray
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.materials.library import load
from nanotrode.solver.protocol import Protocol
from nanotrode.solver.settings import OutputPlan, SolverSettings
from nanotrode.solver.simulation import Simulation

BIOT = 10.0
TIMES = (0.05, 0.1, 0.2)  # R^2/D
LENGTH = 20 * RADIUS
FINE = SolverSettings(tolerance=1e-6)
SHAPES = {
    "whole": {},
    "quarter": {"symmetry": "quarter"},
    "twelfth": {"symmetry": "twelfth", "placement": "hexagonal"},
    "leaning": {"tilt": radians(20)},
}
SEGMENTS = {"whole": (12, 8), "leaning": (12, 8), "quarter": (24, 24), "twelfth": (36, 36)}


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple]]:
    rows: list[tuple] = []
    yield rows
    print("\n\ncase                                             nodes   axis     half     along z")
    for case, nodes, *errors in rows:
        print(f"{case:46} {nodes:7d}", *(f"{error:8.1e}" for error in errors))


class Inside(NamedTuple):
    """Largest errors in x over its start, away from foot and tip.

    Attributes:
        nodes: of the mesh.
        axis: on the axis.
        half: from 0.3 to 0.7 R.
        along: how far the axis varies along the wire, where nothing does.
    """

    nodes: int
    axis: float
    half: float
    along: float


def robin(r: np.ndarray, t: float) -> np.ndarray:
    """Crank's series: c_t = lap c, c(0) = 1, -dc/dr = Bi c at r = 1."""
    grid = np.linspace(1e-6, 60 * np.pi, 12000)
    value = grid * j1(grid) - BIOT * j0(grid)
    places = np.flatnonzero(value[:-1] * value[1:] < 0)
    b = np.array([brentq(lambda x: x * j1(x) - BIOT * j0(x), *grid[i : i + 2]) for i in places])
    terms = 2 * BIOT / ((b**2 + BIOT**2) * j0(b)) * np.exp(-(b**2) * t)
    return j0(np.outer(r, b)) @ terms


def middle(mesh: ElectrodeMesh, shape: NanowireArray) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the axis over R, and which nodes are far from foot and tip."""
    pole = shape.poles[0]
    foot, _, _, along = (part[0] for part in pole.frame(np.zeros(1)))
    away = mesh.points - foot
    height = away @ along
    off = np.linalg.norm(away - height[:, None] * along, axis=1) / RADIUS
    return off, (height > 5 * RADIUS) & (height < 12 * RADIUS)


def inside(name: str, order: int, sizing: Sizing | None) -> Inside:
    shape = NanowireArray(1, radius=RADIUS, length=LENGTH, pitch=12 * RADIUS, **SHAPES[name])
    mesh = build_mesh(shape, sizing=sizing, order=order)
    start = 0.5
    result = cases.run(
        mesh,
        cases.linear_material(biot=BIOT),
        f"Hold at 3 V for {TIMES[-1] * TAU} s",
        start=start,
        settings=FINE,
        every=0.05 * TAU,
    )
    off, away = middle(mesh, shape)
    errors = []
    for t in TIMES:
        error = cases.snapshot_at(result, t * TAU) / start - robin(np.minimum(off, 1.0), t)
        axis = error[away & (off < 1e-6)]
        half = error[away & (off > 0.3) & (off < 0.7)]
        errors.append((np.abs(axis).max(), np.abs(half).max(), np.ptp(axis)))
    return Inside(len(mesh.points), *np.max(errors, axis=0))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", SHAPES)
def test_the_axis_is_as_right_as_the_rest(name: str, order: int, table: list) -> None:
    """At default sizes; without the limit on layers 0.046 at order 1, 0.023 at order 2."""
    found = inside(name, order, None)
    table.append((f"Robin Bi = 10, {name}, order {order}, default", *found))
    allowed = {1: Inside(0, 0.025, 0.02, 4e-3), 2: Inside(0, 5e-3, 3e-3, 5e-3)}[order]
    assert all(error < limit for error, limit in zip(found[1:], allowed[1:], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", ["whole", "quarter"])
@pytest.mark.parametrize("knob", ["segments", "refine"])
def test_what_refines_brings_the_axis_nearer(name: str, order: int, knob: str, table: list) -> None:
    """Twice as fine: a quarter of the error at order 1, an eighth at order 2, or nearly so."""
    fine = 2 * SEGMENTS[name][order - 1] if knob == "segments" else 2.0
    coarse, found = inside(name, order, None), inside(name, order, Sizing(**{knob: fine}))
    table.append((f"Robin Bi = 10, {name}, order {order}, {knob} {fine:g}", *found))
    assert found.axis < coarse.axis / (3.0 if order == 1 else 5.0)
    assert found.half < coarse.half / (3.0 if order == 1 else 4.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whole", "quarter"])
def test_refined_it_is_within_a_thousandth(name: str, table: list) -> None:
    found = inside(name, 2, Sizing(segments={"whole": 16, "quarter": 48}[name]))
    assert max(found[1:]) < 1e-3


def radial(rate: float, times: np.ndarray, *, start: float, cells: int = 400) -> np.ndarray:
    """x in a cylinder with a constant flux, by finite volumes in r/R (times, cells); t in R^2/D."""
    faces = np.linspace(0.0, 1.0, cells + 1)
    volume = np.diff(faces**2) / 2

    def slope(_: float, x: np.ndarray) -> np.ndarray:
        flux = np.concatenate([[0.0], faces[1:-1] * np.diff(x) * cells, [rate / 2]])
        return np.diff(flux) / volume

    solved = solve_ivp(
        slope, (0.0, times[-1]), np.full(cells, start), "LSODA", times,
        rtol=1e-8, atol=1e-10, lband=1, uband=1,
    )  # fmt: skip
    return solved.y.T


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("symmetry", ["none", "quarter"])
def test_nothing_varies_along_a_wire_whose_tip_is_insulated(
    symmetry: str, order: int, table: list
) -> None:
    """LiFePO4 at 10C: 0.030 (straight) and 0.005 (curved) of variation before."""
    radius, start = 5e-8, 0.02
    material = load("LiFePO4")
    shape = NanowireArray(1, radius=radius, length=10 * radius, symmetry=symmetry)
    mesh = build_mesh(shape, order=order)
    tip = (mesh.points[mesh.facets][:, :3, 2] > shape.length * (1 - 1e-6)).all(axis=1)
    tags = np.where(tip, BOUNDARIES["sides"], mesh.facet_tags).astype(np.int32)
    full = FARADAY * material.c_s_max * mesh.volume("electrode") * mesh.multiplicity
    current = 10 * full / 3600
    result = Simulation(
        replace(mesh, facet_tags=tags),
        material,
        protocol=Protocol.from_text([f"Discharge at {current:.16g} A for 300 s"]),
        initial_stoichiometry=start,
        settings=SolverSettings(tolerance=1e-5),
        output=OutputPlan(every=60.0),
    ).run()
    diffusivity = 5.9e-18  # m2/s, the card's
    unit = radius**2 / diffusivity
    snapshots = [s for s in result.snapshots if s.time > 50]
    exact = radial(unit / 360, np.array([s.time / unit for s in snapshots]), start=start)
    off = np.hypot(*(mesh.points[:, :2] - np.array(shape.poles[0].base)).T) / radius
    axis = off < 1e-6
    varied = max(np.ptp(s.stoichiometry[axis]) for s in snapshots)
    wrong = max(
        abs(s.stoichiometry[axis].mean() - row[0]) for s, row in zip(snapshots, exact, strict=True)
    )
    table.append((f"LiFePO4 10C, {symmetry}, order {order}", len(mesh.points), wrong, 0.0, varied))
    assert varied < {1: 0.02, 2: 5e-3 if symmetry == "none" else 2e-3}[order]
    assert wrong < {1: 0.01, 2: 1e-3}[order]


def plate(z: np.ndarray, t: float, biot: float) -> np.ndarray:
    """Crank's series for |z| < 1: c_t = c_zz, c(0) = 1, -dc/dz = Bi c at the end."""
    roots = [
        brentq(lambda b: b * np.sin(b) - biot * np.cos(b), n * np.pi + 1e-9, (n + 0.5) * np.pi)
        for n in range(60)
    ]
    b = np.array(roots)
    terms = 2 * np.sin(b) / (b + np.sin(b) * np.cos(b)) * np.exp(-(b**2) * t)
    return np.cos(np.outer(z, b)) @ terms


@pytest.mark.parametrize(("order", "sheet", "anywhere"), [(1, 0.02, 0.036), (2, 0.004, 0.005)])
@pytest.mark.parametrize(
    "more",
    [{"symmetry": "quarter"}, pytest.param({"tilt": radians(20)}, marks=pytest.mark.slow)],
)
def test_a_belt_of_five_to_one_is_right_inside(
    order: int, sheet: float, anywhere: float, more: dict, table: list
) -> None:
    """On its middle sheet, and at its edges too; without layers 0.36 to 0.39, 0.053 to 0.067."""
    shape = NanobeltArray(
        1, width=10 * RADIUS, thickness=2 * RADIUS, length=20 * RADIUS, pitch=30 * RADIUS, **more
    )
    mesh = build_mesh(shape, order=order)
    result = cases.run(
        mesh,
        cases.linear_material(biot=BIOT),
        f"Hold at 3 V for {TIMES[-1] * TAU} s",
        start=0.5,
        settings=FINE,
        every=0.05 * TAU,
    )
    foot, wide, thin, along = (part[0] for part in shape.poles[0].frame(np.zeros(1)))
    x, y, z = ((mesh.points - foot) / RADIUS @ np.column_stack([wide, thin, along])).T
    away, errors = (z > 5) & (z < 12), []
    for t in TIMES:
        found = cases.snapshot_at(result, t * TAU) / 0.5
        exact = plate(y, t, BIOT) * plate(x / 5, t / 25, 5 * BIOT)
        errors.append(np.where(away, np.abs(found - exact), 0.0))
    worst = np.max(errors, axis=0)
    on_sheet = worst[np.abs(y) < 1e-6].max()
    name = f"Robin Bi = 10, belt, {next(iter(more))}, order {order}"
    table.append((name, len(mesh.points), on_sheet, worst.max(), 0.0))
    assert on_sheet < sheet
    assert worst.max() < anywhere
