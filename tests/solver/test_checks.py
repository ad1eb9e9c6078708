"""Protocols that cannot be followed are refused; those that can are let through."""

from __future__ import annotations

import pytest

from nanotrode.materials import library
from nanotrode.solver.checks import Electrode, walk
from nanotrode.solver.protocol import Protocol, parse_step

LFP = library.load("LiFePO4")
VOLUME, FOOTPRINT = 1e-19, 1e-12


def reports(*texts, x=0.02, electrode=None, material=LFP):
    electrode = electrode or Electrode(material, volume=VOLUME, footprint=FOOTPRINT)
    steps = [parse_step(text) for text in texts]
    return list(walk(steps, electrode, x))


@pytest.mark.parametrize(
    "texts",
    [
        ["Discharge at 1C until 2.5 V", "Rest for 1 h", "Charge at 1C until 3.6 V"],
        # a smaller current lets the potential rise again, so the same cut-off is reached twice
        ["Discharge at 5C until 2.5 V", "Discharge at C/5 until 2.5 V"],
        ["Charge at 1C until 4.2 V", "Discharge at 1C until 4.1 V"],
        ["Hold at 4.2 V for 1 s", "Discharge at 1C until 4 V"],
        ["Sweep from 4 V to 4.5 V at 1 mV/s", "Discharge at 1C until 4.4 V"],
        ["Discharge at 1C for 59 minutes"],
        ["Discharge at 1C for 3 hours or until 2.5 V"],
        ["Charge at 1C for 1 s", "Discharge at 1C until 4 V"],
        ["Hold at 3 V until 1 A/m2", "Rest for 1 s"],
        ["Discharge at 1 fA until 3 V or until 5000 mAh/g"],
        ["Hold at 3 V vs Li/Li+ for 1 s", "Lithiate at C/2 until 2.5 V vs. Li"],
        ["Discharge at 50 mA/g until 150 mAh/g", "Charge at 50 mA/g until 150 mAh/g"],
    ],
)
def test_what_can_be_followed_is_let_through(texts):
    assert reports(*texts) == [None] * len(texts)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["Discharge at C/2 until 4.5 V"], "never reaches 4.5 V: a discharge lowers"),
        (["Charge at C/2 until 3 V"], "never reaches 3 V: a charge raises"),
        (["Rest for 1 h", "Discharge at C/2 until 4.5 V"], "it starts at 3.4"),
        (["Discharge at 1C until 2.5 V", "Charge at 1C until 2.4 V"], "never below 2.500 V"),
        (["Hold at 4.2 V for 1 s", "Discharge at 1C until 4.3 V"], "never above 4.200 V"),
        (["Discharge at 1C for 2 hours"], "would change by 1.95, but from 0.02 to its x_max"),
        (["Discharge at 1C until 200 mAh/g"], "add such as 'or until 2.5 V'"),
        (["Charge at 1C for 10 minutes"], "can give"),
        (["Discharge at 1 mA/cm2 until 1 mAh/cm2"], "more charge than LiFePO4 can take"),
        (["Plate at 1 mA/cm2 until 1 mAh/cm2"], "nothing is plated on it; expected 'Discharge"),
        (["Rest for 1 s", "Strip at 1 mA/cm2 until 1 V"], "expected 'Charge"),
        (["Hold at 3 V vs Na/Na+ for 1 s"], "measured against Li/Li+ here, got one against Na"),
        (["Discharge at 30 A/m2 for 1 s", "Discharge at 1C for 59 minutes"], "more charge"),
    ],
)
def test_what_cannot_be_followed_is_told(texts, said):
    *before, last = reports(*texts)
    assert before == [None] * len(before)
    assert said in last
    assert repr(texts[-1]) in last


def test_a_current_per_gram_needs_a_density():
    (report,) = reports("Discharge at 1 mA/g for 1 s", material=LFP.replace(density=None))
    assert "no density" in report
    assert "'Discharge at 1 mA/g for 1 s'" in report


def test_before_a_mesh_is_read_only_what_needs_no_size_is_judged():
    unknown = Electrode(LFP)
    assert reports("Discharge at 1 mA/cm2 until 1 Ah/cm2", electrode=unknown) == [None]
    assert reports("Discharge at 1C for 2 h", electrode=unknown) != [None]


def test_after_a_mistake_the_rest_is_not_blamed():
    assert reports("Discharge at 1C until 4.5 V", "Discharge at 1C until 4.4 V")[1] is None


def test_a_repeat_is_followed_too():
    protocol = Protocol.from_text(["Discharge at 1C for 40 minutes"], repeat=2)
    electrode = Electrode(LFP, volume=VOLUME, footprint=FOOTPRINT)
    first, second = walk(protocol.steps, electrode, 0.02)
    assert first is None
    assert "more charge" in second
