"""What the paper claims, each beside a figure of ours, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from ..sheets import Cell, Sheet
from . import algebra
from .counterpart import EARLY_WINDOW, TIMES, WINDOW, Counterpart
from .electrodes import ELECTRODES, FEW, FILM, HELD, HIGH, MANY
from .harvest import GOAL, crossing

_GOAL = f"{100 * GOAL:.0f} %"
SUPPORTED, CONTRADICTED, NO_RESULT = "supported", "contradicted", "not a result"
_DIFFUSION_TO_GOAL = 0.3345
"""D t / R^2 until a cylinder with a full surface has taken 90 %: 4/2.4048^2 exp(-2.4048^2 T) = 0.1,
the first term of Crank's series (The Mathematics of Diffusion, 2nd ed., eq. 5.23)."""


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes:
        words: What the paper says, in ours.
        printed: Its number.
        ours: Our figures.
        verdict: What becomes of it.
        why: In a sentence.
    """

    words: str
    printed: str
    ours: str
    verdict: str
    why: str


def claims(found: Counterpart) -> list[Claim]:
    """Every claim of the paper; verdicts follow from the runs."""
    each: list[Callable[[Counterpart], Claim]] = [
        _more_current,
        _a_third_more,
        _steadier_in_time,
        _more_even,
        _ten_milliseconds,
        _shorter_paths,
        _local_density,
        _exchange_current,
        _overpotential,
        _poles_per_volt,
    ]
    return [claim(found) for claim in each]


def sheet(found: Counterpart) -> Sheet:
    """The claims as a table."""
    rows: list[list[Cell]] = [[c.words, c.printed, c.ours, c.verdict, c.why] for c in claims(found)]
    return Sheet("The paper's claims", ["claim", "printed", "ours", "verdict", "why"], rows)


def _more_current(found: Counterpart) -> Claim:
    film, few, many = (_early_current(found, e.poles) for e in ELECTRODES)
    crossed = crossing(found.held(FEW), found.held(MANY))
    return Claim(
        "more poles give more charging current",
        "4.0001 to 4.0016 A/m2",
        f"film, 20, 200 poles at 10 ms: {film / 10:.3g}, {few / 10:.3g}, {many / 10:.3g} mA/cm2",
        _if(film < few < many),
        f"at first, as the surface grows; 200 poles then fall below 20 after {crossed:.3g} s, "
        "since all hold the same charge",
    )


def _a_third_more(found: Counterpart) -> Claim:
    few, many = _early_current(found, 20), _early_current(found, 200)
    return Claim(
        "33 % more charging current from 20 to 200 poles",
        "33.33 %",
        f"{100 * (many / few - 1):.0f} % more at 10 ms",
        NO_RESULT,
        "printed is a ratio of two rounded ripples (see the algebra), 0.038 % without rounding; "
        f"the same volume in ten times the poles has sqrt(10) = {sqrt(10):.3g} times the surface",
    )


def _steadier_in_time(found: Counterpart) -> Claim:
    droops = [found.held(e).droop(*WINDOW) for e in ELECTRODES]
    early = [found.held(e).droop(*EARLY_WINDOW) for e in ELECTRODES]
    film, few, many = (f"{100 * d:.0f} %" for d in droops)
    return Claim(
        "more poles give a steadier current (in time)",
        "0.037 and 0.038 %",
        f"film, 20, 200 poles lose {film}, {few}, {many} from 1 to 10 s",
        _if(droops[0] > droops[1] > droops[2]),
        "the more surface, the sooner the charge runs out; from 10 to 100 ms, while all react "
        f"alike, they lose {100 * min(early):.1f} to {100 * max(early):.1f} %. Printed are gains "
        "between tests",
    )


def _more_even(found: Counterpart) -> Claim:
    film, few, many = (100 * found.driven(e).surface().variation for e in ELECTRODES)
    return Claim(
        "more poles give a steadier current (over the surface)",
        "none",
        f"spread at 1C: {few:.1f} % over 20 poles, {many:.1f} % over 200, {film:.1f} % over "
        "the film",
        _if(many < few),
        "tips fill first and then take less; thin poles have less of them. A film has none",
    )


def _ten_milliseconds(found: Counterpart) -> Claim:
    film, few, many = (found.held(e).time_to() for e in ELECTRODES)
    diffusivity = float(found.held(FEW).case.material.diffusivity(0.5))
    radius = sqrt(diffusivity * algebra.FIRST_TIME / _DIFFUSION_TO_GOAL)
    return Claim(
        "charged in 10 ms",
        "10 ms",
        f"to {_GOAL}: film {film / 3600:.3g} h, 20 poles {few:.3g} s, 200 poles {many:.3g} s",
        NO_RESULT,
        "printed is the first sample of a time axis; diffusion alone would ask for poles of radius "
        f"{1e9 * radius:.2g} nm here, less than a unit cell",
    )


def _shorter_paths(found: Counterpart) -> Claim:
    paths = [1e9 * e.ion_path for e in ELECTRODES]
    film, few, many = (found.held(e).time_to() for e in ELECTRODES)
    return Claim(
        "ions have shorter ways",
        "none",
        f"mean way to the surface {paths[0]:.0f}, {paths[1]:.1f}, {paths[2]:.2f} nm",
        _if(film > few > many),
        f"the time to {_GOAL} falls {film / few:.0f}-fold from film to 20 poles and "
        f"{few / many:.2g}-fold to 200: a tenth of the time to diffuse, but the reaction's stays",
    )


def _local_density(found: Counterpart) -> Claim:
    film, few, many = (1e3 * found.driven(e).surface().mean for e in ELECTRODES)
    return Claim(
        "the current density grows with the number of poles",
        "4.0001 to 4.0016 A/m2",
        f"local, at 1C: film {film:.0f}, 20 poles {few:.2f}, 200 poles {many:.2f} mA/m2",
        _if(film < few < many),
        "at a given current the surface shares it: the local density falls, which is the gain; at "
        "a given potential it is equal at first, and the current grows with the surface",
    )


def _exchange_current(found: Counterpart) -> Claim:
    gains = {
        e.name: found.held(e).time_to() / found.held(e, faster=10.0).time_to() for e in (FILM, MANY)
    }
    many, film = gains[MANY.name], gains[FILM.name]
    return Claim(
        "a higher exchange current charges faster",
        "none",
        f"ten times i0: {many:.2f} times faster with 200 poles, {film:.3f} times with the film",
        _if(many > 1.05),
        "where the reaction limits, as in thin poles; where diffusion does, it changes nothing",
    )


def _overpotential(found: Counterpart) -> Claim:
    low, high = found.held(MANY), found.held(MANY, potential=HIGH)
    stored = [100 * run.efficiency() for run in (low, high)]
    at_rest = HELD * low.efficiency()
    wasted = [100 * eta / (at_rest + eta) for _, eta in algebra.TESTS]
    return Claim(
        "a large overpotential costs efficiency",
        "eta = 20 and 50 V",
        f"200 poles at {HELD:g} and {HIGH:g} V: {stored[0]:.1f} and {stored[1]:.1f} % of the "
        f"energy is stored, {_GOAL} of the charge in {low.time_to():.3g} and "
        f"{high.time_to():.3g} s",
        _if(stored[1] < stored[0]),
        f"the rest is heat; 20 and 50 V on top of {at_rest:.2f} V would waste {wasted[0]:.0f} and "
        f"{wasted[1]:.0f} % of it",
    )


def _poles_per_volt(found: Counterpart) -> Claim:
    return Claim(
        "poles per volt rise by 4 % and bring the gain",
        "1 to 5, 4 %",
        "1 to 4, 300 %",
        NO_RESULT,
        "n counts electrons in Butler-Volmer's law; as a number of poles n/eta has no physics",
    )


def _early_current(found: Counterpart, poles: int) -> float:
    electrode = next(e for e in ELECTRODES if e.poles == poles)
    current = found.held(electrode).current_at(TIMES[0])
    assert current is not None
    return current


def _if(holds: bool) -> str:
    return SUPPORTED if holds else CONTRADICTED
