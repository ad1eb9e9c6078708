"""What decides where lithium goes: only the barrier changed, or only the conductivities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..sheets import Cell, Sheet
from .case import HOSTS, Case
from .harvest import Harvest
from .plan import Plan
from .table import THIRDS, places

Runs = Mapping[Case, Harvest]


def cause_sheet(runs: Runs, plan: Plan) -> Sheet:
    """Each host as it is, and with one property of another."""
    rows: list[list[Cell]] = []
    for host in HOSTS:
        swaps = [case for case in plan.swaps if case.host == host]
        laws = dict.fromkeys(case.inputs.law for case in swaps)
        usual = [case for case in plan.of(host) if _only_law(case, plan, laws)]
        for case in sorted((*usual, *swaps), key=lambda case: list(laws).index(case.inputs.law)):
            run = runs[case]
            rows.append([
                host, case.inputs.law, case.label or "as it is", *places(run, 1.0),
                run.deposit(1.0)["coefficient of variation"], -1e3 * run.dip,
            ])  # fmt: skip
    return Sheet(
        title="The cause",
        columns=(
            "host",
            "barrier as",
            "changed",
            *THIRDS,
            "coefficient of variation [-]",
            "first minimum [mV]",
        ),
        rows=rows,
        note="At 1 mA.h/cm2. Where exchanging the barrier exchanges the outcome and exchanging "
        "the conductivities does not, the barrier is the cause, and the other way round.",
        digits=3,
    )


def _only_law(case: Case, plan: Plan, laws: Iterable[str]) -> bool:
    """Whether it is a host as it is, by one of these laws of the barrier."""
    return case in {
        replace(plan.host(case.host), inputs=each)
        for each in (replace(plan.usual, law=law) for law in laws)
    }


def rate_sheet(runs: Runs, plan: Plan) -> Sheet:
    """Local current density and overpotential over rate and capacity."""
    rows: list[list[Cell]] = []
    for host in dict.fromkeys(case.host for case in plan.rates):
        each = (plan.host(host), *(case for case in plan.rates if case.host == host))
        rows += [_rate(runs[case], capacity) for case in each for capacity in case.capacities]
    return Sheet(
        title="Rates",
        columns=(
            "host", "current [mA/cm2]", "capacity [mA.h/cm2]",
            "largest local current density [A/m2]", "over the imposed one [-]",
            "overpotential [mV]", "of it ions [mV]", "of it kinetics [mV]",
            "coefficient of variation [-]",
        ),
        rows=rows,
        digits=3,
    )  # fmt: skip


def _rate(run: Harvest, capacity: float) -> list[Cell]:
    deposit, just_before = run.deposit(capacity), capacity * (1 - 1e-9)
    largest = deposit["largest local current density [A.m-2]"]
    return [
        run.case.host, run.case.current, capacity, largest, largest / (10 * run.case.current),
        -1e3 * run.at("Voltage [V]", just_before),
        1e3 * run.at("Ohmic loss of ions [V]", just_before),
        1e3 * run.at("Kinetic loss [V]", just_before),
        deposit["coefficient of variation"],
    ]  # fmt: skip
