"""What the paper claims, each beside figures of ours, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt

from ..sheets import Cell, Sheet, plain
from . import algebra
from .cases import RATE
from .counterpart import Counterpart
from .electrodes import ELECTRODES, FEW, FILM, FOOTPRINT, MANY
from .harvest import GOAL, crossing
from .verdicts import (
    CONTRADICTED,
    NO_RESULT,
    SAME,
    SUPPORTED,
    TRIVIAL,
    Claim,
    Judged,
    falling,
    join,
    rising,
)

_GOAL = f"{100 * GOAL:.0f} %"
_DIFFUSION_TO_GOAL = 0.3345
"""D t / R^2 until a cylinder with a full surface has taken 90 %: 4/2.4048^2 exp(-2.4048^2 T) = 0.1,
the first term of Crank's series (The Mathematics of Diffusion, 2nd ed., eq. 5.23)."""
_PROPORTIONAL = 0.02
"""Relative difference up to which two ratios are one (assumed)."""


def claims(found: Sequence[Counterpart]) -> list[Claim]:
    """Every claim of the paper; verdicts follow from the runs of all materials."""
    each: list[Callable[[Counterpart], Judged]] = [
        _more_current,
        _in_proportion,
        _a_third_more,
        _steadier_in_time,
        _more_even,
        _ten_milliseconds,
        _poles_per_volt,
        _shorter_paths,
        _exchange_current,
        _overpotential,
    ]
    return [join({one.chemistry.name: claim(one) for one in found}) for claim in each]


def sheet(found: Sequence[Counterpart]) -> Sheet:
    """The claims as a table."""
    judged = claims(found)
    rows: list[list[Cell]] = [
        [c.words, c.printed, *c.ours.values(), c.verdict, c.why] for c in judged
    ]
    names = [one.chemistry.name for one in found]
    return Sheet(
        "The paper's claims",
        ["claim", "printed", *(f"ours, {name}" for name in names), "verdict", "why"],
        rows,
        note=(
            f"Three figures are those of film, 20 and 200 poles. {count(judged)} Current is "
            "asked for per area of collector or of interface, more poles for the same volume in "
            "thinner ones or for more of the same: the paper says neither. No difference is up to "
            "a tenth. All of it holds for poles that conduct electrons well, by a core or a coat "
            "where the material does not."
        ),
    )


def count(judged: Sequence[Claim]) -> str:
    """How many claims have which verdict, without those that are no test."""
    kinds = Counter(claim.kind for claim in judged)
    trivial = kinds.pop(TRIVIAL, 0)
    told = ", ".join(f"{number} '{kind}'" for kind, number in kinds.items())
    return f"Of {sum(kinds.values())} claims: {told}; {trivial} more are trivially true, no tests."


def _more_current(found: Counterpart) -> Judged:
    early = [found.early(e) / 10 for e in ELECTRODES]
    local = [i * FOOTPRINT / e.area for i, e in zip(early, ELECTRODES, strict=True)]
    driven = [1e3 * found.driven(e).surface().mean for e in ELECTRODES]
    crossed = crossing(found.held(FEW), found.held(MANY))
    return Judged(
        "more poles give more charging current and a larger current density",
        "4.0001 to 4.0016 A/m2",
        f"at 10 ms {_three(early)} mA/cm2 of collector, {_three(local)} of interface; at {RATE} "
        f"{_three(driven)} mA/m2 of interface; 200 poles fall below 20 after {crossed:.3g} s",
        "per collector area it grows with the surface, until the charge runs out; the surface "
        "shares a given current, which is the gain",
        {
            "per collector area": rising(early),
            "per interface area at a given potential": rising(local),
            "per interface area at a given current": rising(driven),
        },
    )


def _in_proportion(found: Counterpart) -> Judged:
    ratio = found.early(MANY) / found.early(FEW)
    return Judged(
        "the current grows in proportion to the number of poles",
        "20 to 200",
        f"10 times with ten times the same poles, {ratio:.3g} times at 10 ms with the same volume",
        "equal poles in a uniform electrolyte do each the same, so this is exact there; the same "
        f"volume has sqrt(10) = {sqrt(10):.3g} times the surface",
        {
            "for equal poles": SUPPORTED,
            "for equal volume": SUPPORTED if abs(ratio / 10 - 1) < _PROPORTIONAL else CONTRADICTED,
        },
    )


def _a_third_more(found: Counterpart) -> Judged:
    gain = found.early(MANY) / found.early(FEW) - 1
    return Judged(
        "33 % more charging current from 20 to 200 poles",
        "33.33 %",
        f"{100 * gain:.0f} % more at 10 ms for equal volume, 900 % for equal poles",
        "printed is a ratio of two rounded ripples (see the algebra), 0.038 % without rounding",
        NO_RESULT,
    )


