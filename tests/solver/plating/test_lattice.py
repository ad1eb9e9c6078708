"""The host's lattice: its law, its diffusion against Crank's series, its books."""

from __future__ import annotations

from dataclasses import replace

import hosts
import lattices
import numpy as np
import pytest

from nanotrode.errors import InputError
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.plateaus import content_at, potential_at
from nanotrode.solver.control import ImposedRate
from nanotrode.solver.plating.insertion import Insertion
from nanotrode.solver.plating.march import attempt_step
from nanotrode.solver.plating.mixing import Mixing
from nanotrode.solver.plating.settings import PlatingSettings
from nanotrode.solver.plating.simulation import PlatingSimulation

KELVIN = hosts.TEMPERATURE


def law(free, response):
    free = np.atleast_1d(np.asarray(free, dtype=float))
    return Insertion(
        lattices.lithiation(),
        KELVIN,
        np.ones_like(free),
        free,
        np.full_like(free, response),
        np.full_like(free, 1.4),
    )


def test_the_plateaus_are_steps_of_nernst():
    plateaus = lattices.PLATEAUS
    content = content_at(plateaus, np.array([1.575, 1.19, 1.3825]), temperature=KELVIN).value
    np.testing.assert_allclose(content, [0.25, 0.75, 0.5], atol=1e-6)
    between = np.array([1e-6, 0.1, 0.25, 0.4999, 0.8, 1 - 1e-9])
    back = content_at(
        plateaus, potential_at(plateaus, between, temperature=KELVIN), temperature=KELVIN
    )
    np.testing.assert_allclose(back.value, between, rtol=1e-9)
    np.testing.assert_allclose(back.missing, 1 - between, rtol=1e-6)


@pytest.mark.parametrize("response", [1e-9, 1e-3, 1.0])
@pytest.mark.parametrize("free", [-0.05, 1e-6, 0.3, 0.5, 1.0, 1.02])
def test_a_site_takes_what_its_content_says(free, response):
    """X(E) = x* - R i, with i rising with the drop, by its stated slope."""
    one = law(np.full(60, free), response)
    drop = np.linspace(-0.4, 2.4, 60)
    lattice = one.potential(drop)
    found = one.current_at(drop, lattice)
    half = 0.5 * hosts.THERMAL
    np.testing.assert_allclose(found.density, 2.0 * np.sinh(half * (drop - lattice)), rtol=1e-9)
    np.testing.assert_allclose(one.content(lattice) + response * found.density, free, atol=1e-12)
    assert (np.diff(found.density) >= -1e-12 * np.abs(found.density).max()).all()
    step = 1e-6
    ahead, behind = one.current(drop + step).density, one.current(drop - step).density
    scale = np.abs(found.density) + 1.0
    np.testing.assert_allclose(
        (ahead - behind) / (2 * step) / scale, found.slope / scale, rtol=1e-4, atol=1e-6
    )


def test_mixing_hastens_slow_turns():
    rng = np.random.default_rng(1)
    factors = rng.uniform(0.5, 0.97, 30)
    aim, point, mixing = rng.normal(size=30), np.zeros(30), Mixing()
    for _ in range(25):
        point = mixing.onwards(point, (factors - 1.0) * (point - aim))
    assert np.abs(point - aim).max() < 1e-3 * np.abs(0.97**25 * aim).max()


def film(density, *, layers=8, thickness=2.0, **lattice):
    of = lattices.anode(lattice=lattice, electrons=10.0)
    model = hosts.model(lattices.slab(layers, thickness=thickness), of)
    return model, ImposedRate(-density * model.footprint), hosts.plate(model, density=density)


