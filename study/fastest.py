"""How far ions diffuse in the fastest step of a protocol, which the mesh has to resolve."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ..materials.material import Material
from ..solver.checks import Electrode
from ..solver.protocol import ConstantCurrent, Rest, Step, VoltageSweep


def diffusion_length(steps: Iterable[Step], electrode: Electrode) -> float | None:
    """The length sqrt(D t) of the fastest step [m]; None when none says how fast it is.

    D is the smallest over the stoichiometries the material can have. The time t is a step's
    duration; at constant current at most the time that the whole capacity takes; in a sweep at
    most that from one to the other end of the open-circuit potential.
    """
    material = electrode.material
    times = [time for step in steps if (time := _time(step, electrode)) is not None]
    if not times:
        return None
    x = np.linspace(*material.stoichiometry_limits, 101)
    return math.sqrt(float(np.min(material.diffusivity(x))) * min(times))


def _time(step: Step, electrode: Electrode) -> float | None:
    """How long a step takes at most [s]; a rest only lets gradients fade."""
    if isinstance(step, Rest):
        return None
    times = [] if step.duration is None else [step.duration]
    low, high = electrode.material.stoichiometry_limits
    if isinstance(step, ConstantCurrent):
        rate = electrode.stoichiometry_rate(step.amount)
        times += [(high - low) / abs(rate)] if rate else []
    if isinstance(step, VoltageSweep):
        times.append(_window(electrode.material) / step.rate)
    return min(times, default=None)


def _window(material: Material) -> float:
    """Between the ends of the open-circuit potential [V]."""
    low, high = material.ocp(np.array(material.stoichiometry_limits))
    return abs(float(high - low))
