"""Stated errors in space, against errors that are known from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode import Film, NanowireArray, Simulation, Sizing, build_mesh, material

ENDS = [f"{name} local current density [A.m-2]" for name in ("Min", "Max")]
ERROR = "Error of local current density [A.m-2]"


def domain_of(mesh):
    from mpi4py import MPI

    from nanotrode.solver.domain import Domain

    return Domain(mesh.region("electrode"), MPI.COMM_WORLD)


@pytest.mark.mpi
@pytest.mark.parametrize("order", [1, 2])
def test_a_steadily_filling_film_has_the_error_of_its_parabola(order):
    """x = q z^2 / 2DL: linear elements of height h are off by q^2 h^3 / (12 D L^2) in energy."""
    from nanotrode.solver.recovery import surface_error
    from nanotrode.solver.resolution import nodal_normals

    thickness, slope, d = 4e-7, 2e6, 3e-17
    mesh = build_mesh(Film(thickness), sizing=Sizing(segments=6), order=order)
    domain = domain_of(mesh)
    z = mesh.region("electrode").points[domain.input_nodes, 2]
    u = slope * z**2 / (2.0 * thickness)
    normals = nodal_normals(domain, "interface")
    on = np.abs(normals).max(axis=1) > 0.0
    assert normals[on] == pytest.approx(np.tile([0.0, 0.0, 1.0], (on.sum(), 1)), abs=1e-12)
    area = mesh.area("interface")
    found = surface_error(
        domain,
        u,
        diffusivity=np.full(len(u), d),
        normal_slope=np.where(on, slope, np.nan),
        normals=normals,
        flux=area * d * slope,
    )
    heights = np.diff(np.unique(np.round(mesh.points[:, 2], 15)))
    known = slope * (heights**3).sum() / (12.0 * thickness**2)
    if order == 1:
        assert found == pytest.approx(known, rel=0.15)
    else:  # a parabola is what these elements hold
        assert found < 0.05 * known


@pytest.mark.parametrize(
    ("layers", "order", "warned"), [(1, 1, True), (1, 2, True), (2, 1, True), (None, 2, False)]
)
def test_a_mesh_too_coarse_to_mean_anything_is_told(layers, order, warned):
    """Of this film 9.52 s are right (refined, and by finite volumes); one layer says 183 or 83."""
    mesh = build_mesh(Film(5e-7), sizing=Sizing(layers=layers), order=order)
    run = Simulation(
        mesh,
        material("LiFePO4"),
        protocol=["Discharge at 5C until 2.5 V"],
        initial_stoichiometry=0.02,
    ).run()
    told = [text for text in run.summary["warnings"] if "too coarse" in text]
    assert bool(told) == warned == (run.events[0].time > 10.0)
    assert all("'Discharge at 5C until 2.5 V'" in text and "mesh.refine" in text for text in told)


def test_stated_errors_of_a_wires_currents_hold_and_are_no_wild_guess():
    wire = NanowireArray(count=1, radius=5e-8, length=3e-7, pitch=2e-7, tip="rounded")

    def discharged(order, **sizes):
        mesh = build_mesh(wire, sizing=Sizing(**sizes), order=order)
        steps = ["Discharge at 10C for 120 s"]
        card = material("LiFePO4")
        return Simulation(mesh, card, protocol=steps, initial_stoichiometry=0.02).run().series

    coarse, fine = discharged(1), discharged(2, refine=1.4)
    late = coarse["Time [s]"] > 2.0
    time = coarse["Time [s]"][late]
    for end in ENDS:
        # the straight mesh has 0.4 % less area, which is no matter of resolution
        scale = np.abs(np.interp(time, fine["Time [s]"], fine[end]))
        error = np.abs(coarse[end][late] - np.interp(time, fine["Time [s]"], fine[end]))
        assert (error < coarse[ERROR][late] + 5e-3 * scale).all()
    assert coarse[ERROR][late].max() < 0.05 * np.abs(coarse[ENDS[0]]).max()


@pytest.mark.mpi
@pytest.mark.parametrize("order", [1, 2])
def test_ranks_estimate_the_same_also_where_one_has_no_edge(order):
    from mpi4py import MPI

    wire = NanowireArray(count=1, radius=5e-8, length=3e-7, pitch=2e-7, tip="flat")
    mesh = build_mesh(wire, order=order)
    found = []
    for comm in (MPI.COMM_SELF, MPI.COMM_WORLD):
        run = Simulation(
            mesh,
            material("LiFePO4"),
            protocol=["Discharge at 10C for 5 s"],
            initial_stoichiometry=0.02,
            comm=comm,
        ).run()
        found.append((run.series[ERROR][-1], run.events[0].surface_error))
    assert found[0][0] > 0.0
    assert found[1] == pytest.approx(found[0], rel=1e-3)


def test_what_each_cycle_meets_again_is_told_once():
    steps = ["Discharge at 5C until 2.5 V", "Charge at 5C until 3.9 V"] * 3
    mesh = build_mesh(Film(5e-7), sizing=Sizing(layers=2), order=1)
    run = Simulation(mesh, material("LiFePO4"), protocol=steps, initial_stoichiometry=0.02).run()
    told = [text for text in run.summary["warnings"] if "too coarse" in text]
    assert len(told) == 2


def test_a_surface_whose_flux_the_field_has_not_seen_yet_has_the_error_of_its_layer():
    """Just after a jump: G falls from the slope to 0 over the first layer, so h slope / 3."""
    from nanotrode.solver.recovery import surface_error
    from nanotrode.solver.resolution import nodal_normals

    mesh, slope, d = build_mesh(Film(4e-7), sizing=Sizing(segments=6), order=1), 2e6, 3e-17
    domain = domain_of(mesh)
    normals = nodal_normals(domain, "interface")
    found = surface_error(
        domain,
        np.zeros(domain.owned),
        diffusivity=np.full(domain.owned, d),
        normal_slope=np.where(np.abs(normals).max(axis=1) > 0.0, slope, np.nan),
        normals=normals,
        flux=mesh.area("interface") * d * slope,
    )
    layer = np.diff(np.unique(np.round(mesh.points[:, 2], 15)))[-1]
    assert found == pytest.approx(slope * layer / 3.0, rel=1e-6)


@pytest.mark.parametrize(("order", "share"), [(1, 1 / 6), (2, 1 / 12)])
def test_a_flux_that_the_field_carries_leaves_no_error_and_one_that_it_does_not_see_does(
    order, share
):
    """A linear field of slope s takes in D s: q = -D s; of a uniform one all of q is unseen."""
    from nanotrode.solver.resolution import Resolution
    from nanotrode.solver.surface import build_surface

    mesh, slope, d = build_mesh(Film(4e-7), sizing=Sizing(segments=6), order=order), 2e6, 3e-17
    domain = domain_of(mesh)
    resolution = Resolution(domain, build_surface(domain, "interface"), "interface")
    z = mesh.region("electrode").points[domain.input_nodes, 2]
    flux = np.full(len(mesh.boundary("interface").facets), -d * slope)
    carried = resolution.of_stoichiometry(slope * z, flux, d)
    unseen = resolution.of_stoichiometry(0.0 * z, flux, d)
    assert np.abs(carried).max() < 1e-6 * np.abs(unseen).max()
    assert unseen == pytest.approx(-share * slope * resolution.heights, rel=1e-9)


def test_an_edge_at_which_nothing_has_flowed_yet_has_no_error_and_overflows_nothing():
    from nanotrode.geometry.shapes import NanobeltArray
    from nanotrode.solver.resolution import Resolution
    from nanotrode.solver.surface import build_surface

    belts = NanobeltArray(count=1, width=1e-7, thickness=5e-8, length=1e-7, pitch=2e-7)
    domain = domain_of(build_mesh(belts, order=1))
    surface = build_surface(domain, "interface")
    resolution, none = Resolution(domain, surface, "interface"), np.zeros(len(surface.weights))
    assert len(resolution._sharp) > 0
    assert resolution.of_edges(none + 1e-9, none, none, 1e-14) == 0.0
