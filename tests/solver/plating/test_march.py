"""Steps in time: what is plated is what passed, steps are of second order, energy is conserved."""

from __future__ import annotations

from dataclasses import replace

import hosts
import numpy as np
import pytest

from nanotrode.geometry.tags import REGIONS
from nanotrode.solver.control import ImposedRate
from nanotrode.solver.plating.barriers import ONSET
from nanotrode.solver.plating.losses import losses_of
from nanotrode.solver.plating.march import attempt_step, consistent_state

UM_PER_MAH_CM2 = 4.83928479
"""Thickness of lithium per 1 mAh/cm2, V_Li/F with 12.97 cm3/mol [um cm2 mAh-1]."""
MAH_CM2 = 3.6e4  # [C m-2]
ALL = {
    "barriers and a coat": {"barrier": 0.095, "on_collector": 0.1, "coat": 10.0, "ions": 0.0},
    "both conduct": {"side": hosts.SIDE},
    "nearly insulating": {"ions": 0.01, "electrons": 1e-6, "barrier": 0.061, "on_collector": 0.1},
}


def march(model, *, density, until, steps):
    """Equal steps to a time [s], at a density [A m-2]; positive plates."""
    state = hosts.plate(model, density=density)
    control = ImposedRate(-density * model.footprint)
    taken = []
    for _ in range(steps):
        step = attempt_step(model, control, state, size=until / steps, tolerance=1.0)
        taken.append(step)
        state = step.end
    return taken


def test_a_foil_gains_what_faraday_says():
    foil = hosts.column((1, 1, 6), sides=(2.0, 2.0, 30.0), host=hosts.nothing)
    model = hosts.model(foil, hosts.anode(on_collector=0.1))
    last = march(model, density=10.0, until=MAH_CM2 / 10.0, steps=6)[-1].end
    np.testing.assert_allclose(last.thickness, UM_PER_MAH_CM2 * hosts.MICRON, rtol=1e-7)


@pytest.mark.parametrize("which", ALL)
def test_what_is_plated_is_what_passed(which):
    mesh = hosts.column((4, 4, 8), coated="coat" in which)
    model = hosts.model(mesh, hosts.anode(**ALL[which]))
    steps = march(model, density=5.0, until=30.0, steps=6)
    passed = sum(step.passed for step in steps)
    aside = sum(step.size * (model.sites.areas @ step.side) for step in steps)
    plated = -(model.sites.areas @ steps[-1].end.thickness) / model.volume_per_charge
    assert passed == pytest.approx(-5.0 * 30.0 * model.footprint, rel=1e-9)
    assert plated + aside == pytest.approx(passed, rel=1e-9)
    assert (aside != 0) == (model.anode.side is not None)
    assert (steps[-1].end.thickness >= 0).all()


def test_stripping_takes_back_what_was_plated_and_stops():
    model = hosts.model(hosts.column(), hosts.anode())
    laid = march(model, density=5.0, until=60.0, steps=6)[-1].end
    control = ImposedRate(5.0 * model.footprint)
    # another current from now on: rates at the start are to be those that belong to it
    state = consistent_state(model, control, time=60.0, thickness=laid.thickness, near=laid)
    for _ in range(5):
        state = attempt_step(model, control, state, size=10.0, tolerance=1.0).end
    left = model.sites.areas @ state.thickness / (model.sites.areas @ laid.thickness)
    assert left == pytest.approx(1 / 6, rel=1e-8)
    assert (state.thickness >= 0).all()


def test_steps_are_of_second_order():
    model = hosts.model(hosts.column(), hosts.anode(barrier=0.01))
    finals = [
        march(model, density=5.0, until=4.0, steps=n)[-1].end.thickness for n in (8, 16, 32, 128)
    ]
    errors = [np.abs(found - finals[-1]).max() for found in finals[:-1]]
    assert np.log2(errors[0] / errors[1]) > 1.7
    assert np.log2(errors[1] / errors[2]) > 1.7


def test_a_steps_error_shrinks_with_its_square():
    model = hosts.model(hosts.column(), hosts.anode(barrier=0.01))
    state = hosts.plate(model, density=5.0)
    control = ImposedRate(-5.0 * model.footprint)
    errors = [
        attempt_step(model, control, state, size=size, tolerance=1e-3).error for size in (0.1, 0.05)
    ]
    assert 1.7 < np.log2(errors[0] / errors[1]) < 2.3


@pytest.mark.parametrize("count", [40, 12, 6, 3])
def test_no_pore_is_filled_more_than_whole(count):
    model = hosts.model(hosts.column((3, 3, 6), sides=(3.0, 3.0, 6.0)), hosts.anode())
    # 95 % of what all rooms hold, by the mean of steps that would overfill the smallest
    volume = 0.95 * model.sites.rooms.sum()
    passed = volume / model.volume_per_charge / model.footprint  # [C m-2]
    steps = march(model, density=50.0, until=passed / 50.0, steps=count)
    for step in steps:
        assert (step.end.thickness <= model.limit * (1 + 1e-12)).all()
    laid = model.sites.areas @ steps[-1].end.thickness
    assert laid == pytest.approx(volume, rel=1e-6)


