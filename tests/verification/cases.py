"""What the verification runs share: materials with known solutions, runs, errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange, RootExchange
from nanotrode.materials.laws import Constant, Formula
from nanotrode.materials.material import Material
from nanotrode.solver.protocol import Protocol
from nanotrode.solver.result import Result
from nanotrode.solver.settings import OutputPlan, SolverSettings
from nanotrode.solver.simulation import Simulation

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())
T = 298.15
RADIUS, DIFFUSIVITY, C_S_MAX = 1e-7, 1e-15, 25000.0
TAU = RADIUS**2 / DIFFUSIVITY
FINE = SolverSettings(tolerance=2e-7)


def butler_volmer_material() -> Material:
    """The material of `reference.json`: a logarithmic potential and root kinetics."""
    return Material(
        name="reference",
        c_s_max=C_S_MAX,
        stoichiometry_limits=(0.0, 1.0),
        diffusivity=Constant(DIFFUSIVITY),
        ocp=Formula("3.6 - 0.4*x - (R*T/F)*log(x/(1-x))"),
        kinetics=ButlerVolmer(0.5, 0.5, RootExchange(1e-11)),
    )


def linear_material(*, biot: float) -> Material:
    """A surface flux of Bi x: Butler-Volmer so close to equilibrium that it is linear.

    With ocp = 3 V - s x held at 3 V the overpotential is s x, and the flux
    j0 F s x / (R T) equals Bi D F c_s_max x / R for the j0 chosen; s = 0.1 mV keeps the
    hyperbolic sine linear to 1e-7.
    """
    slope = 1e-4
    scale = biot * DIFFUSIVITY / RADIUS * FARADAY * C_S_MAX
    return Material(
        name="linear",
        c_s_max=C_S_MAX,
        stoichiometry_limits=(0.0, 1.0),
        diffusivity=Constant(DIFFUSIVITY),
        ocp=Formula(f"3 - {slope}*x"),
        kinetics=ButlerVolmer(
            0.5, 0.5, ConstantExchange(scale * GAS_CONSTANT * T / (FARADAY * slope))
        ),
    )


def run(
    mesh: ElectrodeMesh,
    material: Material,
    step: str,
    *,
    start: float,
    settings: SolverSettings | None = None,
    every: float | None = None,
) -> Result:
    """One protocol step from a uniform stoichiometry."""
    return Simulation(
        mesh,
        material,
        protocol=Protocol.from_text([step]),
        initial_stoichiometry=start,
        temperature=T,
        c_e=1000.0,
        settings=settings,
        output=OutputPlan(every=every),
    ).run()


def at_times(result: Result, column: str, times: list[float]) -> np.ndarray:
    """A column of the series at some times, by cubic interpolation in the square root of time."""
    from scipy.interpolate import CubicSpline

    time, index = np.unique(result.time, return_index=True)
    return CubicSpline(np.sqrt(time), result.series[column][index])(np.sqrt(times))


def snapshot_at(result: Result, time: float) -> np.ndarray:
    """The nodal stoichiometry of the snapshot at a time."""
    return min(result.snapshots, key=lambda s: abs(s.time - time)).stoichiometry


def near_radius(mesh: ElectrodeMesh, radius: np.ndarray, x: np.ndarray, at: float) -> float:
    """Mean nodal value on the shell or axis closest to a relative radius."""
    distance = np.abs(radius / RADIUS - at)
    return float(x[distance < distance.min() + 1e-6].mean())
