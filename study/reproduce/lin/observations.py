"""What the paper says about its hosts, each with the number of a run that tests it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .harvest import Harvest, thirds

OBSERVED, CLAIMED = "observed", "claimed"
COMPUTED, CONSTRUCTION, RETURNED = "computed", "by construction", "input returned"
EVEN = 0.1
"""Largest distance of any third's share from a third with which a deposit is called even here."""
HEAVY = 0.5
"""Share of the lithium above which a part of the host is called heavy here."""
POROUS = 0.5
"""Share of the pores in the middle third of the height below which it is called porous here."""
CLOSE = 0.1
"""Difference from a printed overpotential, over it, that counts as none here."""
PRINTED = {"Cu foil": 100.0, "CNT": 95.0, "LLTO": 61.0, "LLTO@CNT": 0.0}
"""Nucleation overpotentials printed in the paper's text [mV]; of LLTO@CNT it sees none."""


@dataclass(frozen=True)
class Observation:
    """One statement of the paper.

    Attributes:
        words: What it is about.
        paper: What the paper says.
        role: What that is in the paper.
        subject: The host whose runs decide (`Case.subject`).
        origin: What our number is: computed, or there by construction, or an input returned.
        measure: The number of a run that decides.
        unit: Of `measure`, and what it is.
        holds: Whether that number is what the paper says; None where nothing is tested.
        told: The usual run in figures.
        why: What decides it.
    """

    words: str
    paper: str
    role: str
    subject: str
    origin: str
    measure: Callable[[Harvest], float]
    unit: str
    holds: Callable[[float], bool] | None
    told: Callable[[Harvest], str]
    why: str


def _uneven(run: Harvest) -> float:
    shares = [thirds(run.layers(capacity)) for capacity in (1.0, 2.0)]
    return 100 * max(abs(share - 1.0 / 3.0) for each in shares for share in each)


def _shares(run: Harvest, *capacities: float) -> str:
    each = (
        f"{capacity:g} mA.h/cm2: "
        + ", ".join(f"{100 * share:.0f}" for share in thirds(run.layers(capacity)))
        for capacity in capacities
    )
    return "thirds from the bottom up, " + "; ".join(each) + " %"


def _foot(run: Harvest) -> float:
    deposit = run.deposit(1.0)
    return 100 * float(thirds(run.layers(1.0))[0] + deposit["share on collector"])


def _top(run: Harvest) -> float:
    return 100 * float(thirds(run.layers(1.0))[2])


def _later_top(run: Harvest) -> float:
    return 100 * float(run.between(1.0, 4.0)[2])


def _interior(run: Harvest) -> float:
    return 100 * run.interior(4.0)


def _full(run: Harvest) -> float:
    return 100 * float(run.deposit(4.0)["filled fraction of pores"])


def _density(run: Harvest) -> float:
    return float(run.deposit(1.0)["largest local current density [A.m-2]"])


def _spread(run: Harvest) -> float:
    return 1.0 / float(run.summary["electrode"]["reacting area over footprint"])


def _dip(run: Harvest) -> float:
    return 1e3 * run.nucleation


def _more(share: float) -> Callable[[float], bool]:
    return lambda value: value > 100 * share


