"""The shapes of the physical counterpart: one volume as a film, as 20 poles and as 200.

All stand on the same piece of collector. From 20 to 200 poles of the same length the radius falls
by sqrt(10), so the surface grows by as much and the time to diffuse falls tenfold.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

LENGTH = 5e-6
"""Of a pole [m]; a hundred radii of the thicker pole, so that its tip is 0.5 % of its surface."""
_REFERENCE = 20
_RADIUS = 50e-9
"""Of one of the 20 poles [m]: the particle that LiFePO4's diffusivity was fitted with."""
_PITCH = 200e-9
FOOTPRINT = _REFERENCE * _PITCH**2
"""Collector area under each electrode [m2]."""
VOLUME = _REFERENCE * pi * _RADIUS**2 * LENGTH
"""Of active material in each electrode [m3]."""

_FILM_PIECE = "10 nm"  # nothing varies sideways, so a narrow column stands for the film


@dataclass(frozen=True)
class Electrode:
    """One shape of the same volume.

    Attributes:
        key: In file names.
        name: In tables and pictures.
        poles: Their number; 0 is the film.
    """

    key: str
    name: str
    poles: int

    @property
    def depth(self) -> float:
        """From the back of the film, or a pole's axis, to the surface [m]."""
        return _RADIUS * sqrt(_REFERENCE / self.poles) if self.poles else VOLUME / FOOTPRINT

    @property
    def pitch(self) -> float:
        """Between the axes of neighbours [m]."""
        return sqrt(FOOTPRINT / self.poles)

    @property
    def dimension(self) -> int:
        """Of the space in which the depth is a radius."""
        return 2 if self.poles else 1

    @property
    def side_area(self) -> float:
        """Surface without the tips [m2]."""
        return self.poles * 2 * pi * self.depth * LENGTH if self.poles else FOOTPRINT

    @property
    def area(self) -> float:
        """Surface that reacts [m2]."""
        return self.side_area + self.poles * pi * self.depth**2

    @property
    def root(self) -> float:
        """Cross-section through which all electrons come from the collector [m2]."""
        return self.poles * pi * self.depth**2 if self.poles else FOOTPRINT

    @property
    def height(self) -> float:
        """From the collector to the top [m]."""
        return LENGTH if self.poles else self.depth

    @property
    def ion_path(self) -> float:
        """Mean distance of the solid from its surface [m]: half a film, a third of a radius."""
        return self.depth / (3 if self.poles else 2)

    def geometry(self, first_layer: float) -> str:
        """The study's tables `[geometry]` and `[mesh]`.

        Args:
            first_layer: Thickness of the layer of cells at the surface [m].
        """
        if not self.poles:
            shape = (
                f'kind = "film"\nthickness = "{nanometres(self.depth)}"\nwidth = "{_FILM_PIECE}"\n'
            )
        else:
            shape = (
                'kind = "nanowire-array"        # a quarter of one pole of an endless array\n'
                'symmetry = "quarter"\n'
                f'radius = "{nanometres(self.depth)}"\nlength = "{nanometres(LENGTH)}"\n'
                f'pitch = "{nanometres(self.pitch)}"\n'
            )
        stretch = "elongation = 8\n" if self.poles else ""
        layer = f'first_layer = "{1e9 * first_layer:.2g} nm"\n'
        return f"[geometry]\n{shape}\n[mesh]\n{layer}{stretch}"


FILM = Electrode("film", "film", 0)
FEW = Electrode("poles-20", "20 poles", 20)
MANY = Electrode("poles-200", "200 poles", 200)
ELECTRODES = (FILM, FEW, MANY)


def nanometres(length: float) -> str:
    """A length [m] as a study file has it."""
    return f"{1e9 * length:.10g} nm"