def _steadier_in_time(found: Counterpart) -> Judged:
    droops = found.droops()
    lost = "; ".join(f"{where} {_three([100 * d for d in found])} %" for where, found in droops)
    return Judged(
        "more poles give a steadier current (in time)",
        "0.037 and 0.038 %",
        f"lost {lost}",
        "the more surface, the sooner the charge runs out, and the more of it before the current "
        "falls; equal poles do each the same. Printed are gains between tests",
        {_measure(where): falling(found) for where, found in droops} | {"for equal poles": SAME},
    )


def _measure(where: str) -> str:
    """One name for windows of all materials that mean the same."""
    first = "from 10 ms to 100 ms"
    return where if where == first or "%" in where else "later"


def _more_even(found: Counterpart) -> Judged:
    spreads = [round(100 * found.driven(e).surface().variation, 3) for e in ELECTRODES]
    film, few, many = spreads
    return Judged(
        "more poles give a steadier current (over the surface)",
        "none",
        f"spread at {RATE} {_three(spreads)} %",
        "tips fill first and then take less; thin poles have less of them, equal poles the same, "
        "a film none",
        {
            "from 20 to 200 poles of equal volume": falling([few, many]),
            "from a film to poles": SUPPORTED if few < film else CONTRADICTED,
            "for equal poles": SAME,
        },
    )


def _ten_milliseconds(found: Counterpart) -> Judged:
    times = [found.held(e).time_to() for e in ELECTRODES]
    diffusivity = float(found.chemistry.material.diffusivity(0.5))
    radius = 1e9 * sqrt(diffusivity * algebra.FIRST_TIME / _DIFFUSION_TO_GOAL)
    small = ", less than a unit cell" if radius < 1 else ""
    return Judged(
        "charged in 10 ms",
        "10 ms",
        f"to {_GOAL} in {_three(times)} s; diffusion alone would ask for poles of radius "
        f"{radius:.2g} nm{small}",
        "printed is, as far as can be inferred, the first sample of a time axis: put in, not found",
        NO_RESULT,
    )


def _poles_per_volt(found: Counterpart) -> Judged:
    return Judged(
        "poles per volt rise by 4 % and bring the gain",
        "1 to 5, 4 %",
        "1 to 4, 300 %",
        "n counts electrons in Butler-Volmer's law; as a number of poles n/eta has no physics",
        NO_RESULT,
    )


def _shorter_paths(found: Counterpart) -> Judged:
    paths = [1e9 * e.ion_path for e in ELECTRODES]
    film, few, many = (found.held(e).time_to() for e in ELECTRODES)
    return Judged(
        "ions have shorter ways",
        "none",
        f"{_three(paths)} nm to the surface; time to {_GOAL}: {film / few:.3g}-fold shorter from "
        f"film to 20 poles, {few / many:.2g}-fold to 200",
        "geometry alone; the time to diffuse falls tenfold from 20 to 200 poles, the reaction's by "
        "sqrt(10)",
        TRIVIAL if film > few > many else CONTRADICTED,
    )


def _exchange_current(found: Counterpart) -> Judged:
    many, film = (
        found.held(e).time_to() / found.held(e, faster=10.0).time_to() for e in (MANY, FILM)
    )
    return Judged(
        "a higher exchange current charges faster",
        "none",
        f"ten times i0: {many:.3g} times faster with 200 poles, {film:.4g} times with the film",
        "how much is what counts: where the reaction limits, not where diffusion does",
        TRIVIAL if many > 1 else CONTRADICTED,
    )


def _overpotential(found: Counterpart) -> Judged:
    low, high = found.held(MANY), found.high(MANY)
    stored = [100 * run.efficiency() for run in (low, high)]
    at_rest = found.chemistry.held * low.efficiency()
    wasted = [100 * eta / (at_rest + eta) for _, eta in algebra.TESTS]
    return Judged(
        "a large overpotential costs efficiency",
        "eta = 20 and 50 V",
        f"200 poles at {low.case.held:g} and {high.case.held:g} V: {stored[0]:.1f} and "
        f"{stored[1]:.1f} % of the energy is stored, {_GOAL} of the charge in {low.time_to():.3g} "
        f"and {high.time_to():.3g} s; 20 and 50 V would waste {wasted[0]:.0f} and "
        f"{wasted[1]:.0f} %",
        "the rest is heat",
        TRIVIAL if stored[1] < stored[0] else CONTRADICTED,
    )


def _three(values: Sequence[float]) -> str:
    return ", ".join(plain(round(value, 6), 3) for value in values)