def test_a_film_fills_as_cranks_series_says():
    """Constant flux into a slab, from the early layer to the parabola: within 0.5 %."""
    density, thickness, lattice = 20.0, 2e-6, lattices.lithiation()
    model, control, state = film(density, layers=20, thickness=2.0)
    unit = lattices.content_per_second(density, thickness=thickness, lattice=lattice)
    unit *= thickness**2 / lattice.diffusivity  # J l / (D F c_max)
    end, steps = 0.4 * thickness**2 / lattice.diffusivity, 40
    size = end / steps
    for _ in range(steps):
        state = attempt_step(model, control, state, size=size, tolerance=1.0).end
    heights = model.domain.gather(hosts_heights(model))
    content = model.domain.gather(model.lattice.shown(state.content))
    inside = np.isfinite(content)
    depth = 1.0 - heights[inside] / thickness
    exact = unit * lattices.filled_slab(depth, diffused=0.4)
    np.testing.assert_allclose(content[inside], exact, atol=0.005 * exact.max())
    passed = lattices.content_per_second(density, thickness=thickness, lattice=lattice) * end
    gained = model.lattice.mean(state.content) - model.lattice.mean(model.lattice.initial)
    assert gained == pytest.approx(passed, rel=1e-8)


def hosts_heights(model):
    return model.domain.space.tabulate_dof_coordinates()[: model.domain.owned, 2]


def test_a_slow_discharge_follows_the_plateaus():
    density = 0.05
    model, control, state = film(density, layers=4, thickness=1.0, diffusivity=1e-11)
    lattice = model.anode.solid.lithiation
    rate = lattices.content_per_second(density, thickness=1e-6, lattice=lattice)
    for share in np.diff([0.0, 0.02, 0.1, 0.25, 0.45, 0.55, 0.75, 0.95, 0.99]):
        state = attempt_step(model, control, state, size=share / rate, tolerance=1.0).end
        content = np.array([model.lattice.mean(state.content)])
        expected = potential_at(lattice.plateaus, content, temperature=KELVIN)[0]
        kinetics = 2.0 / hosts.THERMAL * np.arcsinh(density / 2.0)
        assert state.potential == pytest.approx(expected - kinetics, abs=2e-3)


@pytest.fixture(scope="module")
def filling(tmp_path_factory):
    """A coated pillar that is to be filled, plated on, and stripped again; a folder for it."""
    of = lattices.anode(
        ions=0.1, electrons=1e-6, coat=1e3, on_collector=0.1, lattice={"diffusivity": 2e-11}
    )
    protocol = ["Plate at 0.5 mA/cm2 until 0.06 mAh/cm2", "Strip at 0.5 mA/cm2 until 1 V"]
    run = PlatingSimulation(
        hosts.column(coated=True),
        of,
        protocol=protocol,
        coat_thickness=1e-7,
        settings=PlatingSettings(tolerance=0.05),
        initial_content=0.6,
    )
    return run, tmp_path_factory.mktemp("filling")


@pytest.fixture(scope="module")
def inserted_then_plated(filling):
    run, folder = filling
    return run.run(folder)


def test_all_charge_is_plated_or_inserted(inserted_then_plated):
    ledger, series = inserted_then_plated.summary["ledger"], inserted_then_plated.series
    assert inserted_then_plated.summary["conservation"]["charge balance error"] < 1e-8
    # the pillar's lattice: 0.4 of 1/9 x 2/3 of a box of 6 um, by Faraday
    room = 0.4 / 9 * 4e-6 * FARADAY * 4e4 / 3.6e4
    assert ledger["inserted [mA.h.cm-2]"] == pytest.approx(room, rel=1e-3)
    assert ledger["by surface"]["collector"]["inserted [mA.h.cm-2]"] == 0.0
    assert abs(ledger["plated [mA.h.cm-2]"]) < 1e-6  # what was plated was stripped
    top = series["Plated lithium [mA.h.cm-2]"].max()
    assert top + room == pytest.approx(0.06, rel=1e-3)


def test_a_checkpoint_holds_the_lattice(filling, inserted_then_plated):
    run, folder = filling
    again = run.run(folder, resume=True)
    assert again.summary["ledger"] == inserted_then_plated.summary["ledger"]
    assert again.summary["work"]["newton"] == 0  # nothing was left to do


def test_the_voltage_falls_to_the_second_plateau_and_on_to_plating(inserted_then_plated):
    series = inserted_then_plated.series
    content, voltage = series["Mean lithium content of the host"], series["Voltage [V]"]
    inserting = (content > 0.65) & (content < 0.85) & (series["Step"] == 0)
    assert inserting.any()
    assert ((voltage[inserting] > 1.05) & (voltage[inserting] < 1.2)).all()
    assert -0.1 < voltage[series["Step"] == 0].min() < 0.0
    assert content[-1] > 0.999  # 1 V takes nothing back out of the lattice


