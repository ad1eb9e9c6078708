"""What a host of plated lithium is made of: plain numbers in SI units, each with its source.

The cards in `plating_cards` are read into these by `plating_library`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from .._messages import did_you_mean, quoted
from ..errors import MaterialError
from .plausible import (
    RANGES,
    oddities,
    refuse_alpha,
    refuse_impossible,
    refuse_ranges,
    refuse_temperatures,
    too_warm_or_cold,
)

Sources = Mapping[str, str]

BARRIER_LAWS = ("kinetic", "equilibrium")
"""What a nucleation barrier can be; see `solver.plating.barriers`."""


@dataclass(frozen=True, kw_only=True)
class _Sourced:
    """What all cards share.

    Attributes:
        name: Of the card.
        about: What it is, in a few words.
        notes: What a user of these numbers should know.
        sources: Where each number is from, by its name here.
        ranges: (low, high) between which a number may lie, by its name, in its SI unit.
        temperature_min, temperature_max: Where the numbers hold [K], or None.
        licence: Terms under which the numbers are given, such as "CC0-1.0".
        remarks: What was odd when the card was read; part of `warnings`.
    """

    name: str
    about: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)
    sources: Sources = field(default_factory=dict, compare=False)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict, compare=False)
    temperature_min: float | None = None
    temperature_max: float | None = None
    licence: str = field(default="", compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about its numbers, a sentence each."""
        odd = (oddities(quantity, value, name=key) for key, quantity, value in self._numbers())
        texts = (*self.remarks, *(text for some in odd for text in some))
        return tuple(f"{self.name}: {text}" for text in texts)

    def warnings_at(self, temperature: float) -> tuple[str, ...]:
        """What is odd about a use at a temperature [K]."""
        found = too_warm_or_cold(temperature, self.temperature_min, self.temperature_max)
        return tuple(f"{self.name}: {text}" for text in found)

    def _numbers(self) -> Iterator[tuple[str, str, float]]:
        """Each number: its key, its name in the table of what is plausible, its value."""
        for key in (entry.name for entry in fields(self)):
            own = f"{type(self).__name__.lower()}.{key}"
            quantity = own if own in RANGES else key
            if quantity in RANGES:
                yield key, quantity, getattr(self, key)

    def _check(self, *, positive: tuple[str, ...] = (), not_negative: tuple[str, ...] = ()) -> None:
        for key in positive:
            if not 0 < getattr(self, key) < math.inf:
                raise MaterialError(f"{key}: got {getattr(self, key):g}, expected more than 0")
        for key in not_negative:
            if not 0 <= getattr(self, key) < math.inf:
                raise MaterialError(f"{key}: got {getattr(self, key):g}, expected 0 or more")
        for key, quantity, value in self._numbers():
            refuse_impossible(quantity, value, name=key)
        refuse_temperatures(self.temperature_min, self.temperature_max)
        refuse_ranges(self.ranges)
        for key in ("alpha_a", "alpha_c"):
            if hasattr(self, key):
                refuse_alpha(key, getattr(self, key), 1)


@dataclass(frozen=True, kw_only=True)
class Plateau:
    """A step of the potential at which lithium enters the solid's lattice.

    Attributes:
        potential: Against Li/Li+ [V].
        share: Of the solid's sites, 0 to 1.
    """

    potential: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Lithiation(_Sourced):
    """How lithium enters the solid itself, beside the plating on its surface.

    Attributes:
        plateaus: Potentials and shares; the shares add up to 1.
        c_max: Concentration of sites [mol m-3].
        diffusivity: Of lithium in the solid [m2 s-1].
        exchange_current_density: Of the insertion reaction [A m-2].
        conductivity_gain: Factor of both conductivities from empty to full.
    """

    plateaus: tuple[Plateau, ...]
    c_max: float
    diffusivity: float
    exchange_current_density: float
    conductivity_gain: float = 1.0

    def __post_init__(self) -> None:
        self._check(
            positive=("c_max", "diffusivity", "exchange_current_density", "conductivity_gain")
        )
        for place, plateau in enumerate(self.plateaus):
            name = f"plateaus.{place}.potential"
            refuse_impossible("potential", plateau.potential, name=name)
            if not plateau.share > 0:
                raise MaterialError(
                    f"plateaus.{place}.share: got {plateau.share:g}, expected more than 0"
                )
        total = sum(plateau.share for plateau in self.plateaus)
        if not self.plateaus or abs(total - 1.0) > 1e-9:
            raise MaterialError(f"plateaus: their shares add up to {total:g}, expected 1")


@dataclass(frozen=True, kw_only=True)
class Solid(_Sourced):
    """The body of a host.

    Attributes:
        ionic_conductivity: Of Li+, the only mobile ion [S m-1]; 0 keeps ions out.
        electronic_conductivity: [S m-1]; 0 keeps electrons out.
        nucleation_barrier: Overpotential before lithium forms on its bare surface [V].
        lithiation: Insertion into the lattice; None leaves it out.
    """

    ionic_conductivity: float
    electronic_conductivity: float
    nucleation_barrier: float
    lithiation: Lithiation | None = None

    def __post_init__(self) -> None:
        self._check(
            not_negative=("ionic_conductivity", "electronic_conductivity", "nucleation_barrier")
        )

    def without_lithiation(self) -> Solid:
        """The same body, into which no lithium goes."""
        return replace(self, lithiation=None)


