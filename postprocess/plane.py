"""A plane to cut at, as the user says it: `x=0.5`, `z=200 nm`."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..units import quantity
from .scene import View

_SAID = re.compile(r"\s*([xyz])\s*=\s*(.+?)\s*")
_AXES = "xyz"
# What is taken away lies towards the reader: (sign of the normal, where the camera stands).
_SIDES = {
    "x": (1.0, View(azimuth=-28.0, elevation=22.0)),
    "y": (-1.0, View(azimuth=-68.0, elevation=22.0)),
    "z": (1.0, View(azimuth=-62.0, elevation=42.0)),
}


class Plane(NamedTuple):
    """A plane across one axis."""

    axis: str
    fraction: float | None
    """Of the electrode's extent along the axis; None where `position` is given."""
    position: float | None
    """[m]"""

    @property
    def normal(self) -> NDArray:
        """Unit vector to the side that is taken away (3,)."""
        sign, _ = _SIDES[self.axis]
        return sign * np.eye(3)[_AXES.index(self.axis)]

    @property
    def view(self) -> View:
        """From where the cut is seen."""
        return _SIDES[self.axis][1]

    def origin(self, bounds: tuple[float, ...]) -> NDArray:
        """A point on the plane (3,) [um], for an electrode of these bounds [um].

        Raises:
            InputError: The plane does not meet the electrode.
        """
        low, high = np.reshape(bounds, (3, 2)).T
        point = 0.5 * (low + high)
        axis = _AXES.index(self.axis)
        if self.position is None:
            assert self.fraction is not None
            point[axis] = low[axis] + self.fraction * (high[axis] - low[axis])
        else:
            point[axis] = 1e6 * self.position
        if not low[axis] <= point[axis] <= high[axis]:
            raise InputError(
                f"--cut: {self.axis} = {point[axis]:.4g} um misses the electrode, which lies "
                f"between {low[axis]:.4g} and {high[axis]:.4g} um"
            )
        return point


def parse_plane(text: str) -> Plane:
    """Read `x=0.5`, a fraction of the electrode's extent, or `z=200 nm`, a position.

    Raises:
        InputError: The text is neither.
    """
    match = _SAID.fullmatch(text)
    if match is None:
        raise InputError(f"--cut: got '{text}', expected such as x=0.5 or \"z=200 nm\"")
    axis, value = match[1], match[2]
    try:
        fraction = float(value)
    except ValueError:
        return Plane(axis, None, quantity(value, "m", key="--cut", example="200 nm"))
    if not 0.0 < fraction < 1.0:
        raise InputError(
            f"--cut: got {axis}={value}, expected a fraction between 0 and 1, or a length"
        )
    return Plane(axis, fraction, None)
