"""What is run: each electrode of two materials, charged in two ways, as ordinary studies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np

from ....materials import library
from ....materials.constants import FARADAY, GAS_CONSTANT
from ....materials.material import Material
from .electrodes import ELECTRODES, FEW, LENGTH, MANY, Electrode, nanometres

RATE = "1C"
"""Of the charge at constant current."""
CONCENTRATION, TEMPERATURE = 1000.0, 298.15
"""Of the salt [mol m-3] and of everything [K]: a study's defaults."""
EARLY = 0.01
"""What the paper calls its charging time [s]: currents are compared from here on."""


@dataclass(frozen=True)
class Chemistry:
    """A material, and the conditions it is charged under, all of them assumed.

    Attributes:
        name: Of its card.
        start: Stoichiometry before charging: discharged.
        held: Potential imposed [V].
        high: A larger one [V].
        cut_off: End of the charge at constant current [V].
        window: Over which the droop is taken [s]: none of the three is charged by its end.
    """

    name: str
    start: float
    held: float
    high: float
    cut_off: float
    window: tuple[float, float]

    @cached_property
    def material(self) -> Material:
        """The card."""
        return library.load(self.name)

    @property
    def first_layer(self) -> float:
        """How far ions come until the earliest time that is reported [m]."""
        return sqrt(float(self.material.diffusivity(self.start)) * EARLY)


PHOSPHATE = Chemistry("LiFePO4", 0.9, held=3.5, high=3.7, cut_off=3.6, window=(1.0, 10.0))
OXIDE = Chemistry("NMC811", 0.9, held=3.8, high=4.0, cut_off=4.2, window=(0.1, 1.0))
CHEMISTRIES = (PHOSPHATE, OXIDE)
"""Potentials are 0.15 and 0.35 V, and 0.23 and 0.43 V, above that of the start."""


@dataclass(frozen=True)
class Case:
    """One run.

    Attributes:
        electrode: What is charged.
        chemistry: Of what.
        held: Potential imposed [V]; None charges at constant current.
        faster: Exchange current over the card's.
    """

    electrode: Electrode
    chemistry: Chemistry = PHOSPHATE
    held: float | None = None
    faster: float = 1.0

    @property
    def key(self) -> str:
        """The run's folder and study file."""
        words = [self.chemistry.name, self.electrode.key]
        words += ["constant-current" if self.held is None else f"{self.held:g}V"]
        return "-".join(words + ([f"{self.faster:g}-times-i0"] if self.faster != 1 else []))

    @property
    def name(self) -> str:
        """In tables."""
        return f"{self.electrode.name} of {self.chemistry.name}"

    @property
    def material(self) -> Material:
        """The card, before its exchange current is multiplied."""
        return self.chemistry.material

    @property
    def duration(self) -> float:
        """Of the potential held [s]: more than 99 % of the charge has passed.

        Twice the time to diffuse through, and ten times that of the reaction, as if its law were
        straight.
        """
        assert self.held is not None
        x, material = self.chemistry.start, self.material
        depth, size = self.electrode.depth, self.electrode.dimension
        ocp = float(material.ocp(np.array([x]))[0])
        exchange = self.faster * FARADAY * self.rate_constant * material.c_s_max
        exchange *= sqrt(CONCENTRATION * x * (1 - x))
        drive = (self.held - ocp) * FARADAY / (GAS_CONSTANT * TEMPERATURE)
        reaction = FARADAY * material.c_s_max * depth / size / (exchange * drive)
        return 2 * depth**2 / float(material.diffusivity(0.5)) + 10 * reaction

    @property
    def rate_constant(self) -> float:
        """The card's [m2.5 mol-0.5 s-1]."""
        return self.material.kinetics.exchange_current.rate_constant  # type: ignore[union-attr]

    @property
    def study(self) -> str:
        """The study file's text."""
        if self.held is None:
            step = f"Charge at {RATE} until {self.chemistry.cut_off:g} V"
        else:
            step = f"Hold at {self.held:g} V for {self.duration:.6g} s"
        k = f"{self.faster * self.rate_constant:.9g} m^2.5 mol^-0.5 s^-1"
        faster = "" if self.faster == 1 else f'rate_constant = "{k}"\n'
        geometry = self.electrode.geometry(self.chemistry.first_layer)
        return _study(geometry, step, self.chemistry, faster)


def _cases(of: Chemistry) -> tuple[Case, ...]:
    held = [Case(electrode, of, held=of.held) for electrode in ELECTRODES]
    return (
        *held,
        *(Case(electrode, of) for electrode in ELECTRODES),
        replace(held[0], faster=10.0),
        replace(held[-1], faster=10.0),
        Case(MANY, of, held=of.high),
    )


CASES = tuple(case for chemistry in CHEMISTRIES for case in _cases(chemistry))

ARRAY_KEY = "array-of-20"
ARRAY_TIME = 20.0
"""How long the whole array of 20 is charged [s]; its picture shows this moment."""
ARRAY = Case(FEW, held=PHOSPHATE.held)
"""What the whole array repeats."""


def array_study() -> str:
    """All 20 poles meshed together, straight elements: they are equal and do as one does."""
    radius, pitch = nanometres(FEW.depth), nanometres(FEW.pitch)
    geometry = (
        '[geometry]\nkind = "nanowire-array"\ncount = 20\n'
        f'radius = "{radius}"\nlength = "{nanometres(LENGTH)}"\npitch = "{pitch}"\n'
        "\n[mesh]\norder = 1\n"
    )
    step = f"Hold at {PHOSPHATE.held:g} V for {ARRAY_TIME:g} s"
    return _study(geometry, step, PHOSPHATE, output=f'every = "{ARRAY_TIME:g} s"\n')


def _study(
    geometry: str,
    step: str,
    of: Chemistry,
    kinetics: str = "",
    output: str = "pictures = false\nreport = false\n",
) -> str:
    return (
        "# Written by: nanotrode reproduce kattan\n"
        f'{geometry}\n[material]\nname = "{of.name}"\n{kinetics}\n'
        f"[initial]\nstoichiometry = {of.start:g}\n\n"
        f'[[protocol]]\nsteps = ["{step}"]\n\n[output]\n{output}'
    )
