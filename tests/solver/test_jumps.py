"""A potential that jumps, against Crank's film whose surface is filled at once."""

from __future__ import annotations

import boxes
import numpy as np
import pytest
from boxes import DIFFUSIVITY, LENGTH
from scipy.optimize import brentq

from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange
from nanotrode.solver.settings import SolverSettings

UNIT = LENGTH**2 / DIFFUSIVITY
START = 0.2
LEFT = {(1, 1e-3): 2e-3, (1, 0.02): 8e-4, (1, 0.2): 5e-4} | {
    (2, 1e-3): 5e-4, (2, 0.02): 1e-4, (2, 0.2): 1e-4
}  # fmt: skip
"""What the mesh leaves, by order and time; the same with time steps of a tenth of the error."""
FAST = ButlerVolmer(0.5, 0.5, ConstantExchange(1e5))


def graded(points):
    """Layers that grow with the square of their number from the surface on."""
    depth = (1.0 - points[:, 2] / LENGTH) ** 3
    return np.column_stack([points[:, :2], LENGTH * (1.0 - depth)])


def film(order, layers=30):
    sides = (LENGTH, LENGTH, LENGTH)
    return boxes.box((1, 1, layers), order=order, sides=sides, bend=graded)


def taken_up(of, volts, time):
    """Mean stoichiometry gained after a time [s] (Crank, The Mathematics of Diffusion, 4.18)."""
    surface = brentq(lambda x: float(of.ocp(x)) - volts, 1e-9, 1.0 - 1e-9)
    tau, n = time / UNIT, np.arange(2000)
    odd = (2 * n + 1) * np.pi / 2.0
    return (surface - START) * (1.0 - np.sum(2.0 / odd**2 * np.exp(-(odd**2) * tau)))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("volts", [3.3, 2.9, 3.75])
@pytest.mark.parametrize("tau", [1e-3, 2e-2, 0.2])
def test_what_a_film_takes_up_after_a_jump(tau, volts, order):
    """A ramp of a thousandth of L^2/D would be 10 % of the first and 0.2 % of the second."""
    of, time = boxes.material(kinetics=FAST), tau * UNIT
    result = boxes.run(
        film(order), f"Hold at {volts} V for {time!r} s", of=of, start=START,
        settings=SolverSettings(tolerance=1e-5),
    )  # fmt: skip
    gained = result.series["Mean stoichiometry"][-1] - START
    assert gained == pytest.approx(taken_up(of, volts, time), rel=LEFT[order, tau])


def test_the_error_falls_with_the_tolerance():
    """And with it alone, from time steps: the finest run on the same mesh is the truth."""
    of, errors = boxes.material(), []
    hold = f"Hold at 2.9 V for {0.1 * UNIT!r} s"
    for tolerance in (1e-3, 1e-4, 1e-5, 1e-7):
        settings = SolverSettings(tolerance=tolerance)
        result = boxes.run(film(1), hold, of=of, start=START, settings=settings)
        errors.append(result.series["Current [A]"][-1])
    errors = np.abs(np.array(errors[:-1]) / errors[-1] - 1.0)
    assert errors[1] < 1e-3
    assert errors[2] < 1e-4
    assert (errors[1:] < errors[:-1]).all()


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("start", "volts", "sign"), [(0.1, 2.6, 1.0), (0.9, 4.2, -1.0)])
def test_the_current_after_a_jump_has_one_sign_and_falls(start, volts, sign, order):
    """From the first row on: a surface that overshoots would turn it round."""
    result = boxes.run(boxes.slab(order=order), f"Hold at {volts} V for 5 s", start=start)
    current = sign * result.series["Current [A]"][1:]
    assert (current > 0.0).all()
    assert (np.diff(current) < 1e-3 * current[:-1]).all()
    assert (result.voltage == volts).all()
    assert result.summary["work"]["accepted"] < 110


def test_a_hold_at_the_potential_of_the_step_before_goes_on_smoothly():
    """Nothing jumps: the current is that of the charge, and then dies away over many steps."""
    steps = ["Charge at 10C until 3.6 V", "Hold at 3.6 V until 1C"]
    result = boxes.run(boxes.slab(), steps, start=0.4)
    held = result.series["Step"] == 1
    current = -result.series["Current [A]"][held]
    assert current[0] == pytest.approx(-result.series["Current [A]"][~held][-1], rel=1e-6)
    assert held.sum() > 15
    assert (np.diff(current) < 0.0).all()
    assert current[-1] == pytest.approx(current[0] / 10.0, rel=1e-5)
