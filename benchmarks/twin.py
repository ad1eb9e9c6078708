"""nanotrode's algorithm written flat, in DOLFINx, PETSc and numpy: what does the API cost?

The same steps in the same order as `solver/nonlinear.py` takes them for an imposed potential and
a constant diffusivity, in the benchmark's units, with nothing between the lines.
"""

from __future__ import annotations

from typing import NamedTuple

import basix.ufl
import dolfinx_solver  # noqa: F401  (orders MPI ahead of the compiled modules)
import numpy as np
import ufl
import wire
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import assemble_matrix
from marching import VertexRule, extrapolate
from measure import Meter
from mpi4py import MPI
from petsc4py import PETSc
from threadpoolctl import threadpool_limits

RELAXATION = 1.15
SAME = PETSc.Mat.Structure.SAME_NONZERO_PATTERN


def assemble(mesh: dmesh.Mesh, space: fem.FunctionSpace) -> tuple[PETSc.Mat, PETSc.Mat]:
    """M/dt and M/dt + K."""
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    dx = ufl.Measure("dx", domain=mesh, metadata={"quadrature_degree": 2})
    mass = assemble_matrix(fem.form(u * v / wire.SCALED_STEP * dx))
    mass.assemble()
    linear = assemble_matrix(fem.form(ufl.inner(ufl.grad(u), ufl.grad(v)) * dx))
    linear.assemble()
    linear.axpy(1.0, mass, SAME)
    return mass, linear


def numbered(arrays: wire.WireMesh, mesh: dmesh.Mesh, space: fem.FunctionSpace) -> VertexRule:
    """The surface in the order of the unknowns."""
    unknown = np.empty(len(arrays.points), dtype=np.int64)
    nodes = mesh.geometry.input_global_indices[mesh.geometry.dofmaps[0].ravel()]
    unknown[nodes] = space.dofmap.list.ravel()
    points = np.empty_like(arrays.points)
    points[unknown] = arrays.points
    return VertexRule(wire.WireMesh(points, arrays.cells, unknown[arrays.facets]))


def make_mesh(arrays: wire.WireMesh) -> dmesh.Mesh:
    """The mesh, as DOLFINx orders it."""
    element = basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,))
    return dmesh.create_mesh(MPI.COMM_SELF, arrays.cells.astype(np.int64), element, arrays.points)


class Wire(NamedTuple):
    """What `march` takes: M/dt, M/dt + K and the surface; the space keeps their communicator."""

    mass: PETSc.Mat
    linear: PETSc.Mat
    surface: VertexRule
    space: fem.FunctionSpace


def set_up(arrays: wire.WireMesh, mesh: dmesh.Mesh) -> Wire:
    """Assemble what stays the same."""
    space = fem.functionspace(mesh, ("Lagrange", 1))
    return Wire(*assemble(mesh, space), numbered(arrays, mesh, space), space)


def run(meter: Meter) -> None:
    """Run the steps asked for."""
    task, arrays = meter.task, wire.load(meter.task["size"])
    tolerance, steps = wire.TOLERANCES[task["accuracy"]], task.get("steps", wire.STEPS)
    meter.mark("read")
    mesh = make_mesh(arrays)
    meter.mark("mesh")
    made = set_up(arrays, mesh)
    meter.mark("setup")
    with threadpool_limits(limits=1, user_api="blas"):
        current, mean, newton, iterations = march(made, tolerance, steps)
    meter.mark("solve")
    meter.report(
        unknowns=len(arrays.points),
        steps=steps,
        current=current,
        mean=mean,
        newton=newton,
        linear=iterations,
    )


def march(
    made: Wire, tolerance: float, steps: int = wire.STEPS
) -> tuple[list[float], list[float], int, int]:
    """Currents and means at the steps' ends, and the Newton and linear iterations."""
    mass, linear, surface, _ = made
    jacobian, diagonal = linear.duplicate(copy=True), linear.getDiagonal()
    jacobian.setOption(PETSc.Mat.Option.SPD, True)
    slope, x = linear.createVecs()
    y = x.duplicate()
    b, step = x.duplicate(), x.duplicate()
    ksp = PETSc.KSP().create(PETSc.COMM_SELF)
    ksp.setType("cg")
    ksp.setNormType(PETSc.KSP.NormType.NATURAL)
    ksp.getPC().setType("eisenstat")
    PETSc.Options().setValue("pc_eisenstat_omega", RELAXATION)
    ksp.setFromOptions()
    x.set(1.0)
    mass.mult(x, y)
    sums = y.array_r.copy()
    weights = mass.getDiagonal().array_r.copy()
    volume, areas, nodes = sums.sum(), surface.areas, surface.nodes
    u = np.full(len(sums), wire.START)
    past, currents, means, newton, total = [u], [], [], 0, 0
    for _ in range(steps):
        x.array_w[:] = u
        mass.mult(x, y)
        target = y.array_r.copy()
        u = extrapolate(past)
        update, error, old_size = np.inf, np.inf, None
        while True:
            q = wire.flux(u[nodes])
            x.array_w[:] = u
            linear.mult(x, y)
            residual = y.array_r - target
            residual[nodes] += areas * q.value
            size = np.sqrt(residual @ (residual / weights))
            reduction = 1.0 if old_size is None else size / old_size
            if old_size is not None:
                error = update * min(1.0, reduction)
                if error < tolerance:
                    break
            rtol = 1e-3
            if old_size is not None:
                enough = 0.1 * tolerance / max(error, tolerance)
                rtol = min(max(enough, 0.1 * reduction**2, 1e-8), 1e-3)
            surface_slope = areas * np.maximum(q.slope, 0.0)
            diagonal.copy(slope)
            slope.array_w[nodes] += surface_slope
            jacobian.setDiagonal(slope)
            ksp.setOperators(jacobian)
            ksp.setTolerances(rtol=rtol, atol=0.0, divtol=1e10, max_it=2000)
            b.array_w[:] = residual
            ksp.solve(b, step)
            total += ksp.getIterationNumber()
            du = step.array_r.copy()
            columns = sums.copy()
            columns[nodes] += surface_slope
            du += (residual.sum() - columns @ du) / columns.sum()
            u = u - du
            update, old_size, newton = np.abs(du).max(), size, newton + 1
        past = [u, *past[:2]]
        currents.append(float(-areas @ q.value))
        means.append(float(sums @ u / volume))
    return currents, means, newton, total
