"""The obvious DOLFINx script: one UFL residual, NonlinearProblem, CG with GAMG.

Everything is reassembled in each Newton step, with the quadrature degree that UFL estimates for
the exponentials. The observables are not counted.
"""

from __future__ import annotations

import time

import basix.ufl
import dolfinx_solver  # noqa: F401  (orders MPI ahead of the compiled modules)
import numpy as np
import ufl
import wire
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import NonlinearProblem
from measure import Meter
from mpi4py import MPI

LOOSE = {"snes_rtol": 1e-6, "ksp_rtol": 1e-4}
TIGHT = {"snes_rtol": 1e-10, "ksp_rtol": 1e-8}


def flux(c: fem.Function) -> ufl.core.expr.Expr:
    """The reaction, in UFL."""
    potential = 3.05 - 0.6 * c - 0.15 * ufl.tanh(12 * (c - 0.4)) - 0.10 * ufl.tanh(15 * (c - 0.75))
    exponent = 0.5 * wire.THERMAL * (wire.POTENTIAL - potential)
    return wire.BIOT * ufl.sqrt(c * (1 - c)) * (ufl.exp(exponent) - ufl.exp(-exponent))


def run(meter: Meter) -> None:
    """Run the steps asked for."""
    task, arrays = meter.task, wire.load(meter.task["size"])
    element = basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,))
    mesh = dmesh.create_mesh(MPI.COMM_SELF, arrays.cells.astype(np.int64), element, arrays.points)
    foot = dmesh.locate_entities_boundary(mesh, 2, lambda x: np.isclose(x[2], 0.0))
    mesh.topology.create_connectivity(2, 3)
    outer = dmesh.exterior_facet_indices(mesh.topology)
    wall = np.setdiff1d(outer, foot)
    tags = dmesh.meshtags(mesh, 2, wall, np.ones(len(wall), dtype=np.int32))
    meter.mark("mesh")
    space = fem.functionspace(mesh, ("Lagrange", 1))
    c, before, v = fem.Function(space), fem.Function(space), ufl.TestFunction(space)
    c.x.array[:] = wire.START
    ds = ufl.Measure("ds", domain=mesh, subdomain_data=tags)(1)
    residual = (
        (c - before) / wire.SCALED_STEP * v * ufl.dx
        + ufl.inner(ufl.grad(c), ufl.grad(v)) * ufl.dx
        + flux(c) * v * ds
    )
    options = {
        "snes_stol": 0.0,
        "snes_atol": 1e-14,
        "snes_error_if_not_converged": True,
        "ksp_type": "cg",
        "pc_type": "gamg",
        **(TIGHT if task["accuracy"] == "tight" else LOOSE),
    }
    problem = NonlinearProblem(residual, c, petsc_options_prefix="naive_", petsc_options=options)
    current, mean, volume = (
        fem.form(form) for form in (flux(c) * ds, c * ufl.dx, fem.Constant(mesh, 1.0) * ufl.dx)
    )
    whole = fem.assemble_scalar(volume)
    meter.mark("setup")
    currents, means, newton, unused = [], [], 0, 0.0
    for _ in range(task.get("steps", wire.STEPS)):
        before.x.array[:] = c.x.array
        problem.solve()
        newton += problem.solver.getIterationNumber()
        began = time.process_time()
        currents.append(-fem.assemble_scalar(current))
        means.append(fem.assemble_scalar(mean) / whole)
        unused += time.process_time() - began
    meter.mark("solve", without=unused)
    meter.report(
        unknowns=len(c.x.array), newton=newton, steps=len(means), current=currents, mean=means
    )
