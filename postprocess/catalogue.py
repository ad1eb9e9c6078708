"""Which fields a run's outputs hold; whatever the model wrote is found by its name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from . import names
from .fields import Output, cells_of
from .metrics import SurfaceQuadrature, SurfaceStatistics
from .wording import split_name

ROBUST = 0.005
"""Share of the area left out at either end of a surface field's colours."""


class Field(NamedTuple):
    """One nodal field of an output."""

    name: str
    """As in the files, with its unit."""
    on_surface: bool
    """Whether it lives on the interface only; the others fill the electrode."""

    @property
    def key(self) -> str:
        """What a user types: `local current density [A m-2]` is `current_density`."""
        return split_name(self.name).words.removeprefix("local ").replace(" ", "_").replace("-", "")

    def values(self, output: Output) -> NDArray:
        """Its nodal values (n,) in an output."""
        grid = output.interface if self.on_surface else output.electrode
        if self.name not in grid.point_data:
            raise InputError(f"{output.path}: holds no '{self.name}'; it is damaged, run again")
        return np.asarray(grid.point_data[self.name], dtype=np.float64)


def fields_of(output: Output) -> list[Field]:
    """The fields of an output: what lives on the surface first, the current leading."""
    inside = [str(name) for name in output.electrode.point_data]
    surface = [str(name) for name in output.interface.point_data if name not in inside]
    surface.sort(key=lambda name: name != names.CURRENT_DENSITY)
    inside.sort(key=lambda name: name != names.STOICHIOMETRY)
    found = [Field(name, True) for name in surface] + [Field(name, False) for name in inside]
    return [field for field in found if field.values(output).ndim == 1]


def find_field(output: Output, wanted: str) -> Field:
    """The field that a user means by its key, or by its name with or without the unit.

    Raises:
        InputError: The output has no such field.
    """
    fields = fields_of(output)
    for field in fields:
        if wanted in (field.key, field.name, split_name(field.name).words):
            return field
    raise InputError(
        f"cannot draw '{wanted}'; expected one of: {', '.join(field.key for field in fields)}"
    )


def error_of(field: Field, output: Output) -> float:
    """Estimated error of a field's values, in its unit; 0 where nothing is known."""
    return output.current_error if field.name == names.CURRENT_DENSITY else 0.0


class Spread(NamedTuple):
    """How a surface field is spread over the area."""

    statistics: SurfaceStatistics
    robust: tuple[float, float]
    """Values that the extreme `ROBUST` of the area stay outside of."""


def spread_of(field: Field, output: Output) -> Spread | None:
    """The spread of a surface field over its area; None for a field in the volume."""
    if not field.on_surface:
        return None
    grid = output.interface
    # in micrometres: areas of nanostructures would lose digits in single precision metres
    points = np.asarray(grid.points, dtype=np.float64) / names.MICROMETRE
    quadrature = SurfaceQuadrature(points, cells_of(grid))
    values = field.values(output)
    ends = (quadrature.quantile(values, ROBUST), quadrature.quantile(values, 1 - ROBUST))
    return Spread(quadrature.statistics(values), ends)
