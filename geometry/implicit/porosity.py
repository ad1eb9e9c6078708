"""How far a level set must be shifted for the connected porosity that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import MeshError
from ..arrays import Floats
from ..descriptors import connected_to_collector, connected_to_separator
from .sampling import Samples

# Shifts are looked for up to this many spacings either way.
_FARTHEST = 3.0
_FIRST_BRACKET = 0.25
_STEPS = 14
_MESHES = 6
WANTED = 4e-4
ACCEPTED = 2e-3


@dataclass(frozen=True)
class Forecast:
    """What the lattice alone tells of the connected porosity, before any cut.

    Attributes:
        values: (m, 4) of the level set at the vertices of the box's cells, ascending.
        volumes: (m,) of the cells.
        samples: the level set on the grid.
    """

    values: Floats
    volumes: Floats
    samples: Samples

    def __call__(self, shift: float) -> float:
        """Connected porosity at a shift: cells are cut by planes, islands found on corners."""
        corners = self.samples.corners - shift
        pore = corners >= 0
        closed = pore & ~connected_to_separator(pore)
        solid = ~pore | closed
        loose = solid & ~connected_to_collector(solid)
        return 1 - self._solid(shift) - _share(closed & ~loose) + _share(loose & ~closed)

    def _solid(self, shift: float) -> float:
        """Share of the box where the level set, linear in each cell, is below the shift."""
        # Cells that lie in the solid as a whole, and those that are cut.
        whole = self.values[:, 3] < shift
        cut = (self.values[:, 0] < shift) & ~whole
        parts = _negative_part(self.values[cut] - shift)
        solid = self.volumes[whole].sum() + self.volumes[cut] @ parts
        return float(solid / self.volumes.sum())

    def shift_for(self, porosity: float, low: float, high: float) -> float:
        """Where between two shifts the porosity is forecast: false position, kept in a bracket."""
        bounds = low, high
        low, high = np.clip((-_FIRST_BRACKET, _FIRST_BRACKET), *bounds).tolist()
        at_low, at_high = self(low) - porosity, self(high) - porosity
        while at_low <= 0 and low > bounds[0]:
            high, at_high = low, at_low
            low = max(bounds[0], low - 2 * _FIRST_BRACKET)
            at_low = self(low) - porosity
        while at_high >= 0 and high < bounds[1]:
            low, at_low = high, at_high
            high = min(bounds[1], high + 2 * _FIRST_BRACKET)
            at_high = self(high) - porosity
        if at_low <= 0 or at_high >= 0:
            # Not foreseen between the bounds: the forecast is off there.
            return sum(bounds) / 2
        for _ in range(_STEPS):
            shift = low + (high - low) * at_low / (at_low - at_high)
            here = self(shift) - porosity
            if abs(here) < WANTED / 8:
                break
            # An end that stays twice counts half, or one side would creep.
            if here > 0:
                low, at_low, at_high = shift, here, at_high / 2
            else:
                high, at_high, at_low = shift, here, at_low / 2
        return shift


def search[T](
    wanted: float,
    forecast: Forecast,
    cut: Callable[[float], tuple[T, float]],
    *,
    advice: str = "a smaller element size will do",
) -> tuple[T, float]:
    """The best of a few meshes, and its shift in spacings.

    Each mesh tells by how much the forecast is off. Where a pore opens or closes, porosity
    jumps; what is known to be too much or too little bounds the shift then.

    Args:
        wanted: connected porosity.
        forecast: of the porosity at a shift.
        cut: makes the mesh for a shift, and measures its porosity.
        advice: what the user can do where it is not reached.

    Raises:
        MeshError: if the porosity is not reached.
    """
    low, high = -_FARTHEST, _FARTHEST
    best: tuple[T, float] | None = None
    least, off = np.inf, 0.0
    for _ in range(_MESHES):
        shift = forecast.shift_for(wanted - off, low, high)
        made, porosity = cut(shift)
        error = porosity - wanted
        off = porosity - forecast(shift)
        if abs(error) < least:
            best, least = (made, shift), abs(error)
        if least <= WANTED:
            break
        low, high = (shift, high) if error > 0 else (low, shift)
    if best is None or least > ACCEPTED:
        raise MeshError(
            f"porosity: {wanted:g} is missed by {least:.4f} on the mesh, since pores open or "
            f"close there, or would not be connected; {advice}"
        )
    return best


def _negative_part(values: Floats) -> Floats:
    """Share of each tetrahedron where a linear function, ascending values (k, 4), is negative."""
    # Equal values make the closed form 0/0: they are set apart a little.
    v = values + 1e-6 * np.arange(4)
    result = np.zeros(len(v))
    for i in range(3):
        others = [j for j in range(4) if j != i]
        below = np.minimum(v[:, i], 0.0)
        result += (-below) ** 3 / np.prod(v[:, others] - v[:, [i]], axis=1)
    return np.clip(result, 0.0, 1.0)


def _share(marked: np.ndarray) -> float:
    """Share of the box around marked corners."""
    weights = [np.ones(n) for n in marked.shape]
    for weight in weights:
        weight[[0, -1]] = 0.5
    if not marked.any():
        return 0.0
    total = np.einsum("ijk,i,j,k->", marked.astype(float), *weights, optimize=True)
    return float(total / np.prod([weight.sum() for weight in weights]))
