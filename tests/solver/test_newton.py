"""The stage solver: conservation to rounding whatever the linear solver leaves."""

from __future__ import annotations

import boxes
import numpy as np
import pytest

from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange
from nanotrode.materials.library import load
from nanotrode.solver.control import ImposedPotential, ImposedRate

CONTROLS = {"current": ImposedRate(-0.02), "potential": ImposedPotential(3.5)}
LAWS = {"constant D": boxes.material, "D(x)": lambda: boxes.material(diffusivity=boxes.varying())}


def make(of, *, counts=(5, 5, 24), tolerance=1e-9):
    """A model with enough unknowns for an iterative solver."""
    from nanotrode.solver.linear import DIRECT_BELOW
    from nanotrode.solver.nonlinear import Newton

    domain, model = boxes.model(boxes.slab(counts=counts), of)
    assert counts[0] < 3 or domain.owned >= DIRECT_BELOW
    return domain, model, Newton(model, size=domain.owned, tolerance=tolerance)


def one_step(model, newton, control, size=0.5):
    from nanotrode.solver.stepping import attempt_step, consistent_state

    start = consistent_state(model, control, 0.0, np.full(len(model.lumped_mass), 0.2))
    return attempt_step(model, newton, control, start, size=size, tolerance=1.0)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", CONTROLS)
def test_a_step_keeps_the_books_however_loose_the_linear_solver(name, law):
    """Each linear solve is worth one digit; the charge is worth eleven all the same."""
    _, model, newton = make(LAWS[law](), tolerance=1e-9)
    newton._linear_tolerance = lambda error, reduction: 0.1
    step = one_step(model, newton, CONTROLS[name])
    stored = model.mean(step.end.u) - 0.2
    assert abs(stored) > 1e-3
    assert stored == pytest.approx(-step.passed, rel=1e-11)
    if name == "current":
        assert step.passed == pytest.approx(-0.02 * step.size, rel=1e-9)


def test_each_linear_solve_is_exact_in_its_sum():
    _, model, newton = make(boxes.material())
    u = np.full(len(model.lumped_mass), 0.2)
    at = model.evaluate(u, 3.2)
    shift = 3.0
    newton._solver.set_point(shift, u, at)
    matrix = model.jacobian(shift, u, at).matrix
    right = np.random.default_rng(0).standard_normal(len(u)) * model.lumped_mass
    loose, mean, along, uneven = newton._solver.solve(right, right.sum(), 1e-2)
    assert along == pytest.approx(model.rate_along(at, loose), rel=1e-12)
    assert mean == pytest.approx(model.mean(loose), rel=1e-12)
    assert np.ptp(loose - uneven) < 1e-12 * np.abs(loose).max()
    into, out = matrix.createVecs()
    into.array_w[:] = loose
    matrix.mult(into, out)
    assert np.abs(out.array_r - right).max() > 1e-6 * np.abs(right).max()  # loose indeed
    assert out.array_r.sum() == pytest.approx(right.sum(), rel=1e-10, abs=1e-14)


def test_the_current_imposed_is_the_current_reached():
    _, model, newton = make(boxes.material())
    step = one_step(model, newton, ImposedRate(-0.02))
    assert step.end.at.rate == pytest.approx(-0.02, rel=1e-8)


def test_a_stage_solves_its_equations():
    """The residual that is left, recomputed here, in units of the unknowns."""
    _, model, newton = make(boxes.material(), tolerance=1e-10)
    u, shift = np.full(len(model.lumped_mass), 0.2), 2.0
    stage = newton.solve(
        shift, shift * model.apply_mass(u), ImposedPotential(3.3), time=0.0, guess=(u, 3.5)
    )
    left = model.residual(shift, stage.u, model.evaluate(stage.u, 3.3))
    left -= shift * model.apply_mass(u)
    assert np.abs(left / (shift * model.mass_diagonal)).max() < 1e-8
    assert 2 <= stage.iterations <= 12


