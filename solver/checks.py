"""Whether a protocol can be followed, seen before any meshing.

Only what is certain is refused: where the potential or the state of charge at a step's start
is not known, the widest possible bounds are taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import ProtocolError
from ..materials.constants import FARADAY
from ..materials.material import Material
from .protocol import (
    Amount,
    CapacityLimit,
    ConstantCurrent,
    ConstantVoltage,
    CurrentLimit,
    Rest,
    Step,
    VoltageLimit,
    VoltageSweep,
)
from .window import refuse_rate

ROUNDING = 5e-3
"""Charge beyond the capacity that is still let pass: a mesh's volume is not the closed form's."""


@dataclass(frozen=True)
class Electrode:
    """What a protocol's amounts are counted by.

    Attributes:
        material: Its capacity, open-circuit potential and density.
        volume: Volume of the whole electrode [m3]; None before a user's mesh is read.
        footprint: Collector area of the whole electrode [m2]; None likewise.
    """

    material: Material
    volume: float | None = None
    footprint: float | None = None

    def stoichiometry_rate(self, amount: Amount) -> float | None:
        """Change of the mean stoichiometry per second [1/s]; None when not yet known."""
        volume, footprint = self._size(amount.kind)
        if volume is None or footprint is None:
            return None
        current = amount.amperes(
            capacity_coulomb=self.material.capacity_density * volume,
            footprint=footprint,
            mass=self._mass(volume),
        )
        return current / (self._full * volume)

    def stoichiometry_change(self, limit: CapacityLimit) -> float | None:
        """Change of the mean stoichiometry [-]; None when not yet known."""
        volume, footprint = self._size(limit.kind)
        if volume is None or footprint is None:
            return None
        charge = limit.coulombs(footprint=footprint, mass=self._mass(volume))
        return charge / (self._full * volume)

    @property
    def _full(self) -> float:
        """Charge per volume from x = 0 to x = 1 [C m-3]."""
        return self.material.charge_number * FARADAY * self.material.c_s_max

    def _mass(self, volume: float) -> float | None:
        density = self.material.density
        return None if density is None else density * volume

    def _size(self, kind: str) -> tuple[float | None, float | None]:
        if kind in ("c_rate", "specific"):  # the same for any size
            return self.volume or 1.0, self.footprint or 1.0
        return self.volume, self.footprint


@dataclass(frozen=True)
class _State:
    """What is certain at the start of a step.

    Attributes:
        at_rest: Whether nothing has happened yet, so that the potential is `highest`.
        lowest, highest: Bounds of the potential so far [V].
        x_low, x_high: Bounds of the mean stoichiometry.
    """

    at_rest: bool
    lowest: float
    highest: float
    x_low: float
    x_high: float


_UNKNOWN = _State(False, -math.inf, math.inf, 0.0, 1.0)


def walk(
    steps: Iterable[Step | None], electrode: Electrode, stoichiometry: float
) -> Iterator[str | None]:
    """Follow the steps from rest at `stoichiometry`; yield for each what is wrong, or None.

    A step that is None could not be read: what it leaves behind is not known.
    """
    material = electrode.material
    potential = float(material.ocp([stoichiometry])[0])
    state = _State(True, potential, potential, stoichiometry, stoichiometry)
    monotone = material.ocp_falls
    for step in steps:
        if step is None:
            state = _UNKNOWN
            yield None
            continue
        try:
            check_references(step, material.reference)
            state = _after(step, state, electrode, monotone)
        except ProtocolError as error:
            text = str(error)
            yield text if text.startswith("'") else f"'{step.text}': {text}"
            state = _UNKNOWN
        else:
            yield None


def _after(step: Step, state: _State, electrode: Electrode, monotone: bool) -> _State:
    """The state after a step; only of a potential that falls everywhere are its cut-offs judged.

    Raises:
        ProtocolError: The step can never end as it says.
    """
    if isinstance(step, ConstantCurrent):
        _check_verb(step)
        _check_rate(step, electrode)
        if monotone:
            _check_cutoffs(step, state)
        return _after_current(step, state, electrode)
    if isinstance(step, Rest):
        return state
    imposed: list[float] = []
    if isinstance(step, ConstantVoltage):
        _check_hold(step, electrode)
        imposed = [step.voltage]
    elif isinstance(step, VoltageSweep):
        if step.start is None and state.at_rest and step.stop == state.highest:
            raise ProtocolError(f"'{step.text}': the electrode already stands at {step.stop:g} V")
        imposed = [step.stop] if step.start is None else [step.start, step.stop]
    return _State(
        at_rest=False,
        lowest=min(state.lowest, *imposed),
        highest=max(state.highest, *imposed),
        x_low=0.0,
        x_high=1.0,
    )


def check_references(step: Step, reference: str) -> None:
    """Refuse potentials that are said against another metal than the material's, as "Li/Li+"."""
    metal = reference.split("/")[0].strip()
    for said in step.references:
        if metal and said != metal:
            raise ProtocolError(
                f"'{step.text}': potentials are measured against {reference} here, got one "
                f"against {said}; give it against {metal}"
            )


