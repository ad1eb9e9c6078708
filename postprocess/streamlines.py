"""Lines along which a field falls: of a concentration, the way that ions diffuse."""

from __future__ import annotations

import numpy as np
import pyvista as pv

from ..errors import InputError
from .catalogue import Field
from .cut import SHOWN
from .fields import Output, cells_of
from .pieces import linear_cells
from .scene import in_micrometres

_SEEDS = 250
_GRADIENT = "gradient"
_SLOWEST = 0.15
"""Lines end where the gradient is below this part of its mean: there it has no direction."""


def streamlines_of(output: Output, field: Field) -> pv.PolyData:
    """Tubes along the gradient of a field in the electrode, coloured by the field as `SHOWN`.

    The seeds are spread evenly over the volume, and the same at every call.

    Raises:
        InputError: The field is uniform, so that there are no lines.
    """
    points, cells = in_micrometres(output.electrode), linear_cells(cells_of(output.electrode))
    grid = pv.UnstructuredGrid({pv.CellType.TETRA: cells}, points)
    values = field.values(output)
    if float(np.ptp(values)) <= 1e-9 * float(np.abs(values).max()):
        raise InputError(f"--streamlines: '{field.key}' is uniform at {output.time:.6g} s")
    grid[SHOWN] = values
    grid = grid.compute_derivative(scalars=SHOWN, gradient=_GRADIENT)
    steepness = float(np.linalg.norm(grid[_GRADIENT], axis=1).mean())
    size = float(np.linalg.norm(np.ptp(points, axis=0)))
    lines = grid.streamlines_from_source(
        pv.PolyData(_seeds(points, cells)), vectors=_GRADIENT, integration_direction="both",
        initial_step_length=0.2, max_steps=1000, max_length=size,
        terminal_speed=_SLOWEST * steepness,
    )  # fmt: skip
    if lines.n_lines == 0:
        raise InputError(f"--streamlines: none found for '{field.key}' at {output.time:.6g} s")
    return lines.tube(radius=0.0025 * size, n_sides=8)


def _seeds(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Centres of cells (n, 3), chosen by volume."""
    corners = points[cells]
    volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    chosen = np.random.default_rng(0).choice(
        len(cells), size=min(_SEEDS, len(cells)), replace=False, p=volumes / volumes.sum()
    )
    return corners[chosen].mean(axis=1)
