"""Scaffolds of a mixed ionic-electronic conductor: a porous framework and what coats it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_choice, check_positive
from ..shapes import Film
from .coating import Coating, check_coverage
from .framework import PorousFramework
from .shape import check_seed

_PARTICLES = ("active", "inert")
FOIL = 10e-6
"""Thickness of a copper foil when nothing is said [m]: a usual collector (assumed)."""
TUBES = 100e-9
"""Thickness of the coat of nanotubes when nothing is said [m] (assumed)."""


@dataclass(frozen=True)
class MiecScaffold(PorousFramework):
    """A porous framework whose interface, or a part of it, carries a conducting coating.

    Attributes:
        coating: thickness of the coating [m]; None leaves the framework bare.
        coverage: share of the interface's area that is coated, 0 to 1.
        patch: typical width of the coated patches where coverage is below 1 [m].
        coating_seed: of where the patches lie.
        particles: 'active', or 'inert' when they neither conduct nor take up lithium and only
            the coating does.
    """

    kind: ClassVar[str] = "miec-scaffold"

    coating: float | None = TUBES
    coverage: float = 1.0
    patch: float = 2e-6
    coating_seed: int = 0
    particles: str = "active"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self, "coating", "patch")
        check_coverage(self.coverage)
        check_seed(self, "coating_seed")
        check_choice("particles", self.particles, _PARTICLES)
        if self.particles == "inert" and self.coating is None:
            raise ShapeError("coating: inert particles without a coating conduct nothing; give one")

    def coated(self, middles: Floats, areas: Floats) -> NDArray[np.bool_]:
        """Which facets of the interface are coated, by middles (k, 3) [m] and areas (k,) [m2]."""
        if self.coating is None:
            return np.zeros(len(areas), dtype=bool)
        layer = Coating(self.coating, self.coverage, self.patch, self.coating_seed)
        return layer.covered(middles, areas, size=self.size, periodic=self.periodic)


PRESETS: dict[str, dict[str, Any]] = {
    "LLTO@CNT": {},
    "LLTO": {"coating": None},
    "CNT": {"particles": "inert"},
}
"""What the anodes that are compared differ in; of 'Cu foil' see `scaffold`."""


def scaffold(preset: str, **values: Any) -> MiecScaffold | Film:
    """One of the anodes that are compared with each other, on the same piece of collector.

    'LLTO@CNT' is the coated framework, 'LLTO' the same framework bare, 'CNT' the same once more
    with particles that only carry the coating: same seed, same pores, so that a difference
    between two results is due to the coating or to the particles alone. 'Cu foil' has no
    framework: it is a Film of the same `width`, with the electrolyte (`headroom`) on its flat
    top; its `thickness` is the foil's own, 10 um if not given.

    Args:
        preset: One of the four.
        values: Parameters of MiecScaffold; of 'Cu foil' thickness, width and headroom alone.

    Raises:
        ShapeError: An unknown preset, or a value that contradicts it.
    """
    check_choice("preset", preset, (*PRESETS, "Cu foil"))
    foil = preset == "Cu foil"
    known = [field.name for field in fields(Film if foil else MiecScaffold)]
    for key in values:
        if key not in known:
            raise ShapeError(
                f"{key}: '{preset}' has no such parameter; expected {', '.join(known)}"
            )
    if not foil:
        for key, value in PRESETS[preset].items():
            if key in values and values[key] != value:
                raise ShapeError(f"{key}: '{preset}' says {value!r}, got {values[key]!r}")
        return MiecScaffold(**{**values, **PRESETS[preset]})
    width = values.get("width")
    if isinstance(width, tuple):
        if len(set(width)) > 1:
            raise ShapeError(f"width: a foil's piece is square, got {width!r}; give one side")
        width = width[0]
    return Film(**{"thickness": FOIL, **values, "width": width})
