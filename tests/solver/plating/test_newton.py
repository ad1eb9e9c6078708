"""Potentials of one instant: exact cases, far starts, insulating hosts, refusals."""

from __future__ import annotations

import hosts
import numpy as np
import pytest
from hosts import DEPOSIT, MICRON, THERMAL

from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.solver.control import ImposedRate
from nanotrode.solver.model import StageFailure
from nanotrode.solver.plating.barriers import ONSET
from nanotrode.solver.plating.march import consistent_state
from nanotrode.solver.plating.reactions import Reactions
from nanotrode.solver.plating.sites import Kind

ENDLESS = {"last_thickness": 1e-18}
"""No slowing down in the last layers of a room."""
HOSTS = {
    "both": hosts.anode(**ENDLESS),
    "electrons alone": hosts.anode(ions=0.0, **ENDLESS),
    "nearly no electrons": hosts.anode(ions=0.01, electrons=1e-6, **ENDLESS),
    "ions alone": hosts.anode(electrons=0.0, **ENDLESS),
}


def law_of(model, thickness):
    around = model.surroundings(thickness)
    model.surround(around)
    return Reactions(model.plating(around, thickness, 0.0), None, None)


def kinetics(density):
    """Overpotential that plates at a density [A m-2]."""
    return -2 / THERMAL * np.arcsinh(density / (2 * DEPOSIT.exchange_current_density))


@pytest.mark.parametrize("density", [0.5, 5.0, 200.0])
def test_a_planar_cell_is_exact(density):
    # a slab of host, 2 um, under 4 um of electrolyte: three resistances in series
    cell = hosts.column((2, 2, 6), host=lambda x: x[:, 2] < 2.0)
    of = hosts.anode(ions=0.0, electrons=0.05, electrolyte=0.2, **ENDLESS)
    state = hosts.plate(hosts.model(cell, of), density=density)
    expected = kinetics(density) - density * (2 * MICRON / 0.05 + 4 * MICRON / 0.2)
    assert state.potential == pytest.approx(expected, rel=1e-8)
    np.testing.assert_allclose(state.plating, -density, rtol=1e-7)


@pytest.mark.parametrize("exchange", [1e6, 1e9, 1e12])
@pytest.mark.parametrize("density", [1e-3, 5.0])
def test_a_reaction_too_fast_to_be_known_leaves_the_resistances(exchange, density):
    """What rounding hides of a current is not asked for; the potential is as Ohm's law has it."""
    cell = hosts.column((2, 2, 6), host=lambda x: x[:, 2] < 2.0)
    of = hosts.anode(electrons=0.05, ions=0.0, exchange_current_density=exchange, **ENDLESS)
    state = hosts.plate(hosts.model(cell, of), density=density)
    ohmic = density * (2 * MICRON / 0.05 + 4 * MICRON / 0.2)
    driving = 2 / THERMAL * np.arcsinh(density / (2 * exchange))
    assert state.potential == pytest.approx(-ohmic - driving, rel=1e-5)
    known = 1e-9 + 1e-15 * exchange / density  # of it, to rounding
    assert -state.current / (9 * MICRON**2) == pytest.approx(density, rel=known)


@pytest.mark.parametrize("exchange", [1e-7, 1e-9, 1e-13])
@pytest.mark.parametrize("electrons", [1e-2, 5.96e7])
@pytest.mark.parametrize(("law", "rest"), [("kinetic", 0.0), ("equilibrium", -0.1 / np.e)])
def test_a_reaction_too_slow_to_be_felt_rests_where_it_is_in_equilibrium(
    exchange, electrons, law, rest
):
    """Copper conducts 1e16 times better than such a surface; its rounding is not asked away."""
    of = hosts.anode(
        electrons=electrons,
        ions=0.0,
        barrier=0.1,
        on_collector=0.1,
        exchange_current_density=exchange,
        barrier_law=law,
    )
    model = hosts.model(hosts.column((2, 2, 6), host=lambda x: x[:, 2] < 2.0), of)
    reactions = law_of(model, hosts.bare(model) + DEPOSIT.coverage_thickness)
    start = np.where(np.arange(model.potentials.size) < model.potentials.n_ions, 0.0, -1.2)
    scale = 5.0 * model.footprint
    found = model.newton.solve(reactions, guess=(start, -1.2), current=0.0, scale=scale)
    assert found.potential == pytest.approx(rest, rel=1e-9, abs=1e-10)


