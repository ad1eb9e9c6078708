"""The semi-discrete model: slopes by finite differences, conservation, rest."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.materials.constants import FARADAY
from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange
from nanotrode.materials.library import load

MATERIALS = {
    "constant D": boxes.material,
    "D(x)": lambda: boxes.material(diffusivity=boxes.varying()),
    "unequal alphas": lambda: boxes.material(
        kinetics=ButlerVolmer(0.3, 1.1, ConstantExchange(2.0))
    ),
    "z = 2": lambda: load("H2V3O8"),
}
POTENTIAL = 3.3


@pytest.fixture(params=MATERIALS)
def of(request):
    return MATERIALS[request.param]()


@pytest.fixture(params=[1, 2])
def parts(request, of):
    """(model, a rough state, a potential near its equilibrium)."""
    mesh = boxes.box((2, 2, 3), order=request.param, bend=lambda p: 1e-7 * boxes.dome(p))
    domain, model = boxes.model(mesh, of)
    x, y, z = (domain.space.tabulate_dof_coordinates()[: domain.owned] / 1e-7).T
    u = 0.4 + 0.1 * x * z - 0.07 * y * y
    return model, u, model.equilibrium_potential(u) - 0.05


def dense(matrix):
    return matrix.convert("dense").getDenseArray().copy()


def test_the_jacobian_is_the_slope_of_the_residual(parts):
    """shift M + df/du in random directions, against central differences."""
    model, u, potential = parts
    shift = 0.7
    matrix = dense(model.jacobian(shift, u, model.evaluate(u, potential)).matrix)
    random = np.random.default_rng(0)
    for _ in range(3):
        way = random.standard_normal(len(u))
        sides = [
            model.residual(shift, v, model.evaluate(v, potential))
            for v in (u + 1e-6 * way, u - 1e-6 * way)
        ]
        slope = (sides[0] - sides[1]) / 2e-6
        assert np.abs(matrix @ way - slope).max() < 1e-7 * np.abs(slope).max()


def test_the_slopes_over_the_potential_and_of_the_rate(parts):
    model, u, potential = parts
    at = model.evaluate(u, potential)
    up, down = (model.evaluate(u, potential + s * 1e-6) for s in (1, -1))
    slope = (model.residual(0.0, u, up) - model.residual(0.0, u, down)) / 2e-6
    assert np.abs(model.potential_slope(at) - slope).max() < 1e-7 * np.abs(slope).max()
    assert at.rate_slope == pytest.approx((up.rate - down.rate) / 2e-6, rel=1e-7)
    way = np.random.default_rng(1).standard_normal(len(u))
    up, down = (model.evaluate(u + s * 1e-6 * way, potential) for s in (1, -1))
    along = model.rate_along(at, way)
    assert along == pytest.approx((up.rate - down.rate) / 2e-6, rel=1e-6)
    up, down = (model.evaluate(u + s * 1e-6, potential) for s in (1, -1))
    assert at.uniform_slope == pytest.approx((up.rate - down.rate) / 2e-6, rel=1e-6)


def test_the_residual_sums_to_the_rate_and_the_rate_is_the_current(parts):
    """What leaves the field is what crosses the surface, in the discrete system too."""
    model, u, potential = parts
    at = model.evaluate(u, potential)
    assert model.residual(0.0, u, at).sum() == pytest.approx(at.rate, rel=1e-11)
    current = model.surface.weights @ at.j
    assert model.full_charge * at.rate == pytest.approx(current, rel=1e-12)
    charge = model.material.charge_number * FARADAY * model.material.c_s_max * model.volume
    assert model.full_charge == pytest.approx(charge, rel=1e-12)


def test_above_equilibrium_the_solid_empties_below_it_fills(parts):
    model, u, _ = parts
    uniform = np.full_like(u, 0.4)
    rest = model.equilibrium_potential(uniform)
    assert model.evaluate(uniform, rest + 0.1).rate > 0.0 > model.evaluate(uniform, rest - 0.1).rate


def test_rest_is_a_fixed_point(parts):
    model, u, _ = parts
    uniform = np.full_like(u, 0.37)
    at = model.evaluate(uniform, model.equilibrium_potential(uniform))
    away = model.evaluate(uniform, model.equilibrium_potential(uniform) + 0.1)
    left, driven = (model.residual(0.0, uniform, there) for there in (at, away))
    assert np.abs(left).max() < 1e-11 * np.abs(driven).max()


def test_the_mean_and_the_range_of_a_field(parts):
    model, u, _ = parts
    assert model.mean(np.full_like(u, 0.3)) == pytest.approx(0.3, rel=1e-13)
    assert model.surface_mean(np.full_like(u, 0.3)) == pytest.approx(0.3, rel=1e-13)
    low, high = model.surface_range(u)
    assert u.min() <= low < high <= u.max() + 1e-3


def test_a_varying_diffusivity_that_is_constant_gives_the_same_model():
    """Kirchhoff's potential of a constant D, against the branch for constants."""
    from nanotrode.materials.laws import Table

    mesh = boxes.slab(counts=(1, 1, 4))
    table = Table((0.0, 0.4, 1.0), (1e-15, 1e-15 * (1 + 1e-13), 1e-15), outside="constant")
    results = []
    for diffusivity in (boxes.material().diffusivity, table):
        domain, model = boxes.model(mesh, boxes.material(diffusivity=diffusivity))
        u = domain.scatter(0.3 + 0.4 * (mesh.points[:, 2] / boxes.LENGTH) ** 2)
        at = model.evaluate(u, POTENTIAL)
        matrix = dense(model.jacobian(1.0, u, at).matrix)
        results.append((model.residual(1.0, u, at), matrix, model.symmetric))
    (r1, j1, s1), (r2, j2, s2) = results
    assert (s1, s2) == (True, False)
    assert np.abs(r1 - r2).max() < 1e-11 * np.abs(r1).max()
    assert np.abs(j1 - j2).max() < 1e-11 * np.abs(j1).max()


def test_admissible_keeps_newton_in_range_on_the_surface_alone():
    """However far a step would go: short of the bound, on the way there, and not the inside."""
    mesh = boxes.slab(counts=(1, 1, 2))
    _, model = boxes.model(mesh)
    surface = model.surface.unknowns
    inner = np.setdiff1d(np.arange(len(model.lumped_mass)), surface)
    for before in (0.4, 1e-6, 1.0 - 1e-6):
        old = np.full(len(model.lumped_mass), before)
        for after in (-1e6, -0.3, 1.7, 1e6):
            new = model.admissible(old, np.full_like(old, after))
            assert (new[inner] == after).all()
            assert ((new[surface] > 0.0) & (new[surface] < 1.0)).all()
            assert (np.sign(new[surface] - before) == np.sign(after - before)).all()
    fine = np.full_like(old, 0.42)
    assert np.array_equal(model.admissible(np.full_like(old, 0.4), fine.copy()), fine)
