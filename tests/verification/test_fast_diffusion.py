"""Films of any thickness and diffusivity at any rate: charge is kept, in few time steps.

`make verify` prints the table. Diffusivities up to 10^10 m2/s are what a user sets to switch
diffusion off: a discharge then ends where one without gradients does, in closed form.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.library import load
from nanotrode.solver.result import Result
from nanotrode.study import build
from nanotrode.study.loading import load_study

THICKNESSES = ("5 nm", "100 nm", "1 um", "10 um", "100 um")
DIFFUSIVITIES = (1e-18, 1e-16, 1e-14, 1e-12, 1e-8, 1e-4, 1.0, 1e10)
RATES = {"C/1000": 1e-3, "1C": 1.0, "100C": 100.0}
START, CUT_OFF, T = 0.02, 2.5, 298.15
STUDY = """
[geometry]
kind = "film"
thickness = "{thickness}"
[mesh]
{mesh}
[material]
name = "LiFePO4"
diffusivity = "{diffusivity} m^2/s"
[initial]
stoichiometry = {start}
[[protocol]]
steps = ["Discharge at {rate} until {cut_off} V"]
"""


def discharge(folder: Path, thickness: str, diffusivity: float, rate: str, mesh: str) -> Result:
    path = folder / "film.toml"
    path.write_text(
        STUDY.format(
            thickness=thickness, diffusivity=diffusivity, rate=rate, mesh=mesh, start=START,
            cut_off=CUT_OFF,
        )
    )  # fmt: skip
    study = load_study(path)
    return build.make_simulation(study, build.make_mesh(study), comm=None).run()


def end_without_gradients(metres: float, rate: float) -> float:
    """Mean stoichiometry at which V = U - 2RT/F asinh(j / 2 j0) is the cut-off."""
    of = load("LiFePO4")
    j = rate / 3600.0 * of.capacity_density * metres

    def above(x: float) -> float:
        j0 = FARADAY * 6.21856e-12 * of.c_s_max * np.sqrt(1000.0 * x * (1.0 - x))
        return float(of.ocp(x)) - 2 * GAS_CONSTANT * T / FARADAY * np.arcsinh(j / 2 / j0) - CUT_OFF

    return brentq(above, 0.5, 1.0 - 1e-12)


@pytest.mark.slow
def test_charge_is_kept_in_few_steps_whatever_the_diffusivity(tmp_path):
    print("\n\nfilm      D [m2/s]   rate     steps   balance   end at x   without gradients")
    worst_balance, most_steps = 0.0, 0
    for thickness in THICKNESSES:
        value, unit = thickness.split()
        metres = float(value) * {"nm": 1e-9, "um": 1e-6}[unit]
        for diffusivity in DIFFUSIVITIES:
            for rate, per_hour in RATES.items():
                result = discharge(tmp_path, thickness, diffusivity, rate, "order = 1")
                balance = result.summary["conservation"]["charge balance error"]
                steps = result.summary["work"]["accepted"]
                end = float(result.series["Mean stoichiometry"][-1])
                worst_balance, most_steps = max(worst_balance, balance), max(most_steps, steps)
                line = f"{thickness:8} {diffusivity:9.0e} {rate:>7} {steps:8d} {balance:10.1e}"
                line += f" {end:9.5f}"
                # no gradients: diffusion takes less than a hundred-thousandth of the discharge
                if metres**2 / diffusivity * per_hour < 0.036:
                    exact = end_without_gradients(metres, per_hour)
                    line += f" {exact:12.5f}"
                    assert end == pytest.approx(exact, abs=2e-4)
                print(line)
    assert worst_balance < 1e-8
    assert most_steps <= 200


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("diffusivity", [1e-18, 1e-8, 1e10])
@pytest.mark.parametrize("thickness", ["5 nm", "100 um"])
def test_the_corners_of_that_table_on_default_meshes(tmp_path, thickness, diffusivity, rate):
    result = discharge(tmp_path, thickness, diffusivity, rate, "")
    assert result.events[0].reason == "reached 2.5 V"
    assert result.summary["conservation"]["charge balance error"] < 1e-8
    assert result.summary["work"]["accepted"] <= 200