def from_beyond_full(of, *, inside, on_surface, shift, beyond, tolerance):
    """A stage solved from near by, and again with one surface node of the guess beyond full."""
    _, model, newton = make(of, counts=(7, 7, 4), tolerance=tolerance)
    u, control = np.full(len(model.lumped_mass), inside), ImposedRate(-0.003)
    rim = model.surface.unknowns[0]
    u[model.surface.unknowns] = on_surface
    u[rim] = 0.9999
    target = shift * model.apply_mass(u)
    sound = newton.solve(shift, target, control, time=0.0, guess=(u, 2.5))
    guess = sound.u.copy()
    guess[rim] = beyond
    again = newton.solve(shift, target, control, time=0.0, guess=(guess, sound.potential))
    assert model.evaluate(again.u, again.potential).rate == pytest.approx(-0.003, rel=0.05)
    return sound, again


def test_small_steps_on_a_steep_wall_are_no_convergence():
    """A node beyond full: each step takes RT/(alpha F) off its overpotential, 2e-6 in x."""
    sound, again = from_beyond_full(
        load("LiFePO4"), inside=0.99, on_surface=0.995, shift=100.0, beyond=1.00003, tolerance=1e-5
    )
    assert again.potential == pytest.approx(sound.potential, abs=1e-4)
    assert again.u == pytest.approx(sound.u, abs=1e-4)


@pytest.mark.parametrize("beyond", [1.00001, 1.00003])
@pytest.mark.parametrize("shift", [1.0, 100.0])
def test_a_residual_that_falls_from_a_wall_is_no_convergence(beyond, shift):
    """From a node beyond full the residual falls by 1e-10 while that node still is 0.02 off."""
    sound, again = from_beyond_full(
        load("NMC622"), inside=0.97, on_surface=0.985, shift=shift, beyond=beyond, tolerance=1e-6
    )
    assert again.u == pytest.approx(sound.u, abs=1e-6)
    assert again.potential == pytest.approx(sound.potential, abs=1e-6)


def test_the_guard_is_told_how_far_a_step_reaches():
    """A bound of every unknown's change: below it the guard would look away."""
    _, model, newton = make(boxes.material())
    seen, keep = [], model.admissible

    def guard(old, new, *, reach):
        seen.append((np.abs(new - old).max(), reach))
        return keep(old, new, reach=reach)

    model.admissible = guard
    u = np.full(len(model.lumped_mass), 0.2)
    target = 2.0 * model.apply_mass(u)
    newton.solve(2.0, target, ImposedPotential(2.6), time=0.0, guess=(u, 2.6))
    changes, reaches = np.transpose(seen)
    assert changes.max() > 0.1
    assert changes == pytest.approx(reaches, rel=1e-6)  # no step of these is damped


def test_newton_converges_quadratically():
    """Exact linear solves: the error is squared from step to step, so the Jacobian is right."""
    for law in LAWS.values():
        _, model, newton = make(law(), counts=(2, 2, 8), tolerance=1e-13)
        sizes = []
        keep = newton._size
        newton._size = lambda *args, keep=keep, sizes=sizes: sizes.append(keep(*args)) or sizes[-1]
        one_step(model, newton, ImposedRate(-0.02))
        first = sizes[: 1 + next(k for k, s in enumerate(sizes[1:]) if s > sizes[k])]
        ratios = np.diff(np.log10(first))
        assert ratios.min() < -2.5
        assert len(first) <= 6


def test_what_cannot_converge_is_a_stage_failure():
    from nanotrode.solver.model import StageFailure

    _, model, newton = make(boxes.material(), counts=(1, 1, 4))
    with pytest.raises(StageFailure):
        # a full electrode's worth in one step, twice over
        one_step(model, newton, ImposedRate(-20.0), size=0.1)


def test_the_potential_found_for_a_current_carries_it():
    """`consistent_state` over twelve orders of current, both ways, also at alpha_a != alpha_c."""
    from nanotrode.solver.stepping import consistent_state

    kinetics = ButlerVolmer(0.3, 1.1, ConstantExchange(2.0))
    for of in (boxes.material(), boxes.material(kinetics=kinetics)):
        _, model, _ = make(of, counts=(1, 1, 4))
        u = np.full(len(model.lumped_mass), 0.2)
        for rate in [s * 10.0**k for k in range(-6, 7, 3) for s in (1, -1)]:
            state = consistent_state(model, ImposedRate(rate), 0.0, u)
            assert state.at.rate == pytest.approx(rate, rel=1e-9)
            assert np.array_equal(state.u, u)
        rest = consistent_state(model, ImposedRate(0.0), 0.0, u)
        assert rest.potential == pytest.approx(model.equilibrium_potential(u), abs=1e-12)
