"""nanotrode at the wire-step benchmark: backward Euler by its own objects, and as users run it.

`euler` takes the benchmark's steps with `Newton.solve`; `adaptive` is `Simulation.run`, set-up and
solve told apart by the first snapshot.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import wire
from marching import extrapolate
from measure import Meter
from mpi4py import MPI

import meshes
from nanotrode.materials.kinetics import ButlerVolmer, RootExchange
from nanotrode.materials.laws import Constant, Formula
from nanotrode.materials.material import Material
from nanotrode.solver.control import ImposedPotential
from nanotrode.solver.domain import Domain
from nanotrode.solver.insertion import InsertionModel
from nanotrode.solver.nonlinear import Newton
from nanotrode.solver.result import Result, Snapshot
from nanotrode.solver.settings import OutputPlan, SolverSettings
from nanotrode.solver.simulation import Simulation

SALT = 1000.0  # c_e [mol m-3]
C_S_MAX = 2e4  # [mol m-3]; cancels

HOLD = f"Hold at {wire.POTENTIAL} V for {wire.END} s"

MATERIAL = Material(
    name="wire-step",
    c_s_max=C_S_MAX,
    stoichiometry_limits=(0.0, 1.0),
    diffusivity=Constant(wire.DIFFUSIVITY),
    ocp=Formula(wire.OCP_FORMULA),
    kinetics=ButlerVolmer(
        alpha_a=0.5,
        alpha_c=0.5,
        exchange_current=RootExchange(rate_constant=wire.RATE_VELOCITY / math.sqrt(SALT)),
    ),
    illustrative=True,
)


class Start:
    """An observer that notes when the first snapshot, that of the start, is written."""

    def __init__(self, meter: Meter) -> None:
        self._meter: Meter | None = meter

    def write(self, snapshot: Snapshot) -> None:
        """Mark the end of the set-up, once."""
        if self._meter is not None:
            self._meter.mark("setup")
            self._meter = None

    def finish(self, result: Result) -> None:
        """Nothing is left to do."""


class Steps(NamedTuple):
    """What the benchmark's steps gave, at the end of each, in its units.

    Attributes:
        current: Total, positive in insertion.
        mean: Mean stoichiometry.
        counts: Newton and linear iterations in all.
    """

    current: list[float]
    mean: list[float]
    counts: dict[str, int]


def insertion_model(domain: Domain) -> InsertionModel:
    """The wire's model on a mesh."""
    return InsertionModel(domain, MATERIAL, temperature=wire.TEMPERATURE, c_e=SALT)


def newton_of(model: InsertionModel, domain: Domain, accuracy: str) -> Newton:
    """Its solver, to leave what the accuracy allows in each step."""
    size = domain.space.dofmap.index_map.size_global
    return Newton(model, size=size, tolerance=wire.TOLERANCES[accuracy])


def march(model: InsertionModel, newton: Newton, *, steps: int = wire.STEPS) -> Steps:
    """Take the benchmark's backward-Euler steps."""
    control = ImposedPotential(wire.POTENTIAL)
    u = np.full_like(model.lumped_mass, wire.START)
    past, rates, means = [u], [], []
    shift, content = 1.0 / wire.STEP, model.apply_mass(u)
    for index in range(steps):
        stage = newton.solve(
            shift,
            shift * content,
            control,
            time=(index + 1) * wire.STEP,
            guess=(extrapolate(past), wire.POTENTIAL),
        )
        u, content = stage.u, stage.content
        past = [u, *past[:2]]
        rates.append(stage.at.rate)
        means.append(model.mean(u))
    scale = model.volume * wire.UNIT_TIME / wire.RADIUS**3
    return Steps([-scale * rate for rate in rates], means, newton.counts)


def euler(meter: Meter) -> None:
    """The benchmark's steps, timed."""
    task = meter.task
    mesh = meshes.uniform(task["size"])
    meter.mark("read")
    domain = Domain(mesh if MPI.COMM_WORLD.rank == 0 else None, MPI.COMM_WORLD)
    meter.mark("mesh")
    model = insertion_model(domain)
    newton = newton_of(model, domain, task["accuracy"])
    steps = task.get("steps", wire.STEPS)
    meter.mark("setup")
    found = march(model, newton, steps=steps)
    meter.mark("solve")
    meter.report_on_root(
        unknowns=domain.space.dofmap.index_map.size_global,
        steps=steps,
        current=found.current,
        mean=found.mean,
        **found.counts,
    )


def adaptive(meter: Meter) -> None:
    """A protocol as a user runs it, with error control; the potential step unless told other."""
    task = meter.task
    mesh = meshes.find(task["mesh"]) if MPI.COMM_WORLD.rank == 0 else None
    meter.mark("read")
    result = Simulation(
        mesh,
        MATERIAL,
        protocol=[task.get("protocol", HOLD)],
        initial_stoichiometry=wire.START,
        temperature=wire.TEMPERATURE,
        c_e=SALT,
        settings=SolverSettings(tolerance=task["tolerance"]),
        output=OutputPlan(fraction=1.0),
    ).run(observers=[Start(meter)])
    meter.mark("solve")
    series, work = result.series, result.summary["work"]
    scale = wire.UNIT_TIME / (wire.FARADAY * C_S_MAX * wire.RADIUS**3)
    meter.report_on_root(
        unknowns=result.summary["unknowns"],
        steps=work["accepted"],
        times=series["Time [s]"].tolist(),
        current=(scale * series["Current [A]"]).tolist(),
        mean=series["Mean stoichiometry"].tolist(),
        newton=work["newton"],
        linear=work["linear"],
    )


def run(meter: Meter) -> None:
    """Run the task asked for."""
    {"euler": euler, "adaptive": adaptive}[meter.task["method"]](meter)