def test_a_bare_foil_is_exact_and_waits_for_its_barrier():
    foil = hosts.column((1, 1, 4), host=hosts.nothing)
    model = hosts.model(foil, hosts.anode(on_collector=0.1, **ENDLESS))
    state = hosts.plate(model, density=5.0)
    expected = -0.1 + kinetics(5.0) - 5.0 * 6 * MICRON / 0.2
    assert state.potential == pytest.approx(expected - ONSET / 2, rel=1e-8)
    covered = np.full(len(state.plating), 1e-7)
    later = hosts.plate(model, density=5.0, on=covered)
    # what is left: an area that is covered but for e^-10, and a little less electrolyte
    assert later.potential == pytest.approx(expected + 0.1, abs=2e-5)


def test_a_potential_imposed_gives_the_current_that_imposes_it():
    model = hosts.model(hosts.column(), hosts.anode())
    imposed = hosts.plate(model, density=12.0)
    again = hosts.plate(model, potential=imposed.potential)
    assert again.current == pytest.approx(imposed.current, rel=1e-6)
    np.testing.assert_allclose(again.plating, imposed.plating, rtol=1e-5)


def test_a_coat_carries_electrons_like_a_fin():
    """cosh((s_end - s)/l) along the coat, with l^2 = G / (di/dphi)."""
    wall = hosts.column((8, 1, 48), sides=(2.0, 0.5, 12.0), host=wall_of(1.0, 8.0), coated=True)
    density = 1e-3
    of = hosts.anode(ions=0.0, electrons=0.0, coat=1.0, electrolyte=1e6, **ENDLESS)
    slope = DEPOSIT.exchange_current_density * THERMAL
    sheet = slope * (4 * MICRON) ** 2  # so that l is 4 um
    model = hosts.model(wall, of, coat_thickness=sheet)
    state = hosts.plate(model, density=density)
    sites = model.sites
    on_coat = sites.kinds == Kind.COAT
    points = wall.points[sites.nodes[on_coat]] / MICRON
    # up the wall's side at x = 1, then over its top to the plane of symmetry
    way = np.where(points[:, 0] > 1 - 1e-9, points[:, 2], 8 + (1 - points[:, 0]))
    expected = slope * state.potential * np.cosh((9 - way) / 4) / np.cosh(9 / 4)
    np.testing.assert_allclose(state.plating[on_coat], expected, rtol=1e-3)


def wall_of(width, height):
    return lambda x: (x[:, 0] < width) & (x[:, 2] < height)


@pytest.mark.parametrize("which", HOSTS)
@pytest.mark.parametrize("start", [-1.0, -0.2, 0.3, 1.0])
@pytest.mark.parametrize("deposit", [0.0, 1e-7])
def test_newton_arrives_from_a_volt_away(which, start, deposit):
    model, near, found = solved_from(which, deposit, lambda near, n: at_one(near, n, start), start)
    assert found.potential == pytest.approx(near.potential, rel=1e-6)
    assert found.at.current == pytest.approx(-5.0 * model.footprint, rel=1e-9)
    check_same(model, near, found)


@pytest.mark.parametrize("which", HOSTS)
@pytest.mark.parametrize("deposit", [0.0, 1e-7])
def test_newton_arrives_from_noise(which, deposit):
    rng = np.random.default_rng(1)
    model, near, found = solved_from(
        which, deposit, lambda near, _: near.u + rng.uniform(-0.2, 0.2, len(near.u)), 0.1
    )
    assert found.potential == pytest.approx(near.potential, rel=1e-6)
    check_same(model, near, found)


