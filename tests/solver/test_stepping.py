"""The integrator on a model of two numbers, the controller alone, and what loads no FEniCSx."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nanotrode.solver.controller import LADDER, StepController
from nanotrode.solver.stepping import D, attempt_step, consistent_state

LIGHT = (
    "stepping", "pace", "controller", "control", "endings", "steps", "protocol", "settings",
    "result", "recorder", "checkpoint",
)  # fmt: skip


def test_protocols_steps_and_books_load_no_finite_elements():
    code = (
        "import importlib, sys\n"
        f"for name in {LIGHT}:\n"
        "    importlib.import_module('nanotrode.solver.' + name)\n"
        "    heavy = {'dolfinx', 'petsc4py', 'mpi4py', 'ufl', 'basix', 'gmsh'} & set(sys.modules)\n"
        "    if heavy:\n"
        "        sys.exit(f'solver.{name} loads {heavy}')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


# --- the scheme -----------------------------------------------------------------------------


class Decay:
    """u' = -k u, dense and exact in its linear algebra."""

    def __init__(self, k):
        self.k = np.asarray(k, dtype=float)
        self.lumped_mass = self.mass_diagonal = np.ones(len(self.k))

    def evaluate(self, u, potential):
        from nanotrode.solver.model import Evaluation

        nothing = np.zeros_like(u)
        return Evaluation(
            rate=float(self.k @ u),
            rate_slope=1.0,
            uniform_slope=float(self.k.sum()),
            j=nothing,
            flux=self.k * u,
            potential_slope=nothing,
            state_slope=self.k,
        )

    def apply_mass(self, u):
        return u

    def restrained(self, old, new):
        return new

    def error_norm(self, error, at):
        return float(np.abs(error).max())

    def equilibrium_potential(self, u):
        return 0.0


class Exact:
    """Solves the stages of `Decay` by division."""

    def __init__(self, model):
        self.model = model

    def solve(self, shift, target, control, *, time, guess):
        from nanotrode.solver.nonlinear import Stage

        u = target / (shift + self.model.k)
        f = target - shift * u
        return Stage(u, 0.0, self.model.evaluate(u, 0.0), content=u, f=f, iterations=1)

    def filter_error(self, shift, defect):
        return shift * defect / (shift + self.model.k)


def steps_of(k, size, count=1, *, jump=False):
    """Steps from u = 1: in the middle of a run, or just after a jump of the control."""
    from nanotrode.solver.control import ImposedPotential

    model, control = Decay(k), ImposedPotential(0.0)
    state = consistent_state(model, control, 0.0, np.ones(len(model.k)))
    if not jump:
        state = replace(state, f=model.k * state.u)
    taken = []
    for _ in range(count):
        taken.append(attempt_step(model, Exact(model), control, state, size=size, tolerance=1.0))
        state = taken[-1].end
    return taken


def test_the_step_is_tr_bdf2():
    """Its stability function in closed form; d = 1 - 1/sqrt(2)."""
    z = np.array([0.1, 1.0, 10.0])
    step = steps_of(z, 1.0)[0]
    gamma = 2 * D
    middle = (1 - D * z) / (1 + D * z)
    end = (middle / gamma - (1 - gamma) ** 2 / gamma) / (2 - gamma) / (1 + D * z)
    assert step.middle.u == pytest.approx(middle)
    assert step.end.u == pytest.approx(end)
    assert steps_of([1e12], 1.0)[0].end.u[0] == pytest.approx(0.0, abs=1e-10)  # L-stable


def test_newton_sets_out_where_the_model_lets_it():
    """Whatever the parabola predicts for the stages, the model is asked first."""
    from nanotrode.solver.control import ImposedPotential

    model, asked = Decay([1.0]), []
    newton = Exact(model)
    solve = newton.solve
    newton.solve = lambda *args, guess, **more: (
        asked.append(guess[0][0]) or solve(*args, guess=guess, **more)
    )
    state = consistent_state(model, ImposedPotential(0.0), 0.0, np.ones(1))
    attempt_step(model, newton, ImposedPotential(0.0), state, size=1.0, tolerance=1.0)
    assert asked[0] == 1.0
    assert asked[1] < 0.6  # ahead on the line through the start and the first stage
    model.restrained = lambda old, new: np.maximum(new, 0.9 * old)
    asked.clear()
    attempt_step(model, newton, ImposedPotential(0.0), state, size=1.0, tolerance=1.0)
    assert asked[1] == pytest.approx(0.9 / (1 + D))


def test_after_a_jump_no_stage_is_explicit():
    """Alexander's L-stable pair: however steep the start, also the first stage is damped."""
    z = np.array([0.1, 1.0, 10.0])
    step = steps_of(z, 1.0, jump=True)[0]
    assert step.middle.u == pytest.approx(1 / (1 + D * z))
    assert step.end.u == pytest.approx((1 - (1 - 2 * D) * z) / (1 + D * z) ** 2)
    steep = steps_of([1e12], 1.0, jump=True)[0]
    assert [steep.middle.u[0], steep.end.u[0]] == pytest.approx([0.0, 0.0], abs=1e-10)


