"""Plating in pores against porous-electrode theory; `make verify` prints what was found."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import hosts
import numpy as np
import pytest
from hosts import MICRON, THERMAL

import nanotrode as nt
from nanotrode.geometry.measure import triangle_areas
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.solver.plating.homogenised import effective_conductivity
from nanotrode.solver.plating.newman import NewmanLine
from nanotrode.solver.plating.sites import Kind

ENDLESS = {"last_thickness": 1e-18}
"""No slowing down in the last layers of a room: Butler-Volmer alone."""
SMALL = 1e-4
"""Potential [V] below which Butler-Volmer is linear to 1e-6."""
METAL = 1e9
"""Conductivity of a host without any loss in it [S m-1]."""


def order(errors: list[float]) -> float:
    """Observed order of the last of several halvings of the pores."""
    return float(np.log2(abs(errors[-2]) / abs(errors[-1])))


class Column(NamedTuple):
    """A column of cells of Schwarz' primitive surface, and what homogenises it.

    Attributes:
        mesh: Of solid and pores.
        height: Of the solid [m].
        pores, solid: Effective conductivity of each, over its own.
        walls, floor, top: Areas per footprint.
    """

    mesh: ElectrodeMesh
    height: float
    pores: float
    solid: float
    walls: float
    floor: float
    top: float


@cache
def column(cells: int, cell: float = MICRON) -> Column:
    shape = nt.SchwarzP(cell=cell, repeats=(1, 1, cells), porosity=0.5, headroom=0.5 * cell)
    mesh = nt.build_mesh(shape, sizing=nt.Sizing(interface=cell / 8), order=1)
    height = cells * cell
    on_top = mesh.area("interface") - walls_of(mesh, height)[1].sum()
    open_floor = mesh.area("collector") - mesh.region("electrode").area("collector")
    return Column(
        mesh,
        height,
        effective_conductivity(mesh, {"electrolyte": 1.0}, height=height),
        effective_conductivity(mesh, {"electrode": 1.0}, height=height),
        *(area / mesh.footprint for area in (mesh.area("interface") - on_top, open_floor, on_top)),
    )


def walls_of(mesh: ElectrodeMesh, height: float) -> tuple[np.ndarray, np.ndarray]:
    """The pores' walls: facets (k, 3), and their areas (k,)."""
    surface = mesh.boundary("interface")
    facets = surface.nodes[surface.facets]
    facets = facets[mesh.points[facets, 2].min(axis=1) < height * (1 - 1e-9)]
    return facets, triangle_areas(mesh.points, facets)


def densities(found: Column, model: Any, state: Any, layers: int) -> np.ndarray:
    """Mean current density of the walls in each layer, bottom first, over the current imposed."""
    at_node = np.zeros(len(found.mesh.points))
    on_walls = model.sites.kinds != Kind.COLLECTOR
    at_node[model.sites.nodes[on_walls]] = state.plating[on_walls]
    facets, areas = walls_of(found.mesh, found.height)
    middles = found.mesh.points[facets, 2].mean(axis=1)
    layer = np.minimum((middles / found.height * layers).astype(int), layers - 1)
    flow = np.bincount(layer, areas * at_node[facets].mean(axis=1), minlength=layers)
    return flow / np.bincount(layer, areas, minlength=layers) * found.mesh.footprint / state.current


def compare(found: Column, cells: int, *, nu: float, ratio: float, ions: float = 0.0) -> Any:
    """Worst error of a layer's density, of the collector's share, and the line itself.

    Args:
        found: The column.
        cells: Its cells.
        nu: Wanted.
        ratio: kappa / sigma, both effective.
        ions: Conductivity of ions in the solid, over that in the pores.
    """
    kappa = found.pores
    if ions:
        by_region = {"electrolyte": 1.0, "electrode": ions}
        kappa = effective_conductivity(found.mesh, by_region, height=found.height)
    sigma = kappa / ratio
    slope = nu**2 / (found.walls * found.height * (1 / kappa + 1 / sigma))
    line = NewmanLine(
        length=found.height,
        kappa=kappa,
        sigma=sigma,
        slope=slope,
        walls=found.walls,
        floor=found.floor,
        top=found.top,
    )
    of = hosts.anode(
        ions=ions,
        electrons=sigma / found.solid,
        electrolyte=1.0,
        exchange_current_density=slope / THERMAL,
        **ENDLESS,
    )
    model = hosts.model(found.mesh, of)
    state = hosts.plate(model, density=SMALL / (line.drop(0.0) + line.drop(1.0)))
    expected = [cells / found.walls * line.share(k / cells, (k + 1) / cells) for k in range(cells)]
    error = np.abs(densities(found, model, state, cells) / expected - 1).max()
    floor = model.sites.kinds == Kind.COLLECTOR
    share = (model.sites.areas * state.plating)[floor].sum() / state.current
    print(
        f"\nNewman, {cells} cells, nu = {nu}, kappa/sigma = {ratio:g}: worst layer {error:.2%}, "
        f"on the collector {share:.4f} (line: {line.share_on_floor:.4f})"
    )
    return error, share / line.share_on_floor - 1, line


