"""NGSolve as well as we can write it: the linear part assembled once, only the surface anew.

Two ways to the surface: `form`, NGSolve's own compiled boundary integral over a space that lives
there alone, and `nodal`, the vertex rule in numpy, its slope put onto the matrix's diagonal:
nanotrode's scheme by hand, on NGSolve's matrices and solvers.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import wire
from marching import Array, VertexRule, march
from measure import Meter
from netgen.meshing import FaceDescriptor
from netgen.meshing import Mesh as NetgenMesh
from ngsolve import (
    H1,
    BilinearForm,
    CoefficientFunction,
    Compress,
    GridFunction,
    Mesh,
    SetNumThreads,
    ds,
    dx,
    exp,
    grad,
    sqrt,
)
from ngsolve.la import CGSolver

LONGEST_SOLVE = 2000
LOOSEST = {"form": 1e-4, "nodal": 3e-4}
"""Largest tolerance of a linear solve, the best of 1e-3 to 1e-5: with NGSolve's own integrals a
Newton step is dear."""


class Form:
    """The surface by NGSolve's integrals."""

    def __init__(self, mesh: Mesh, arrays: wire.WireMesh) -> None:
        space = Compress(H1(mesh, order=1, definedon=mesh.Boundaries(".*")))
        c, v = space.TnT()
        self.form = BilinearForm(space, symmetric=True)
        self.form += (flux(c) * v).Compile() * ds
        self.state = GridFunction(space).vec
        self.result = self.state.CreateVector()
        self.nodes = np.unique(arrays.facets)
        self.size = len(arrays.points)
        self.state[:] = wire.START
        self.form.AssembleLinearization(self.state)

    def react(self, c: Array) -> Array:
        """See `marching.Discretisation.react`."""
        self.state.FV().NumPy()[:] = c[self.nodes]
        self.form.Apply(self.state, self.result)
        result = np.zeros(self.size)
        result[self.nodes] = self.result.FV().NumPy()
        return result

    def slope(self) -> Array:
        """Entries of the surface's Jacobian."""
        self.form.AssembleLinearization(self.state)
        return self.form.mat.AsVector().FV().NumPy()

    def positions(self, matrix: sp.csr_matrix) -> Array:
        """Where those entries stand in `matrix`, whose data are positions."""
        own = _as_scipy(self.form.mat).tocoo()
        return np.asarray(matrix[self.nodes[own.row], self.nodes[own.col]]).ravel()


class Nodal(VertexRule):
    """The surface in numpy."""

    def positions(self, matrix: sp.csr_matrix) -> Array:
        """Where the slopes stand in `matrix`, whose data are positions."""
        return np.asarray(matrix[self.nodes, self.nodes]).ravel()


class Wire:
    """The discretised wire; see `marching.Discretisation`."""

    def __init__(self, arrays: wire.WireMesh, mesh: Mesh, *, surface: str, solver: str) -> None:
        self.space = H1(mesh, order=1)
        u, v = self.space.TnT()
        self._mass = BilinearForm(u * v / wire.SCALED_STEP * dx).Assemble().mat
        whole = u * v / wire.SCALED_STEP * dx + grad(u) * grad(v) * dx
        self._linear = BilinearForm(whole).Assemble().mat
        self._jacobian = self._linear.CreateMatrix()
        self._entries = self._jacobian.AsVector().FV().NumPy()
        self._fixed = self._linear.AsVector().FV().NumPy()
        self._in, self._out = self._linear.CreateColVector(), self._linear.CreateColVector()
        self._surface = Form(mesh, arrays) if surface == "form" else Nodal(arrays)
        pattern = _as_scipy(self._linear)
        pattern.data = np.arange(pattern.nnz)
        self._positions = self._surface.positions(pattern)
        self._solver = solver
        self.diagonal = self._fixed[pattern.diagonal()].copy()
        self.row_sums = self.mass(np.full(self.space.ndof, wire.SCALED_STEP))
        self.react = self._surface.react
        self._entries[:] = self._fixed
        self._kept = (
            self._jacobian.Inverse(inverse="sparsecholesky") if solver == "direct" else None
        )
        self.iterations = 0

    def mass(self, c: Array) -> Array:
        """M c / dt."""
        return self._apply(self._mass, c)

    def linear(self, c: Array) -> Array:
        """(M/dt + K) c."""
        return self._apply(self._linear, c)

    def solve(self, right: Array, tolerance: float) -> Array:
        """See `marching.Discretisation.solve`."""
        surface = self._surface
        slope = surface.slope() if isinstance(surface, Form) else surface.slope
        self._entries[:] = self._fixed
        self._entries[self._positions] += slope
        smoother = self._kept or self._jacobian.CreateSmoother(GS=self._solver == "gauss-seidel")
        cg = CGSolver(self._jacobian, smoother, tol=tolerance, maxiter=LONGEST_SOLVE)
        self._in.FV().NumPy()[:] = right
        self._out[:] = 0.0
        cg.Mult(self._in, self._out)
        self.iterations += cg.GetSteps()
        return self._out.FV().NumPy().copy()

    def _apply(self, matrix, c: Array) -> Array:
        self._in.FV().NumPy()[:] = c
        matrix.Mult(self._in, self._out)
        return self._out.FV().NumPy().copy()


def flux(c: CoefficientFunction) -> CoefficientFunction:
    """The reaction, in NGSolve's functions."""
    first, second = (1.0 - 2.0 / (exp(2.0 * s * (c - x)) + 1.0) for s, x in ((12, 0.4), (15, 0.75)))
    potential = 3.05 - 0.6 * c - 0.15 * first - 0.10 * second
    anodic = exp(0.5 * wire.THERMAL * (wire.POTENTIAL - potential))
    return wire.BIOT * sqrt(c * (1.0 - c)) * (anodic - 1.0 / anodic)


def make_mesh(arrays: wire.WireMesh) -> Mesh:
    """The wire in Netgen's structure; only wall and tip are given as a boundary."""
    mesh = NetgenMesh(dim=3)
    mesh.AddPoints(np.ascontiguousarray(arrays.points))
    mesh.Add(FaceDescriptor(surfnr=1, domin=1, domout=0, bc=1))
    mesh.AddElements(dim=3, index=1, data=np.ascontiguousarray(arrays.cells), base=0)
    mesh.AddElements(dim=2, index=1, data=np.ascontiguousarray(arrays.facets), base=0)
    return Mesh(mesh)


def run(meter: Meter) -> None:
    """Run the steps asked for."""
    task = meter.task
    SetNumThreads(1)
    arrays = wire.load(task["size"])
    mesh = make_mesh(arrays)
    meter.mark("mesh")
    code = Wire(arrays, mesh, surface=task["surface"], solver=task["solver"])
    meter.mark("setup")
    steps = task.get("steps", wire.STEPS)
    found = march(
        code,
        tolerance=wire.TOLERANCES[task["accuracy"]],
        steps=steps,
        loosest=LOOSEST[task["surface"]],
    )
    meter.mark("solve")
    meter.report(
        **found._asdict(), unknowns=len(code.row_sums), steps=steps, linear=code.iterations
    )


def _as_scipy(matrix) -> sp.csr_matrix:
    values, columns, rows = (np.array(part) for part in matrix.CSR())
    return sp.csr_matrix((values, columns, rows), (matrix.height, matrix.width))
