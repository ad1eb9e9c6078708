"""The paper's numbers one by one: printed, computed again, and whether the one follows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import numpy as np

from ....materials.constants import FARADAY
from ..sheets import Cell, Sheet
from . import algebra

FOLLOWS, CUT_OFF, NOT = "follows", "follows, cut off", "does not follow"
_T = ("T = 293.15 K",)
_BOTH = (*_T, "ripple 1.87e-4")
_FIRST = ("first sample at 10 ms",)
_LEAST_1, _LEAST_2, _MOST_1, _MOST_2 = 4.0001, 4.0016, 4.00025, 4.0018
"""Table 3's currents of the two tests [A m-2]: the paper's percentages come from these."""


@dataclass(frozen=True)
class Printed:
    """One number of the paper.

    Attributes:
        quantity: What it is, and where it stands.
        unit: Of both numbers.
        printed: As the paper has it.
        value: Computed again.
        formula: How.
        why: What a reader should know.
        inferred: What had to be put in that is not printed, each chosen so that it fits.
    """

    quantity: str
    unit: str
    printed: str
    value: float
    formula: str
    why: str
    inferred: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Whether rounding, or cutting off, the computed number gives the printed digits.

        A number into which something inferred went has only been made to follow.
        """
        wanted, exact = Decimal(self.printed), Decimal(self.value)
        if exact.quantize(wanted, ROUND_HALF_EVEN) == wanted:
            count = len(self.inferred)
            return f"can be made to follow ({count} inferred)" if count else FOLLOWS
        return CUT_OFF if exact.quantize(wanted, ROUND_DOWN) == wanted else NOT


def table() -> Sheet:
    """The whole table."""
    rows: list[list[Cell]] = [
        [
            row.quantity,
            row.unit,
            row.printed,
            float(row.value),
            row.verdict,
            row.formula,
            ", ".join(row.inferred),
            row.why,
        ]
        for row in numbers()
    ]
    bounds = algebra.feasible()
    return Sheet(
        "The paper's algebra, number by number",
        ["number", "unit", "printed", "computed", "verdict", "formula", "inferred", "why"],
        rows,
        digits=8,
        note=(
            "The paper prints no temperature. With one ripple for both tests, all four currents of "
            "table 3 can be made to come out as printed, if and only if T lies between "
            f"{bounds.temperature.low:.2f} and {bounds.temperature.high:.2f} K; the ripple is then "
            f"between {bounds.ripple.low:.3e} and {bounds.ripple.high:.3e} A/m2, and nothing "
            "printed gives it: two fitted numbers for four printed ones. A computed number "
            "follows when it rounds to the printed digits, and can be made to when something "
            "inferred went in."
        ),
    )


def numbers() -> list[Printed]:
    """Each number of the paper, in the order of its argument."""
    return [*_given(), *_rates(), *_currents(), *_percentages(), *_ratios()]


def _given() -> list[Printed]:
    residual = float(algebra.source(0.0, np.inf))
    early = float(algebra.source(0.0, 1.0))
    return [
        Printed(
            "Faraday's constant (table 2)", "C/mol", "96465", FARADAY, "",
            "a slip: the text has 96 485; moves the currents by less than 4e-7 A/m2",
        ),
        Printed(
            "eq. 2: dC/dt - D d2C/dx2, at least in size", "mol m-3 s-1", "0", residual,
            "-1/t^2 - 8 + 4 cos(2 pi x) at x = 0, late",
            "the prescribed C is no solution of Fick's law: it lacks a sink of this size or more, "
            f"at every x and t; of {-early:g} or more at every t up to 1 s",
        ),
    ]  # fmt: skip


def _rates() -> list[Printed]:
    return [
        Printed(
            "least dC/dt, i0 (table 3)", "A m-2", "4", algebra.least_current(),
            "D d2C/dx2 at whole x",
            "also D/t^2 at t = 1 s; D = 4 m2/s is some 17 orders above LiFePO4's 5.9e-18",
        ),
        Printed(
            "largest dC/dt (table 3)", "A m-2", "40002", algebra.largest_rate(),
            "D |dC/dt| + dC/dx at x = 1, t = 10 ms",
            f"not unique: {len(algebra.current_readings())} readings give exactly 4 to 40002; this "
            "one also explains the 10 ms. Its unit is mol m-3 s-1, not A m-2",
            _FIRST,
        ),
        Printed(
            '"charging time"', "ms", "10", 1e3 * algebra.FIRST_TIME, "the first sample of t",
            "the first sample is inferred; if so, it is put in and not found. Nothing is charged",
            _FIRST,
        ),
    ]  # fmt: skip


