"""Paper and model side by side, with the part that each number plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..sheets import Cell, Sheet
from .harvest import Harvest, thirds
from .hosts import CAPACITIES, FIGURES, HOSTS

OBSERVED, CLAIMED = "observed", "claimed in its introduction"
INPUT, PREDICTED, BOTH = "input of ours", "predicted by us", "predicted from inputs"
AGREES, DIFFERS, OPEN = "agrees", "differs", "cannot be told"
EVEN = 0.1
"""Largest distance of any third's share from a third with which a deposit is called even here."""
HEAVY = 0.5
"""Share of the lithium above which a third of the host is called heavy here."""
NEAR = 15.0
"""Difference of two overpotentials that a figure can hardly tell [mV]."""
Found = Mapping[str, Harvest]
"""By host."""


@dataclass(frozen=True)
class Finding:
    """One statement of the paper beside ours.

    Attributes:
        words: What it is about.
        paper: What the paper says.
        role: What that is in the paper.
        ours: Our figures.
        origin: What they are in ours.
        verdict: Whether both agree.
        why: What decides it.
    """

    words: str
    paper: str
    role: str
    ours: str
    origin: str
    verdict: str
    why: str


def findings(found: Found) -> list[Finding]:
    """Every statement; verdicts follow from the runs."""
    each: list[Callable[[Found], Finding]] = [
        _even,
        _bottom_first,
        _then_top,
        _top_heavy,
        _foil,
        *(_voltage(host, paper) for host, paper in OVERPOTENTIALS.items()),
        _full,
        _surface,
    ]
    return [finding(found) for finding in each]


def sheet(found: Found) -> Sheet:
    """The statements as a table."""
    rows: list[list[Cell]] = [
        [f.words, f.paper, f.role, f.ours, f.origin, f.verdict, f.why] for f in findings(found)
    ]
    return Sheet(
        title="Paper and model",
        columns=("about", "paper", "there it is", "ours", "here it is", "verdict", "why"),
        rows=rows,
        note=f"Even: each third of the height holds 33 % of the lithium within "
        f"{100 * EVEN:.0f} points. Heavy: more than "
        f"{100 * HEAVY:.0f} % of the lithium in one third of the height.",
    )


def profiles(found: Found) -> Sheet:
    """Where the lithium is, for each host and capacity."""
    rows: list[list[Cell]] = []
    for host in HOSTS:
        for capacity in CAPACITIES:
            deposit = found[host].deposit(capacity)
            low, middle, high = thirds(found[host].layers(capacity))
            rows.append([
                host, capacity, 100 * low, 100 * middle, 100 * high,
                100 * deposit["share on collector"], deposit["coefficient of variation"],
                deposit["largest over mean"], 100 * deposit["filled fraction of pores"],
                1e3 * found[host].at("Voltage [V]", capacity * (1 - 1e-9)),
                deposit["largest local current density [A.m-2]"],
            ])  # fmt: skip
    return Sheet(
        title="Where the lithium is",
        columns=(
            "host", "capacity [mA.h/cm2]", "lowest third [%]", "middle third [%]",
            "uppermost third [%]", "on the collector [%]", "coefficient of variation [-]",
            "largest over mean [-]", "pores filled [%]", "voltage [mV]",
            "largest local current density [A/m2]",
        ),
        rows=rows,
        digits=3,
    )  # fmt: skip


OVERPOTENTIALS = {"Cu foil": 100.0, "CNT": 95.0, "LLTO": 61.0, "LLTO@CNT": 0.0}
"""Read off the paper's Fig. 4a [mV]."""


def _even(found: Found) -> Finding:
    shares = [thirds(found["LLTO@CNT"].layers(capacity)) for capacity in CAPACITIES]
    farthest = max(abs(share - 1.0 / 3.0) for each in shares for share in each)
    told = "; ".join(
        f"{capacity:g} mA.h/cm2: " + ", ".join(f"{100 * share:.0f}" for share in each) + " %"
        for capacity, each in zip(CAPACITIES, shares, strict=True)
    )
    return Finding(
        "LLTO@CNT is filled evenly",
        "even and dense at 1, 2 and 4 mA.h/cm2",
        OBSERVED,
        f"thirds from the bottom up, {told}",
        PREDICTED,
        AGREES if farthest < EVEN else DIFFERS,
        "its barrier is nothing (an input); with a barrier it is not even: see the causes",
    )


def _bottom_first(found: Found) -> Finding:
    low, _, high = thirds(found["LLTO"].layers(1.0))
    collector = found["LLTO"].deposit(1.0)["share on collector"]
    return Finding(
        "LLTO: on the copper and at the bottom first",
        "at the bottom, on the copper, first",
        OBSERVED,
        f"at 1 mA.h/cm2 {100 * (low + collector):.0f} % on the copper and in the lowest third, "
        f"{100 * high:.0f} % in the uppermost",
        PREDICTED,
        AGREES if low + collector > HEAVY > high else DIFFERS,
        "pristine LLTO has next to no electrons (an input): lithium climbs from the copper",
    )


