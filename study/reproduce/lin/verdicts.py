"""For which inputs a statement of the paper holds in the model: a rule, applied to every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .case import BOUNDARIES, MIXED, Case, Inputs
from .harvest import Harvest
from .observations import COMPUTED, Observation
from .plan import Plan

Runs = Mapping[Case, Harvest]

AGREES, DIFFERS, DEPENDS = "agrees", "differs", "depends on inputs"


@dataclass(frozen=True)
class Finding:
    """A statement beside all runs that it is put to the test by.

    Attributes:
        about: The statement.
        usual: The run with the usual inputs.
        values: The number that decides, for each run, the usual one first.
        plan: What all runs are.
    """

    about: Observation
    usual: Harvest
    values: Mapping[Case, float]
    plan: Plan

    @property
    def tested(self) -> bool:
        """Whether our number could have been another one than the paper's."""
        return self.about.origin == COMPUTED

    @property
    def verdict(self) -> str:
        """Agrees or differs for all inputs that were tried, or depends on them."""
        if self.about.holds is None:
            return self.about.origin
        held = [self.about.holds(value) for value in self.values.values()]
        return AGREES if all(held) else DEPENDS if any(held) else DIFFERS

    @property
    def range(self) -> str:
        """The least and the largest number."""
        low, high = min(self.values.values()), max(self.values.values())
        text = [f"{value:.0f}" if high >= 10 else f"{value:.2g}" for value in (low, high)]
        return text[0] if text[0] == text[1] else " to ".join(text)

    def inputs(self, holds: bool) -> str:
        """The inputs with which it holds, or does not, in words."""
        chosen = [case for case in self.values if self._is(case) is holds]
        if len(chosen) == len(self.values):
            return f"all {len(chosen)} runs" if len(chosen) > 1 else "its only run"
        return in_words(chosen, self.plan.usual)

    def _is(self, case: Case) -> bool | None:
        rule = self.about.holds
        return None if rule is None else bool(rule(self.values[case]))


def findings(runs: Runs, plan: Plan, about: Sequence[Observation]) -> list[Finding]:
    """Each statement with its runs; one without any run is left out."""
    found = []
    for each in about:
        cases = plan.of(each.subject)
        if cases:
            values = {case: each.measure(runs[case]) for case in cases}
            found.append(Finding(each, runs[cases[0]], values, plan))
    return found


def tally(found: Sequence[Finding]) -> str:
    """How many statements were tested, and what came out, in a sentence."""
    tested = [finding for finding in found if finding.tested]
    counts = {
        word: sum(finding.verdict == word for finding in tested)
        for word in (AGREES, DEPENDS, DIFFERS)
    }
    rest = len(found) - len(tested)
    return (
        f"Of {len(tested)} statements that the model could contradict, {counts[AGREES]} hold for "
        f"all inputs that were tried, {counts[DEPENDS]} for some, and {counts[DIFFERS]} for none; "
        f"{rest} more are there by construction, or return an input."
    )


def in_words(cases: Sequence[Case], usual: Inputs) -> str:
    """Inputs of runs: the exchange current densities for each body, then what else was changed."""
    grid: dict[str, list[float]] = {}
    single = []
    for case in cases:
        if on_grid(case, usual, law=case.inputs.law):
            law = "" if case.inputs.law == usual.law else f"barrier as {case.inputs.law}"
            name = ", ".join(filter(None, (body(case), law)))
            grid.setdefault(name, []).append(case.inputs.exchange)
        else:
            single.append(", ".join(case.inputs.apart_from(usual)))
    parts = [
        (f"{name}: " if name else "") + "i0 " + ", ".join(f"{value:g}" for value in sorted(values))
        for name, values in sorted(grid.items())
    ]
    return "; ".join([" A/m2; ".join(parts) + " A/m2"] * bool(parts) + single)


def on_grid(case: Case, usual: Inputs, *, law: str | None = None) -> bool:
    """Whether only the exchange current density and LLTO's conductivities differ.

    Args:
        case: The run.
        usual: The usual inputs.
        law: Of the barrier, in place of the usual one.
    """
    given, fixed = case.inputs, replace(usual, law=law or usual.law)
    bare = replace(given, exchange=usual.exchange, ions=usual.ions, activated=usual.activated)
    return bare == fixed


def body(case: Case) -> str:
    """What LLTO is taken to be; nothing for other bodies."""
    if case.host not in MIXED:
        return ""
    words = "grain boundaries" if case.inputs.ions == BOUNDARIES else "grains"
    return f"{words}, activated" if case.inputs.activated else words
