"""What a run is judged by: capacity, energy, utilisation, uniformity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Symmetric rule of six points, exact to degree 4 (Strang and Fix 1973): (a, b, weight).
_ORBITS = ((0.445948490915965, 0.223381589678011), (0.091576213509771, 0.109951743655322))


ERROR_COLUMN = "Error of local current density [A.m-2]"


class SurfaceStatistics(NamedTuple):
    """Area-weighted statistics of a field on a surface."""

    mean: float
    minimum: float
    """Smallest nodal value."""
    maximum: float
    """Largest nodal value."""
    deviation: float
    """Standard deviation over the area."""

    @property
    def variation(self) -> float:
        """Coefficient of variation: deviation over |mean|; 0 is perfectly uniform."""
        return self.deviation / abs(self.mean) if self.mean else 0.0


class SurfaceQuadrature:
    """Integrals over a surface of flat or curved triangles, prepared once."""

    def __init__(self, points: NDArray, facets: NDArray) -> None:
        """Prepare.

        Args:
            points: Nodes (n, 3) [m].
            facets: Node indices (k, 3) or (k, 6), VTK order.
        """
        reference, weights = _rule()
        shape, along, across = _shape_functions(facets.shape[1], reference)
        corners = points[facets]
        tangents = [np.einsum("qa,kad->kqd", slope, corners) for slope in (along, across)]
        stretch = np.linalg.norm(np.cross(*tangents), axis=2)
        self._facets = facets
        self._shape = shape
        self.weights: NDArray = 0.5 * weights * stretch
        """Area of each quadrature point (k, q) [m2]."""
        self.area = float(self.weights.sum())
        """[m2]"""

    def at_points(self, values: NDArray) -> NDArray:
        """Nodal values (n,) at the quadrature points (k, q)."""
        return np.asarray(values)[self._facets] @ self._shape.T

    def integral(self, values: NDArray) -> float:
        """Integral of a nodal field over the surface."""
        return float((self.weights * self.at_points(values)).sum())

    def statistics(self, values: NDArray) -> SurfaceStatistics:
        """Mean, extremes and deviation of a nodal field."""
        local = self.at_points(values)
        mean = float((self.weights * local).sum()) / self.area
        variance = float((self.weights * (local - mean) ** 2).sum()) / self.area
        used = np.asarray(values)[np.unique(self._facets)]
        return SurfaceStatistics(mean, float(used.min()), float(used.max()), variance**0.5)

    def quantile(self, values: NDArray, fraction: float) -> float:
        """The value that `fraction` of the area stays below."""
        local, weights = self.at_points(values).ravel(), self.weights.ravel()
        order = np.argsort(local)
        share = (np.cumsum(weights[order]) - 0.5 * weights[order]) / self.area
        return float(np.interp(fraction, share, local[order]))


def _rule() -> tuple[NDArray, NDArray]:
    """Points (6, 2) on the unit triangle, and weights that add up to 1."""
    points, weights = [], []
    for a, weight in _ORBITS:
        points += [(a, a), (1 - 2 * a, a), (a, 1 - 2 * a)]
        weights += [weight] * 3
    return np.array(points), np.array(weights)


def _shape_functions(nodes: int, at: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Values and both slopes of the Lagrange functions, each (q, nodes)."""
    r, s = at.T
    t, one, zero = 1 - r - s, np.ones(len(at)), np.zeros(len(at))
    value: tuple[NDArray, ...] = (t, r, s)
    along: tuple[NDArray, ...] = (-one, one, zero)
    across: tuple[NDArray, ...] = (-one, zero, one)
    if nodes == 6:
        value = (t * (2 * t - 1), r * (2 * r - 1), s * (2 * s - 1), 4 * r * t, 4 * r * s, 4 * s * t)
        along = (1 - 4 * t, 4 * r - 1, zero, 4 * (t - r), 4 * s, -4 * s)
        across = (1 - 4 * t, zero, 4 * s - 1, -4 * r, 4 * r, 4 * (t - s))
    return np.column_stack(value), np.column_stack(along), np.column_stack(across)