def _then_top(found: Found) -> Finding:
    first, last = (thirds(found["LLTO"].layers(c))[2] for c in (1.0, 4.0))
    layers = found["LLTO"].layers(4.0) - 0.25 * found["LLTO"].layers(1.0)
    later = thirds(layers / max(layers.sum(), 1e-300))[2]
    return Finding(
        "LLTO: then on the top",
        "once a path for electrons has formed, on the top",
        OBSERVED,
        f"uppermost third: {100 * first:.0f} % at 1, {100 * last:.0f} % at 4 mA.h/cm2; "
        f"{100 * later:.0f} % of what came between",
        PREDICTED,
        AGREES if later > 1.0 / 3.0 else DIFFERS,
        "lithium that has climbed to the top conducts, and there ions have the shortest way",
    )


def _top_heavy(found: Found) -> Finding:
    high = thirds(found["CNT"].layers(1.0))[2]
    return Finding(
        "CNT: on the top",
        "a host that conducts electrons alone is plated on the top",
        CLAIMED,
        f"{100 * high:.0f} % in the uppermost third at 1 mA.h/cm2",
        PREDICTED,
        AGREES if high > HEAVY else DIFFERS,
        "the barrier (an input) decides: without it the deposit is only a little top-heavy",
    )


def _foil(found: Found) -> Finding:
    densities = {
        host: found[host].metric("First plating: peak local current density [A.m-2]")
        for host in HOSTS
    }
    rest = max(value for host, value in densities.items() if host != "Cu foil")
    ends = {h: found[h].deposit(1.0)["largest local current density [A.m-2]"] for h in HOSTS}
    return Finding(
        "Cu: on the foil, at the highest local current density",
        "uneven and mossy on the foil",
        OBSERVED,
        "at 1 mA.h/cm2 up to "
        + ", ".join(f"{ends[host]:.2g} ({host})" for host in HOSTS)
        + f" A/m2; a framework's peak in passing is {rest:.2g}",
        PREDICTED,
        AGREES if ends["Cu foil"] >= max(ends.values()) else DIFFERS,
        "moss is no continuum's business; a plane can only show its local current density",
    )


def _voltage(host: str, paper: float) -> Callable[[Found], Finding]:
    def finding(found: Found) -> Finding:
        run = found[host]
        ours = 1e3 * run.nucleation
        near = abs(ours - paper) < NEAR
        return Finding(
            f"{host}: nucleation overpotential",
            f"{paper:.0f} mV",
            OBSERVED,
            f"{ours:.0f} mV below growth, {1e3 * run.dip:.0f} mV below 0 V",
            BOTH,
            AGREES if near else DIFFERS,
            _WHY_VOLTAGE[host],
        )

    return finding


_WHY_VOLTAGE = {
    "Cu foil": "barrier 100 mV (an input); the rest below 0 V is kinetics",
    "CNT": "barrier 95 mV (an input); kinetics add little on so large a surface",
    "LLTO": "its 61 mV (an input) hardly count: with no electrons in the host the copper goes "
    "first, at its own 100 mV",
    "LLTO@CNT": "no barrier (an input): what is left is kinetics and ions",
}


def _full(found: Found) -> Finding:
    filled = [found["LLTO@CNT"].deposit(c)["filled fraction of pores"] for c in CAPACITIES]
    return Finding(
        "LLTO@CNT is nearly full at 4 mA.h/cm2",
        "nearly saturated at 4 mA.h/cm2",
        OBSERVED,
        "pores filled " + ", ".join(f"{100 * value:.0f} %" for value in filled),
        BOTH,
        AGREES if filled[-1] > 0.8 else DIFFERS,
        "the thickness of 42 um was chosen so (an input): the paper prints none",
    )


def _surface(found: Found) -> Finding:
    ratio = found["LLTO@CNT"].summary["electrode"]["reacting area over footprint"]
    mean = 1.0 / ratio
    return Finding(
        "a large surface lowers the local current density",
        "the specific surface lowers it",
        CLAIMED,
        f"{ratio:.1f} m2 of surface per m2 of collector: {mean:.3f} of the imposed current "
        "density on average",
        PREDICTED,
        AGREES,
        "geometry alone, as far as the deposit is even",
    )


def deposits(found: Found) -> dict[str, list[list[float]]]:
    """Shares per layer of each host at each capacity, for the picture."""
    return {
        case.host: [found[case.host].layers(c).tolist() for c in CAPACITIES] for case in FIGURES
    }
