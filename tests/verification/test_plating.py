"""Plating against solutions that nanotrode did not make; `make verify` prints what was found."""

from __future__ import annotations

from functools import cache
from typing import Any

import hosts
import numpy as np
import plating_cells
import pytest
from hosts import MICRON, THERMAL

from nanotrode.geometry.mesh import ElectrodeMesh

ENDLESS = {"last_thickness": 1e-18}
"""No slowing down in the last layers of a room: Butler-Volmer alone."""
SMALL = 1e-4
"""Potential [V] below which Butler-Volmer is linear to 1e-6."""
METAL = 1e9
"""Conductivity of a host without any loss in it [S m-1]."""


def order(errors: list[float]) -> float:
    """Observed order of the last of several halvings of the mesh."""
    return float(np.log2(abs(errors[-2]) / abs(errors[-1])))


def held_at(mesh: ElectrodeMesh, of: Any, separator: np.ndarray) -> tuple[Any, Any]:
    """Model and state of a cell whose collector is at 0 V and whose separator is given (nodes,)."""
    model = hosts.model(mesh, of, separator=separator)
    return model, hosts.plate(model, potential=0.0)


# A sphere of radius 1 in a shell that ends at 2, kappa = 1: j / V = 1 / (1/g + 1/2) for linear
# kinetics g; with j = sinh(phi/2), phi being what drops there in RT/F, j = (V - phi) / 0.5.
LINEAR_SPHERE = {0.1: 0.0952380952, 1.0: 0.666666667, 10.0: 1.66666667}
PHI_OF_SPHERE = {1.0: 0.795767333, 5.0: 3.55982717, 20.0: 7.77963317}
SPHERE_COUNTS = [4, 8, 16]
RADIUS = MICRON


@cache
def shell(count: int) -> ElectrodeMesh:
    return plating_cells.sphere_in_shell(count, length=RADIUS)


def sphere_current(count: int, *, slope: float, potential: float) -> float:
    """Current of the octant over its true area [A m-2]."""
    of = hosts.anode(
        ions=0.0,
        electrons=METAL,
        electrolyte=1.0,
        exchange_current_density=slope / THERMAL,
        **ENDLESS,
    )
    mesh = shell(count)
    _, state = held_at(mesh, of, np.full(len(mesh.points), potential))
    return -state.current / (0.5 * np.pi * RADIUS**2)


@pytest.mark.parametrize("g", LINEAR_SPHERE)
def test_linear_kinetics_on_a_sphere(g: float) -> None:
    unit = SMALL / RADIUS  # kappa V / a
    errors = [
        sphere_current(n, slope=g / RADIUS, potential=SMALL) / unit / LINEAR_SPHERE[g] - 1
        for n in SPHERE_COUNTS
    ]
    print(f"\nsphere in a shell, linear, g = {g:<5} errors {errors}, order {order(errors):.2f}")
    assert abs(errors[-1]) < 5e-3
    assert order(errors) > 1.85


@pytest.mark.parametrize("potential", PHI_OF_SPHERE)
def test_butler_volmer_on_a_sphere(potential: float) -> None:
    expected = (potential - PHI_OF_SPHERE[potential]) / 0.5
    volt = 1.0 / THERMAL
    errors = [
        # 2 i_0 sinh(phi / 2) with i_0 = 1/2 in units of kappa (RT/F) / a
        sphere_current(n, slope=0.5 / RADIUS, potential=potential * volt) / (volt / RADIUS)
        - expected
        for n in SPHERE_COUNTS
    ]
    errors = [error / expected for error in errors]
    print(f"\nsphere, Butler-Volmer, V = {potential:<5} errors {errors}, order {order(errors):.2f}")
    assert abs(errors[-1]) < 5e-3
    assert order(errors) > 1.85


# A box of 1 x 1.5 x 0.8, kappa = 1; on top phi = 1 + cos(pi x) cos(pi y / 1.5), below d phi/dz =
# g phi: g phi at a corner and at (1, 0.75), the whole current, phi in the corner's middle height.
BOX = {
    0.1: [0.102074106, 0.0925925926, 0.138888889, 1.19350429],
    1.0: [0.632569603, 0.555555556, 0.833333333, 1.00457064],
}
BOX_COUNTS = [4, 8, 16]
SIDES = np.array([1.0, 1.5, 0.8])


def box_numbers(count: int, g: float) -> list[float]:
    mesh = plating_cells.box((count, count * 3 // 2, count), tuple(MICRON * SIDES))
    of = hosts.anode(electrolyte=1.0, exchange_current_density=g / MICRON / THERMAL, **ENDLESS)
    x = mesh.points / MICRON
    lid = SMALL * (1.0 + np.cos(np.pi * x[:, 0]) * np.cos(np.pi * x[:, 1] / SIDES[1]))
    model, state = held_at(mesh, of, lid)

    def at(*place: float) -> int:
        return int(np.linalg.norm(x - place, axis=1).argmin())

    def density(*place: float) -> float:
        (site,) = np.flatnonzero(model.sites.nodes == at(*place, 0.0))
        return float(-state.plating[site] * MICRON / SMALL)

    ion, _ = model.potentials.on_nodes(state.u, 0.0)
    middle = model.domain.gather(ion)[at(0.0, 0.0, 0.4)] / SMALL
    whole = -state.current / (MICRON * SMALL)
    return [density(0.0, 0.0), density(1.0, 0.75), whole, middle]


@pytest.mark.parametrize("g", BOX)
def test_secondary_distribution_in_a_box(g: float) -> None:
    errors = np.array([box_numbers(n, g) for n in BOX_COUNTS]) / BOX[g] - 1
    orders = np.log2(np.abs(errors[-2] / errors[-1]))
    print(f"\nbox, g = {g}: errors {errors[-1]}, orders {np.round(orders, 2)}")
    assert np.abs(errors[-1]).max() < 5e-3
    assert orders.min() > 1.75


@pytest.mark.parametrize("capacity", [1.0, 4.0])
def test_lithium_on_a_foil_is_4_839285_um_per_mah_cm2(capacity: float) -> None:
    from nanotrode.solver.control import ImposedRate
    from nanotrode.solver.plating.march import attempt_step

    mesh = plating_cells.box((1, 1, 5), (2 * MICRON, 2 * MICRON, 40 * MICRON))
    model = hosts.model(mesh, hosts.anode(on_collector=0.1))
    state, control = hosts.plate(model, density=5.0), ImposedRate(-5.0 * model.footprint)
    for _ in range(10):
        size = capacity * 3.6e4 / 5.0 / 10
        state = attempt_step(model, control, state, size=size, tolerance=1.0).end
    np.testing.assert_allclose(state.thickness, 4.83928479e-6 * capacity, rtol=1e-7)
