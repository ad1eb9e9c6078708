"""Unknowns against nodes, and the operators that every run is built on."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.geometry.tags import BOUNDARIES

CASES = {"straight": (1, None), "quadratic": (2, None), "curved": (2, boxes.dome)}


@pytest.fixture(params=CASES)
def mesh(request):
    order, bend = CASES[request.param]
    return boxes.box((2, 3, 2), order=order, bend=bend)


@pytest.fixture
def domain(mesh):
    from mpi4py import MPI

    from nanotrode.solver.domain import Domain

    return Domain(mesh, MPI.COMM_SELF)


def applied(matrix, field):
    into, out = matrix.createVecs()
    into.array_w[:] = field
    matrix.mult(into, out)
    return out.array_r.copy()


def shuffled(mesh):
    """The same mesh with its nodes in another order."""
    from dataclasses import replace

    order = np.random.default_rng(3).permutation(len(mesh.points))
    place = np.argsort(order).astype(np.int32)
    return replace(
        mesh, points=mesh.points[order], cells=place[mesh.cells], facets=place[mesh.facets]
    )


def test_a_field_comes_back_in_the_input_s_numbering(mesh, domain):
    field = np.random.default_rng(1).random(len(mesh.points))
    assert np.array_equal(domain.gather(domain.scatter(field)), field)


def test_each_unknown_sits_on_its_node(mesh, domain):
    """DOLFINx's own coordinates of the unknowns, against the nodes they are said to be on."""
    where = domain.space.tabulate_dof_coordinates()[: domain.owned]
    assert np.abs(where - mesh.points[domain.input_nodes]).max() < 1e-12


def test_the_order_of_the_nodes_means_nothing(mesh, domain):
    from mpi4py import MPI

    from nanotrode.solver.domain import Domain

    other = shuffled(mesh)
    mixed = Domain(other, MPI.COMM_SELF)
    energies = []
    for one, points in ((domain, mesh.points), (mixed, other.points)):
        f = one.scatter(np.sin(points @ [1.0, 2.0, 3.0]))
        energies.append([f @ applied(matrix, f) for matrix in one.assemble_operators()])
    assert energies[0] == pytest.approx(energies[1], rel=1e-12)


def test_mass_integrates_products_of_what_the_elements_hold():
    """int (1 + x + 2y)(z) over the unit box, and squares at order 2, in closed form."""
    from mpi4py import MPI

    from nanotrode.solver.domain import Domain

    for order in (1, 2):
        mesh = boxes.box((2, 3, 2), order=order)
        domain = Domain(mesh, MPI.COMM_SELF)
        mass, _ = domain.assemble_operators()
        x, y, z = mesh.points.T
        left, right, closed = 1.0 + x + 2.0 * y, z, 2.5 * 0.5
        assert domain.scatter(left) @ applied(mass, domain.scatter(right)) == pytest.approx(closed)
        if order == 2:
            found = domain.scatter(x * x) @ applied(mass, domain.scatter(y * z + z * z))
            assert found == pytest.approx(1 / 3 * (1 / 4 + 1 / 3))


def test_row_sums_are_the_volume_and_zero(mesh, domain):
    mass, stiffness = domain.assemble_operators()
    ones = np.ones(domain.owned)
    assert applied(mass, ones).sum() == pytest.approx(mesh.volume("electrode"), rel=1e-12)
    assert np.abs(applied(stiffness, ones)).max() < 1e-12


def test_stiffness_of_a_linear_field_is_its_energy_and_acts_on_the_boundary_alone(mesh, domain):
    _, stiffness = domain.assemble_operators()
    slope = np.array([1.0, -2.0, 0.5])
    field = domain.scatter(mesh.points @ slope)
    pulled = applied(stiffness, field)
    energy = slope @ slope * mesh.volume("electrode")
    assert field @ pulled == pytest.approx(energy, rel=1e-12)
    outer = np.unique(mesh.facets)
    inner = np.setdiff1d(np.arange(len(mesh.points)), outer)
    assert len(inner)
    assert np.abs(domain.gather(pulled)[inner]).max() < 1e-12


@pytest.mark.parametrize("name", ["interface", "sides"])
def test_the_facets_of_a_boundary_have_its_area(mesh, domain, name):
    import basix

    from nanotrode.solver.surface import sample_facets

    points, weights = basix.make_quadrature(basix.CellType.triangle, 8)
    samples = sample_facets(domain, name, points, weights)
    assert samples.weights.sum() == pytest.approx(mesh.area(name), rel=1e-6)
    cells, facets = domain.integration_facets(name)
    assert len(cells) == (mesh.facet_tags == BOUNDARIES[name]).sum()
    assert len(set(zip(cells.tolist(), facets.tolist(), strict=True))) == len(cells)


def test_the_curved_area_is_that_of_the_surface():
    """Facets of a dome against its area by a fine rule: only curved elements come this close."""
    from mpi4py import MPI

    from nanotrode.solver.domain import Domain
    from nanotrode.solver.surface import build_surface

    at = (np.arange(400) + 0.5) / 400
    x, _ = np.meshgrid(at, at, indexing="ij")
    # the top of `dome` is (x + 0.05, y - 0.04 x, 1 + 0.3 x (1-x) + 0.1 y)
    along_x = np.stack([np.ones_like(x), np.full_like(x, -0.04), 0.3 * (1 - 2 * x)], axis=-1)
    along_y = np.stack([np.zeros_like(x), np.ones_like(x), np.full_like(x, 0.1)], axis=-1)
    exact = np.linalg.norm(np.cross(along_x, along_y), axis=-1).mean()
    areas = {}
    for order in (1, 2):
        mesh = boxes.box((3, 3, 1), order=order, bend=boxes.dome)
        areas[order] = build_surface(Domain(mesh, MPI.COMM_SELF), "interface").weights.sum()
    assert areas[2] == pytest.approx(exact, rel=1e-5)
    assert abs(areas[1] / exact - 1.0) > 1e-4
