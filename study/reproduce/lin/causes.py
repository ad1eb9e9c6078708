"""What decides where lithium goes: only the barrier changed, or only the conductivities."""

from __future__ import annotations

from collections.abc import Mapping

from ..sheets import Cell, Sheet
from .harvest import Harvest, thirds
from .hosts import CHECKED, FIRST, RATES, Case

Runs = Mapping[Case, Harvest]


def cause_sheet(runs: Runs, hosts: Mapping[str, Harvest], swaps: tuple[Case, ...]) -> Sheet:
    """Each host as it is, and with one thing changed.

    Args:
        runs: All runs.
        hosts: The hosts as they are.
        swaps: The cases with one thing changed.
    """
    rows: list[list[Cell]] = []
    for host in CHECKED:
        rows.append(_row(host, "as it is", hosts[host], 1.0))
        for case in swaps:
            if case.host == host:
                rows.append(_row(host, case.label.replace("-", " "), runs[case], FIRST[-1]))
    return Sheet(
        title="The cause",
        columns=(
            "host", "changed", "lowest third [%]", "middle third [%]", "uppermost third [%]",
            "on the collector [%]", "coefficient of variation [-]", "first minimum [mV]",
        ),
        rows=rows,
        note="At 1 mA.h/cm2. Where exchanging the barrier exchanges the outcome and exchanging "
        "the conductivities does not, the barrier is the cause, and the other way round.",
        digits=3,
    )  # fmt: skip


def _row(host: str, changed: str, run: Harvest, capacity: float) -> list[Cell]:
    low, middle, high = (100 * share for share in thirds(run.layers(capacity)))
    deposit = run.deposit(capacity)
    return [
        host, changed, low, middle, high, 100 * deposit["share on collector"],
        deposit["coefficient of variation"], -1e3 * run.dip,
    ]  # fmt: skip


def rate_sheet(runs: Runs, hosts: Mapping[str, Harvest]) -> Sheet:
    """Local current density and overpotential over rate and capacity."""
    rows: list[list[Cell]] = []
    for host in ("LLTO@CNT", "Cu foil"):
        each = [hosts[host], *(runs[case] for case in RATES if case.host == host)]
        for run in each:
            for capacity in run.case.capacities:
                deposit = run.deposit(capacity)
                rows.append([
                    host, run.case.current, capacity,
                    deposit["largest local current density [A.m-2]"],
                    deposit["largest local current density [A.m-2]"] / (10 * run.case.current),
                    -1e3 * run.at("Voltage [V]", capacity * (1 - 1e-9)),
                    1e3 * run.at("Ohmic loss of ions [V]", capacity * (1 - 1e-9)),
                    1e3 * run.at("Kinetic loss [V]", capacity * (1 - 1e-9)),
                    deposit["coefficient of variation"],
                ])  # fmt: skip
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
