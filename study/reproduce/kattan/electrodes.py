"""The physical counterpart: one volume of LiFePO4 as a film, as 20 poles and as 200.

All stand on the same piece of collector. From 20 to 200 poles of the same length the radius falls
by sqrt(10), so the surface grows by as much and the time to diffuse falls tenfold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import pi, sqrt

from ....materials import library
from ....materials.material import Material

MATERIAL = "LiFePO4"
START = 0.9
"""Stoichiometry before charging: 3.35 V, discharged; assumed."""
HELD, HIGH = 3.5, 3.7
"""Potentials imposed [V]: 0.15 V and 0.35 V above the start's; assumed."""
RATE, CUT_OFF = "1C", 3.6
"""Of the charge at constant current; the card's upper cut-off [V]."""
CONCENTRATION, TEMPERATURE = 1000.0, 298.15
"""Of the salt [mol m-3] and of everything [K]: a study's defaults."""

LENGTH = 5e-6
"""Of a pole [m]; a hundred radii of the thicker pole, so that its tip is 0.5 % of its surface."""
_REFERENCE = 20
_RADIUS = 50e-9
"""Of one of the 20 poles [m]: the particle that the card's diffusivity was fitted with."""
_PITCH = 200e-9
FOOTPRINT = _REFERENCE * _PITCH**2
"""Collector area under each electrode [m2]."""
VOLUME = _REFERENCE * pi * _RADIUS**2 * LENGTH
"""Of LiFePO4 in each electrode [m3]."""

_FIRST_LAYER = "0.25 nm"  # sqrt(D t) at 10 ms, the earliest time that is reported
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
    def ion_path(self) -> float:
        """Mean distance of the solid from its surface [m]: half a film, a third of a radius."""
        return self.depth / (3 if self.poles else 2)

    @property
    def geometry(self) -> str:
        """The study's tables `[geometry]` and `[mesh]`."""
        if not self.poles:
            shape = f'kind = "film"\nthickness = "{_nm(self.depth)}"\nwidth = "{_FILM_PIECE}"\n'
        else:
            shape = (
                'kind = "nanowire-array"        # a quarter of one pole of an endless array\n'
                'symmetry = "quarter"\n'
                f'radius = "{_nm(self.depth)}"\nlength = "{_nm(LENGTH)}"\n'
                f'pitch = "{_nm(self.pitch)}"\n'
            )
        stretch = "elongation = 8\n" if self.poles else ""
        return f'[geometry]\n{shape}\n[mesh]\nfirst_layer = "{_FIRST_LAYER}"\n{stretch}'


FILM = Electrode("film", "film", 0)
FEW = Electrode("poles-20", "20 poles", 20)
MANY = Electrode("poles-200", "200 poles", 200)
ELECTRODES = (FILM, FEW, MANY)


@dataclass(frozen=True)
class Case:
    """One run.

    Attributes:
        electrode: What is charged.
        held: Potential imposed [V]; None charges at constant current.
        faster: Exchange current over the card's.
    """

    electrode: Electrode
    held: float | None = None
    faster: float = 1.0

    @property
    def key(self) -> str:
        """The run's folder and study file."""
        words = [self.electrode.key, "constant-current" if self.held is None else "hold"]
        words += [f"{self.held:g}V"] if self.held not in (None, HELD) else []
        return "-".join(words + ([f"{self.faster:g}-times-i0"] if self.faster != 1 else []))

    @cached_property
    def material(self) -> Material:
        """The card, before its exchange current is multiplied."""
        return library.load(MATERIAL)

    @property
    def duration(self) -> float:
        """Twice the time to diffuse through [s]: more than 99 % of the charge has passed."""
        return 2 * self.electrode.depth**2 / float(self.material.diffusivity(0.5))

    @property
    def study(self) -> str:
        """The study file's text."""
        if self.held is None:
            step = f"Charge at {RATE} until {CUT_OFF:g} V"
        else:
            step = f"Hold at {self.held:g} V for {self.duration:.6g} s"
        return _study(self.electrode.geometry, step, self._rate_constant)

    @property
    def _rate_constant(self) -> str:
        if self.faster == 1:
            return ""
        k = self.faster * self.material.kinetics.exchange_current.rate_constant  # type: ignore[union-attr]
        return f'rate_constant = "{k:.9g} m^2.5 mol^-0.5 s^-1"\n'


CASES = (
    *(Case(electrode, held=HELD) for electrode in ELECTRODES),
    *(Case(electrode) for electrode in ELECTRODES),
    Case(FILM, held=HELD, faster=10.0),
    Case(MANY, held=HELD, faster=10.0),
    Case(MANY, held=HIGH),
)

ARRAY_KEY = "array-of-20"
ARRAY_TIME = 20.0
"""How long the whole array of 20 is charged [s]; its picture shows this moment."""


def array_study() -> str:
    """All 20 poles meshed together, straight elements: they are equal and do as one does."""
    geometry = (
        '[geometry]\nkind = "nanowire-array"\ncount = 20\n'
        f'radius = "{_nm(FEW.depth)}"\nlength = "{_nm(LENGTH)}"\npitch = "{_nm(FEW.pitch)}"\n'
        "\n[mesh]\norder = 1\n"
    )
    every = f'every = "{ARRAY_TIME:g} s"\n'
    return _study(geometry, f"Hold at {HELD:g} V for {ARRAY_TIME:g} s", "", output=every)


def _study(geometry: str, step: str, kinetics: str, output: str = "pictures = false\n") -> str:
    return (
        "# Written by: nanotrode reproduce kattan\n"
        f'{geometry}\n[material]\nname = "{MATERIAL}"\n{kinetics}\n'
        f"[initial]\nstoichiometry = {START:g}\n\n"
        f'[[protocol]]\nsteps = ["{step}"]\n\n[output]\n{output}'
    )


def _nm(length: float) -> str:
    return f"{1e9 * length:.10g} nm"