def summarise(
    series: Mapping[str, NDArray], *, theoretical_capacity: float | None = None
) -> dict[str, float]:
    """Figures of merit of a whole run.

    Args:
        series: Columns over time, named as PyBaMM names them.
        theoretical_capacity: What the electrode can hold [A.h]; gives the utilisation.

    Returns:
        Name with unit -> value. What the columns do not hold is left out.
    """
    time, voltage = series["Time [s]"], series["Voltage [V]"]
    passed = series["Discharge capacity [A.h]"]
    step, mean_voltage = np.diff(passed), 0.5 * (voltage[1:] + voltage[:-1])
    down, up = np.maximum(step, 0.0), np.maximum(-step, 0.0)
    metrics = {
        "Duration [s]": float(time[-1] - time[0]),
        "Discharged [A.h]": float(down.sum()),
        "Charged [A.h]": float(up.sum()),
        "Discharge energy [W.h]": float((down * mean_voltage).sum()),
        "Charge energy [W.h]": float((up * mean_voltage).sum()),
    }
    discharge = first_discharge(passed)
    if discharge is not None:
        metrics |= _of_discharge(series, discharge, theoretical_capacity)
    return metrics


def first_discharge(passed: NDArray) -> slice | None:
    """The rows in which the discharged charge first grows, up to its top; None without any.

    A rest amid the discharge belongs to it, one after it does not.
    """
    step = np.diff(passed)
    rounding = 1e-9 * float(np.ptp(passed))
    grows = np.flatnonzero(step > rounding)
    if not len(grows):
        return None
    start = int(grows[0])
    falls = np.flatnonzero(step[start:] < -rounding)
    last = start + int(falls[0]) if len(falls) else len(passed) - 1
    grown = grows[grows < last]
    return slice(start, int(grown[-1]) + 2)


def _of_discharge(
    series: Mapping[str, NDArray], rows: slice, theoretical_capacity: float | None
) -> dict[str, float]:
    time, voltage = series["Time [s]"][rows], series["Voltage [V]"][rows]
    passed = series["Discharge capacity [A.h]"][rows]
    capacity = float(passed[-1] - passed[0])
    goal = passed[0] + 0.9 * capacity
    energy = float((np.diff(passed) * 0.5 * (voltage[1:] + voltage[:-1])).sum())
    metrics = {
        "First discharge [A.h]": capacity,
        "First discharge: duration [s]": float(time[-1] - time[0]),
        "First discharge: time to 90 % of its capacity [s]": float(
            np.interp(goal, passed, time) - time[0]
        ),
        "First discharge: mean voltage [V]": energy / capacity,
        "First discharge: end voltage [V]": float(voltage[-1]),
    }
    if theoretical_capacity:
        metrics["First discharge: utilisation [-]"] = capacity / theoretical_capacity
    ends = [f"{name} local current density [A.m-2]" for name in ("Min", "Max")]
    if all(column in series for column in ends):
        peak = max(float(np.abs(series[column][rows]).max()) for column in ends)
        metrics["First discharge: peak local current density [A.m-2]"] = peak
        metrics |= _error_of_peak(series, rows)
    return metrics


def _error_of_peak(series: Mapping[str, NDArray], rows: slice) -> dict[str, float]:
    """Estimated error where the largest local current density occurs; nothing if unknown."""
    if ERROR_COLUMN not in series:
        return {}
    ends = [series[f"{name} local current density [A.m-2]"][rows] for name in ("Min", "Max")]
    at = int(np.maximum(*np.abs(ends)).argmax())
    error = float(series[ERROR_COLUMN][rows][at])
    if not np.isfinite(error):
        return {}
    return {"First discharge: error of peak local current density [A.m-2]": error}


def surface_metrics(statistics: SurfaceStatistics) -> dict[str, float]:
    """How evenly the current is shared over the surface at one time."""
    peak = max(abs(statistics.minimum), abs(statistics.maximum))
    mean = abs(statistics.mean)
    return {
        "Mean local current density [A.m-2]": statistics.mean,
        "Peak over mean local current density [-]": peak / mean if mean else 0.0,
        "Variation of local current density [-]": statistics.variation,
    }
