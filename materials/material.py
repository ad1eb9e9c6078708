"""A material of an insertion electrode: its numbers, its laws and where each comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import MaterialError
from .constants import FARADAY, REFERENCE_TEMPERATURE
from .kinetics import ButlerVolmer
from .laws import Law
from .review import refuse, review

_SAMPLES = 2001


@dataclass(frozen=True)
class Material:
    """An insertion material, complete and checked when made.

    The stoichiometry x = c_s / c_s_max counts the inserted ion: x rises in discharge of a
    cathode (lithiation), and the open-circuit potential falls.

    Attributes:
        name: Name, as in messages and results.
        c_s_max: Concentration of the inserted ion where x = 1 [mol m-3].
        stoichiometry_limits: (x_min, x_max): delithiated and lithiated end of use.
        diffusivity: Chemical diffusivity over x [m2 s-1].
        ocp: Open-circuit potential over x against the ion's metal [V].
        kinetics: Law of the interfacial current density.
        charge_number: Charge of the ion: 1 for Li+, 2 for Zn2+.
        density: Mass density [kg m-3], or None where it is not known.
        voltage_limits: Usual (lower, upper) cut-off [V], or None.
        temperature: Temperature that the laws hold at [K].
        sources: Key of the card -> DOI, or "assumed: why".
        notes: What a user of these numbers should know.
        illustrative: Whether the numbers show the way only, and describe no measured material.
        formula: Chemical formula.
        ion: The inserted ion, such as "Li+".
        reference: Electrode that potentials are measured against, such as "Li/Li+".
        reference_temperature: Where the numbers were measured [K].
        isothermal: Which of "diffusivity", "kinetics" and "ocp" are taken as they are there.
        remarks: What was odd when the material was read; part of `warnings`.
        ranges: Key of the card -> (low, high) between which the number may lie, in its SI unit;
            "diffusivity.factor" is by what a law may have to be multiplied.
        two_phase: Whether the host parts into two phases, which diffusion of one stands for.
        electronic_conductivity: Of the solid itself [S m-1], or None where it is not known.
        volume_change: Relative change of volume from x_min to x_max, or None.
        temperature_min, temperature_max: Where the numbers hold [K], or None.
        activation_energies: Of "diffusivity" and "kinetics", where they are known [J mol-1].
        licence: Terms under which the numbers are given, such as "CC0-1.0".
    """

    name: str
    c_s_max: float
    stoichiometry_limits: tuple[float, float]
    diffusivity: Law
    ocp: Law
    kinetics: ButlerVolmer
    charge_number: int = 1
    density: float | None = None
    voltage_limits: tuple[float, float] | None = None
    temperature: float = REFERENCE_TEMPERATURE
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    illustrative: bool = False
    formula: str = ""
    ion: str = "Li+"
    reference: str = "Li/Li+"
    reference_temperature: float = REFERENCE_TEMPERATURE
    isothermal: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    two_phase: bool = False
    electronic_conductivity: float | None = None
    volume_change: float | None = None
    temperature_min: float | None = None
    temperature_max: float | None = None
    activation_energies: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""

    def __post_init__(self) -> None:
        self._check_numbers()
        self._check_pair("stoichiometry_limits", self.stoichiometry_limits)
        x_min, x_max = self.stoichiometry_limits
        if x_min < 0 or x_max > 1:
            raise self._error(
                f"stoichiometry_limits: got {x_min:g} to {x_max:g}, expected within 0 to 1"
            )
        if self.voltage_limits is not None:
            self._check_pair("voltage_limits", self.voltage_limits)
        self._check_diffusivity()
        try:
            refuse(self)
        except MaterialError as error:
            raise self._error(str(error)) from None

    @property
    def capacity_density(self) -> float:
        """Charge per volume of solid between the stoichiometry limits [C m-3]."""
        x_min, x_max = self.stoichiometry_limits
        return self.charge_number * FARADAY * self.c_s_max * (x_max - x_min)

    @property
    def specific_capacity(self) -> float | None:
        """Charge per mass between the stoichiometry limits [C kg-1], None without a density."""
        return None if self.density is None else self.capacity_density / self.density

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about it, a sentence each."""
        return *(f"{self.name}: {text}" for text in self.remarks), *review(self)

    @property
    def ocp_falls(self) -> bool:
        """Whether the potential falls everywhere between the stoichiometry limits."""
        x = np.linspace(*self.stoichiometry_limits, _SAMPLES)
        return bool((np.diff(self.ocp(x)) < 0).all())

    def replace(self, **changes: Any) -> Material:
        """Return a copy with some attributes changed."""
        return replace(self, **changes)

    def _check_numbers(self) -> None:
        for key, value in (
            ("c_s_max", self.c_s_max),
            ("temperature", self.temperature),
            ("density", self.density),
        ):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise self._error(f"{key}: got {value:g}, expected a positive number")
        if self.charge_number not in (1, 2, 3):
            raise self._error(f"charge_number: got {self.charge_number!r}, expected 1, 2 or 3")

    def _check_pair(self, key: str, pair: tuple[float, float]) -> None:
        low, high = pair
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise self._error(f"{key}: got {low:g} to {high:g}, expected a lower and a higher one")

    def _check_diffusivity(self) -> None:
        x = np.linspace(0.0, 1.0, _SAMPLES)
        value = self.diffusivity(x)
        bad = ~(np.isfinite(value) & (value > 0))
        if bad.any():
            raise self._error(
                f"diffusivity: got {value[bad][0]:.3g} m^2/s at x = {x[bad][0]:.3g}, "
                "expected a positive value for 0 <= x <= 1"
            )

    def _error(self, what: str) -> MaterialError:
        return MaterialError(f"{self.name}: {what}")
