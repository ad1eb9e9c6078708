"""A film's discrete equations against those of one dimension, to rounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nanotrode import Simulation, material
from nanotrode.geometry import Film, NanowireArray, Sizing, build_mesh
from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.solver.domain import Domain

from mpi4py import MPI  # isort: skip  (after the gate, which orders the imports)


def operators(mesh):
    domain = Domain(mesh.region("electrode"), MPI.COMM_WORLD)
    return domain, *domain.assemble_operators(layers_under="interface")


def applied(matrix, field):
    given, result = matrix.createVecs()
    given.array_w[:] = field
    matrix.mult(given, result)
    return result.array_r.copy()


def line(z, order):
    """Mass and stiffness of Lagrange elements on a line, from their textbook matrices."""
    n = len(z)
    mass, stiffness = np.zeros((n, n)), np.zeros((n, n))
    m = {1: np.array([[2, 1], [1, 2]]) / 6, 2: np.array([[4, 2, -1], [2, 16, 2], [-1, 2, 4]]) / 30}
    k = {1: np.array([[1, -1], [-1, 1]]), 2: np.array([[7, -8, 1], [-8, 16, -8], [1, -8, 7]]) / 3}
    for a in range(0, n - 1, order):
        at = slice(a, a + order + 1)
        h = z[a + order] - z[a]
        mass[at, at] += h * m[order]
        stiffness[at, at] += k[order] / h
    return mass, stiffness


@pytest.mark.mpi
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("width", [2e-8, 2e-7])
def test_a_field_of_the_depth_alone_meets_the_equations_of_a_line(order, width):
    shape = Film(4e-7, width=width)
    mesh = build_mesh(shape, sizing=Sizing(segments=6), order=order)
    domain, mass, stiffness = operators(mesh)
    height = mesh.region("electrode").points[domain.input_nodes, 2]
    z = np.unique(mesh.points[:, 2])
    z = z[np.append(True, np.diff(z) > 1e-15)]
    level = np.abs(z[:, None] - height).argmin(axis=0)
    u = np.cos(np.pi * z / shape.thickness) + 3e6 * z
    field = u[level]
    for matrix, flat in zip((mass, stiffness), line(z, order), strict=True):
        rows, wanted = applied(matrix, field), (flat @ u)[level]
        # each row is the line's, times the area that the node stands for in its plane
        area = applied(mass, np.ones(len(field))) / (line(z, order)[0].sum(axis=1))[level]
        scale = np.abs(flat @ u).max() * np.abs(area).max()
        assert np.abs(rows - area * wanted).max() < 1e-11 * scale
    total = domain.comm.allreduce(applied(mass, np.ones(len(field))).sum())
    assert total == pytest.approx(width**2 * shape.thickness, rel=1e-12)


@pytest.mark.mpi
@pytest.mark.parametrize("order", [1, 2])
def test_prisms_hold_what_their_tetrahedra_do_and_let_nothing_leak(order):
    wire = NanowireArray(count=1, radius=5e-8, length=3e-7, pitch=2e-7, tip="rounded")
    mesh = build_mesh(wire, order=order)
    domain, mass, stiffness = operators(mesh)
    ones = np.ones(domain.owned)
    assert domain.comm.allreduce(applied(mass, ones).sum()) == pytest.approx(
        mesh.volume("electrode"), rel=1e-12
    )
    assert np.abs(applied(stiffness, ones)).max() < 1e-12 * stiffness.norm()
    assert mass.isSymmetric(1e-12 * mass.norm())
    assert stiffness.isSymmetric(1e-12 * stiffness.norm())


def insulated_at_the_tip(mesh):
    """An own mesh: a wire without headroom, whose flat tip does not react."""
    on_top = (mesh.points[mesh.facets[:, :3], 2] > 3e-7 * (1 - 1e-9)).all(axis=1)
    tags = np.where(on_top, BOUNDARIES["sides"], mesh.facet_tags).astype(np.int32)
    return replace(mesh, facet_tags=tags, shape={})


def test_layers_that_end_beside_tetrahedra_hold_what_their_own_do():
    """Their sides there are no planes, so that prisms and tetrahedra differ by what is scaled."""
    wire = NanowireArray(count=1, radius=5e-8, length=3e-7, pitch=2e-7)
    mesh = insulated_at_the_tip(build_mesh(wire, order=1))
    moved = mesh.points.copy()
    inside = np.setdiff1d(np.arange(len(moved)), mesh.facets)
    moved[inside] += np.random.default_rng(1).uniform(-5e-11, 5e-11, (len(inside), 3))
    mesh = replace(mesh, points=moved)
    domain, mass, _ = operators(mesh)
    total = applied(mass, np.ones(domain.owned)).sum()
    assert total == pytest.approx(mesh.volume("electrode"), rel=1e-12)
    plain = Domain(mesh.region("electrode"), MPI.COMM_WORLD).assemble_operators()[0]
    assert (mass - plain).norm() > 0.1 * plain.norm()  # there are prisms


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", ["LiFePO4", "graphite", "NMC622"])
def test_a_films_local_current_density_is_the_imposed_one_everywhere(name, order):
    """Flat and at an imposed current, it is I / A from the first instant on, whatever the law."""
    card = material(name)
    low, high = card.stoichiometry_limits
    middle = low + 0.3 * (high - low)
    start = float(card.ocp(np.array([middle]))[0])
    steps = [
        f"Discharge at 5C for 100 s or until {start - 0.8:.2f} V",
        "Rest for 30 s",
        f"Charge at 5C for 100 s or until {start + 0.8:.2f} V",
    ]
    mesh = build_mesh(Film(5e-7), order=order)
    run = Simulation(mesh, card, protocol=steps, initial_stoichiometry=middle).run()
    imposed = -run.series["Current [A]"] / mesh.area("interface")
    for column in ("Min local current density [A.m-2]", "Max local current density [A.m-2]"):
        error = run.series[column] - imposed
        assert np.abs(error).max() < 1e-3 * np.abs(imposed).max()
