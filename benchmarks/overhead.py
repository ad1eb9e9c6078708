"""What the API costs: nanotrode and its flat twin by turns, in one process on one mesh.

Single runs of the two, each in a process of its own, differ by a tenth from one to the next on a
shared machine; neighbours in time differ less.
"""

from __future__ import annotations

import time

import ours
import twin
import wire
from measure import Meter
from mpi4py import MPI
from threadpoolctl import threadpool_limits

import meshes
from nanotrode.solver.domain import Domain


def run(meter: Meter) -> None:
    """Take the benchmark's steps by both, as often as asked."""
    task, arrays = meter.task, wire.load(meter.task["size"])
    domain = Domain(meshes.uniform(task["size"]), MPI.COMM_SELF)
    model = ours.insertion_model(domain)
    flat = twin.set_up(arrays, twin.make_mesh(arrays))
    accuracy, clock = task["accuracy"], time.process_time
    meter.mark("setup")
    seconds: dict[str, list[float]] = {"ours": [], "flat": []}
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in range(task["pairs"]):
            newton = ours.newton_of(model, domain, accuracy)
            began = clock()
            ours.march(model, newton)
            between = clock()
            twin.march(flat, wire.TOLERANCES[accuracy])
            seconds["ours"].append(between - began)
            seconds["flat"].append(clock() - between)
    meter.mark("solve")
    meter.report(unknowns=len(arrays.points), seconds=seconds)
