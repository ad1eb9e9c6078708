"""Rates of convergence: space 2 (order-1 elements) and 3 (order 2, curved), time 2."""

from __future__ import annotations

import cases
import numpy as np
import pytest
import wedges
from cases import RADIUS, TAU
from manufactured import ManufacturedModel, concentration, l2_error
from scipy.optimize import brentq
from scipy.special import j0, j1

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.solver.control import ImposedPotential
from nanotrode.solver.domain import Domain
from nanotrode.solver.nonlinear import Newton
from nanotrode.solver.settings import SolverSettings
from nanotrode.solver.stepping import attempt_step, consistent_state

CLOCK = ImposedPotential(start=0.5, slope=1.0, t_start=0.5)


def observed_orders(sizes: list[float], errors: list[float]) -> np.ndarray:
    return np.diff(np.log(errors)) / np.diff(np.log(sizes))


def mesh_size(mesh: ElectrodeMesh) -> float:
    """Edge of the cube that holds as much as the mean cell, over the radius."""
    return float((mesh.volume("electrode") / len(mesh.cells)) ** (1 / 3) / RADIUS)


def report(name: str, sizes: list[float], errors: list[float], orders: np.ndarray) -> None:
    pairs = ", ".join(f"{s:.3g}: {e:.2e}" for s, e in zip(sizes, errors, strict=True))
    print(f"\n{name:42} errors {pairs}; orders {np.round(orders, 2).tolist()}")


def manufactured_run(domain: Domain, *, steps: int) -> tuple[ManufacturedModel, np.ndarray]:
    """Paper K's solution from t = 0.5 to 1 in equal TR-BDF2 steps."""
    model = ManufacturedModel(domain, boundary="interface")
    newton = Newton(model, size=domain.owned, tolerance=1e-12)
    x = domain.mesh.geometry.x[_node_of_unknown(domain), 2]
    state = consistent_state(model, CLOCK, 0.5, concentration(x, 0.5))
    for _ in range(steps):
        step = attempt_step(model, newton, CLOCK, state, size=0.5 / steps, tolerance=1.0)
        state = step.end
    return model, state.u


def _node_of_unknown(domain: Domain) -> np.ndarray:
    node = np.empty(domain.owned, dtype=int)
    node[domain.space.dofmap.list.ravel()] = domain.mesh.geometry.dofmaps[0].ravel()
    return node


def world() -> object:
    from mpi4py import MPI

    return MPI.COMM_SELF


@pytest.mark.parametrize(("order", "expected"), [(1, 2), (2, 3)])
def test_space_on_the_manufactured_solution(order: int, expected: int) -> None:
    """L2 norm, mean removed (its error is one of time alone)."""
    asked, sizes, errors = [0.2, 0.1, 0.05], [], []
    for size in asked:
        mesh = wedges.slab(size=size, order=order, length=1.0)
        sizes.append(mesh_size(mesh) * RADIUS)
        domain = Domain(mesh, world())
        model, u = manufactured_run(domain, steps=40)
        shift = model.mean(u) - (1 / 3 + 1.0)
        errors.append(l2_error(domain, u - shift, lambda p: concentration(p[..., 2], 1.0)))
    orders = observed_orders(sizes, errors)
    report(f"space, paper K manufactured, order {order}", sizes, errors, orders)
    assert orders.min() > expected - 0.25


def test_time_on_the_manufactured_solution() -> None:
    """The mean of C is 1/3 + 1/t: its error is that of the time integration alone."""
    domain = Domain(wedges.slab(size=0.2, order=1, length=1.0), world())
    steps, errors = [16, 32, 64, 128], []
    initial = None
    for count in steps:
        model, u = manufactured_run(domain, steps=count)
        if initial is None:
            nodes = domain.mesh.geometry.x[_node_of_unknown(domain), 2]
            initial = model.mean(concentration(nodes, 0.5))
        errors.append(abs(model.mean(u) - initial + 1.0))
    orders = -observed_orders([float(s) for s in steps], errors)
    report("time, paper K manufactured, TR-BDF2", [float(s) for s in steps], errors, orders)
    assert orders.min() > 1.85


def robin_cylinder(radius: np.ndarray, t: float, *, biot: float = 1.0) -> np.ndarray:
    """Crank's series for a cylinder with a surface flux of Bi c, c(0) = 1."""
    total = np.zeros_like(radius)
    for n in range(60):
        low, high = n * np.pi + 1e-9, (n + 1) * np.pi
        beta = brentq(lambda b: b * j1(b) - biot * j0(b), low, high)
        factor = 2 * biot / ((beta**2 + biot**2) * j0(beta))
        total += factor * j0(beta * radius) * np.exp(-(beta**2) * t)
    return total


def robin_in_space(points: np.ndarray) -> np.ndarray:
    return robin_cylinder(np.hypot(points[..., 0], points[..., 1]) / RADIUS, 0.2)


@pytest.mark.parametrize(("order", "expected"), [(1, 2), (2, 3)])
def test_space_on_a_curved_surface(order: int, expected: int) -> None:
    """Robin on a cylinder: geometry, surface quadrature and field refined together."""
    asked, sizes, errors = ([0.24, 0.12, 0.06] if order == 1 else [0.5, 0.25, 0.125]), [], []
    settings = SolverSettings(tolerance=2e-8)
    for size in asked:
        mesh = wedges.cylinder(size=size, order=order, length=RADIUS)
        sizes.append(mesh_size(mesh))
        result = cases.run(
            mesh,
            cases.linear_material(biot=1.0),
            f"Hold at 3 V for {0.2 * TAU} s",
            start=0.5,
            settings=settings,
        )
        domain = Domain(mesh, world())
        u = domain.scatter(result.snapshots[-1].stoichiometry / 0.5)
        errors.append(l2_error(domain, u, robin_in_space))
    orders = observed_orders(sizes, errors)
    report(f"space, Robin cylinder, order {order}", sizes, errors, orders)
    assert orders.min() > expected - 0.3


def test_time_on_butler_volmer() -> None:
    """A nonlinear case, in fixed steps after a smooth start, against its own fine run."""
    from nanotrode.solver.insertion import InsertionModel

    domain = Domain(wedges.cylinder(size=0.3, order=1, length=RADIUS), world())
    model = InsertionModel(domain, cases.butler_volmer_material(), temperature=cases.T, c_e=1000.0)
    newton = Newton(model, size=domain.owned, tolerance=1e-13)
    sweep = ImposedPotential(start=3.5, slope=-0.05)
    counts, finals = [20, 40, 80, 640], []
    for count in counts:
        state = consistent_state(model, sweep, 0.0, np.full(domain.owned, 0.2))
        for _ in range(count):
            state = attempt_step(model, newton, sweep, state, size=8.0 / count, tolerance=1.0).end
        finals.append(state.u)
    errors = [float(np.abs(u - finals[-1]).max()) for u in finals[:-1]]
    orders = -observed_orders([float(c) for c in counts[:-1]], errors)
    report("time, Butler-Volmer under a sweep", [float(c) for c in counts[:-1]], errors, orders)
    assert orders.min() > 1.85