@pytest.mark.parametrize(("nu", "ratio"), [(1.0, 1.0), (3.0, 1e-6), (3.0, 1e6)])
def test_fine_pores_follow_newman(nu: float, ratio: float) -> None:
    worst, share, _ = compare(column(8), 8, nu=nu, ratio=ratio)
    assert worst < 0.01
    assert abs(share) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("nu", [0.5, 1.0, 3.0, 6.0])
def test_finer_pores_follow_newman_further(nu: float, ratio: float) -> None:
    worst, share, _ = compare(column(24), 24, nu=nu, ratio=ratio)
    assert worst < 0.01
    assert abs(share) < 0.01


@pytest.mark.slow
def test_ions_in_the_solid_too() -> None:
    worst, share, _ = compare(column(16), 16, nu=3.0, ratio=1.0, ions=0.3)
    assert worst < 0.01
    assert abs(share) < 0.01


@pytest.mark.slow
def test_newman_is_the_limit_of_finer_pores() -> None:
    errors = [compare(column(n), n, nu=6.0, ratio=1.0)[0] for n in (4, 8, 16)]
    assert order(errors) > 1.2


def test_the_better_conductor_takes_the_current_to_the_other_side() -> None:
    found, heights = column(8), []
    for ratio in (1e-3, 1.0, 1e3):
        sigma = found.pores / ratio
        slope = 9.0 / (found.walls * found.height * (1 / found.pores + 1 / sigma))
        of = hosts.anode(
            ions=0.0,
            electrons=sigma / found.solid,
            electrolyte=1.0,
            exchange_current_density=slope / THERMAL,
            **ENDLESS,
        )
        model = hosts.model(found.mesh, of)
        flow = model.sites.areas * hosts.plate(model, potential=-SMALL).plating
        heights.append((flow @ model.sites.heights) / flow.sum() / found.height)
    electrons_better, balanced, ions_better = heights
    assert electrons_better > 0.65
    assert 0.4 < balanced < 0.6
    assert ions_better < 0.35


def peak(found: Column, ratio: float) -> tuple[float, float]:
    """Peak current density over the current per footprint, and the fine-pore limit of it.

    Ions move in the scaffold, a thousand times worse in the pores; electrons without loss.
    """
    pore_size, bulk = 4 * 0.5 * found.height / found.walls, 1.0
    slope = ratio * bulk / pore_size
    by_region = {"electrolyte": 1e-3 * bulk, "electrode": bulk}
    kappa = effective_conductivity(found.mesh, by_region, height=found.height)
    of = hosts.anode(
        ions=bulk,
        electrons=METAL,
        electrolyte=1e-3 * bulk,
        exchange_current_density=slope / THERMAL,
        **ENDLESS,
    )
    per_length = found.walls / found.height
    limit = float(np.sqrt(slope / (per_length * kappa)))
    density = SMALL * slope / limit
    state = hosts.plate(hosts.model(found.mesh, of), density=density)
    return -state.plating.min() / density, limit


@pytest.mark.slow
def test_the_peak_grows_as_the_root_of_h_times_g() -> None:
    """Bucci et al., arXiv:2203.05501: the peak current scales as (h G)^(1/2).

    h is the ratio of surface to bulk conductivity [1/m], here i_0 (alpha_a + alpha_c) F/RT over
    the scaffold's kappa, and G the pore size, here 4 porosity / (area per volume). Newman's limit
    for nu >> 1, j / I = (g / (a kappa_eff))^(1/2), is the same law with its factor.
    """
    products = np.geomspace(0.03, 3.0, 5)
    # two pore sizes in the same 16 um
    coarse, fine = (column(n, 16 * MICRON / n) for n in (8, 16))
    peaks = np.array([[peak(found, p) for p in products] for found in (coarse, fine)])
    found, limit = peaks[..., 0], peaks[..., 1]
    slope = np.polyfit(np.log(products), np.log(found[1]), 1)[0]
    local = np.diff(np.log(found[1])) / np.diff(np.log(products))
    print(f"\npeak over (h G)^s: s = {slope:.3f} for h G = 0.03 to 3, locally {np.round(local, 3)}")
    print(f"peak / fine-pore limit: {np.round(found[1] / limit[1], 3)}")
    # it is the product that counts
    np.testing.assert_allclose(found[0], found[1], rtol=0.01)
    assert 0.44 < slope < 0.5
    # the deeper the reaction reaches over a pore, the nearer to one half
    assert local[0] > 0.46
    assert local[0] > local[-1]
    assert 0.9 < found[1, 0] / limit[1, 0] < 1.0
