"""Fields and progress that a run hands out: when, how often, and what they hold."""

from __future__ import annotations

import boxes
import numpy as np
import pytest
from boxes import SMALL, amperes, coulombs, material, run, slab

from nanotrode.materials.library import load
from nanotrode.solver.settings import OutputPlan, SolverSettings


@pytest.fixture(scope="module")
def mesh():
    return slab(counts=SMALL)


def test_fields_are_written_when_asked(mesh):
    result = run(mesh, f"Discharge at {amperes(mesh)} for 5 s", output=OutputPlan(every=0.7))
    expected = [0.0, 0.7, 1.4, 2.1, 2.8, 3.5, 4.2, 4.9, 5.0]
    assert [s.time for s in result.snapshots] == pytest.approx(expected)
    assert [s.index for s in result.snapshots] == list(range(9))


def test_a_field_inside_a_time_step_is_that_of_the_run(mesh):
    """A snapshot between two time steps against a run whose step ends there."""
    words = f"Discharge at {amperes(mesh)} for {{}} s"
    inside = run(mesh, words.format(5), output=OutputPlan(every=3.3)).snapshots[1]
    ending = run(mesh, words.format(3.3)).snapshots[-1]
    assert inside.time == pytest.approx(ending.time)
    assert inside.stoichiometry == pytest.approx(ending.stoichiometry, abs=2e-4)
    assert inside.voltage == pytest.approx(ending.voltage, abs=2e-4)


def test_no_output_time_is_lost_where_time_steps_end_on_it(mesh):
    slow = material(diffusivity=type(material().diffusivity)(1e-22))
    settings = SolverSettings(max_step=1.0)
    result = run(mesh, "Rest for 8 s", of=slow, settings=settings, output=OutputPlan(every=2.0))
    assert [s.time for s in result.snapshots] == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0])


def test_fields_by_state_of_charge_come_once_each(mesh):
    """No two snapshots at one time, though the last step also ends the protocol step."""
    charge = 0.3 * coulombs(mesh, material())
    words = f"Discharge at {amperes(mesh)} until {charge / 3600.0:.16g} Ah"
    for fraction, least in ((0.1, 4), (1e-9, 20)):
        result = run(mesh, words, output=OutputPlan(fraction=fraction))
        times = [s.time for s in result.snapshots]
        assert len(times) >= least
        assert min(np.diff(times)) > 0.0
        assert times[-1] == result.time[-1]


def test_a_corner_beyond_full_does_not_react_beyond_full():
    """Corners of curved facets carry no area: their overshoot is no current density."""
    mesh = slab(counts=SMALL, order=2)
    simulation = boxes.simulation(mesh, "Rest for 1 s", of=load("LiFePO4"))
    electrode = simulation.electrode()
    x = np.full(len(electrode.points), 0.995)
    corner = electrode.boundary("interface").nodes[0]
    assert corner in electrode.cells[:, :4]
    x[corner] = 1.0001
    fields = simulation.snapshot(electrode, 0, 0.0, "", 2.6, 0.0, x).surface
    j = fields["local_current_density"]
    assert fields["stoichiometry"].max() == 1.0001
    assert np.ptp(j) < 1e-9 * abs(j).max()


def test_an_edge_beyond_full_does_not_react_beyond_full():
    """The reaction is evaluated inside facets: middles of edges may lie beyond full too."""
    mesh = slab(counts=SMALL, order=2)
    simulation = boxes.simulation(mesh, "Rest for 1 s", of=load("LiFePO4"))
    electrode = simulation.electrode()
    x = np.full(len(electrode.points), 0.99)
    interface = electrode.boundary("interface")
    x[interface.nodes[interface.facets[0, 3]]] = 1.001
    fields = simulation.snapshot(electrode, 0, 0.0, "", 2.6, 0.0, x).surface
    # P2 on a facet is at most 1 in its middle and 4/9 there at the centre: 0.99 + 0.011 * 0.8
    at_most = simulation.material.ocp(np.array([0.9988]))[0]
    assert fields["stoichiometry"].max() == 1.001
    assert fields["overpotential"].max() < 2.6 - at_most
    assert np.abs(fields["local_current_density"]).max() < 10.0


def test_progress_rises_to_the_end(mesh):
    seen = []
    boxes.simulation(mesh, [f"Discharge at {amperes(mesh)} for 2 s", "Rest for 1 s"]).run(
        progress=seen.append
    )
    shares = [report.fraction for report in seen]
    assert (np.diff(shares) >= 0).all()
    assert shares[-1] == pytest.approx(1.0)
    assert {report.step_index for report in seen} == {0, 1}
