"""How far a solution is from the axisymmetric reference."""

from __future__ import annotations

from typing import NamedTuple

import axisymmetric
import numpy as np
import wire
from scipy.interpolate import PchipInterpolator

FIRST_TIME = 0.025  # [s]
SAMPLES = 60


class Errors(NamedTuple):
    """Distances from the reference.

    Attributes:
        current: Root mean square of the relative error, at times evenly spread in log t.
        mean: Largest error of the mean stoichiometry over its whole change.
    """

    current: float
    mean: float


def errors(run: dict) -> Errors:
    """The errors of a run that has `current`, `mean` and, unless they are the steps, `times`.

    Between its steps a run is what a monotone cubic in sqrt(t) makes of it, in which early
    uptake is nearly straight. Fixed steps are judged from the end of the first one on.
    """
    with np.load(axisymmetric.PATH) as stored:
        reference = {key: stored[key] for key in ("times", "current", "mean")}
    times = np.array(run.get("times") or wire.STEP * np.arange(1, len(run["mean"]) + 1))
    current, mean = np.array(run["current"]), np.array(run["mean"])
    samples = np.geomspace(max(FIRST_TIME, times[0]), min(wire.END, times[-1]), SAMPLES)

    def between(at: np.ndarray, values: np.ndarray) -> np.ndarray:
        return PchipInterpolator(np.sqrt(at), values)(np.sqrt(samples))

    exact_current = between(reference["times"], reference["current"])
    exact_mean = between(reference["times"], reference["mean"])
    in_current = between(times, current) / exact_current - 1.0
    in_mean = np.abs(between(times, mean) - exact_mean) / (reference["mean"][-1] - wire.START)
    return Errors(float(np.sqrt(np.mean(in_current**2))), float(in_mean.max()))


def distance(run: dict, other: dict) -> float:
    """Largest relative difference of two runs' currents over the steps that both took."""
    steps = min(len(run["current"]), len(other["current"]))
    mine, theirs = np.array(run["current"][:steps]), np.array(other["current"][:steps])
    return float(np.abs(mine / theirs - 1.0).max())
