"""Surface integrals built once, against the same integrals as assembled forms."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

INTERFACE, ITS_TAG = "interface", 1


def flux(x):
    """A smooth flux of the field and its slope."""
    return np.sin(3.0 * x) + x**2, 3.0 * np.cos(3.0 * x) + 2.0 * x


def make_domain(order, bend=boxes.dome, counts=(3, 2, 2)):
    from mpi4py import MPI

    from nanotrode.solver.domain import Domain

    return Domain(boxes.box(counts, order=order, bend=bend), MPI.COMM_SELF)


def field_of(domain):
    x, y, z = domain.space.tabulate_dof_coordinates()[: domain.owned].T
    return 0.2 + 0.3 * x * y + 0.1 * z


def assembled(domain, field, metadata):
    """The residual and the Jacobian of the flux as UFL forms."""
    import ufl
    from dolfinx import fem
    from dolfinx.fem.petsc import assemble_matrix, assemble_vector

    u, v = fem.Function(domain.space), ufl.TestFunction(domain.space)
    u.x.array[: domain.owned] = field
    where = [(ITS_TAG, np.column_stack(domain.integration_facets(INTERFACE)).ravel())]
    ds = ufl.Measure("ds", domain=domain.mesh, subdomain_data=where, metadata=metadata)(ITS_TAG)
    residual = (ufl.sin(3.0 * u) + u**2) * v * ds
    vector = assemble_vector(fem.form(residual)).array_r.copy()
    matrix = assemble_matrix(fem.form(ufl.derivative(residual, u)))
    matrix.assemble()
    return vector, dense(matrix)


def dense(matrix):
    return matrix.convert("dense").getDenseArray().copy()


def ours(domain, surface, field):
    value, slope = flux(surface.values(field))
    mass, stiffness = domain.assemble_operators()
    into, tests = mass.duplicate(copy=True), np.zeros(domain.owned)
    surface.add_tests(value, tests)
    # a base that stays, then one that has changed
    surface.add_to(mass, 3.0 * slope, into, anew=True)
    surface.add_to(mass, slope, into, anew=False)
    found = dense(into) - dense(mass)
    surface.add_to(stiffness, slope, into, anew=True)
    assert np.abs(dense(into) - dense(stiffness) - found).max() < 1e-12 * np.abs(found).max()
    return tests, found


@pytest.mark.parametrize(
    ("order", "metadata"),
    [
        (1, {"quadrature_rule": "vertex", "quadrature_degree": 1}),
        (2, {"quadrature_degree": 4}),
    ],
)
def test_residual_and_jacobian_are_those_of_the_assembled_form(order, metadata):
    """The same rule on the same (curved) facets: equal to rounding."""
    from nanotrode.solver.surface import build_surface

    domain = make_domain(order)
    field = field_of(domain)
    surface = build_surface(domain, INTERFACE)
    vector, matrix = ours(domain, surface, field)
    expected_vector, expected_matrix = assembled(domain, field, metadata)
    scale = np.abs(expected_vector).max()
    assert np.abs(vector - expected_vector).max() < 1e-13 * scale
    assert np.abs(matrix - expected_matrix).max() < 1e-13 * np.abs(expected_matrix).max()


@pytest.mark.parametrize(("order", "expected"), [(1, 2.0), (2, 3.0)])
def test_the_rule_is_as_good_as_the_elements(order, expected):
    """The integral of a flux against an exact one shrinks at the elements' order, at least."""
    from nanotrode.solver.surface import build_surface

    errors = []
    for n in (2, 4, 8):
        domain = make_domain(order, bend=None, counts=(n, n, 1))
        x, y, _ = domain.space.tabulate_dof_coordinates()[: domain.owned].T
        surface = build_surface(domain, INTERFACE)
        value = np.exp(surface.values(x + y))
        errors.append(abs(surface.weights @ value - (np.e - 1.0) ** 2))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders.min() > expected - 0.1


@pytest.mark.parametrize("bend", [boxes.dome, None], ids=["curved", "flat"])
@pytest.mark.parametrize("order", [1, 2])
def test_tests_sum_to_the_integral_and_live_on_the_surface(order, bend):
    from nanotrode.solver.surface import build_surface

    domain = make_domain(order, bend)
    surface = build_surface(domain, INTERFACE)
    value = flux(surface.values(field_of(domain)))[0]
    tests = np.zeros(domain.owned)
    surface.add_tests(value, tests)
    assert tests.sum() == pytest.approx(surface.weights @ value, rel=1e-13)
    mesh = boxes.box((3, 2, 2), order=order, bend=bend)
    on_surface = np.isin(domain.input_nodes, mesh.boundary("interface").nodes)
    assert set(surface.unknowns) <= set(np.flatnonzero(on_surface))
    assert not tests[~on_surface].any()
    # on flat facets of order 2 the tests of the corners integrate to nothing: still on it
    assert len(surface.unknowns) == on_surface.sum()


def test_the_vertex_rule_is_diagonal_and_positive():
    """What keeps a monotone reaction monotone in the discrete system, whatever the step."""
    from nanotrode.solver.surface import build_surface

    domain = make_domain(1)
    surface = build_surface(domain, INTERFACE)
    _, matrix = ours(domain, surface, field_of(domain))
    assert np.abs(matrix - np.diag(np.diag(matrix))).max() == 0.0
    assert (surface.weights > 0).all()
