"""How far two runs of one protocol are apart in what is asked of them: current, potential, charge.

A protocol step that imposes the potential is judged by its current: the root mean square of the
relative difference at times evenly spread in log t (currents below a hundredth of the largest
count as that). One that imposes the current is judged by its potential over the capacity, each
run's as a share of its own: the largest difference over the whole change. Both are judged by the
charge at those times and at the step's end, over the whole change of it: the capacity at a cut-off.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from ..steps import ConstantVoltage, VoltageSweep

if TYPE_CHECKING:
    from ..steps import Step

Array = NDArray[np.float64]

SAMPLES = 60
FIRST = 2e-3
"""Share of a protocol step at which its samples begin."""
SMALL = 1e-2
"""Currents are relative to no less than this share of the largest; potentials to this many V."""

TIME, STEP, VOLTAGE, CURRENT, MEAN = (
    "Time [s]", "Step", "Voltage [V]", "Current [A]", "Mean stoichiometry",
)  # fmt: skip


def distance(steps: tuple[Step, ...], one: dict[str, Array], other: dict[str, Array]) -> float:
    """The largest relative difference of two runs' series; infinite where one lacks a step.

    Args:
        steps: The protocol's.
        one: Columns of the run that differences are relative to.
        other: Columns of the other run.
    """
    change = max(np.abs(one[MEAN] - one[MEAN][0]).max(), 1e-12)
    return max(_apart(step, _part(one, k), _part(other, k), change) for k, step in enumerate(steps))


def _apart(step: Step, one: Array | None, other: Array | None, change: float) -> float:
    """The difference within one protocol step; `change` of the mean stoichiometry in all."""
    if one is None or other is None:
        return 0.0 if one is other else math.inf
    lengths = one[0, -1], other[0, -1]
    if isinstance(step, ConstantVoltage | VoltageSweep):
        at = np.geomspace(FIRST, 1.0, SAMPLES) * min(lengths)
        mine, theirs = _between(one, at), _between(other, at)
        size = np.maximum(np.abs(mine[1]), SMALL * np.abs(one[2]).max())
        worst = math.sqrt(np.mean(((theirs[1] - mine[1]) / size) ** 2))
    else:
        share = np.linspace(0.0, 1.0, SAMPLES)
        mine, theirs = _between(one, share * lengths[0]), _between(other, share * lengths[1])
        worst = np.abs(theirs[0] - mine[0]).max() / max(np.ptp(one[1]), SMALL)
    charges = np.abs(theirs[2] - mine[2]).max(), abs(other[3, -1] - one[3, -1])
    return float(max(worst, max(charges) / change))


def _part(series: dict[str, Array], index: int) -> Array | None:
    """(4, n) time within a protocol step, voltage, current, mean; None where nothing happened."""
    rows = np.flatnonzero(series[STEP] == index)
    if len(rows) < 3:
        return None
    part = np.stack([series[key][rows] for key in (TIME, VOLTAGE, CURRENT, MEAN)])
    part[0] -= part[0, 0]
    return part


def _between(part: Array, at: Array) -> Array:
    """(3, samples) values between the steps, by a monotone cubic in sqrt(t)."""
    return PchipInterpolator(np.sqrt(part[0]), part[1:], axis=1)(np.sqrt(at))