def _check_verb(step: ConstantCurrent) -> None:
    """Refuse metal on a surface where ions enter a lattice."""
    if step.direction in ("plate", "strip"):
        fitting = "Discharge" if step.lowers else "Charge"
        raise ProtocolError(
            f"'{step.text}': ions enter this study's electrode, and nothing is plated on it; "
            f"expected '{fitting} ...'"
        )


def _check_rate(step: ConstantCurrent, electrode: Electrode) -> None:
    """Refuse a current that fills the electrode in no time: it is one of a whole cell."""
    rate = electrode.stoichiometry_rate(step.amount)
    if rate is None:
        return
    x_min, x_max = electrode.material.stoichiometry_limits
    capacity = electrode.volume and electrode.material.capacity_density * electrode.volume
    refuse_rate(step.text, 3600.0 * rate / (x_max - x_min), capacity=capacity)


def _check_hold(step: ConstantVoltage, electrode: Electrode) -> None:
    for end in step.terminations:
        if isinstance(end, CurrentLimit):
            electrode.stoichiometry_rate(end.amount)  # raises where a density is missing
        elif isinstance(end, CapacityLimit):
            electrode.stoichiometry_change(end)


def _check_cutoffs(step: ConstantCurrent, state: _State) -> None:
    falls = step.lowers
    verb = "lowers" if falls else "raises"
    side = "below" if falls else "above"
    bound = state.highest if falls else state.lowest
    for end in step.terminations:
        if not isinstance(end, VoltageLimit):
            continue
        if (end.value < bound) if falls else (end.value > bound):
            continue
        if state.at_rest:
            known = f"and it starts at {bound:.3f} V"
        else:
            known = f"and it was never {'above' if falls else 'below'} {bound:.3f} V before"
        raise ProtocolError(
            f"'{step.text}' never reaches {end.value:g} V: a {step.direction} {verb} the "
            f"potential, {known}; expected a cut-off {side} {bound:.3f} V"
        )


def _after_current(step: ConstantCurrent, state: _State, electrode: Electrode) -> _State:
    change, sure = _charge_passed(step, electrode)
    x_min, x_max = electrode.material.stoichiometry_limits
    falls = step.lowers
    if change is not None and sure:
        room = x_max - state.x_low if falls else state.x_high - x_min
        if change > room * (1 + ROUNDING) + 1e-12:
            raise ProtocolError(_too_much(step, state, change, electrode.material))
    most = 1.0 if change is None else change
    least = most if change is not None and sure else 0.0
    low, high = (least, most) if falls else (-most, -least)
    cutoffs = [end.value for end in step.terminations if isinstance(end, VoltageLimit)]
    lowest, highest = state.lowest, state.highest
    if falls:
        lowest = min(lowest, max(cutoffs)) if cutoffs else -math.inf
    else:
        highest = max(highest, min(cutoffs)) if cutoffs else math.inf
    return _State(
        at_rest=False,
        lowest=lowest,
        highest=highest,
        x_low=min(1.0, max(0.0, state.x_low + low)),
        x_high=min(1.0, max(0.0, state.x_high + high)),
    )


def _charge_passed(step: ConstantCurrent, electrode: Electrode) -> tuple[float | None, bool]:
    """Largest change of the stoichiometry in the step, and whether just that much passes."""
    rate = electrode.stoichiometry_rate(step.amount)
    ends: list[float | None] = []
    if step.duration is not None:
        ends.append(None if rate is None else rate * step.duration)
    for limit in step.terminations:
        if isinstance(limit, CapacityLimit):
            ends.append(electrode.stoichiometry_change(limit))
    known = [end for end in ends if end is not None]
    cut = any(isinstance(end, VoltageLimit) for end in step.terminations)
    return (min(known) if known else None), len(known) == len(ends) and not cut


def _too_much(step: ConstantCurrent, state: _State, change: float, material: Material) -> str:
    x_min, x_max = material.stoichiometry_limits
    falls = step.lowers
    start, end, name = (state.x_low, x_max, "x_max") if falls else (state.x_high, x_min, "x_min")
    volts = material.voltage_limits
    cutoff = f"{volts[0] if falls else volts[1]:g} V" if volts else "2.5 V"
    return (
        f"'{step.text}' passes more charge than {material.name} can "
        f"{'take' if falls else 'give'}: the stoichiometry would change by {change:.3g}, but from "
        f"{start:.3g} to its {name} = {end:g} is {abs(end - start):.3g}; "
        f"shorten it, or add such as 'or until {cutoff}'"
    )