@pytest.mark.parametrize(("jump", "estimate"), [(False, 3.0), (True, 2.0)])
def test_it_is_of_second_order(jump, estimate):
    """The end's error; and the estimate of one step's, which is careful after a jump."""
    ends, estimates = [], []
    for count in (8, 16, 32):
        taken = steps_of([1.0], 1.0 / count, count, jump=jump)
        ends.append(abs(taken[-1].end.u[0] - math.exp(-1.0)))
        estimates.append(taken[0].error)
    assert np.log2(np.array(ends[:-1]) / ends[1:]) == pytest.approx(2.0, abs=0.08)
    assert np.log2(np.array(estimates[:-1]) / estimates[1:]) == pytest.approx(estimate, abs=0.15)


def test_the_estimate_is_the_error_of_one_step():
    step = steps_of([1.0], 0.05)[0]
    assert step.error == pytest.approx(abs(step.end.u[0] - math.exp(-0.05)), rel=0.15)
    careful = steps_of([1.0], 0.05, jump=True)[0]
    assert careful.error > 5 * abs(careful.end.u[0] - math.exp(-0.05))


@pytest.mark.parametrize("jump", [False, True])
def test_what_passed_is_what_left(jump):
    for step in steps_of([1.0, 50.0], 0.3, 4, jump=jump):
        assert step.passed == pytest.approx((step.start.u - step.end.u).sum(), rel=1e-12)


@pytest.mark.parametrize(("jump", "order"), [(False, 3.0), (True, 2.0)])
def test_the_curve_inside_a_step(jump, order):
    """The parabola through the three states of one step, against the exact curve."""
    errors = []
    for size in (0.4, 0.2, 0.1):
        step = steps_of([1.0], size, jump=jump)[0]
        inside = np.linspace(0.0, 1.0, 11) * size
        found = [step.interpolate(t)[0][0] for t in inside]
        errors.append(np.abs(found - np.exp(-inside)).max())
        first = (D if jump else 2 * D) * size
        for t, state in ((0.0, step.start.u), (first, step.middle.u), (size, step.end.u)):
            assert step.interpolate(t)[0] == pytest.approx(state, rel=1e-12)
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders.min() > order - 0.3


# --- the controller -------------------------------------------------------------------------


def rung(size):
    return math.log(size, LADDER)


def is_rung(size):
    return abs(rung(size) - round(rung(size))) < 1e-9


def test_sizes_are_rungs_of_a_ladder():
    controller = StepController(first=0.013)
    for error in (0.3, 1e-6, 0.9, 2e-3, 0.05):
        assert is_rung(controller.size)
        controller.accept(error, controller.size)
    controller.reject(40.0, controller.size)
    assert is_rung(controller.size)
    controller.fail(controller.size)
    assert is_rung(controller.size)


def test_a_good_step_makes_the_next_longer_but_not_without_limit():
    controller = StepController(first=1.0)
    controller.accept(1e-9, 1.0)
    assert controller.size == pytest.approx(8.0)
    controller.accept(0.4, 8.0)  # 0.8 * 0.4^(-1/3) = 1.09: not worth another matrix
    assert controller.size == pytest.approx(8.0)
    controller.accept(0.95, 8.0)  # just passed: a little shorter, lest the next be rejected
    assert controller.size < 8.0


def test_a_bad_step_is_cut_by_its_error_and_a_failed_one_to_a_quarter():
    controller = StepController(first=1.0)
    controller.reject(8.0, 1.0)  # 0.8 * 8^(-1/3) = 0.4
    assert controller.size == pytest.approx(0.25 * LADDER)
    controller = StepController(first=1.0)
    controller.reject(1.01, 1.0)
    assert controller.size <= 1.0 / LADDER * (1 + 1e-9)
    controller.reject(1e30, 1.0)
    assert 0.1 / LADDER <= controller.size <= 0.1
    controller.fail(1.0)
    assert controller.size == pytest.approx(0.25)


def test_the_longest_step_is_kept():
    controller = StepController(first=5.0, longest=2.0)
    assert controller.size <= 2.0 * (1 + 1e-12)
    controller.accept(1e-12, controller.size)
    assert controller.size <= 2.0 * (1 + 1e-12)
    controller.restart(100.0, longest=3.0)
    assert controller.size <= 3.0 * (1 + 1e-12)


@pytest.mark.parametrize(
    "remaining", [1e-6, 0.3, 0.9999, 1.0, 1.00005, 1.001, 1.5, 1.999, 2.0, 7.3]
)
def test_an_end_is_reached_without_a_sliver(remaining):
    controller = StepController(first=1.0)
    sizes = []
    while remaining > 0.0:
        size = controller.fit(remaining)
        assert size <= 1.0001 * controller.size
        sizes.append(size)
        remaining -= size
    assert remaining == 0.0
    if len(sizes) > 1:
        assert min(sizes) >= 0.49 * max(sizes)


def test_a_step_cut_by_its_end_does_not_shrink_the_next():
    controller = StepController(first=1.0)
    controller.accept(0.9, 0.01)
    assert controller.size == pytest.approx(1.0)
    controller.accept(1e-9, 0.5)
    assert controller.size >= 1.0
