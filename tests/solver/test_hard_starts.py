"""Steps that begin far from equilibrium, or cannot be done: reached, or refused with a reason."""

from __future__ import annotations

import boxes
import numpy as np
import pytest
from boxes import SMALL, material, run, slab

from nanotrode.errors import SolverError
from nanotrode.materials.library import load


@pytest.fixture(scope="module")
def mesh():
    return slab(counts=SMALL)


@pytest.mark.parametrize(("start", "volts"), [(0.2, 4.5), (0.2, 2.5), (0.02, 3.0), (0.98, 3.9)])
def test_a_start_far_from_the_potential_held_converges(mesh, start, volts):
    """A jump of about 1 V: at its first moment the current is 1e8 times that of a C-rate."""
    result = run(mesh, f"Hold at {volts} V for 5 s", start=start)
    assert result.events[0].reason == "after 5 s"
    assert result.summary["conservation"]["charge balance error"] < 1e-11
    mean = result.series["Mean stoichiometry"]
    assert (np.diff(mean) * np.sign(mean[-1] - mean[0]) >= -1e-9).all()


@pytest.mark.parametrize("volts", [5.6, 1.0, -1.5])
def test_a_very_large_overpotential_converges_too(mesh, volts):
    """Where the exponentials would overflow: a diffusion-limited jump like any other."""
    result = run(mesh, f"Hold at {volts} V for 5 s")
    assert result.events[0].reason == "after 5 s"
    mean = result.series["Mean stoichiometry"][-1]
    assert mean < 0.1 if volts > 3.6 else mean > 0.7


@pytest.mark.parametrize(
    ("name", "start", "volts"),
    [
        ("plain", 0.2, 2.5),
        ("plain", 0.2, 4.5),
        ("LiFePO4", 0.1, 2.5),
        ("LiFePO4", 0.9, 4.2),
    ],
)
def test_a_start_far_from_the_potential_held_converges_at_order_2(name, start, volts):
    of = material() if name == "plain" else load(name)
    result = run(slab(counts=(1, 1, 8), order=2), f"Hold at {volts} V for 5 s", of=of, start=start)
    assert result.events[0].reason == "after 5 s"


@pytest.mark.parametrize(("name", "start", "volts"), [("plain", 0.2, 1.0), ("LiFePO4", 0.9, 4.2)])
def test_the_same_potentials_are_reached_by_a_fast_sweep_at_order_2(name, start, volts):
    """What cannot be jumped to is reached within a thousandth of L^2/D."""
    of = material() if name == "plain" else load(name)
    mesh = slab(counts=(1, 1, 8), order=2)
    unit = boxes.LENGTH**2 / float(of.diffusivity(0.5))
    rest = float(of.ocp(start))
    rate = abs(volts - rest) / (1e-3 * unit)
    steps = [f"Sweep to {volts} V at {rate:.6g} V/s", f"Hold at {volts} V for 5 s"]
    result = run(mesh, steps, of=of, start=start)
    assert [e.step for e in result.events] == [0, 1]
    assert result.summary["conservation"]["charge balance error"] < 1e-8


def test_a_current_that_cannot_be_sustained_says_when_where_and_why(mesh, tmp_path):
    asked = "Discharge at 50C for 1 minute"
    # after a hold nobody knows how full it is, so that this much charge is not refused at once
    hold = f"Hold at {float(material().ocp(0.2)):.9f} V for 1 s"
    with pytest.raises(SolverError) as caught:
        boxes.simulation(mesh, [hold, asked]).run(tmp_path)
    assert caught.value.exit_code == 3
    message = str(caught.value)
    for said in (
        "t = ",
        "protocol step 2",
        f"'{asked}'",
        "region 'electrode'",
        "last time step tried",
    ):
        assert said in message
    assert "nearly full" in message
    assert "end the step at a voltage" in message
    rows = np.genfromtxt(tmp_path / "timeseries.csv", delimiter=",", names=True)
    assert len(rows) > 10
    assert (tmp_path / "checkpoint.npz").exists()
    failed_at = float(message.split("t = ")[1].split()[0])
    assert rows["Time_s"][-1] == pytest.approx(failed_at, rel=1e-5)
    # at 50C from 0.2 the electrode is full after 57.6 s, and its surface a little before
    assert 30.0 < failed_at < 60.0


def test_an_impossible_start_is_an_error_of_the_input():
    from nanotrode.errors import InputError

    for start in (-0.1, 0.0, 1.0, 1.5, float("nan")):
        with pytest.raises(InputError, match="initial_stoichiometry"):
            boxes.simulation(None, "Rest for 1 s", start=start)


def test_a_current_per_gram_without_a_density_is_refused_before_the_first_step(mesh):
    """Not after the steps before it have been computed."""
    from nanotrode.errors import ProtocolError

    words = ["Rest for 1 s", "Discharge at 1 mA/g for 1 s"]
    with pytest.raises(ProtocolError, match="density"):
        boxes.simulation(mesh, words, of=material(density=None))
