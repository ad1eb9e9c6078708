"""A protocol step under way: what it imposes, from when, and what ends it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .control import Control, ImposedPotential, ImposedRate
from .endings import ElectrodeScale, Ending, endings_of
from .steps import ConstantCurrent, ConstantVoltage, Step, VoltageSweep

SUDDEN = 0.2
"""Jump of the potential [V] beyond which it is a ramp, where the model asks for one."""
MOST_CHANGE = 0.02
"""Largest change of the mean stoichiometry in one step at imposed current: the series then
draws a smooth curve, and a step never runs far beyond a full or an empty electrode."""


@dataclass(frozen=True)
class Leg:
    """One protocol step under way.

    Attributes:
        index: Its place in the protocol.
        step: What the user asked.
        start: Time at which it began [s].
        before: Potential just before it [V].
        control: What it imposes.
        endings: What ends it, besides its time.
        end: Time at which it ends at the latest [s].
        settled: Time from which it imposes what was asked, after a ramp [s].
    """

    index: int
    step: Step
    start: float
    before: float
    control: Control
    endings: list[Ending]
    end: float
    settled: float

    @property
    def jump(self) -> float:
        """How far the potential jumps at its start, where it is imposed [V]."""
        if isinstance(self.control, ImposedPotential) and self.control.ramp == 0.0:
            return abs(self.control.start - self.before)
        return 0.0

    def longest(self, max_step: float) -> float:
        """Longest time step [s] in it."""
        if isinstance(self.control, ImposedRate) and self.control.rate != 0.0:
            return min(max_step, MOST_CHANGE / abs(self.control.rate))
        return max_step


def begin_leg(
    index: int,
    step: Step,
    *,
    start: float,
    before: float,
    scale: ElectrodeScale,
    ramp: float = 0.0,
) -> Leg:
    """A protocol step that begins.

    Args:
        index: Its place in the protocol.
        step: What the user asked.
        start: Time [s].
        before: Potential just before it [V].
        scale: The whole electrode's size.
        ramp: How long the potential takes for a jump of 1 V, times the square of smaller ones
            [s]; 0 jumps.
    """
    control: Control = ImposedRate(0.0)
    duration = math.inf if step.duration is None else step.duration
    if isinstance(step, ConstantCurrent):
        sign = -1.0 if step.lowers else 1.0
        control = ImposedRate(sign * scale.current(step.amount) / scale.full_charge)
    elif isinstance(step, ConstantVoltage):
        control = _ramped(ImposedPotential(step.voltage, 0.0, start), before, duration, ramp)
    elif isinstance(step, VoltageSweep):
        first = before if step.start is None else step.start
        slope = math.copysign(step.rate, step.stop - first)
        duration = min(duration, abs(step.stop - first) / step.rate)
        control = _ramped(ImposedPotential(first, slope, start), before, duration, ramp)
    return Leg(
        index=index,
        step=step,
        start=start,
        before=before,
        control=control,
        endings=endings_of(step, scale, before),
        end=start + duration,
        settled=start + (control.ramp if isinstance(control, ImposedPotential) else 0.0),
    )


def _ramped(
    control: ImposedPotential, before: float, duration: float, ramp: float
) -> ImposedPotential:
    """The same potential, reached by a ramp if it is far from where the electrode stands."""
    jump = abs(control.start - before)
    if jump <= SUDDEN or ramp <= 0.0:
        return control
    wanted = min(jump, 1.0) ** 2 * ramp
    return replace(control, before=before, ramp=min(wanted, 0.1 * duration))