def _currents() -> list[Printed]:
    (least_1, most_1), (least_2, most_2) = algebra.currents()
    stale = algebra.least_current() * algebra.bracket(200, 20)
    return [
        Printed(
            "least current, test 1 (table 3)", "A m-2", "4.0001", least_1,
            "4 exp(alpha F 20 20/RT)",
            'the bracket is 1 + alpha n F eta/RT, the other exponential underflows; "n" should '
            "count electrons, and alpha = 1e-9 should be near 0.5", _T,
        ),
        Printed(
            "least current, test 2 (table 3)", "A m-2", "4.0016", least_2,
            "4 exp(alpha F 200 50/RT)",
            "with eta = 50 V of the caption of figure 10", _T,
        ),
        Printed(
            "the same with table 2's eta", "A m-2", "4.0016", stale, "4 exp(alpha F 200 20/RT)",
            "table 2's 20 V would ask for some 116 K, where test 1 would give 4.0002", _T,
        ),
        Printed(
            "largest current, test 1 (table 3)", "A m-2", "4.00025", most_1,
            "(4 + ripple) exp(alpha F 20 20/RT)", "one free number for two printed ones", _BOTH,
        ),
        Printed(
            "largest current, test 2 (table 3)", "A m-2", "4.0018", most_2,
            "(4 + ripple) exp(alpha F 200 50/RT)", "the same ripple does for both", _BOTH,
        ),
        Printed(
            "largest current, test 2 (text)", "A m-2", "4.0009",
            (algebra.least_current() + algebra.RIPPLE) * algebra.bracket(200, 20),
            "(4 + ripple) exp(alpha F 200 20/RT)",
            "contradicts table 3; near it comes a run with table 2's eta, but it rounds to 4.0008",
            _BOTH,
        ),
    ]  # fmt: skip


def _percentages() -> list[Printed]:
    ripple_1, ripple_2 = _MOST_1 - _LEAST_1, _MOST_2 - _LEAST_2
    gain = algebra.bracket(200, 50) / algebra.bracket(20, 20) - 1
    return [
        Printed(
            '"fluctuation" 0.037 %', "%", "0.037", 100 * (_LEAST_2 / _LEAST_1 - 1),
            "4.0016/4.0001 - 1",
            "this is the gain of the least current from test 1 to test 2: mislabelled",
        ),
        Printed(
            '"fluctuation" 0.038 %', "%", "0.038", 100 * (_MOST_2 / _MOST_1 - 1),
            "4.0018/4.00025 - 1", "the gain of the largest current: mislabelled",
        ),
        Printed(
            "change of current, test 1", "A m-2", "0.000015", ripple_1, "4.00025 - 4.0001",
            "a slip by a power of ten",
        ),
        Printed(
            "change of current, test 2", "A m-2", "0.0002", ripple_2, "4.0018 - 4.0016", "",
        ),
        Printed(
            '"33.33 % enhancement"', "%", "33.33", 100 * (ripple_2 / ripple_1 - 1),
            "2e-4/1.5e-4 - 1",
            "the growth of the ripple, made of rounding: unrounded, both ripples are 1.87e-4 and "
            f"their ratio is 1 + {gain:.2e}",
        ),
        Printed(
            '"33 % improvement in charging current"', "%", "33", 100 * gain,
            "exp(alpha F (200 50 - 20 20)/RT) - 1", "the current itself grows by this much", _T,
        ),
    ]  # fmt: skip


def _ratios() -> list[Printed]:
    return [
        Printed('n/eta, test 1 ("poles per volt")', "1/V", "1", 20 / 20, "20/20", ""),
        Printed(
            "n/eta, test 2", "1/V", "5", 200 / 50, "200/50",
            "table 3, abstract and conclusion have 5, the caption of figure 10 gives 4",
        ),
        Printed(
            'rise of n/eta, "4 %"', "%", "4", 100 * (5 - 1) / 1, "(5 - 1)/1",
            "the factor of 4 is printed as a percentage; from 1 to 4 it would be 300 %",
        ),
    ]  # fmt: skip
