"""What a plating study is told before meshing where lithium also enters the host."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from nanotrode.solver.plating.checks import check_steps
from nanotrode.solver.protocol import Protocol
from nanotrode.study.plating_tables import PlatingTable


def reports(*words, **lattice):
    return list(check_steps(Protocol.from_text(list(words)).steps, **lattice))


def test_a_plating_step_ends_above_lithium_only_where_lithium_is_inserted():
    step = "Plate at 0.5 mA/cm2 until 0.1 V"
    assert "lithium plates below 0 V" in reports(step)[0]
    assert reports(step, inserts=True) == [None]


def test_what_the_lattice_holds_can_be_taken_out():
    step = "Strip at 0.5 mA/cm2 until 2 V"
    assert "nothing has been plated yet" in reports(step, inserts=True)[0]
    assert reports(step, inserts=True, content=0.5) == [None]


def test_the_current_of_a_cell_is_refused_for_a_speck_of_a_host():
    """1 A over 15 um squared is 4.4e9 A/m2."""
    words, footprint = "Plate at 1 A until 1 mAh/cm2", 15e-6**2
    assert (
        "is 4.4e+09 A/m^2 for a collector of 2.25e-10 m^2" in reports(words, footprint=footprint)[0]
    )
    assert reports(words) == [None]
    assert reports("Plate at 0.5 mA/cm2 until 1 mAh/cm2", footprint=footprint) == [None]


def test_a_content_needs_a_lattice():
    assert PlatingTable(lithiation=True, initial_content=0.3).initial_content == 0.3
    with pytest.raises(ValidationError, match="add lithiation = true"):
        PlatingTable(initial_content=0.3)
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        PlatingTable(lithiation=True, initial_content=1.5)
