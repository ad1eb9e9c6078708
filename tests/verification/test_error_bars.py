"""Error bars against true errors: ten cases whose answers nanotrode did not make.

Each case is run on a plain straight mesh at default accuracy, on one whose elements are 1.5 times
as large, and with the looser time steps, as `[sweep] error = true` has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import cases
import numpy as np
import pytest
import wedges
from cases import DIFFUSIVITY, FARADAY, RADIUS, REFERENCE, TAU

from nanotrode.solver.result import Result
from nanotrode.solver.settings import SolverSettings
from nanotrode.study.sweep.bars import NODES, error_bars
from nanotrode.study.sweep.levels import COARSER, LOOSER

SIZE = 0.1
SHAPES = {"slab": wedges.slab, "cyl": wedges.cylinder, "sphere": wedges.sphere}
PLAIN = SolverSettings()
LOOSE = replace(PLAIN, tolerance=LOOSER * PLAIN.tolerance)


class Known(NamedTuple):
    """A case with a known answer.

    Attributes:
        name: Of the case.
        run: From shape's mesh and settings to a result.
        shape: Of the mesh.
        number: What is compared.
        exact: Its true value.
    """

    name: str
    run: Callable
    shape: str
    number: Callable[[Result], float]
    exact: float


def last(column: str) -> Callable[[Result], float]:
    return lambda result: float(result.series[column][-1])


def constant_flux(shape: str) -> Known:
    start, rise, time = 0.1, 0.2, 0.2
    flux = rise * DIFFUSIVITY / RADIUS * FARADAY * cases.C_S_MAX
    rows = REFERENCE["constant_flux"]["values"]
    (row,) = [row for row in rows if row["x"] == 1.0 and row["t"] == time]

    def run(mesh, settings):
        step = f"Discharge at {flux * mesh.area('interface'):.16g} A for {time * TAU} s"
        material = cases.butler_volmer_material()
        return cases.run(mesh, material, step, start=start, settings=settings)

    exact = start + rise * row[shape]
    return Known(f"constant flux, {shape}", run, shape, last("Surface stoichiometry"), exact)


def robin(shape: str) -> Known:
    row = REFERENCE["robin"]["cases"][0]["mean"][-1]

    def run(mesh, settings):
        step = f"Hold at 3 V for {row['t'] * TAU} s"
        material = cases.linear_material(biot=1.0)
        return cases.run(mesh, material, step, start=0.5, settings=settings)

    return Known(f"Robin Bi = 1, {shape}", run, shape, last("Mean stoichiometry"), 0.5 * row[shape])


def potential_step(name: str, column: str, key: str) -> Known:
    row = REFERENCE["potentiostatic"]["cases"]["cyl"][-1]

    def run(mesh, settings):
        material = cases.butler_volmer_material()
        step = f"Hold at 3.2 V for {row['t']} s"
        result = cases.run(mesh, material, step, start=0.1, settings=settings)
        per_area = result.series["Current [A]"] / mesh.area("interface")
        return replace(result, series=result.series | {"j": per_area})

    return Known(f"potential step, {name}", run, "cyl", last(column), row[key])


def cut_off() -> Known:
    case = REFERENCE["galvanostatic"]["cases"]["cyl_j2.0"]

    def run(mesh, settings):
        step = f"Discharge at {2.0 * mesh.area('interface'):.16g} A until 3 V"
        material = cases.butler_volmer_material()
        return cases.run(mesh, material, step, start=0.05, settings=settings)

    return Known("cut-off at 3 V: time", run, "cyl", last("Time [s]"), case["t_cut"])


def pybamm() -> Known:
    case = REFERENCE["pybamm_sphere"]

    def run(mesh, settings):
        step = f"Discharge at {2.0 * mesh.area('interface'):.16g} A for {case['t'][-1]} s"
        material = cases.butler_volmer_material()
        return cases.run(mesh, material, step, start=0.05, settings=settings)

    exact = case["V_n200"][-1]
    return Known("PyBaMM sphere: voltage", run, "sphere", last("Voltage [V]"), exact)


@pytest.mark.slow
def test_true_errors_lie_within_the_bars_in_nine_of_ten_cases():
    known = [constant_flux(shape) for shape in SHAPES] + [robin(shape) for shape in SHAPES]
    known += [
        potential_step("current", "j", "j"),
        potential_step("mean", "Mean stoichiometry", "xm"),
    ]
    known += [cut_off(), pybamm()]
    print("\n\ncase                       exact      true error   error bar   bar/error")
    within = 0
    for case in known:
        value, bar = _bar(case)
        error = abs(value - case.exact)
        within += error <= bar
        print(f"{case.name:25} {case.exact:9.5f} {error:12.2e} {bar:11.2e} {bar / error:9.1f}")
    assert len(known) == 10
    assert within >= 9


def _bar(case: Known) -> tuple[float, float]:
    """The number of a case at default accuracy, and its error bar."""
    fine = SHAPES[case.shape](size=SIZE, order=1, length=RADIUS)
    coarse = SHAPES[case.shape](size=COARSER * SIZE, order=1, length=RADIUS)
    numbers = [
        {"number": case.number(case.run(mesh, settings)), NODES: float(len(mesh.points))}
        for mesh, settings in ((fine, PLAIN), (coarse, PLAIN), (fine, LOOSE))
    ]
    bar = error_bars(*numbers)["number"]
    assert np.isfinite(bar)
    return numbers[0]["number"], bar
