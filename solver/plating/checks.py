"""Whether a plating protocol can be followed, seen before any meshing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...errors import ProtocolError
from ..steps import (
    Amount,
    CapacityLimit,
    ConstantCurrent,
    CurrentLimit,
    Step,
    VoltageLimit,
)
from ..window import refuse_density


def check_steps(
    steps: Iterable[Step | None],
    *,
    inserts: bool = False,
    content: float = 0.0,
    footprint: float | None = None,
) -> Iterator[str | None]:
    """Yield for each step what is wrong with it, or None.

    A host has no capacity of its own and no mass that counts, nothing can be stripped before
    anything was plated, and while lithium plates the potential stays below its own. Where lithium
    enters the host's lattice too, the potential comes down from above it.

    Args:
        steps: Of the protocol; None for one that could not be read.
        inserts: Whether lithium enters the lattice.
        content: Share of the lattice that is full at the start.
        footprint: Collector area of the whole host [m2], where it is known.
    """
    plated = content > 0.0
    for step in steps:
        yield None if step is None else _mistake(step, plated, inserts) or _excess(step, footprint)
        lowers = isinstance(step, ConstantCurrent) and step.lowers
        plated = plated or lowers or not isinstance(step, ConstantCurrent)


def _mistake(step: Step, plated: bool, inserts: bool) -> str | None:
    if set(step.references) - {"Li"}:
        return (
            f"'{step.text}': potentials are measured against Li/Li+ here, got one against "
            f"{', '.join(step.references)}"
        )
    amounts = [end.amount for end in step.terminations if isinstance(end, CurrentLimit)]
    if isinstance(step, ConstantCurrent):
        amounts.append(step.amount)
    if any(amount.kind in ("c_rate", "specific") for amount in amounts):
        return _uncounted(step, amounts)
    if any(isinstance(e, CapacityLimit) and e.kind == "specific" for e in step.terminations):
        return (
            f"'{step.text}': a host has no active mass; expected a capacity such as "
            '"until 1 mAh/cm2"'
        )
    if not isinstance(step, ConstantCurrent):
        return None
    if not step.lowers and not plated:
        return f"'{step.text}': nothing has been plated yet that could be stripped"
    for end in step.terminations:
        if isinstance(end, VoltageLimit) and step.lowers and end.value >= 0.0 and not inserts:
            return (
                f"'{step.text}' never reaches {end.value:g} V: lithium plates below 0 V; expected "
                "a capacity, or a cut-off below 0 V"
            )
        if isinstance(end, VoltageLimit) and not step.lowers and end.value <= 0.0:
            return (
                f"'{step.text}' never reaches {end.value:g} V: lithium dissolves above 0 V; "
                'expected a cut-off above it, such as "until 1 V"'
            )
    return None


def _excess(step: Step, footprint: float | None) -> str | None:
    """A current beyond all measure for so small a host."""
    if footprint is None or not isinstance(step, ConstantCurrent):
        return None
    try:
        refuse_density(step, footprint)
    except ProtocolError as error:
        return str(error)
    return None


def _uncounted(step: Step, amounts: list[Amount]) -> str:
    what = "C-rate" if any(a.kind == "c_rate" for a in amounts) else "current per gram"
    return (
        f"'{step.text}': a host has no capacity of its own, so a {what} says nothing; expected a "
        'current per collector area, such as "Plate at 0.5 mA/cm2 until 1 mAh/cm2"'
    )
