"""The insertion model against solutions that nanotrode did not make.

Each case is run at default settings on a plain mesh (within 1 %) and refined (within 0.1 %);
`make verify` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import cases
import numpy as np
import pytest
import wedges
from cases import DIFFUSIVITY, FARADAY, FINE, RADIUS, REFERENCE, TAU

# name -> (order, cell size over the radius, settings, largest error allowed)
LEVELS = {"default": (1, 0.1, None, 1e-2), "refined": (2, 0.15, FINE, 1e-3)}
SHAPES = {"slab": wedges.slab, "cyl": wedges.cylinder, "sphere": wedges.sphere}


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> tuple:
    return (request.param, *LEVELS[request.param])


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple]]:
    rows: list[tuple] = []
    yield rows
    print(
        "\n\ncase                              level      quantity          worst error   allowed"
    )
    for case, name, quantity, error, allowed in rows:
        print(f"{case:33} {name:10} {quantity:17} {error:11.1e} {allowed:9.0e}")


def check(table: list, case: str, level: tuple, **errors: float) -> None:
    name, allowed = level[0], level[4]
    table.extend((case, name, quantity, error, allowed) for quantity, error in errors.items())
    assert max(errors.values()) < allowed, f"{case} ({name}): {errors}"


def test_constant_flux(shape: str, level: tuple, table: list) -> None:
    """Crank's solutions: c_t = lap c, c(0) = 0, dc/dr = 1 at the surface."""
    mesh = SHAPES[shape](size=level[2], order=level[1], length=RADIUS)
    rows = [row for row in REFERENCE["constant_flux"]["values"] if row["t"] >= 0.05]
    start, rise = 0.1, 0.2
    flux = rise * DIFFUSIVITY / RADIUS * FARADAY * cases.C_S_MAX  # A m-2, into the solid
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        f"Discharge at {flux * mesh.area('interface'):.16g} A for {0.5 * TAU} s",
        start=start,
        settings=level[3],
        every=0.05 * TAU,
    )
    radius = _radius(shape, mesh.points)
    errors = []
    for row in rows:
        if row["x"] not in (0.0, 1.0):
            continue
        x = cases.snapshot_at(result, row["t"] * TAU)
        found = (cases.near_radius(mesh, radius, x, row["x"]) - start) / rise
        errors.append(abs(found - row[shape]) / max(abs(row["slab"]), 0.5))
    mean = (result.series["Mean stoichiometry"][-1] - start) / rise
    expected = 0.5 * {"slab": 1, "cyl": 2, "sphere": 3}[shape]
    check(
        table,
        f"constant flux, {shape}",
        level,
        concentration=max(errors),
        mean=abs(mean / expected - 1.0),
    )


def test_robin(shape: str, level: tuple, table: list) -> None:
    """The Robin problem at Bi = 1: c_t = lap c, c(0) = 1, -dc/dr = c at the surface."""
    mesh = SHAPES[shape](size=level[2], order=level[1], length=RADIUS)
    start = 0.5
    result = cases.run(
        mesh,
        cases.linear_material(biot=1.0),
        f"Hold at 3 V for {TAU} s",
        start=start,
        settings=level[3],
        every=0.05 * TAU,
    )
    case = REFERENCE["robin"]["cases"][0]
    times = [row["t"] * TAU for row in case["mean"]]
    mean = cases.at_times(result, "Mean stoichiometry", times) / start
    radius = _radius(shape, mesh.points)
    local = [
        cases.near_radius(mesh, radius, cases.snapshot_at(result, row["t"] * TAU), row["x"]) / start
        - row[shape]
        for row in case["values"]
        if row["x"] in (0.0, 1.0)
    ]
    check(
        table,
        f"Robin Bi = 1, {shape}",
        level,
        concentration=float(np.abs(local).max()),
        mean=float(np.abs(mean - [row[shape] for row in case["mean"]]).max()),
    )


def test_potentiostatic_step_of_a_cylinder(level: tuple, table: list) -> None:
    """A jump to 3.2 V with Butler-Volmer kinetics, from t = 0.5 s (R^2/D = 10 s)."""
    mesh = wedges.cylinder(size=level[2], order=level[1], length=RADIUS)
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        "Hold at 3.2 V for 16 s",
        start=0.1,
        settings=level[3],
    )
    rows = REFERENCE["potentiostatic"]["cases"]["cyl"]
    times = [row["t"] for row in rows]
    current = cases.at_times(result, "Current [A]", times) / mesh.area("interface")
    check(
        table,
        "potentiostatic step, cylinder",
        level,
        current=_worst(current / [row["j"] for row in rows] - 1.0),
        mean=_worst(
            cases.at_times(result, "Mean stoichiometry", times) - [row["xm"] for row in rows]
        ),
        surface=_worst(
            cases.at_times(result, "Surface stoichiometry", times) - [row["xs"] for row in rows]
        ),
    )


def test_galvanostatic_cut_off_of_a_cylinder(level: tuple, table: list) -> None:
    """Constant current until 3 V: the moment of the cut-off and the voltage before it."""
    mesh = wedges.cylinder(size=level[2], order=level[1], length=RADIUS)
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        f"Discharge at {2.0 * mesh.area('interface'):.16g} A until 3 V",
        start=0.05,
        settings=level[3],
    )
    case = REFERENCE["galvanostatic"]["cases"]["cyl_j2.0"]
    voltage = cases.at_times(result, "Voltage [V]", [row["t"] for row in case["V"]])
    check(
        table,
        "galvanostatic to 3 V, cylinder",
        level,
        time=abs(result.time[-1] / case["t_cut"] - 1.0),
        mean=abs(result.series["Mean stoichiometry"][-1] - case["xm_cut"]),
        voltage=_worst(voltage - [row["V"] for row in case["V"]]),
    )
    assert result.voltage[-1] == pytest.approx(3.0, abs=1e-6)


def test_sphere_of_pybamm(level: tuple, table: list) -> None:
    """PyBaMM's single particle of the same material at the same current density."""
    mesh = wedges.sphere(size=level[2], order=level[1], length=RADIUS)
    case = REFERENCE["pybamm_sphere"]
    result = cases.run(
        mesh,
        cases.butler_volmer_material(),
        f"Discharge at {2.0 * mesh.area('interface'):.16g} A for 21 s",
        start=0.05,
        settings=level[3],
    )
    voltage = cases.at_times(result, "Voltage [V]", case["t"])
    check(table, "PyBaMM sphere", level, voltage=_worst(voltage - case["V_n200"]))


def _worst(errors: np.ndarray) -> float:
    return float(np.abs(errors).max())


def _radius(shape: str, points: np.ndarray) -> np.ndarray:
    axes = {"slab": points[:, 2:], "cyl": points[:, :2], "sphere": points}[shape]
    return np.linalg.norm(axes, axis=1)
