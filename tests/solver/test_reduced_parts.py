"""Basis, cubature and the search for endings, each by itself."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import diags

from nanotrode.materials.library import load
from nanotrode.solver.endings import Ending, Reading
from nanotrode.solver.reduced.basis import Compression, basis_of
from nanotrode.solver.reduced.bracket import Bracket
from nanotrode.solver.reduced.cubature import find_cubature
from nanotrode.solver.reduced.model import Family, ReducedModel
from nanotrode.solver.reduced.newton import Imposed, solve_stages

RANDOM = np.random.default_rng(3)


def test_a_stream_of_vectors_gives_the_directions_of_all_at_once():
    mass = diags(RANDOM.uniform(0.5, 2.0, 60)).tocsr()
    vectors = RANDOM.normal(size=(60, 8)) * 0.1 ** np.arange(8) @ RANDOM.normal(size=(8, 150))
    stream = Compression(mass, keep=1e-5)
    for vector in vectors.T:
        stream.add(vector)
    directions, sizes = stream.directions
    root = np.sqrt(mass.diagonal())[:, None]
    exact, singular, _ = np.linalg.svd(root * vectors, full_matrices=False)
    count = len(sizes)
    assert count in (5, 6)
    assert sizes == pytest.approx(singular[:count], rel=1e-3)
    assert directions.T @ (mass @ directions) == pytest.approx(np.eye(count), abs=1e-6)
    seen = root * directions[:, :4]
    rest = seen - exact[:, :4] @ (exact[:, :4].T @ seen)
    assert np.abs(rest).max() < 1e-3


def test_a_basis_begins_with_the_constant():
    mass = diags(np.full(50, 1.0 / 50.0)).tocsr()
    stream = Compression(mass, keep=1e-6)
    for scale in (1.0, 1e-2, 1e-4):
        vector = RANDOM.normal(size=50)
        stream.add(scale * (vector - vector.mean()))
    basis = basis_of(stream, keep=1e-3, most=10)
    assert basis.shape == (50, 3)
    assert (basis[:, 0] == 1.0).all()
    assert basis.T @ (mass @ basis) == pytest.approx(np.eye(3), abs=1e-12)
    assert basis_of(stream, keep=1e-6, most=3).shape == (50, 3)


def test_a_cubature_integrates_what_it_was_trained_on_with_few_points():
    x = np.sort(RANDOM.uniform(size=4000))
    areas = RANDOM.uniform(0.5, 1.5, 4000)
    basis = np.stack([np.ones_like(x), x, x**2], axis=1)
    currents = np.stack([np.exp(-k * x) for k in (0.0, 1.0, 3.0)], axis=1)
    rule = find_cubature(basis, currents, areas, tolerance=1e-7)
    assert rule.defect < 1e-10
    assert len(rule.points) <= 9
    assert (rule.weights > 0.0).all()
    products = (basis[:, :, None] * currents[:, None, :]).reshape(len(x), -1)
    assert rule.weights @ products[rule.points] == pytest.approx(areas @ products, rel=1e-6)


def test_a_coarser_cubature_takes_fewer_points():
    x = RANDOM.uniform(size=3000)
    basis = np.stack([x**k for k in range(4)], axis=1)
    currents = np.stack([np.exp(-k * x) for k in range(5)], axis=1)
    rules = [find_cubature(basis, currents, np.ones(3000), tolerance=t) for t in (1e-1, 1e-4)]
    assert len(rules[0].points) < len(rules[1].points)


@pytest.mark.parametrize("power", [1.0, 0.5, 3.0])
def test_an_ending_is_located_in_few_trials(power):
    ending = Ending(lambda reading: 1.0 - reading.charge**power, "passed")
    bracket = Bracket([ending], [1.0], high=2.0, below=ending.margin(Reading(0.0, 0.0, 2.0)))
    trials = 0
    while True:
        trials += 1
        reading = Reading(0.0, 0.0, bracket.trial)
        if bracket.narrow(bracket.margin(reading)):
            break
    assert reading.charge == pytest.approx(1.0, abs=1e-6)
    assert trials <= 15
    assert bracket.reason(reading) == "passed"


def test_the_first_of_two_endings_is_located():
    later = Ending(lambda reading: 100.0 * (1.5 - reading.charge), "later")
    sooner = Ending(lambda reading: 1.0 - reading.charge, "sooner")
    bracket = Bracket([later, sooner], [150.0, 1.0], high=2.0, below=-1.0)
    while not bracket.narrow(bracket.margin(reading := Reading(0.0, 0.0, bracket.trial))):
        pass
    assert reading.charge == pytest.approx(1.0, abs=1e-6)
    assert bracket.reason(reading) == "sooner"


@pytest.mark.parametrize("tolerance", [1e-4, 1e-5])
def test_what_falls_from_a_wall_or_creeps_down_it_is_no_convergence(tolerance):
    """From a patch beyond full, a fiftieth of all: as `test_newton` has it of full runs."""
    share = 0.02
    odds = math.sqrt((1.0 - share) / share)
    points = np.array([[1.0, odds], [1.0, -1.0 / odds]])
    shares, area = np.array([share, 1.0 - share]), 1e-12
    model = ReducedModel(
        basis=points,
        stiffness=np.diag([0.0, 1e14]),
        points=points,
        weights=area * shares,
        surface_mean=shares @ points,
        surface_gram=points.T @ (shares[:, None] * points),
        volume=1e-19,
        area=area,
        skin=0.1,
    )
    run = SimpleNamespace(material=load("LiFePO4"), c_e=1000.0, temperature=298.15)
    family, shift = Family(model, [run]), np.array([100.0])

    def solve(start, patch, potential):
        rest = (start @ points.T)[0, 1]
        guess = np.linalg.solve(points, [patch, rest])[None]
        return solve_stages(
            family, np.array([0]), shift, shift * full, Imposed(np.array([np.nan]), imposed),
            guess=(guess, potential), tolerance=tolerance,
        )  # fmt: skip

    full, imposed = np.linalg.solve(points, [0.9999, 0.995])[None], np.array([-0.003])
    sound = solve(full, 0.9999, np.array([2.5]))
    assert not sound.failed[0]
    assert sound.rate[0] == pytest.approx(-0.003, rel=1e-9)
    for patch in (1.00001, 1.00003, 1.0001, 1.001):
        stage = solve(sound.a, patch, sound.potential)
        if not stage.failed[0]:
            assert stage.a == pytest.approx(sound.a, abs=tolerance)
            assert stage.potential == pytest.approx(sound.potential, abs=tolerance)
