"""What the runs have left in their folders, read back as the figures that claims are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ....materials.material import Material
from ....postprocess.series import read_series
from .cases import EARLY, Case
from .electrodes import LENGTH

Array = NDArray[np.float64]

GOAL = 0.9
"""Share of the charge that counts as charged."""


class Surface(NamedTuple):
    """Local current density on the surface at one time, as magnitudes [A m-2].

    Attributes:
        time: [s].
        mean: Over the area.
        peak: Largest.
        variation: Standard deviation over mean, by area.
        halfway: Mean halfway up, between 0.4 and 0.6 of the height, or of the whole film.
    """

    time: float
    mean: float
    peak: float
    variation: float
    halfway: float


@dataclass(frozen=True)
class Harvest:
    """The course of one run.

    Attributes:
        case: What was run.
        folder: Where.
    """

    case: Case
    folder: Path

    @cached_property
    def _rows(self) -> dict[str, Array]:
        """Series without the start and without repeated times."""
        series = read_series(self.folder / "timeseries.csv")
        time, first = np.unique(series["Time [s]"], return_index=True)
        return {name: column[first][time > 0] for name, column in series.items()}

    @property
    def _start(self) -> float:
        return self.case.chemistry.start

    @property
    def time(self) -> Array:
        """(n,) [s], from the first step on."""
        return self._rows["Time [s]"]

    @property
    def current(self) -> Array:
        """(n,) per collector area [A m-2], positive in charging."""
        return -10.0 * self._rows["Current density [mA.cm-2]"]

    @property
    def mean(self) -> Array:
        """(n,) mean stoichiometry."""
        return self._rows["Mean stoichiometry"]

    @property
    def potential(self) -> Array:
        """(n,) [V]."""
        return self._rows["Voltage [V]"]

    @property
    def span(self) -> float:
        """All of the charge, as stoichiometry: from the start to rest.

        At the potential held, also for a larger one; at constant current at the cut-off.
        """
        of = self.case.chemistry
        at_rest = of.cut_off if self.case.held is None else of.held
        return of.start - resting(of.material, at_rest)

    @property
    def charged(self) -> Array:
        """(n,) share of the charge that has passed."""
        return (self._start - self.mean) / self.span

    def current_at(self, time: float) -> float | None:
        """Current per collector area [A m-2] at a time [s], None after the run's end."""
        if time > self.time[-1]:
            return None
        return float(_smooth(np.log(self.time), self.current)(np.log(time)))

    def droop(self, start: float, end: float) -> float:
        """Share of the current at `start` [s] that is lost by `end` [s]."""
        first, last = self.current_at(start), self.current_at(end)
        assert first is not None
        assert last is not None
        return 1.0 - last / first

    def droop_by_charge(self, first: float, last: float) -> float:
        """Share of the current at one share of the charge that is lost by another."""
        currents = _smooth(self.charged, self.current)([first, last])
        return 1.0 - float(currents[1] / currents[0])

    def time_to(self, share: float = GOAL) -> float:
        """Time [s] until this share of the charge has passed."""
        upto = int(np.argmax(self.charged >= share)) + 1
        return float(
            np.exp(_smooth(self.charged[: upto + 1], np.log(self.time[: upto + 1]))(share))
        )

    def surface(self) -> Surface:
        """At the output that is nearest to half the charge that the run has passed."""
        from ....postprocess.fields import cells_of, read_outputs
        from ....postprocess.metrics import SurfaceQuadrature
        from ....postprocess.names import CURRENT_DENSITY

        half = 0.5 * self.charged[-1]
        outputs = [output for output in read_outputs(self.folder) if output.time > 0]
        output = min(outputs, key=lambda o: abs(np.interp(o.time, self.time, self.charged) - half))
        grid = output.interface
        points = np.asarray(grid.points, dtype=float)
        j = np.abs(np.asarray(grid[CURRENT_DENSITY], dtype=float))
        found = SurfaceQuadrature(points, cells_of(grid)).statistics(j)
        height = points[:, 2] / LENGTH
        middle = (height > 0.4) & (height < 0.6) if self.case.electrode.poles else height > 0
        return Surface(
            output.time, found.mean, found.maximum, found.variation, float(j[middle].mean())
        )

    def efficiency(self) -> float:
        """Energy stored over energy put in, up to `GOAL` of the charge.

        Stored is what the electrode gives back at rest, the integral of its open-circuit potential.
        """
        until = np.linspace(self._start, self._start - GOAL * self.span, 2001)
        stored = float(np.mean(self.case.material.ocp(until)))
        put_in = _smooth(self.charged, self.potential)(np.linspace(0.01, GOAL, 2001))
        return stored / float(np.mean(put_in))


def resting(material: Material, potential: float) -> float:
    """Stoichiometry that is in equilibrium at a potential [V]."""
    from scipy.optimize import brentq

    low, high = material.stoichiometry_limits
    low *= 0.5  # the cut-off of a charge may be where the limit is
    return float(brentq(lambda x: float(material.ocp(np.array([x]))[0]) - potential, low, high))


def crossing(one: Harvest, other: Harvest) -> float:
    """When `other`, whose current is the larger at first, falls below `one` [s]."""
    time = np.geomspace(EARLY, min(one.time[-1], other.time[-1]), 2000)
    first, second = (_smooth(np.log(h.time), h.current)(np.log(time)) for h in (one, other))
    below = int(np.argmax(second < first))
    return float(time[below])


def _smooth(x: Array, y: Array) -> Callable[[ArrayLike], Array]:
    """A monotone cubic through the rows."""
    from scipy.interpolate import PchipInterpolator

    x, first = np.unique(x, return_index=True)
    smooth: Callable[[ArrayLike], Array] = PchipInterpolator(x, y[first])
    return smooth
