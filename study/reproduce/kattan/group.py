"""Charging over D t/R2, and over the range of the diffusivity: what of it belongs to the material.

A diffusivity that was fitted with particles of one radius is known no better than their R2/D, so
times and radii in nanometres stand and fall with it. The other diffusivities are solved in one
dimension.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ....materials.material import Material
from ..sheets import Cell, Sheet
from .agreement import radial
from .cases import EARLY, Case, Chemistry
from .electrodes import ELECTRODES, Electrode
from .harvest import GOAL, resting

_FACTORS = (0.1, 10.0)
"""Range of a diffusivity whose card gives none (assumed)."""
_SAMPLES = 500


def sheet(chemistries: Sequence[Chemistry], shapes: Sequence[Electrode] = ELECTRODES) -> Sheet:
    """Times to charge for the card's diffusivity and the ends of its range."""
    goal = f"{100 * GOAL:.0f} %"
    return Sheet(
        "Over the range of the diffusivity",
        [
            "electrode",
            "D [m2 s-1]",
            "R2/D [s]",
            f"time to {goal} charged [s]",
            "D t/R2 then [-]",
        ],
        [
            _row(electrode, chemistry, material)
            for chemistry in chemistries
            for electrode in shapes
            for material in _range(chemistry)
        ],
        note=(
            "At the potential held, in one dimension; R is a pole's radius or the film's "
            "thickness. Where D t/R2 stays, diffusion decides and the time follows R2/D; where it "
            "grows with D, the reaction does."
        ),
    )


def _range(chemistry: Chemistry) -> Iterator[Material]:
    """The material with the low, its own and the high diffusivity."""
    for factor in sorted((1.0, *_factors(chemistry.material))):
        scaled = chemistry.material.diffusivity.scaled(factor)  # type: ignore[attr-defined]
        yield chemistry.material.replace(diffusivity=scaled)


def _factors(material: Material) -> tuple[float, float]:
    if "diffusivity.factor" in material.ranges:
        return material.ranges["diffusivity.factor"]
    if "diffusivity" in material.ranges:
        own = float(material.diffusivity(0.5))
        low, high = material.ranges["diffusivity"]
        return low / own, high / own
    return _FACTORS


def _row(electrode: Electrode, chemistry: Chemistry, material: Material) -> list[Cell]:
    case = Case(electrode, chemistry, held=chemistry.held)
    diffusivity = float(material.diffusivity(0.5))
    unit = electrode.depth**2 / diffusivity
    times = np.geomspace(1e-2 * EARLY, 2 * unit + case.duration, _SAMPLES)
    course = radial(case, material).hold(chemistry.held, times)
    span = chemistry.start - resting(material, chemistry.held)
    time = float(np.interp(GOAL, (chemistry.start - course.mean) / span, times))
    return [case.name, diffusivity, unit, time, time / unit]
