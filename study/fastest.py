"""How far ions diffuse in the fastest step of a protocol, which the mesh has to resolve."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ..materials.material import Material
from ..solver.checks import Electrode
from ..solver.protocol import ConstantCurrent, Rest, Step, VoltageSweep


def diffusion_length(
    steps: Iterable[Step], electrode: Electrode, *, thickness: float | None = None
) -> float | None:
    """The length sqrt(D t) of the fastest step [m]; None when none says how fast it is.

    D is the smallest over the stoichiometries the material can have. The time t is a step's
    duration; at constant current at most the time that the whole capacity takes; in a sweep at
    most that from one to the other end of the open-circuit potential. The surface of a film may be
    full long before: at a constant flux q into a half space after t = pi D (dx / 2 q)^2 (Crank).

    Args:
        steps: Of the protocol.
        electrode: The whole of it.
        thickness: Of a film [m]; None for other shapes.
    """
    material = electrode.material
    x = np.linspace(*material.stoichiometry_limits, 101)
    diffusivity = float(np.min(material.diffusivity(x)))
    found = (_time(step, electrode, diffusivity, thickness) for step in steps)
    times = [time for time in found if time is not None]
    return math.sqrt(diffusivity * min(times)) if times else None


def _time(
    step: Step, electrode: Electrode, diffusivity: float, thickness: float | None
) -> float | None:
    """How long a step takes at most [s]; a rest only lets gradients fade."""
    if isinstance(step, Rest):
        return None
    times = [] if step.duration is None else [step.duration]
    low, high = electrode.material.stoichiometry_limits
    if isinstance(step, ConstantCurrent):
        rate = electrode.stoichiometry_rate(step.amount)
        times += [(high - low) / abs(rate)] if rate else []
        if rate and thickness:
            times.append(math.pi * diffusivity * ((high - low) / (2.0 * rate * thickness)) ** 2)
    if isinstance(step, VoltageSweep):
        times.append(_window(electrode.material) / step.rate)
    return min(times, default=None)


def _window(material: Material) -> float:
    """Between the ends of the open-circuit potential [V]."""
    low, high = material.ocp(np.array(material.stoichiometry_limits))
    return abs(float(high - low))
