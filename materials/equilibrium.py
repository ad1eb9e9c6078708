"""At which stoichiometry a material stands at a potential, where there may be several."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import MaterialError
from . import potential
from .material import Material
from .potential import Span

ALIKE = 0.01
"""Stoichiometries that lie closer are one, within noise."""
MOST = 5
"""Roots of a potential that parts into phases; more are noise."""


class Equilibrium(NamedTuple):
    """Where a material is at rest.

    Attributes:
        stoichiometry: x.
        remarks: Which other stoichiometries there are, and why this one was taken.
    """

    stoichiometry: float
    remarks: tuple[str, ...] = ()


def equilibrium(material: Material, voltage: float) -> Equilibrium:
    """The stoichiometry, within the material's limits, at a potential.

    Of several, the least lithiated one is taken from which the potential falls: those from which
    it rises are not stable.

    Args:
        material: Its potential need not fall everywhere.
        voltage: Against the material's reference [V].

    Raises:
        MaterialError: There is none, a whole plateau of them, or as many as noise makes.

    Example:
        >>> from nanotrode.materials import library
        >>> round(equilibrium(library.load("LiFePO4"), 3.4).stoichiometry, 3)
        0.301
    """
    law, limits = material.ocp, material.stoichiometry_limits
    spans = potential.spans_at(law, voltage, *limits)
    if not spans:
        low, high = potential.range_of(law, *limits)
        raise MaterialError(
            f"{voltage:g} V is no equilibrium potential of {material.name}; expected {low:.3f} V "
            f"to {high:.3f} V, which it has between x = {limits[0]:g} and {limits[1]:g}"
        )
    low, high = spans[0].low, spans[-1].high
    middle = 0.5 * (low + high)
    if len(spans) == 1 and low == high:
        return Equilibrium(low)
    if high - low <= ALIKE:
        return Equilibrium(middle)
    _refuse_unknown(material, voltage, spans)
    stable = [span for span in spans if span.falls] or spans
    taken = stable[0].low
    others = [f"{span.low:.4g}" for span in spans if span.low != taken]
    return Equilibrium(
        taken,
        (
            f"initial.voltage: {material.name} stands at {voltage:g} V at x = {taken:.4g} and at "
            f"{', '.join(others)}; taken is {taken:.4g}, the least lithiated that is stable; "
            "initial.stoichiometry says another",
        ),
    )


def _refuse_unknown(material: Material, voltage: float, spans: list[Span]) -> None:
    wide = [span for span in spans if span.high - span.low > ALIKE]
    ask = "give initial.stoichiometry instead"
    if wide:
        between = " and ".join(f"x = {span.low:.4g} to {span.high:.4g}" for span in wide)
        raise MaterialError(
            f"{material.name} stands at {voltage:g} V all along {between}: a plateau does not tell "
            f"how full it is; {ask}"
        )
    if len(spans) > MOST:
        raise MaterialError(
            f"{material.name} stands at {voltage:g} V at {len(spans)} stoichiometries from "
            f"{spans[0].low:.4g} to {spans[-1].high:.4g}, as a noisy potential does; {ask}"
        )
