"""Names, units and numbers as people read them."""

from __future__ import annotations

import pytest

from nanotrode.postprocess.wording import (
    duration,
    number_text,
    readable,
    split_name,
    unit_mathtext,
    unit_text,
)


def test_names_part_from_their_units():
    assert split_name("Peak local current density [A.m-2]") == (
        "Peak local current density",
        "A.m-2",
    )
    assert split_name("utilisation") == ("utilisation", "")
    assert unit_text("mA.h.cm-2") == "mA h cm⁻²"
    assert unit_text("A m-2") == "A m⁻²"
    assert unit_text("-") == ""
    assert unit_mathtext("mol m-3") == "mol m$^{-3}$"
    assert unit_mathtext("um") == "µm"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3.892e-14, "A.h", "38.92 fA h"),
        (7.59e-20, "m3", "0.0759 µm³"),
        (5e-8, "m", "50 nm"),
        (3.15e-12, "m2", "3.15 µm²"),
        (309.3, "s", "5.155 min"),
        (-0.1435, "A.m-2", "−0.1435 A m⁻²"),
        (0.00566, "mA.h.cm-2", "0.00566 mA h cm⁻²"),
        (24000.0, "mol m-3", "24 000 mol m⁻³"),
        (4.9e-16, "-", "4.9 × 10⁻¹⁶"),
    ],
)
def test_values_come_with_the_prefix_that_reads_best(value, unit, text):
    assert str(readable(value, unit)).replace("\u202f", " ") == text


def test_error_bars_set_the_digits():
    assert str(readable(0.85924, "-", error=0.0123)) == "0.859 ± 0.012"
    assert readable(3.892e-14, "A.h", error=1e-15).number == "38.9 ± 1.0"
    assert readable(2.0, "V", error=0.0).number == "2 ± 0"
    assert readable(2.0, "V", error=float("nan")).number == "2"


def test_what_is_no_number_is_a_dash():
    assert number_text(float("nan")) == "–"
    assert duration(1080.0) == "18 min"