def check_same(model, near, found):
    # the surface of an insulator, bare, may have any potential at which it does not plate
    ions = slice(model.potentials.n_ions)
    np.testing.assert_allclose(found.u[ions], near.u[ions], atol=1e-7)
    scale = np.abs(near.plating).max()
    np.testing.assert_allclose(found.at.reaction.density, near.plating, atol=1e-5 * scale)


def at_one(near, n_ions, potential):
    """No ion potential, and one for all electrons."""
    return np.where(np.arange(len(near.u)) < n_ions, 0.0, potential)


def solved_from(which, deposit, start, potential):
    """The model, the solution found from its own start, and that found from another."""
    model = hosts.model(hosts.column(), HOSTS[which])
    thickness = hosts.bare(model) + deposit
    near = hosts.plate(model, density=5.0, on=thickness)
    guess = start(near, model.potentials.n_ions), potential
    current = -5.0 * model.footprint
    law = law_of(model, thickness)
    return model, near, model.newton.solve(law, guess=guess, current=current, scale=-current)


@pytest.mark.parametrize("density", [1e-4, 0.1, 1e3])
def test_the_imposed_current_flows_whatever_the_host(density):
    for of in HOSTS.values():
        model = hosts.model(hosts.column(), of)
        state = hosts.plate(model, density=density)
        flow = model.sites.areas @ state.plating
        assert flow == pytest.approx(-density * model.footprint, rel=1e-9)
        assert state.current == pytest.approx(flow, rel=1e-12)
        assert (state.plating <= 0).all()


def test_an_insulating_host_leaves_all_to_the_collector():
    shares = {}
    for electrons in (10.0, 1e-3, 1e-6):
        of = hosts.anode(ions=0.01, electrons=electrons, **ENDLESS)
        model = hosts.model(hosts.column((4, 4, 8)), of)
        state = hosts.plate(model, density=5.0)
        flow = model.sites.areas * state.plating
        shares[electrons] = flow[model.sites.kinds == Kind.COLLECTOR].sum() / flow.sum()
    assert shares[10.0] < 0.5
    assert shares[10.0] < shares[1e-3] < shares[1e-6]
    assert shares[1e-6] > 0.998


def test_an_insulator_plates_nothing_even_at_its_foot():
    model = hosts.model(hosts.column(), hosts.anode(electrons=0.0))
    state = hosts.plate(model, density=5.0)
    host = model.sites.kinds != Kind.COLLECTOR
    assert np.abs(state.plating[host]).max() < 1e-9 * np.abs(state.plating).max()


def test_a_full_host_takes_no_more():
    model = hosts.model(hosts.column(), hosts.anode())
    model.limit = model.sites.rooms / model.sites.areas  # a lid on the host
    with pytest.raises(StageFailure, match="nothing can carry the imposed current"):
        hosts.plate(model, density=5.0, on=model.limit)


def test_a_bare_host_gives_nothing():
    model = hosts.model(hosts.column(), hosts.anode())
    with pytest.raises(StageFailure, match="nothing can carry the imposed current"):
        hosts.plate(model, density=-5.0)


def test_the_separator_may_be_at_any_potential():
    cell = hosts.column((2, 2, 6), host=lambda x: x[:, 2] < 2.0)
    of = hosts.anode(ions=0.0, **ENDLESS)
    lifted = np.zeros(len(cell.points))
    lifted[cell.facets[cell.facet_tags == BOUNDARIES["separator"]]] = 0.3
    grounded = hosts.plate(hosts.model(cell, of), density=5.0)
    state = consistent_state(
        hosts.model(cell, of, separator=lifted),
        ImposedRate(-5.0 * cell.footprint),
        time=0.0,
        thickness=np.zeros(len(grounded.plating)),
        near=None,
    )
    assert state.potential == pytest.approx(grounded.potential + 0.3, rel=1e-8)
