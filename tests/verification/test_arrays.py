"""nanotrode's own meshes, as its builders make them, against the references.

A quarter of a pole whose tip is told to be insulated is the infinite cylinder of
`reference.json`; a film is the slab. Default sizes and settings are within 1 %, straight cells
too; refined within 0.1 %. `make verify` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import cases
import numpy as np
import pytest
from cases import DIFFUSIVITY, FARADAY, FINE, RADIUS, REFERENCE, TAU

from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.shapes import Film, NanowireArray
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.solver.settings import SolverSettings


class Level(NamedTuple):
    """How fine, and how good it must be."""

    name: str
    order: int
    sizing: Sizing | None
    settings: SolverSettings | None
    allowed: float


LEVELS = {
    "straight": Level("straight", 1, None, None, 1e-2),
    "default": Level("default", 2, None, None, 1e-2),
    "refined": Level("refined", 2, Sizing(segments=48), FINE, 1e-3),
}
LENGTH = 4 * RADIUS


@pytest.fixture(
    params=[pytest.param(n, marks=pytest.mark.slow if n == "refined" else ()) for n in LEVELS]
)
def level(request: pytest.FixtureRequest) -> Level:
    return LEVELS[request.param]


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple]]:
    rows: list[tuple] = []
    yield rows
    print(
        "\n\ncase                              level      quantity          worst error   allowed"
    )
    for case, name, quantity, error, allowed in rows:
        print(f"{case:33} {name:10} {quantity:17} {error:11.1e} {allowed:9.0e}")


def check(table: list, case: str, level: Level, **errors: float) -> None:
    table.extend((case, level.name, key, error, level.allowed) for key, error in errors.items())
    assert max(errors.values()) < level.allowed, f"{case} ({level.name}): {errors}"


def wire(level: Level) -> ElectrodeMesh:
    """A quarter of a pole that reacts on its side alone."""
    shape = NanowireArray(1, radius=RADIUS, length=LENGTH, symmetry="quarter")
    mesh = build_mesh(shape, sizing=level.sizing, order=level.order)
    tip = (mesh.points[mesh.facets][:, :3, 2] > LENGTH * (1 - 1e-6)).all(axis=1)
    assert tip.any()
    tags = np.where(tip, BOUNDARIES["sides"], mesh.facet_tags).astype(np.int32)
    return replace(mesh, facet_tags=tags)


def film(level: Level) -> ElectrodeMesh:
    return build_mesh(Film(thickness=RADIUS), sizing=level.sizing, order=level.order)


SHAPES = {"slab": film, "cyl": wire}
NAMES = {"slab": "film", "cyl": "quarter of a wire"}


def surface(mesh: ElectrodeMesh) -> float:
    """The reacting area [m2] of the whole electrode by its shape, not by its facets."""
    if mesh.multiplicity == 1.0:
        return mesh.footprint
    return 2 * np.pi * RADIUS * LENGTH


def test_potentiostatic_step_of_a_wire(level: Level, table: list) -> None:
    """A jump to 3.2 V with Butler-Volmer kinetics, from t = 0.5 s (R^2/D = 10 s)."""
    mesh = wire(level)
    rows = REFERENCE["potentiostatic"]["cases"]["cyl"]
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        "Hold at 3.2 V for 16 s",
        start=0.1,
        settings=level.settings,
    )
    times = [row["t"] for row in rows]
    current = cases.at_times(result, "Current [A]", times) / surface(mesh)
    check(
        table,
        "potentiostatic step, wire",
        level,
        current=worst(current / [row["j"] for row in rows] - 1.0),
        mean=worst(
            cases.at_times(result, "Mean stoichiometry", times) - [row["xm"] for row in rows]
        ),
        surface=worst(
            cases.at_times(result, "Surface stoichiometry", times) - [row["xs"] for row in rows]
        ),
    )


def test_galvanostatic_cut_off_of_a_wire(level: Level, table: list) -> None:
    """Constant current until 3 V: the moment of the cut-off and the voltage before it."""
    mesh = wire(level)
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        f"Discharge at {2.0 * surface(mesh):.16g} A until 3 V",
        start=0.05,
        settings=level.settings,
    )
    case = REFERENCE["galvanostatic"]["cases"]["cyl_j2.0"]
    voltage = cases.at_times(result, "Voltage [V]", [row["t"] for row in case["V"]])
    check(
        table,
        "galvanostatic to 3 V, wire",
        level,
        time=abs(result.time[-1] / case["t_cut"] - 1.0),
        mean=abs(result.series["Mean stoichiometry"][-1] - case["xm_cut"]),
        voltage=worst(voltage - [row["V"] for row in case["V"]]),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_robin(shape: str, level: Level, table: list) -> None:
    """The Robin problem at Bi = 1: the mean of c_t = lap c, c(0) = 1, -dc/dr = c at the surface."""
    start = 0.5
    result = cases.run(
        SHAPES[shape](level),
        cases.linear_material(biot=1.0),
        f"Hold at 3 V for {TAU} s",
        start=start,
        settings=level.settings,
    )
    rows = REFERENCE["robin"]["cases"][0]["mean"]
    mean = cases.at_times(result, "Mean stoichiometry", [row["t"] * TAU for row in rows]) / start
    check(
        table,
        f"Robin Bi = 1, {NAMES[shape]}",
        level,
        mean=worst(mean - [row[shape] for row in rows]),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_constant_flux(shape: str, level: Level, table: list) -> None:
    """Crank's solutions at the surface: c_t = lap c, c(0) = 0, dc/dr = 1 there."""
    mesh = SHAPES[shape](level)
    start, rise = 0.1, 0.2
    flux = rise * DIFFUSIVITY / RADIUS * FARADAY * cases.C_S_MAX  # A m-2, into the solid
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        f"Discharge at {flux * surface(mesh):.16g} A for {0.5 * TAU} s",
        start=start,
        settings=level.settings,
    )
    rows = [
        row for row in REFERENCE["constant_flux"]["values"] if row["t"] >= 0.05 and row["x"] == 1.0
    ]
    rows = [row for row in rows if row["t"] <= 0.5]
    found = cases.at_times(result, "Surface stoichiometry", [row["t"] * TAU for row in rows])
    expected = np.array([row[shape] for row in rows])
    mean = (result.series["Mean stoichiometry"][-1] - start) / rise
    check(
        table,
        f"constant flux, {NAMES[shape]}",
        level,
        surface=worst((found - start) / rise - expected) / 0.5,
        mean=abs(float(mean) / {"slab": 0.5, "cyl": 1.0}[shape] - 1.0),
    )


def test_a_quarter_is_the_whole(table: list) -> None:
    """Four mirrored quarters and a pole meshed all around: the same electrode."""
    level = LEVELS["straight"]
    results = []
    for symmetry in ("quarter", "none"):
        shape = NanowireArray(1, radius=RADIUS, length=LENGTH, symmetry=symmetry, tip="rounded")
        mesh = build_mesh(shape, sizing=Sizing(segments=24))
        results.append(
            cases.run(
                mesh,
                cases.butler_volmer_material(),
                "Discharge at 100C until 3.2 V",
                start=0.05,
            )
        )
    quarter, whole = results
    times = list(np.linspace(0.1, 0.9, 9) * whole.time[-1])
    check(
        table,
        "quarter against whole wire",
        level,
        voltage=worst(
            cases.at_times(quarter, "Voltage [V]", times)
            - cases.at_times(whole, "Voltage [V]", times)
        ),
        **{
            name: abs(quarter.series[column][-1] / whole.series[column][-1] - 1.0)
            for name, column in {
                "current": "Current [A]",
                "areal capacity": "Areal capacity [mA.h.cm-2]",
                "time": "Time [s]",
            }.items()
        },
    )


def worst(errors: np.ndarray) -> float:
    return float(np.abs(errors).max())