def test_the_losses_add_up_with_a_lattice(inserted_then_plated):
    series = inserted_then_plated.series
    assert series["Loss budget error"].max() < 1e-6
    begun = (series["Step"] == 0) & (series["Time [s]"] > 0)
    first = np.flatnonzero(begun)[0]
    # what is inserted at 1.2 V gives back 1.2 V
    assert -1.35 < series["Insertion work [V]"][first] < -1.1


def test_a_full_body_conducts_ten_times_what_an_empty_one_does():
    model = hosts.model(hosts.column(), lattices.anode(electrons=1e-2))
    in_body = model._in_host
    for content, gain in ((0.0, 1.0), (0.5, np.sqrt(10.0)), (1.0, 10.0)):
        field = np.full(model.domain.owned, content)
        found = model.surroundings(hosts.bare(model), field).gain
        np.testing.assert_allclose(found[in_body], gain, rtol=1e-12)
        np.testing.assert_allclose(found[~in_body], 1.0)


def test_a_fuller_body_loses_less_voltage_to_its_resistance():
    losses = []
    from nanotrode.solver.plating.losses import losses_of

    for content in (0.0, 0.999):
        of = lattices.anode(ions=0.0, electrons=1e-3, lattice={"exchange_current_density": 1e-9})
        model = hosts.model(hosts.column(), of, initial_content=content)
        losses.append(losses_of(model, hosts.plate(model, density=5.0)).electrons)
    assert losses[1] < 0.5 * losses[0]


def test_a_bare_host_that_hardly_conducts_fills_from_the_collector():
    """Electrons come from below; a lattice slow enough shows where they entered."""
    of = lattices.anode(ions=0.1, electrons=1e-6, on_collector=0.1, lattice={"diffusivity": 1e-14})
    mesh = hosts.column((3, 3, 8), sides=(3.0, 3.0, 12.0))
    model = hosts.model(mesh, of)
    control, state = ImposedRate(-1.0 * model.footprint), hosts.plate(model, density=1.0)
    for _ in range(3):
        state = attempt_step(model, control, state, size=5.0, tolerance=1.0).end
    heights, content = hosts_heights(model), model.lattice.shown(state.content)
    low, high = content[heights < 2e-6], content[heights > 5e-6]
    assert np.nanmean(low) > 20 * np.nanmean(high)


def test_no_lithium_enters_where_there_is_no_body():
    foil = hosts.model(
        hosts.column((1, 1, 6), sides=(2.0, 2.0, 12.0), host=hosts.nothing), lattices.anode()
    )
    assert foil.lattice is None
    assert hosts.model(hosts.column(), hosts.anode()).lattice is None


def test_a_content_beyond_full_is_refused():
    with pytest.raises(InputError, match=r"initial_content: got 1.2, expected 0"):
        PlatingSimulation(
            hosts.column(), lattices.anode(), protocol=["Rest for 1 minute"], initial_content=1.2
        )


@pytest.mark.mpi
def test_ranks_agree_on_the_lattice():
    from mpi4py import MPI

    comm, mesh = MPI.COMM_WORLD, hosts.column(coated=True)
    of = lattices.anode(ions=0.1, electrons=1e-6, coat=1e3)

    def filled(model):
        control, state = ImposedRate(-5.0 * model.footprint), hosts.plate(model, density=5.0)
        for size in (0.5, 5.0, 10.0):
            state = attempt_step(model, control, state, size=size, tolerance=1.0).end
        return state, model.domain.gather(model.lattice.shown(state.content))

    spread, field = filled(hosts.model(mesh if comm.rank == 0 else None, of, comm=comm))
    alone, expected = filled(hosts.model(mesh, replace(of)))
    assert spread.potential == pytest.approx(alone.potential, abs=1e-6)
    np.testing.assert_allclose(spread.inserted, alone.inserted, rtol=1e-4, atol=1e-7)
    if comm.rank == 0:
        np.testing.assert_allclose(field, expected, atol=1e-6)
