"""Insertion: islands and closed pores of a user's mesh take no part, on one rank and on several."""

from __future__ import annotations

from dataclasses import replace

import boxes
import hosts
import numpy as np
import pytest

from nanotrode.errors import InputError
from nanotrode.geometry.tags import BOUNDARIES
from nanotrode.materials.constants import FARADAY
from nanotrode.solver.simulation import world

BOX = {"counts": (4, 4, 6), "sides": (4.0, 4.0, 6.0)}
PROTOCOL = ["Discharge at 1C for 60 s", "Rest for 30 s"]
CUBE = 1e-18  # [m3]


def pillar(x):
    """1 um x 1 um x 3 um on the collector."""
    return (x < (1, 1, 3)).all(axis=1)


def island(x):
    """2 um3 beside it, which touches it along an edge."""
    return ((x > (1, 1, 1)) & (x < (2, 2, 3))).all(axis=1)


def slab(x):
    return x[:, 2] < 4


def cave(x):
    return ((x > (1, 1, 1)) & (x < (3, 3, 3))).all(axis=1)


def of(**changes):
    return boxes.material(diffusivity=boxes.Constant(1e-13), **changes)


def test_an_island_takes_no_charge():
    """Currents and capacities are those of the 3 um3 that stand on the collector."""
    whole = hosts.column(**BOX, host=lambda x: pillar(x) | island(x))
    found = boxes.run(whole, PROTOCOL, of=of())
    full = 3 * CUBE * FARADAY * 25000.0
    assert found.summary["electrode"]["volume [m3]"] == pytest.approx(3 * CUBE, rel=1e-9)
    assert found.summary["electrode"]["interface area [m2]"] == pytest.approx(7e-12, rel=1e-9)
    assert found.series["Current [A]"][1] == pytest.approx(full / 3600.0, rel=1e-9)
    assert found.summary["warnings"][0].startswith("40 % of the electrode (1 piece) touches no")
    bare = boxes.run(hosts.column(**BOX, host=pillar), PROTOCOL, of=of())
    for name in ("Time [s]", "Voltage [V]"):
        np.testing.assert_allclose(found.series[name], bare.series[name], rtol=1e-9)


def test_a_closed_pore_does_not_react():
    """Of 40 um2 of surface 24 face a cave; what is left is a slab's roof of 16 um2."""
    caved = hosts.column(**BOX, host=lambda x: slab(x) & ~cave(x))
    found = boxes.run(caved, PROTOCOL, of=of())
    assert found.summary["electrode"]["interface area [m2]"] == pytest.approx(16e-12, rel=1e-9)
    assert "60 % of the interface goes with that" in found.summary["warnings"][0]


@pytest.mark.mpi
def test_ranks_leave_out_the_same_and_are_refused_together():
    comm = world()
    whole = hosts.column(**BOX, host=lambda x: pillar(x) | island(x))
    alone = boxes.run(whole, PROTOCOL, of=of())
    mine = whole if comm.rank == 0 else None
    together = boxes.run(mine, PROTOCOL, of=of(), comm=comm)
    assert together.summary["warnings"] == alone.summary["warnings"]
    assert together.series["Voltage [V]"][-1] == pytest.approx(alone.series["Voltage [V]"][-1])
    tags = np.where(whole.facet_tags == BOUNDARIES["collector"], 12, whole.facet_tags)
    tags[whole.facet_tags == BOUNDARIES["separator"]] = BOUNDARIES["collector"]
    turned = replace(whole, facet_tags=tags)
    with pytest.raises(InputError, match="have the two changed places"):
        boxes.simulation(turned if comm.rank == 0 else None, PROTOCOL, of=of(), comm=comm)
