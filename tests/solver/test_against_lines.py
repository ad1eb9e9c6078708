"""Diffusivities and kinetics of all kinds against an independent one-dimensional solution."""

from __future__ import annotations

from dataclasses import dataclass

import boxes
import numpy as np
import pytest
from lines import F, R, Slab, T
from scipy.interpolate import CubicSpline

from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange, RootExchange
from nanotrode.materials.laws import Formula
from nanotrode.materials.library import load
from nanotrode.materials.material import Material
from nanotrode.solver.settings import SolverSettings

ALLOWED = 1e-3
TIMES = [0.5, 1.0, 2.0, 4.0, 6.0]


def logarithmic(x):
    return 3.6 - 0.4 * x - R * T / F * np.log(x / (1 - x))


def falling(x):
    return 1e-15 * (0.2 + 0.8 * (1 - x) ** 2)


def rising(x):
    return 2e-16 * np.exp(2.0 * x)


def root(x):
    return F * 1e-11 * np.sqrt(1000.0 * 25000.0 * x * 25000.0 * (1 - x))


def skew(anodic, cathodic):
    """By the law of mass action, at a salt concentration of 1 mol/L."""
    a = anodic / (anodic + cathodic)
    scale = F * 1e-11 * 25000.0 * np.sqrt(1000.0)
    return lambda x: scale * (1 - x) ** a * x ** (1 - a)


@dataclass(frozen=True)
class Case:
    """A material said twice: to nanotrode, and in plain functions."""

    material: Material
    diffusivity: object = staticmethod(lambda x: 1e-15)
    ocp: object = staticmethod(logarithmic)
    exchange: object = staticmethod(root)
    alphas: tuple[float, float] = (0.5, 0.5)
    held: float = 3.25

    def slab(self) -> Slab:
        return Slab(
            length=boxes.LENGTH,
            diffusivity=self.diffusivity,
            ocp=self.ocp,
            exchange=self.exchange,
            alpha_a=self.alphas[0],
            alpha_c=self.alphas[1],
            charge=self.material.charge_number,
            c_s_max=self.material.c_s_max,
            start=0.2,
        )


def formula(text):
    return Formula(text, outside="constant")


def kinetics(*alphas, exchange=None):
    return boxes.material(kinetics=ButlerVolmer(*alphas, exchange or RootExchange(1e-11)))


CASES = {
    "D falls": Case(
        boxes.material(diffusivity=formula("1e-15*(0.2 + 0.8*(1-x)**2)")), diffusivity=falling
    ),
    "D rises": Case(boxes.material(diffusivity=formula("2e-16*exp(2*x)")), diffusivity=rising),
    "constant j0": Case(kinetics(0.5, 0.5, exchange=ConstantExchange(0.4)), exchange=lambda x: 0.4),
    "alphas 0.3 and 1.1": Case(kinetics(0.3, 1.1), exchange=skew(0.3, 1.1), alphas=(0.3, 1.1)),
    "alphas 0.8 and 0.2": Case(kinetics(0.8, 0.2), exchange=skew(0.8, 0.2), alphas=(0.8, 0.2)),
    # H2V3O8: the card's numbers, read by eye
    "z = 2": Case(
        load("H2V3O8").replace(diffusivity=boxes.material().diffusivity),
        ocp=lambda x: 0.95 - 0.5 * x + R * T / (2 * F) * np.log((1 - x) / x),
        exchange=lambda x: 1.0,
        alphas=(1.0, 1.0),
        held=0.7,
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture(scope="module")
def mesh():
    return boxes.slab(order=2, counts=(1, 1, 14))


def run(mesh, case, words):
    return boxes.run(mesh, words, of=case.material, settings=SolverSettings(tolerance=3e-6))


def at(result, column):
    time, first = np.unique(result.time, return_index=True)
    return CubicSpline(np.sqrt(time), result.series[column][first])(np.sqrt(TIMES))


def test_a_potential_held(mesh, case):
    expected = case.slab().held(lambda t: case.held, TIMES)
    result = run(mesh, case, f"Hold at {case.held} V for {TIMES[-1]} s")
    assert np.ptp(expected["mean"]) > 0.05
    assert at(result, "Mean stoichiometry") == pytest.approx(expected["mean"], abs=ALLOWED)
    assert at(result, "Surface stoichiometry") == pytest.approx(expected["surface"], abs=ALLOWED)
    # the density in the series is in mA/cm2 of collector, here as large as the surface
    current = -10.0 * at(result, "Current density [mA.cm-2]")
    assert current == pytest.approx(expected["j"], rel=ALLOWED)


def test_a_current_imposed(mesh, case):
    j = -0.05 * case.material.charge_number * F * case.material.c_s_max * boxes.LENGTH  # x in 20 s
    expected = case.slab().driven(j, TIMES)
    words = f"Discharge at {-j * mesh.area('interface'):.16g} A for {TIMES[-1]} s"
    result = run(mesh, case, words)
    assert at(result, "Voltage [V]") == pytest.approx(expected["V"], abs=ALLOWED)
    assert at(result, "Mean stoichiometry") == pytest.approx(0.2 + 0.05 * np.array(TIMES), abs=1e-8)
    assert at(result, "Surface stoichiometry") == pytest.approx(expected["surface"], abs=ALLOWED)


def test_a_sweep_there(mesh):
    """A potential that moves: the current follows it in time, without a lag of half a step."""
    case = CASES["D falls"]
    expected = case.slab().held(lambda t: 3.55 - 0.05 * t, TIMES)
    result = run(mesh, case, f"Sweep from 3.55 V to {3.55 - 0.05 * TIMES[-1]} V at 50 mV/s")
    current = -10.0 * at(result, "Current density [mA.cm-2]")
    assert current == pytest.approx(expected["j"], rel=ALLOWED, abs=1e-3)
