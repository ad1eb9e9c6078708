"""The line of one dimension against Newman's closed form, and the cell problem of two phases."""

from __future__ import annotations

import hosts
import numpy as np
import pytest

from nanotrode.errors import InputError
from nanotrode.solver.plating.newman import NewmanLine

# j(y)/<j> = nu [cosh(nu (1-y)) + (kappa/sigma) cosh(nu y)] / [(1 + kappa/sigma) sinh nu], y = 0 at
# the separator, without reactions on the ends: nu, kappa/sigma, j(0), j(1/2), j(1), variation
PROFILES = [
    (0.5, 0.0, 1.08197671, 0.989658791, 0.959517376, 0.03640262),
    (0.5, 1.0, 1.02074704, 0.989658791, 1.02074704, 0.009261844),
    (1.0, 0.0, 1.31303529, 0.959517376, 0.850918128, 0.1361928),
    (1.0, 1e6, 0.85091859, 0.959517376, 1.31303482, 0.1361925),
    (3.0, 0.0, 3.01490947, 0.704463661, 0.299464709, 0.743165),
    (3.0, 1.0, 1.65718709, 0.704463661, 1.65718709, 0.2769983),
    (6.0, 1e6, 0.0297511792, 0.299464709, 6.00006776, 1.414381),
]
# R / (L / (kappa + sigma)) = 1 + (2 + (sigma/kappa + kappa/sigma) cosh nu) / (nu sinh nu)
RESISTANCES = [
    (1.0, 0.01, 134.018495),
    (1.0, 1.0, 5.32790683),
    (1.0, 100.0, 134.018495),
    (3.0, 0.01, 34.5688917),
    (3.0, 1.0, 1.7365276),
]


def line(nu, ratio, **ends):
    """A line of a given nu and kappa/sigma."""
    kappa, length, walls = 0.05, 4e-5, 18.0
    sigma = kappa / max(ratio, 1e-12)
    slope = nu**2 / (walls * length * (1 / kappa + 1 / sigma))
    return NewmanLine(length=length, kappa=kappa, sigma=sigma, slope=slope, walls=walls, **ends)


@pytest.mark.parametrize(("nu", "ratio", "separator", "middle", "collector", "cv"), PROFILES)
def test_profiles_are_newmans(nu, ratio, separator, middle, collector, cv):
    found = line(nu, ratio)
    assert found.nu == pytest.approx(nu, rel=1e-12)
    densities = [found.density(y) for y in (1.0, 0.5, 0.0)]
    assert densities == pytest.approx([separator, middle, collector], rel=1e-7)
    assert found.variation == pytest.approx(cv, rel=1e-6)
    assert found.share(0.0, 1.0) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(("nu", "ratio", "value"), RESISTANCES)
def test_resistances_are_newmans(nu, ratio, value):
    found = line(nu, ratio)
    scale = found.length / (found.kappa + found.sigma)
    assert found.resistance / scale == pytest.approx(value, rel=1e-7)


@pytest.mark.parametrize("ratio", [1e-6, 0.3, 1e6])
@pytest.mark.parametrize("nu", [1e-3, 1.0, 40.0, 2000.0])
def test_ends_take_their_part_of_the_current(nu, ratio):
    found = line(nu, ratio, floor=0.4, top=0.6)
    assert found.share(0.0, 1.0) + found.share_on_floor + found.share_on_top == pytest.approx(
        1.0, rel=1e-9
    )
    layers = sum(found.share(k / 7, (k + 1) / 7) for k in range(7))
    assert layers == pytest.approx(found.share(0.0, 1.0), rel=1e-9)
    if nu < 0.01:  # even: by area
        assert found.share_on_floor == pytest.approx(0.4 / 19.0, rel=1e-3)
    assert found.share_on_floor > line(nu, ratio, floor=0.1, top=0.6).share_on_floor


def test_a_line_that_does_not_conduct_is_refused():
    with pytest.raises(InputError, match="sigma: got 0, expected more than 0"):
        NewmanLine(length=1e-5, kappa=1.0, sigma=0.0, slope=1.0, walls=1.0)


def conduct(mesh, height, **regions):
    from nanotrode.solver.plating.homogenised import effective_conductivity

    return effective_conductivity(mesh, regions, height=height * hosts.MICRON)


def test_two_conductors_side_by_side_and_one_upon_the_other():
    walls = hosts.column((4, 2, 6), sides=(4.0, 2.0, 6.0), host=lambda x: x[:, 0] < 1.0)
    assert conduct(walls, 6.0, electrode=3.0, electrolyte=1.0) == pytest.approx(1.5, rel=1e-7)
    # up to 4 um only, as where a headroom begins
    assert conduct(walls, 4.0, electrode=3.0, electrolyte=1.0) == pytest.approx(1.5, rel=1e-7)
    assert conduct(walls, 6.0, electrode=3.0) == pytest.approx(0.75, rel=1e-7)
    slabs = hosts.column((2, 2, 6), host=lambda x: x[:, 2] < 2.0)
    both = 6.0 / (2.0 / 3.0 + 4.0 / 1.0)
    assert conduct(slabs, 6.0, electrode=3.0, electrolyte=1.0) == pytest.approx(both, rel=1e-7)
    assert conduct(slabs, 6.0, electrolyte=1.0) == 0.0
    assert conduct(slabs, 2.0, electrode=3.0, electrolyte=0.0) == pytest.approx(3.0, rel=1e-7)


def test_the_cell_problem_is_that_of_one_phase_where_the_other_insulates():
    import nanotrode as nt

    mesh = hosts.column((4, 4, 8), sides=(4.0, 4.0, 8.0), host=grid_of_bars)
    (pores,) = nt.effective_transport(mesh, "electrolyte", "z", quadratic=False)
    assert conduct(mesh, 8.0, electrolyte=1.0) == pytest.approx(pores.diffusivity, rel=1e-5)
    assert 0.3 < pores.diffusivity < pores.fraction


def grid_of_bars(x: np.ndarray) -> np.ndarray:
    return (x[:, 0] < 2.0) & (x[:, 2] % 4.0 < 2.0)


def test_a_negative_conductivity_is_refused():
    with pytest.raises(InputError, match="conductivity of electrode: got -1 S/m"):
        conduct(hosts.column(), 4.0, electrode=-1.0)
