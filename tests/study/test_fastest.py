"""The mesh is told how far ions get in the protocol's fastest step."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from nanotrode.materials import library
from nanotrode.solver.checks import Electrode
from nanotrode.solver.protocol import Protocol
from nanotrode.study import build
from nanotrode.study.fastest import diffusion_length
from nanotrode.study.loading import load_study
from nanotrode.study.provenance import mesh_digest

CARD = library.load("LiFePO4")
LOW, HIGH = CARD.stoichiometry_limits
SLOWEST = float(np.min(CARD.diffusivity(np.linspace(LOW, HIGH, 101))))
WINDOW = float(CARD.ocp(np.array(LOW)) - CARD.ocp(np.array(HIGH)))


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        (["Hold at 3.2 V for 5 s"], 5.0),
        (["Rest for 1 s", "Hold at 3.2 V for 1 minute"], 60.0),
        (["Discharge at 2C for 10 s", "Hold at 3.2 V for 1 minute"], 10.0),
        (["Sweep from 3.6 V to 3 V at 10 mV/s"], WINDOW / 0.01),
    ],
)
def test_the_fastest_step_counts(steps, seconds):
    length = diffusion_length(Protocol.from_text(steps).steps, Electrode(CARD))
    assert length == pytest.approx(sqrt(SLOWEST * seconds))


def test_a_current_takes_as_long_as_the_capacity_does():
    rates = [
        diffusion_length(
            Protocol.from_text([f"Discharge at {c}C until 2.5 V"]).steps, Electrode(CARD)
        )
        for c in (1, 4)
    ]
    assert rates[0] == pytest.approx(2 * rates[1])
    assert rates[0] == pytest.approx(sqrt(SLOWEST * 3600), rel=0.05)


@pytest.mark.parametrize("steps", [["Rest for 1 s"], ["Hold at 3.2 V until C/50"]])
def test_who_does_not_say_how_fast_gets_the_default(steps):
    assert diffusion_length(Protocol.from_text(steps).steps, Electrode(CARD)) is None


def test_a_fast_study_has_a_finer_mesh_of_another_name(changed):
    step = '"Rest for 1 minute"'
    slow = load_study(changed(step, '"Rest for 2 minutes"'))
    fast = load_study(changed(step, '"Hold at 3 V for 10 ms"'))
    assert build.make_sizing(fast).diffusion_length < build.make_sizing(slow).diffusion_length / 100
    assert mesh_digest(fast) != mesh_digest(slow)


def test_layers_are_the_users_to_choose(changed):
    study = load_study(
        changed("[material]", '[mesh]\nfirst_layer = "2 nm"\nlayers = 0\n[material]')
    )
    sizing = build.make_sizing(study)
    assert sizing.first_layer == pytest.approx(2e-9)
    assert sizing.layers == 0


def test_a_films_surface_may_be_full_long_before():
    """At constant flux q a half space's surface rises by 2 q sqrt(t / pi D) (Crank)."""
    thickness, side = 1e-4, 1e-5
    electrode = Electrode(CARD, volume=thickness * side**2, footprint=side**2)
    steps = Protocol.from_text(["Discharge at 5C until 2.5 V"]).steps
    flux = 5.0 / 3600.0 * (HIGH - LOW) * thickness
    seconds = diffusion_length(steps, electrode, thickness=thickness) ** 2 / SLOWEST
    assert 2.0 * flux * sqrt(seconds / (np.pi * SLOWEST)) == pytest.approx(HIGH - LOW)
    assert diffusion_length(steps, electrode) == pytest.approx(sqrt(SLOWEST * 720.0))


@pytest.mark.parametrize("order", [1, 2])
def test_a_thick_slow_film_ends_when_a_half_space_does(tmp_path, order):
    """100 um of LiFePO4 at 5C: its surface is full after 0.23 ms, and nothing fails before."""
    path = tmp_path / "thick.toml"
    path.write_text(
        f"""
        [geometry]
        kind = "film"
        thickness = "100 um"
        [mesh]
        order = {order}
        [material]
        name = "LiFePO4"
        [initial]
        stoichiometry = 0.02
        [[protocol]]
        steps = ["Discharge at 5C until 2.5 V"]
        """
    )
    study = load_study(path)
    result = build.make_simulation(study, build.make_mesh(study)).run()
    flux = 5.0 / 3600.0 * (HIGH - LOW) * 1e-4
    full = np.pi * SLOWEST * ((1.0 - 0.02) / (2.0 * flux)) ** 2
    # 2.5 V are reached a little before it is full
    assert 0.94 * full < result.time[-1] < full
    assert not any("mesh" in text for text in result.summary["warnings"])
