"""The reference of the wire-step benchmark: the wire as a figure of revolution, in (r, z).

    python benchmarks/axisymmetric.py        makes reference.npz (minutes)

Biquadratic, isoparametric elements on a mesh graded towards the surface: rectangles in the shaft,
rings around the tip's centre. Time by SDIRK4 (L-stable, order 4: Hairer and Wanner,
doi:10.1007/978-3-642-05221-7, table IV.6.5) on geometrically growing steps. It shares no line
with the solver: neither elements, nor linear algebra, nor time stepping. The file keeps what the
next coarser mesh and the next coarser steps give, so that its own error is known.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import wire
from numpy.polynomial.legendre import leggauss
from scipy.sparse.linalg import splu

Array = np.ndarray

PATH = wire.HERE / "reference.npz"

GAMMA = 0.25
STAGES = np.array(
    [
        [1 / 4, 0, 0, 0, 0],
        [1 / 2, 1 / 4, 0, 0, 0],
        [17 / 50, -1 / 25, 1 / 4, 0, 0],
        [371 / 1360, -137 / 2720, 15 / 544, 1 / 4, 0],
        [25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4],
    ]
)
NEWTON_TOLERANCE = 1e-12
FIRST_TIME = 1e-9
"""End of the first step, in units of R^2/D."""


@dataclass(frozen=True)
class History:
    """A solution's current and mean over time, in the benchmark's units.

    Attributes:
        times: Ends of the steps [s], the start not included.
        current: Minus the integral of q over the surface, in R^2.
        mean: Mean stoichiometry.
    """

    times: Array
    current: Array
    mean: Array


@dataclass(frozen=True)
class Section:
    """Half of the wire's longitudinal section, meshed by biquadratic quadrilaterals.

    Attributes:
        points: (n, 2) nodes (r, z).
        cells: (m, 3, 3) nodes, the second index along the surface, the last one across it.
        edges: (k, 3) nodes of the reacting edges.
    """

    points: Array
    cells: Array
    edges: Array

    @staticmethod
    def graded(across: int, shaft: int, tip: int, *, grading: float) -> Section:
        """A mesh of `across` elements from axis to surface, `shaft` along it and `tip` around it.

        Args:
            across, shaft, tip: Numbers of elements.
            grading: Ratio of the first to the last element size across, above 1.
        """
        s = np.linspace(0.0, 1.0, 2 * across + 1)
        radii = (1.0 - grading**-s) / (1.0 - 1.0 / grading)
        rise = np.linspace(0.0, 1.0, 2 * shaft + 1)
        heights = (wire.ASPECT - 1.0) * (1.0 - grading**-rise) / (1.0 - 1.0 / grading)
        angles = np.linspace(0.0, 0.5 * np.pi, 2 * tip + 1)[1:]
        r = np.vstack([np.tile(radii, (len(heights), 1)), np.outer(np.cos(angles), radii)])
        up = (wire.ASPECT - 1.0) + np.outer(np.sin(angles), radii)
        z = np.vstack([np.tile(heights[:, None], (1, len(radii))), up])
        points = np.stack([r.ravel(), z.ravel()], axis=1)
        rows, columns = r.shape
        numbers = np.arange(rows * columns).reshape(rows, columns)
        centre = numbers[2 * shaft, 0]
        numbers[2 * shaft + 1 :, 0] = centre
        used, flat = np.unique(numbers, return_inverse=True)
        numbers = flat.reshape(rows, columns)
        offset = np.arange(3)
        first, second = np.meshgrid(
            np.arange(0, rows - 1, 2), np.arange(0, columns - 1, 2), indexing="ij"
        )
        along = first.ravel()[:, None, None] + offset[:, None]
        outwards = second.ravel()[:, None, None] + offset
        edges = numbers[np.arange(0, rows - 1, 2)[:, None] + offset, columns - 1]
        return Section(points[used], numbers[along, outwards], edges)


class Operators:
    """Mass, stiffness and surface terms on a section, weighted by 2 pi r.

    Attributes:
        mass, stiffness: Sparse matrices.
        trace: (points, nodes) the field at the surface's quadrature points.
        weights: (points,) their areas.
    """

    def __init__(self, section: Section) -> None:
        self.mass, self.stiffness = _volume_terms(section)
        self.trace, self.weights = _surface_terms(section)
        self.row_sums = np.asarray(self.mass.sum(axis=1)).ravel()

    @cached_property
    def volume(self) -> float:
        """Volume of the wire in R^3."""
        return float(self.row_sums.sum())

    def rate(self, c: Array) -> Array:
        """M dc/dt."""
        q = wire.flux(self.trace @ c).value
        return -(self.stiffness @ c) - self.trace.T @ (self.weights * q)

    def jacobian(self, c: Array) -> sp.csc_matrix:
        """Minus the derivative of `rate`."""
        slope = self.weights * wire.flux(self.trace @ c).slope
        return (self.stiffness + self.trace.T @ sp.diags(slope) @ self.trace).tocsc()

    def current(self, c: Array) -> float:
        """Minus the integral of q over the surface."""
        return float(-self.weights @ wire.flux(self.trace @ c).value)

    def mean(self, c: Array) -> float:
        """Mean stoichiometry."""
        return float(self.row_sums @ c) / self.volume


def _line(points: Array) -> tuple[Array, Array]:
    """Values and slopes of the three quadratic functions on [-1, 1]."""
    x = points
    values = np.stack([x * (x - 1) / 2, 1 - x**2, x * (x + 1) / 2], axis=1)
    return values, np.stack([x - 0.5, -2 * x, x + 0.5], axis=1)


def _volume_terms(section: Section) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    points, weights = leggauss(5)
    values, slopes = _line(points)
    basis = np.einsum("pi,qj->pqij", values, values).reshape(25, 9)
    reference = np.stack(
        [
            np.einsum("pi,qj->pqij", slopes, values).reshape(25, 9),
            np.einsum("pi,qj->pqij", values, slopes).reshape(25, 9),
        ]
    )
    cells = section.cells.reshape(-1, 9)
    jacobian = np.einsum("dqn,enx->eqdx", reference, section.points[cells])
    determinant = np.abs(np.linalg.det(jacobian))
    gradients = np.einsum("eqxd,dqn->eqnx", np.linalg.inv(jacobian), reference)
    radius = np.einsum("qn,en->eq", basis, section.points[cells, 0])
    measure = 2 * np.pi * radius * determinant * np.outer(weights, weights).ravel()
    mass = np.einsum("eq,qi,qj->eij", measure, basis, basis, optimize=True)
    stiffness = np.einsum("eq,eqix,eqjx->eij", measure, gradients, gradients, optimize=True)
    rows, columns = np.repeat(cells, 9, axis=1).ravel(), np.tile(cells, (1, 9)).ravel()
    shape = (len(section.points),) * 2
    return (
        sp.csr_matrix((mass.ravel(), (rows, columns)), shape),
        sp.csr_matrix((stiffness.ravel(), (rows, columns)), shape),
    )


def _surface_terms(section: Section) -> tuple[sp.csr_matrix, Array]:
    points, weights = leggauss(5)
    values, slopes = _line(points)
    corners = section.points[section.edges]
    tangents = np.einsum("qn,enx->eqx", slopes, corners)
    radius = np.einsum("qn,en->eq", values, corners[:, :, 0])
    areas = 2 * np.pi * radius * np.linalg.norm(tangents, axis=2) * weights
    count = areas.size
    columns = np.repeat(section.edges, len(points), axis=0).ravel()
    data = np.tile(values, (len(section.edges), 1)).ravel()
    trace = sp.csr_matrix(
        (data, (np.repeat(np.arange(count), 3), columns)), (count, len(section.points))
    )
    return trace, areas.ravel()


def step(operators: Operators, c: Array, dt: float, stages: Array) -> Array:
    """One diagonally implicit step, stiffly accurate: the last stage is the end.

    Newton's matrix is that of the step's start, so that one factorisation serves all stages.
    """
    diagonal = float(stages[0, 0])
    solver = splu(operators.mass.tocsc() + dt * diagonal * operators.jacobian(c))
    held, stage, rates = operators.mass @ c, c, []
    for row in stages:
        known = held + dt * sum((a * k for a, k in zip(row, rates, strict=False)), np.zeros(len(c)))
        for _ in range(100):
            rate = operators.rate(stage)
            change = solver.solve(known + dt * diagonal * rate - operators.mass @ stage)
            stage = stage + change
            if np.abs(change).max() < NEWTON_TOLERANCE:
                break
        else:
            raise ArithmeticError(f"a stage of dt = {dt:.3g} did not converge")
        rates.append(operators.rate(stage))
    return stage


def integrate(operators: Operators, times: Iterable[float], stages: Array = STAGES) -> History:
    """Step through the given times, in units of R^2/D."""
    c = np.full(len(operators.row_sums), wire.START)
    now, currents, means = 0.0, [], []
    times = np.asarray(list(times))
    for end in times:
        c = step(operators, c, end - now, stages)
        now = end
        currents.append(operators.current(c))
        means.append(operators.mean(c))
    return History(times * wire.UNIT_TIME, np.array(currents), np.array(means))


def growing(steps: int) -> Array:
    """Ends of geometrically growing steps, in units of R^2/D."""
    return np.geomspace(FIRST_TIME, wire.END / wire.UNIT_TIME, steps)


def main() -> None:
    """Solve on two meshes and with two sets of steps, and write the finest with its distances."""
    started = clock.perf_counter()
    fine = Operators(Section.graded(24, 60, 24, grading=40.0))
    coarse = Operators(Section.graded(16, 40, 16, grading=40.0))
    best = integrate(fine, growing(401))
    half_steps = integrate(fine, growing(201))
    coarse_mesh = integrate(coarse, growing(201))
    euler = integrate(fine, wire.SCALED_STEP * np.arange(1, wire.STEPS + 1), np.array([[1.0]]))
    late = best.times[::2] >= 0.025
    change = best.mean[-1] - wire.START
    distances = {}
    for name, a, b in (
        ("steps", best.current[::2], half_steps.current),
        ("mesh", half_steps.current, coarse_mesh.current),
    ):
        distances[f"{name}_in_current"] = np.abs(b / a - 1.0)[late].max()
    for name, a, b in (
        ("steps", best.mean[::2], half_steps.mean),
        ("mesh", half_steps.mean, coarse_mesh.mean),
    ):
        distances[f"{name}_in_mean"] = np.abs(b - a).max() / change
    np.savez(
        PATH,
        times=best.times,
        current=best.current,
        mean=best.mean,
        euler_times=euler.times,
        euler_current=euler.current,
        euler_mean=euler.mean,
        volume=fine.volume,
        unknowns=len(fine.row_sums),
        **distances,
    )
    print(f"{len(fine.row_sums)} unknowns, {clock.perf_counter() - started:.0f} s")
    for name, value in distances.items():
        print(f"{name}: {value:.1e}")


if __name__ == "__main__":
    main()