OBSERVATIONS = (
    Observation(
        "LLTO@CNT is filled evenly", "even and dense while it fills", OBSERVED, "LLTO@CNT",
        COMPUTED,
        _uneven, "points, largest distance of a third from 33 %, at 1 and 2 mA.h/cm2",
        lambda value: value < 100 * EVEN, lambda run: _shares(run, 1.0, 2.0, 4.0),
        "i0 against the ions' conductivity; by the equilibrium law its lack of a barrier too",
    ),
    Observation(
        "LLTO: on the copper and at the bottom first", "at the bottom, on the copper, first",
        OBSERVED, "LLTO", COMPUTED, _foot,
        "% on the copper and in the lowest third at 1 mA.h/cm2", _more(HEAVY),
        lambda run: f"{_shares(run, 1.0)}, "
        f"{100 * run.deposit(1.0)['share on collector']:.0f} % on the copper",
        "LLTO has next to no electrons (an input): lithium climbs from the copper",
    ),
    Observation(
        "LLTO: then on the top", "once a path for electrons has formed, on the top", OBSERVED,
        "LLTO", COMPUTED, _later_top,
        "% of what came between 1 and 4 mA.h/cm2, in the uppermost third", _more(HEAVY),
        lambda run: f"{_shares(run, 4.0)}; of what came after 1 mA.h/cm2 "
        f"{_later_top(run):.0f} % in the uppermost",
        "lithium that has climbed to the top conducts; ions have the shortest way there",
    ),
    Observation(
        "LLTO: the interior stays porous", "porous between bottom and top at 4 mA.h/cm2, with "
        "particles that carry no notable deposit", OBSERVED, "LLTO", COMPUTED, _interior,
        "% of the pores in the middle third full at 4 mA.h/cm2",
        lambda value: value < 100 * POROUS,
        lambda run: f"{_interior(run):.0f} % of the pores in the middle third are full, "
        f"{_full(run):.0f} % of all",
        "lithium climbs from below and passes no particle by",
    ),
    Observation(
        "CNT: on the top", "a host that conducts electrons alone is plated on the top", CLAIMED,
        "CNT", COMPUTED, _top, "% in the uppermost third at 1 mA.h/cm2", _more(HEAVY),
        lambda run: _shares(run, 1.0),
        "i0, and how the pores conduct; by the equilibrium law the barrier alone. The paper does "
        "not describe its CNT anode: here it is the same framework, which ions do not enter",
    ),
    Observation(
        "the cause: slow ions make a conductor plate on the top", "conductivities alone", CLAIMED,
        "CNT, no barrier", COMPUTED, _top, "% in the uppermost third at 1 mA.h/cm2", _more(HEAVY),
        lambda run: _shares(run, 1.0), "CNT without its barrier: only conductivities are left",
    ),
    Observation(
        "the cause: slow electrons make a conductor of ions plate at the bottom",
        "conductivities alone", CLAIMED, "LLTO, no barrier", COMPUTED, _foot,
        "% on the copper and in the lowest third at 1 mA.h/cm2", _more(HEAVY),
        lambda run: _shares(run, 1.0), "LLTO without its barrier: only conductivities are left",
    ),
    Observation(
        "nucleation overpotential of LLTO", "61 mV", OBSERVED, "LLTO", COMPUTED, _dip,
        "mV below growth", lambda value: abs(value - 61.0) < CLOSE * 61.0,
        lambda run: f"{_dip(run):.0f} mV below growth, {1e3 * run.dip:.0f} mV below 0 V",
        "its barrier of 61 mV (an input) hardly counts: with no electrons in the host the copper "
        "goes first, at its own 100 mV and with all of the current",
    ),
    *(
        Observation(
            f"nucleation overpotential of {host}", f"{PRINTED[host]:.0f} mV" if PRINTED[host] else
            "none to be seen", OBSERVED, host, RETURNED, _dip, "mV below growth", None,
            lambda run: f"{_dip(run):.0f} mV below growth, {1e3 * run.dip:.0f} mV below 0 V",
            f"its barrier is an input: {PRINTED[host]:.0f} mV",
        )
        for host in ("Cu foil", "CNT", "LLTO@CNT")
    ),
    Observation(
        "LLTO@CNT is nearly full at 4 mA.h/cm2, with a flat top", "nearly saturated", OBSERVED,
        "LLTO@CNT", CONSTRUCTION, _full, "% of the pores full at 4 mA.h/cm2", None,
        lambda run: "pores filled "
        + ", ".join(f"{100 * run.deposit(c)['filled fraction of pores']:.0f} %" for c in (1, 2, 4)),
        "the thickness is chosen so, the paper prints none: 19.4 um of lithium in 42 um with 46 % "
        "of pores, where the deposit is even",
    ),
    Observation(
        "Cu: uneven and mossy on the foil", "uneven, mossy", OBSERVED, "Cu foil", CONSTRUCTION,
        _density, "A/m2 at 1 mA.h/cm2, largest local current density", None,
        lambda run: f"{_density(run):.3g} A/m2: the imposed current on a plane",
        "a continuum has no moss; the paper prints no local current density",
    ),
    Observation(
        "a large surface lowers the local current density", "the specific surface lowers it",
        CLAIMED, "LLTO@CNT", CONSTRUCTION, _spread,
        "of the imposed current density on average", None,
        lambda run: f"{1 / _spread(run):.1f} m2 of surface per m2 of collector",
        "area of the generated framework, as far as the deposit is even",
    ),
)  # fmt: skip
"""All statements about where lithium goes and at what voltage."""

ELSEWHERE = (
    ("volume: 19.4 um on a foil at 4 mA.h/cm2, about none in the host", OBSERVED, CONSTRUCTION,
     "4.84 um per mA.h/cm2 of lithium; a host that is not overfull does not grow"),
    ("lithium at the bottom may lift bare LLTO off the foil", OBSERVED, "not modelled",
     "no mechanics"),
    ("needles on Cu; inactive lithium under the scaffold after ten cycles", OBSERVED,
     "not modelled", "morphology; inactive lithium can only be a stated input"),
    ("pairs of peaks at 1.16/1.22 V and 1.55/1.60 V in a voltammogram", OBSERVED, RETURNED,
     "the plateaus of LLTO's card are taken from them"),
    ("bare LLTO cannot fully lithiate", OBSERVED, "not in this command",
     "plating.lithiation resolves it; the diffusivity of its card is assumed"),
    ("both conductivities rise tenfold on lithiation with a coat, little without", OBSERVED,
     "an input", "activated and pristine are two cases of each host here"),
    ("charge-transfer resistance 250 to 100 ohm; impedance of a pellet", OBSERVED,
     "not modelled", "no impedance spectra"),
    ("activation: capacity that grows over cycles, faster at a higher cut-off", OBSERVED,
     "not modelled", "no law of activation"),
    ("Coulombic efficiencies of 99.24, 98.97, 98.59 %", OBSERVED, "an input",
     "follows from a side reaction that a study states"),
    ("full cells with NCM622: 35 cycles with Cu, over 250 with LLTO@CNT", OBSERVED,
     "not modelled", "no degradation"),
)  # fmt: skip
"""The paper's other statements: role there, and what becomes of each here."""