def stiffness(points, cells):
    """(m, 4, 4) of int grad v_i . grad v_j dx over tetrahedra: barycentric slopes by inversion."""
    corners = np.concatenate([points[cells], np.ones((*cells.shape, 1))], axis=2)
    slopes = np.linalg.inv(corners)[:, :3]  # (m, 3, 4)
    volumes = np.abs(np.linalg.det(corners)) / 6.0
    return volumes[:, None, None] * np.einsum("mdi,mdj->mij", slopes, slopes)


def power(blocks, nodes, conductivity, field):
    """Joule heat int k |grad phi|^2 [W], of cells or facets with the given nodes."""
    values = field[nodes]
    return np.einsum("m,mij,mi,mj->", conductivity, blocks, values, values)


def sheet_blocks(points):
    """(k, 3, 3) int grad_s v_i . grad_s v_j dS by slopes in each facet's own plane."""
    first, second = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    edges = np.stack([first, second], axis=1)  # (k, 2, 3)
    metric = np.linalg.inv(np.einsum("kia,kja->kij", edges, edges))
    area = 0.5 * np.linalg.norm(np.cross(first, second), axis=1)
    to_edges = np.array([[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    return area[:, None, None] * np.einsum("ia,kij,jb->kab", to_edges, metric, to_edges)


def barrier_part(model, state, law):
    """(sites,) what the barrier takes of the overpotential, by each law as it is on paper [V]."""
    height, theta = model.barriers, state.surroundings.coverage
    if law == "equilibrium":
        return height * (1.0 - theta)
    growth = theta * np.sinh(0.5 * hosts.THERMAL * state.drop)
    past = np.minimum(state.drop + height, 0.0)
    width = np.minimum(height, ONSET)
    with np.errstate(divide="ignore", invalid="ignore"):
        past = np.where(past > -width, -(past**2) / (2.0 * width), past + 0.5 * width)
        nuclei = (1.0 - theta) * np.sinh(0.5 * hosts.THERMAL * np.nan_to_num(past))
        return np.nan_to_num(height * nuclei / (growth + nuclei))


@pytest.mark.parametrize("law", ["kinetic", "equilibrium"])
@pytest.mark.parametrize("which", ALL)
@pytest.mark.parametrize("until", [2.0, 20.0])
def test_power_is_spent_on_ions_electrons_kinetics_and_nucleation(which, law, until):
    """V I = ions + electrons (body; coat and film) + kinetics + nucleation, each from the fields.

    The heats are assembled here anew, from mesh and state alone.
    """
    mesh = hosts.column((4, 4, 8), coated="coat" in which)
    model = hosts.model(mesh, replace(hosts.anode(**ALL[which], barrier_law=law), side=None))
    state = march(model, density=5.0, until=until, steps=8)[-1].end
    # the state's surroundings are those it was solved with
    ion, electron = (
        fields[model.domain.input_nodes.argsort()] for fields in fields_of(state, model)
    )
    blocks = stiffness(mesh.points, mesh.cells)
    in_host = mesh.cell_tags == REGIONS["electrode"]
    around, solid = state.surroundings, model.anode.solid
    kappa = np.where(in_host, solid.ionic_conductivity, 0.0)
    kappa[model.sites.pore_cells] = model.anode.salt.conductivity * around.open**1.5
    ions = power(blocks, mesh.cells, kappa, np.nan_to_num(ion))
    sigma = np.where(in_host, solid.electronic_conductivity, 0.0)
    body = power(blocks, mesh.cells, sigma, np.nan_to_num(electron))
    nodes = model.sites.nodes[model.sites.facets]
    along = power(sheet_blocks(model.sites.points), nodes, around.sheet, electron)
    flow = model.sites.areas * state.plating
    shift = barrier_part(model, state, law)
    kinetics, nucleation = flow @ (state.drop + shift), -(flow @ shift)
    told = losses_of(model, state)
    assert told.kinetics == pytest.approx(kinetics, rel=1e-9)
    assert told.nucleation == pytest.approx(nucleation, rel=1e-9, abs=1e-12 * kinetics)
    spent = ions + body + along + kinetics + nucleation
    assert spent == pytest.approx(state.potential * state.current, rel=1e-6)
    assert min(ions, kinetics) > 0
    assert min(body, along, nucleation) >= 0
    # each part counts: without it the sum misses by more than the tolerance
    parts = {"ions": ions, "kinetics": kinetics}
    if "coat" in which:
        # early some sites nucleate; later their film carries electrons
        parts |= {"nucleation": nucleation} if until < 20.0 else {"along the surface": along}
    for name, part in parts.items():
        assert part > 1e-5 * spent, name


def fields_of(state, model):
    return model.potentials.on_nodes(state.u, state.potential)