@dataclass(frozen=True, kw_only=True)
class Coat(_Sourced):
    """A thin conductor on the interface; its thickness is the geometry's.

    Attributes:
        electronic_conductivity: Along the coat [S m-1].
        nucleation_barrier: [V].
    """

    electronic_conductivity: float
    nucleation_barrier: float

    def __post_init__(self) -> None:
        self._check(positive=("electronic_conductivity",), not_negative=("nucleation_barrier",))


@dataclass(frozen=True, kw_only=True)
class Salt(_Sourced):
    """A binary electrolyte.

    Attributes:
        conductivity: [S m-1].
        concentration: Of the salt at rest [mol m-3].
        diffusivity: Of the salt [m2 s-1].
        transference: Of Li+, t_plus.
        thermodynamic_factor: 1 + d ln f / d ln c.
    """

    conductivity: float
    concentration: float
    diffusivity: float
    transference: float
    thermodynamic_factor: float

    def __post_init__(self) -> None:
        self._check(
            positive=("conductivity", "concentration", "diffusivity", "thermodynamic_factor")
        )
        if not 0 <= self.transference <= 1:
            raise MaterialError(f"transference: got {self.transference:g}, expected 0 to 1")


@dataclass(frozen=True, kw_only=True)
class Deposit(_Sourced):
    """Plated lithium: its kinetics, and what a film of it does.

    Attributes:
        molar_volume: [m3 mol-1].
        electronic_conductivity: [S m-1].
        exchange_current_density: At the electrolyte's concentration at rest [A m-2].
        alpha_a, alpha_c: Transfer coefficients.
        coverage_thickness: Mean thickness that covers all but 1/e of a surface [m].
        film_thickness: Mean thickness from which islands of lithium conduct as a film [m].
        last_thickness: Thickness of room below which plating slows down to nothing, and by the
            equilibrium law of lithium below which dissolution does [m].
        barrier_law: What the barriers of bare surfaces are: a hindrance to nucleation alone, or
            (to compare with) a shift of the equilibrium; one of `BARRIER_LAWS`.
    """

    molar_volume: float
    electronic_conductivity: float
    exchange_current_density: float
    alpha_a: float
    alpha_c: float
    coverage_thickness: float
    film_thickness: float
    last_thickness: float
    barrier_law: str = "kinetic"

    def __post_init__(self) -> None:
        if self.barrier_law not in BARRIER_LAWS:
            hint = did_you_mean(self.barrier_law, BARRIER_LAWS)
            expected = hint or f", expected one of {', '.join(BARRIER_LAWS)}"
            raise MaterialError(f"barrier_law: got {quoted(self.barrier_law)}{expected}")
        shared = {entry.name for entry in fields(_Sourced)} | {"barrier_law"}
        self._check(positive=tuple(e.name for e in fields(self) if e.name not in shared))


@dataclass(frozen=True, kw_only=True)
class SideReaction(_Sourced):
    """Reduction of the electrolyte by a Tafel law: a stated input, no prediction.

    Attributes:
        exchange_current_density: At the reference potential [A m-2].
        potential: Reference potential against Li/Li+ [V].
        alpha_c: Cathodic transfer coefficient.
    """

    exchange_current_density: float
    potential: float
    alpha_c: float

    def __post_init__(self) -> None:
        self._check(positive=("exchange_current_density", "alpha_c"))


@dataclass(frozen=True, kw_only=True)
class Anode:
    """All materials of one host.

    Attributes:
        solid: Its body.
        coat: What covers the mesh's `coating`, if anything.
        collector: The metal under it, of which only the surface counts.
        salt: The electrolyte in its pores.
        deposit: Plated lithium.
        side: A side reaction, if any.
    """

    solid: Solid
    coat: Coat | None
    collector: Solid
    salt: Salt
    deposit: Deposit
    side: SideReaction | None = None

    @property
    def parts(self) -> dict[str, _Sourced]:
        """The materials that it has, by their names here; "lithiation" is the solid's."""
        parts = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        parts["lithiation"] = self.solid.lithiation
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about its numbers, a sentence each."""
        told = [text for part in self.parts.values() for text in part.warnings]
        return tuple(dict.fromkeys(told))

    def warnings_at(self, temperature: float) -> tuple[str, ...]:
        """What is odd about its numbers and about their use at a temperature [K]."""
        told = [text for part in self.parts.values() for text in part.warnings_at(temperature)]
        return tuple(dict.fromkeys((*self.warnings, *told)))

    def sources(self) -> dict[str, Any]:
        """Where each number is from, by part and name."""
        return {name: dict(part.sources) for name, part in self.parts.items()}
