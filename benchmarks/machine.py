"""What the machine can do: memory bandwidth of one core, and the benchmark's matrix-vector product.

The solver is bound by memory, so the price of a step is told in products with its own matrix.
"""

from __future__ import annotations

import time

import numpy as np
import wire
from measure import Meter, median
from mpi4py import MPI

import meshes
from nanotrode.solver.domain import Domain

LENGTH = 8_000_000
"""Numbers in each array of the bandwidth test: 64 MB, beyond most caches."""
REPEATS = 9


def cpu_of(action) -> float:
    """Median CPU seconds of a call."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    return median(times)


def bandwidth() -> dict[str, float]:
    """Read and triad bandwidth [B/s]."""
    a, b = np.ones(LENGTH), np.ones(LENGTH)
    c = np.zeros(LENGTH)

    def triad() -> None:
        # numpy has no fused triad: two passes, of three and of two arrays and a write
        np.multiply(b, 3.0, out=c)
        np.add(a, c, out=c)

    return {"read": a.nbytes / cpu_of(a.sum), "triad": 5 * a.nbytes / cpu_of(triad)}


def run(meter: Meter) -> None:
    """Measure the bandwidth and the product with M/dt + K."""
    found = bandwidth()
    domain = Domain(meshes.uniform(meter.task["size"]), MPI.COMM_WORLD)
    mass, stiffness = domain.assemble_operators()
    mass.scale(1.0 / wire.STEP)
    mass.axpy(wire.DIFFUSIVITY, stiffness, mass.Structure.SAME_NONZERO_PATTERN)
    x, y = mass.createVecs()
    x.set(1.0)
    entries = int(mass.getInfo()["nz_used"])
    meter.mark("setup")
    product = cpu_of(lambda: mass.mult(x, y))
    meter.mark("solve")
    meter.report(
        unknowns=domain.n_nodes,
        product=product,
        product_bytes=12 * entries + 20 * domain.n_nodes,
        **found,
    )
