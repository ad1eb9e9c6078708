"""Nodes with two roles, and meshes whose roles cannot be meant."""

from __future__ import annotations

from dataclasses import replace

import hosts
import numpy as np
import pytest
from hosts import DEPOSIT, MICRON, THERMAL

from nanotrode.errors import InputError, MeshError
from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.solver.plating.simulation import PlatingSimulation

CYCLE = (
    "Plate at 0.5 mA/cm2 until 0.01 mAh/cm2",
    "Rest for 1 minute",
    "Strip at 0.5 mA/cm2 until 1 V",
)


def wall(x):
    """From collector to separator, a third of the box's width."""
    return x[:, 0] < 1.0


def run(mesh, of, **more):
    return PlatingSimulation(mesh, of, protocol=CYCLE, **more).run()


def test_a_host_from_collector_to_separator_feeds_its_pore_like_a_fin():
    """phi_l = 0 on top and V below, by cosh(z / l) with l^2 = kappa w / (di/dphi)."""
    height, width, density = 24.0, 0.5, 1e-3
    cell = hosts.column((6, 1, 96), sides=(1.5, 0.25, height), host=wall)
    length = 8.0 * MICRON
    slope = DEPOSIT.exchange_current_density * THERMAL
    of = hosts.anode(
        ions=0.0,
        electrons=1e9,
        electrolyte=slope * length**2 / (width * MICRON),
        last_thickness=1e-18,
    )
    model = hosts.model(cell, of)
    state = hosts.plate(model, density=density)
    on_wall = model.sites.kinds == 0
    place = model.sites.heights[on_wall] / (length)
    top = height * MICRON / length
    expected = slope * state.potential * np.cosh(place) / np.cosh(top)
    # the floor reacts as well, over a width that is small beside its height
    np.testing.assert_allclose(state.plating[on_wall], expected, rtol=0.07)
    at_top = model.sites.heights[on_wall] > 0.999 * height * MICRON
    np.testing.assert_allclose(state.plating[on_wall][at_top], slope * state.potential, rtol=1e-6)
    assert state.current == pytest.approx(-density * model.footprint, rel=1e-9)


@pytest.mark.parametrize("salt", [False, True])
@pytest.mark.parametrize("ions", [0.0, 0.1])
def test_a_host_that_touches_the_separator_is_cycled(ions, salt):
    through = hosts.column(host=wall)
    found = run(through, hosts.anode(ions=ions), salt=salt)
    assert found.summary["conservation"]["charge balance error"] < 1e-9
    assert found.series["Loss budget error"].max() < 1e-4
    assert found.series["Plated lithium [mA.h.cm-2]"].max() == pytest.approx(0.01, rel=1e-9)


def test_a_collector_that_meets_the_separator_takes_what_its_area_does():
    """With an electrolyte without loss each place reacts by V alone."""
    mesh = hosts.column(host=hosts.nothing)
    right = mesh.points[mesh.facets][:, :, 0].min(axis=1) > 2.999 * MICRON
    up = replace(mesh, facet_tags=np.where(right, BOUNDARIES["collector"], mesh.facet_tags))
    density = 5.0
    state = hosts.plate(
        hosts.model(up, hosts.anode(electrolyte=1e6, last_thickness=1e-18)), density=density
    )
    spread = density * 9.0 / (9.0 + 18.0)  # floor and one wall of 3 um x 6 um
    driving = -2 / THERMAL * np.arcsinh(spread / (2 * DEPOSIT.exchange_current_density))
    assert state.potential == pytest.approx(driving, rel=1e-6)
    np.testing.assert_allclose(state.plating, -spread, rtol=1e-5)


def test_a_pore_of_one_layer_has_no_potential_to_find():
    """Every node of the electrolyte lies on the collector or on the separator."""
    density = 5.0
    foil = hosts.model(
        hosts.column((2, 2, 1), host=hosts.nothing), hosts.anode(last_thickness=1e-18)
    )
    expected = -2 / THERMAL * np.arcsinh(density / (2 * DEPOSIT.exchange_current_density))
    expected -= density * 6 * MICRON / 0.2
    assert hosts.plate(foil, density=density).potential == pytest.approx(expected, rel=1e-8)
    through = hosts.model(hosts.column((3, 3, 1), host=wall), hosts.anode(ions=0.0))
    state = hosts.plate(through, density=density)
    assert state.current == pytest.approx(-density * through.footprint, rel=1e-9)


def test_roles_that_cannot_be_meant_are_refused_by_name():
    mesh = hosts.column()

    def with_roles(**roles):
        tags = mesh.facet_tags.copy()
        for name, role in roles.items():
            tags[mesh.facet_tags == BOUNDARIES[name]] = BOUNDARIES[role]
        return replace(mesh, facet_tags=tags)

    turned = with_roles(collector="separator", separator="collector")
    with pytest.raises(InputError, match="have the two changed places"):
        run(turned, hosts.anode())
    with pytest.raises(MeshError, match="the mesh has no 'separator'"):
        run(with_roles(separator="sides"), hosts.anode())
    with pytest.raises(MeshError, match="the mesh has no 'collector'"):
        run(with_roles(collector="sides"), hosts.anode())
    with pytest.raises(MeshError, match="no 'interface' between electrode and electrolyte"):
        run(with_roles(interface="sides"), hosts.anode())


def test_an_island_of_the_host_is_left_out_and_told(caplog):
    def pillar(x):
        return (x[:, 0] < 1) & (x[:, 1] < 1) & (x[:, 2] < 4)

    def island(x):
        return ((x > (1, 1, 2)) & (x < (2, 2, 4))).all(axis=1)

    box = {"counts": (4, 4, 8), "sides": (4.0, 4.0, 8.0)}
    whole = hosts.column(**box, host=lambda x: pillar(x) | island(x))
    found = run(whole, hosts.anode())
    assert found.summary["electrode"]["reacting area [m2]"] == pytest.approx((9 + 15) * 1e-12)
    assert found.summary["warnings"] == [
        "33.3 % of the electrode (1 piece) touches no collector and is left out; 52.6 % of the "
        "interface goes with that"
    ]
    # against one without it: only the electrolyte that it displaces is missed
    bare = run(hosts.column(**box, host=pillar), hosts.anode())
    assert found.series["Voltage [V]"][1] == pytest.approx(bare.series["Voltage [V]"][1], rel=0.02)
