"""scikit-fem: mass and stiffness assembled once, kinetics in numpy, SciPy's conjugate gradients."""

from __future__ import annotations

import numpy as np
import pyamg
import scipy.sparse as sp
import wire
from marching import Array, VertexRule, march
from measure import Meter
from scipy.sparse.linalg import LinearOperator, cg
from skfem import Basis, ElementTetP1, MeshTet
from skfem.models.poisson import laplace, mass

LOOSEST = 3e-4
"""Largest tolerance of a linear solve: the best of 1e-3 to 1e-5."""


class Wire:
    """The discretised wire; see `marching.Discretisation`."""

    def __init__(self, arrays: wire.WireMesh, mesh: MeshTet, *, solver: str) -> None:
        basis = Basis(mesh, ElementTetP1(), intorder=2)
        self._mass = (mass.assemble(basis) / wire.SCALED_STEP).tocsr()
        self._linear = (self._mass + laplace.assemble(basis)).tocsr()
        self._surface = VertexRule(arrays)
        self.react = self._surface.react
        self.row_sums = wire.SCALED_STEP * np.asarray(self._mass.sum(axis=1)).ravel()
        self.diagonal = self._linear.diagonal()
        positions = self._linear.copy()
        positions.data = np.arange(positions.nnz, dtype=float)
        self._positions = positions.diagonal().astype(int)[self._surface.nodes]
        self._jacobian = self._linear.copy()
        self._kept: LinearOperator | None = None
        if solver == "amg":
            levels = pyamg.smoothed_aggregation_solver(self._linear, symmetry="symmetric")
            self._kept = levels.aspreconditioner()
        self.iterations = 0

    def mass(self, c: Array) -> Array:
        """M c / dt."""
        return self._mass @ c

    def linear(self, c: Array) -> Array:
        """(M/dt + K) c."""
        return self._linear @ c

    def solve(self, right: Array, tolerance: float) -> Array:
        """See `marching.Discretisation.solve`."""
        self._jacobian.data[:] = self._linear.data
        self._jacobian.data[self._positions] += self._surface.slope
        kept = self._kept or sp.diags(1.0 / self._jacobian.diagonal())
        solution, failed = cg(
            self._jacobian, right, rtol=tolerance, atol=0.0, M=kept, callback=self._count
        )
        if failed:
            raise ArithmeticError("conjugate gradients did not converge")
        return solution

    def _count(self, _: Array) -> None:
        self.iterations += 1


def run(meter: Meter) -> None:
    """Run the steps asked for."""
    task = meter.task
    arrays = wire.load(task["size"])
    mesh = MeshTet(arrays.points.T.copy(), arrays.cells.T.astype(np.int64), validate=False)
    meter.mark("mesh")
    code = Wire(arrays, mesh, solver=task["solver"])
    meter.mark("setup")
    steps = task.get("steps", wire.STEPS)
    found = march(code, tolerance=wire.TOLERANCES[task["accuracy"]], steps=steps, loosest=LOOSEST)
    meter.mark("solve")
    meter.report(
        **found._asdict(), unknowns=len(code.row_sums), steps=steps, linear=code.iterations
    )
