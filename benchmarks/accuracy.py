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
    uptake is nearly straight; a run without its own start gets the exact one.
    """
    with np.load(axisymmetric.PATH) as stored:
        reference = {key: stored[key] for key in ("times", "current", "mean")}
    samples = np.geomspace(FIRST_TIME, wire.END, SAMPLES)
    times = np.array(run.get("times") or wire.STEP * np.arange(1, len(run["mean"]) + 1))
    current, mean = np.array(run["current"]), np.array(run["mean"])
    if times[0] > 0.0:
        times = np.append(0.0, times)
        current = np.append(reference["current"][0], current)
        mean = np.append(wire.START, mean)

    def error(ours: np.ndarray, exact: np.ndarray) -> np.ndarray:
        last = np.minimum(samples, times[-1])
        mine = PchipInterpolator(np.sqrt(times), ours)(np.sqrt(last))
        return mine - PchipInterpolator(np.sqrt(reference["times"]), exact)(np.sqrt(last))

    at_samples = np.interp(samples, reference["times"], reference["current"])
    in_current = error(current, reference["current"]) / at_samples
    in_mean = np.abs(error(mean, reference["mean"])) / (reference["mean"][-1] - wire.START)
    return Errors(float(np.sqrt(np.mean(in_current**2))), float(in_mean.max()))


def distance(run: dict, other: dict) -> float:
    """Largest relative difference of two runs' currents over the steps that both took."""
    steps = min(len(run["current"]), len(other["current"]))
    mine, theirs = np.array(run["current"][:steps]), np.array(other["current"][:steps])
    return float(np.abs(mine / theirs - 1.0).max())
