"""One run: the host, what the paper leaves open about it, and the study that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

HOSTS = ("LLTO@CNT", "LLTO", "CNT", "Cu foil")
MIXED = ("LLTO@CNT", "LLTO")
"""Hosts whose body is LLTO."""
CURRENT = 0.5
"""The paper's current of Fig. 3 [mA/cm2]."""
CAPACITIES = (1.0, 2.0, 4.0)
"""The paper's capacities of Fig. 3 [mA.h/cm2]."""
SIZE, TOLERANCE = 1.5, 0.04
"""Usual element size on the interface [um], and error of a time step."""
HEADROOM = 25
"""Electrolyte above a host [um]: room for lithium that grows on the top."""
GRAINS, BOUNDARIES = 0.1, 2e-3
"""Ionic conductivity of LLTO [S/m]: of its grains (card LLTO), and of a ceramic with its grain
boundaries (card LLTO-grain-boundaries)."""
ACTIVATION = 10.0
"""By which both conductivities of LLTO rise on the first lithiations: the paper's Fig. S4."""
KINETIC, EQUILIBRIUM = "kinetic", "equilibrium"
"""What a nucleation barrier is, as `barrier_law` of a study says it."""

_STUDY = """\
[geometry]
kind = "miec-scaffold"
preset = "{host}"
thickness = "{thickness:g} um"
width = "{width:g} um"
headroom = "{headroom} um"
seed = {seed}

[mesh]
interface = "{size:g} um"

[plating]
{plating}
[solver]
tolerance = {tolerance:g}

[output]
fraction = 1
pictures = false
report = false

[[protocol]]
steps = [
{steps}
]
"""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the paper does not say, and a model needs; the defaults are the cards'.

    Attributes:
        exchange: Exchange current density of lithium [A/m2].
        ions, electrons: Conductivities of pristine LLTO [S/m].
        activated: Whether both have risen on the first lithiations.
        law: What a barrier is.
        coverage: Thickness in which it fades [nm].
        electrolyte, coat: Conductivities [S/m].
        salt: Whether its concentration is resolved.
        thickness, width: Of the piece of framework [um]; 42 um of 46 % pores take just 4 mA.h/cm2.
        seed: Of the framework.
    """

    exchange: float = 5.0
    ions: float = GRAINS
    electrons: float = 1e-6
    activated: bool = False
    law: str = KINETIC
    coverage: float = 10.0
    electrolyte: float = 0.2
    coat: float = 1e3
    salt: bool = False
    thickness: float = 42.0
    width: float = 15.0
    seed: int = 3

    def apart_from(self, other: Inputs) -> tuple[str, ...]:
        """Words for each input that is another one than there."""
        each = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return tuple(WORDS[name](value) for name, value in each if value != getattr(other, name))

    def keys(self, host: str) -> dict[str, str]:
        """Keys of `[plating]` for what differs from the cards."""
        usual, gain = Inputs(), ACTIVATION if self.activated else 1.0
        found = {
            key: value.format(getattr(self, name))
            for name, (key, value) in _KEYS.items()
            if getattr(self, name) != getattr(usual, name)
        }
        if host in MIXED and (self.ions, self.activated) != (usual.ions, False):
            found["ionic_conductivity"] = f'"{self.ions * gain:g} S/m"'
        if host in MIXED and (self.electrons, self.activated) != (usual.electrons, False):
            found["electronic_conductivity"] = f'"{self.electrons * gain:g} S/m"'
        if self.salt:
            found["salt"] = "true"
        return found


_KEYS = {
    "exchange": ("exchange_current_density", '"{:g} A/m^2"'),
    "law": ("barrier_law", '"{}"'),
    "coverage": ("coverage_thickness", '"{:g} nm"'),
    "electrolyte": ("electrolyte_conductivity", '"{:g} S/m"'),
    "coat": ("coat_conductivity", '"{:g} S/m"'),
}

WORDS: Mapping[str, Callable[[Any], str]] = {
    "exchange": "i0 = {:g} A/m2".format,
    "ions": lambda ions: "grain boundaries" if ions == BOUNDARIES else f"ions {ions:g} S/m",
    "electrons": "electrons {:g} S/m".format,
    "activated": lambda yes: "activated" if yes else "pristine",
    "law": "barrier as {}".format,
    "coverage": "barrier fades in {:g} nm".format,
    "electrolyte": "electrolyte {:g} S/m".format,
    "coat": "coat {:g} S/m".format,
    "salt": lambda yes: "salt resolved" if yes else "salt uniform",
    "thickness": "{:g} um thick".format,
    "width": "{:g} um wide".format,
    "seed": "seed {}".format,
}
"""Each input in words."""


@dataclass(frozen=True)
class Case:
    """One run.

    Attributes:
        host: Of `HOSTS`.
        inputs: What the paper leaves open.
        capacities: Of which the deposit is looked at, ascending [mA.h/cm2].
        current: [mA/cm2].
        changes: Keys of `[plating]` that make another host of it, with their values.
        size: Of elements on the interface [um].
        tolerance: Of a time step.
        label: What `changes` are, in words.
    """

    host: str
    inputs: Inputs = Inputs()
    capacities: tuple[float, ...] = CAPACITIES
    current: float = CURRENT
    changes: tuple[tuple[str, str], ...] = ()
    size: float = SIZE
    tolerance: float = TOLERANCE
    label: str = field(default="", compare=False)

    @property
    def subject(self) -> str:
        """The host, with what makes another one of it."""
        return f"{self.host}, {self.label}" if self.label else self.host

    @property
    def key(self) -> str:
        """A name for its folder."""
        parts = [self.subject, f"{self.current:g} mA", *self.inputs.apart_from(Inputs())]
        if self.size != SIZE:
            parts.append(f"elements {self.size:g} um")
        if self.tolerance != TOLERANCE:
            parts.append(f"tolerance {self.tolerance:g}")
        if self.capacities != CAPACITIES:
            parts.append(f"to {self.capacities[-1]:g}")
        plain = "_".join(parts).replace("@", "-at-").replace(", ", "-").replace(" = ", "-")
        return plain.replace(" ", "-").replace("/", "-")

    @property
    def study(self) -> str:
        """The study file."""
        sums = [0.0, *self.capacities]
        steps = [
            f'    "Plate at {self.current:g} mA/cm2 until {after - before:g} mAh/cm2",'
            for before, after in pairwise(sums)
        ]
        keys = {**self.inputs.keys(self.host), **{k: f'"{v}"' for k, v in self.changes}}
        return _STUDY.format(
            host=self.host,
            thickness=self.inputs.thickness,
            width=self.inputs.width,
            headroom=HEADROOM,
            seed=self.inputs.seed,
            size=self.size,
            plating="".join(f"{key} = {value}\n" for key, value in keys.items()),
            tolerance=self.tolerance,
            steps="\n".join(steps),
        )
