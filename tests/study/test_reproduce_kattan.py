"""The paper's algebra, pinned; the electrodes that stand for its poles; tables; the command."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from nanotrode.study import cli
from nanotrode.study.loading import load_study
from nanotrode.study.reproduce.kattan import algebra, electrons, figures, group, printed, verdicts
from nanotrode.study.reproduce.kattan.cases import (
    CASES,
    PHOSPHATE,
    Case,
    array_study,
)
from nanotrode.study.reproduce.kattan.electrodes import (
    ELECTRODES,
    FEW,
    FILM,
    FOOTPRINT,
    MANY,
    VOLUME,
)
from nanotrode.study.reproduce.sheets import Sheet, plain

FITTED = "can be made to follow (1 inferred)"
FITTED_TWICE = "can be made to follow (2 inferred)"
# quantity -> (computed, verdict); the numbers are from a calculation apart from this package
TABLE = {
    "Faraday's constant (table 2)": (96485.33212, "does not follow"),
    "eq. 2: dC/dt - D d2C/dx2, at least in size": (-4.0, "does not follow"),
    "least dC/dt, i0 (table 3)": (4.0, "follows"),
    "largest dC/dt (table 3)": (40002.0, FITTED),
    '"charging time"': (10.0, FITTED),
    "least current, test 1 (table 3)": (4.000063327635151, FITTED),
    "least current, test 2 (table 3)": (4.001583491694489, FITTED),
    "the same with table 2's eta": (4.000633321470295, "does not follow"),
    "largest current, test 1 (table 3)": (4.000250330595718, FITTED_TWICE),
    "largest current, test 2 (table 3)": (4.001770565722726, FITTED_TWICE),
    "largest current, test 2 (text)": (4.000820351078074, "does not follow"),
    '"fluctuation" 0.037 %': (0.037499062523438334, "follows"),
    '"fluctuation" 0.038 %': (0.038747578276356234, "follows, cut off"),
    "change of current, test 1": (1.5e-4, "does not follow"),
    "change of current, test 2": (2e-4, "follows"),
    '"33.33 % enhancement"': (33.33333333333336, "follows"),
    '"33 % improvement in charging current"': (
        100 * math.expm1(1e-9 * 96465 * (200 * 50 - 20 * 20) / (8.314 * 293.15)),
        "does not follow",
    ),
    'n/eta, test 1 ("poles per volt")': (1.0, "follows"),
    "n/eta, test 2": (4.0, "does not follow"),
    'rise of n/eta, "4 %"': (400.0, "does not follow"),
}


def test_the_table_is_pinned():
    rows = {row.quantity: row for row in printed.numbers()}
    assert list(rows) == list(TABLE)
    for quantity, (value, verdict) in TABLE.items():
        assert rows[quantity].value == pytest.approx(value, rel=1e-9), quantity
        assert rows[quantity].verdict == verdict, quantity
    assert all(row.why for row in rows.values() if row.verdict != "follows")


def test_the_slopes_are_those_of_the_concentration():
    x, t, h = np.linspace(0.0, 1.0, 11), 0.3, 1e-4
    c = algebra.concentration
    assert (c(x, t + h) - c(x, t - h)) / (2 * h) == pytest.approx(algebra.rate(t), rel=1e-6)
    assert (c(x + h, t) - c(x - h, t)) / (2 * h) == pytest.approx(algebra.slope(x), abs=1e-6)
    second = (c(x + h, t) - 2 * c(x, t) + c(x - h, t)) / h**2
    assert second == pytest.approx(algebra.curvature(x), abs=1e-5)
    closed = -1 / t**2 - 8 + 4 * np.cos(2 * np.pi * x)
    assert algebra.source(x, t) == pytest.approx(closed, rel=1e-12)
    early, late = np.geomspace(0.01, 1, 20)[:, None], np.geomspace(1.01, 1e6, 20)[:, None]
    assert (algebra.source(x, early) <= -5 + 1e-12).all()
    assert (algebra.source(x, late) < -4).all()
    assert algebra.source(x, late).max() == pytest.approx(-4, abs=1e-9)


def _as_printed(temperature: float, ripple: float) -> bool:
    (least_1, most_1), (least_2, most_2) = algebra.currents(temperature, ripple)
    rounded = (round(least_1, 4), round(least_2, 4), round(most_1, 5), round(most_2, 4))
    return rounded == (4.0001, 4.0016, 4.00025, 4.0018)


def test_the_temperatures_that_give_the_printed_currents():
    """By trying: some ripple does inside the bounds, none outside."""
    low, high = algebra.feasible().temperature
    assert (low, high) == pytest.approx((281.35, 298.05), abs=0.06)
    ripples = np.arange(1.0e-4, 2.5e-4, 1e-7)
    for temperature in (low + 0.05, 285.0, algebra.TEMPERATURE, high - 0.5):
        assert any(_as_printed(temperature, ripple) for ripple in ripples)
    for temperature in (low - 0.05, 273.15, high + 0.05, 310.0):
        assert not any(_as_printed(temperature, ripple) for ripple in ripples)
    least, most = algebra.feasible().ripple
    assert (least, most) == pytest.approx((1.790e-4, 1.927e-4), abs=1e-7)
    assert _as_printed(algebra.TEMPERATURE, algebra.RIPPLE)


def test_an_overpotential_of_table_2_gives_the_printed_current_at_116_kelvin_only():
    found = [T for T in range(60, 401) if round(4 * algebra.bracket(200, 20, T), 4) == 4.0016]
    assert found[0] <= 116 <= found[-1] < 125
    assert all(round(4 * algebra.bracket(20, 20, T), 4) == 4.0002 for T in (115, 116, 117))


def test_the_largest_rate_has_six_readings():
    readings = algebra.current_readings()
    assert len(readings) == 6
    for _, _, _, least, largest in readings:
        assert (least, largest) == pytest.approx((4.0, 40002.0), rel=1e-9)


def test_all_electrodes_hold_the_same_on_the_same_collector():
    for electrode in ELECTRODES[1:]:
        volume = electrode.poles * math.pi * electrode.depth**2 * 5e-6
        assert volume == pytest.approx(VOLUME, rel=1e-12)
        assert electrode.poles * electrode.pitch**2 == pytest.approx(FOOTPRINT, rel=1e-12)
    assert FILM.depth * FOOTPRINT == pytest.approx(VOLUME, rel=1e-12)
    assert FEW.depth / MANY.depth == pytest.approx(math.sqrt(10), rel=1e-12)
    assert MANY.side_area / FEW.side_area == pytest.approx(math.sqrt(10), rel=1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_the_studies_are_right_and_have_the_size_that_is_said(case, tmp_path):
    from nanotrode.study.build import make_shape

    shape = make_shape(_loaded(case.study, tmp_path))
    copies = shape.multiplicity * max(case.electrode.poles, 1)
    if case.electrode is FILM:
        copies = FOOTPRINT / shape.footprint
    assert copies * shape.electrode_volume == pytest.approx(VOLUME, rel=1e-8)
    assert copies * shape.footprint == pytest.approx(FOOTPRINT, rel=1e-8)
    assert copies * shape.interface_area == pytest.approx(case.electrode.area, rel=1e-8)


def test_only_what_is_said_differs_between_the_studies(tmp_path):
    from nanotrode.study.build import make_material

    of, held = PHOSPHATE, PHOSPHATE.held
    card = make_material(_loaded(Case(MANY, of, held).study, tmp_path))
    faster = make_material(_loaded(Case(MANY, of, held, faster=10.0).study, tmp_path))
    rates = [m.kinetics.exchange_current.rate_constant for m in (card, faster)]
    assert rates[1] == pytest.approx(10 * rates[0], rel=1e-8)
    assert len({case.key for case in CASES}) == len(CASES)


def test_a_verdict_names_the_choice_that_it_hangs_on():
    judged = {
        "A": verdicts.Judged("w", "p", "1", "why", {"per pole": "supported", "all": "supported"}),
        "B": verdicts.Judged(
            "w", "p", "2", "why", {"per pole": "contradicted", "all": "supported"}
        ),
    }
    assert verdicts.join({"A": judged["A"]}).verdict == "supported"
    both = verdicts.join(judged)
    assert both.kind == "depends"
    assert both.verdict == ("depends: supported per pole in A, all; contradicted per pole in B")
    assert both.ours == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((1, 2, 4), "supported"),
        ((4, 2, 1), "contradicted"),
        ((11.4, 11.4, 11.3), "no difference"),
        ((1, 2, 1.9), "contradicted"),
    ],
)
def test_no_difference_is_neither_support_nor_contradiction(values, verdict):
    assert verdicts.rising(values) == verdict
    assert verdicts.falling(values[::-1]) == verdict


def test_electrons_along_a_bare_pole_by_hand():
    """20 poles at 1C: 0.586 A/m2 on 0.8 um2, through 20 pi (50 nm)^2; tip R/2 of L + R/2."""
    root, tip = 0.586 * 0.8e-12 / (20 * math.pi * 2.5e-15), 0.05 / 10.05
    assert electrons.loss(FEW, 0.586, 1e-7) == pytest.approx(
        root * 5e-6 * (1 + tip) / 2e-7, rel=1e-9
    )
    assert electrons.loss(MANY, 0.586, 1e-7) == pytest.approx(
        electrons.loss(FEW, 0.586, 1e-7), rel=0.01
    )
    assert electrons.loss(FILM, 0.586, 1e-7) == pytest.approx(0.586 * FILM.depth / 1e-7)


def test_a_pole_that_diffusion_limits_takes_what_cranks_series_says():
    """A full surface: 90 % at D t/R2 = 0.3345; the reaction and the start make it longer."""
    rows = {(row[0], row[1]): row[4] for row in group.sheet([PHOSPHATE], [FEW]).rows}
    slow = min(d for name, d in rows if name == "20 poles of LiFePO4")
    assert rows["20 poles of LiFePO4", slow] == pytest.approx(0.3345, rel=0.1)
    assert max(d for _, d in rows) >= 10 * slow


def test_the_array_has_the_same_poles(tmp_path):
    from nanotrode.study.build import make_shape

    array = make_shape(_loaded(array_study(), tmp_path))
    assert array.electrode_volume == pytest.approx(VOLUME, rel=1e-8)
    assert array.footprint == pytest.approx(FOOTPRINT, rel=1e-8)


def _loaded(text, folder):
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def test_figures_six_to_ten_are_drawn(tmp_path):
    paths = figures.draw_algebra(tmp_path)
    assert [path.name for path in paths] == [f"figure-{n}.png" for n in range(6, 11)]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_a_sheet_says_the_same_twice(tmp_path):
    sheet = Sheet("T", ["a", "b [s]"], [["x|y", 1 / 3], ["z", None]], note="n")
    rows = list(csv.reader(sheet.write(tmp_path / "t.csv").read_text().splitlines()))
    assert rows == [["a", "b [s]"], ["x|y", repr(1 / 3)], ["z", ""]]
    assert "| x\\|y | 0.3333 |" in sheet.markdown()
    assert sheet.markdown().endswith("| z |  |\n\nn\n")


@pytest.mark.parametrize(
    ("value", "text"), [(138640.9, "138641"), (4.0, "4"), (1.5e-5, "1.5e-05"), (3e7, "3e+07")]
)
def test_numbers_read_well(value, text):
    assert plain(value) == text


def test_a_paper_that_is_not_known(capsys):
    assert cli.main(["reproduce", "kitten"]) == 2
    assert capsys.readouterr().err == "paper: got 'kitten', expected one of: lin, kattan\n"
