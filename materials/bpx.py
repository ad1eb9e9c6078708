"""Bulk properties of one electrode from a BPX file (Battery Parameter eXchange, JSON).

A BPX file describes a porous electrode. A resolved electrode has its own shape, so particle
radius, porosity, surface area and effective conductivities are left aside; what the active
material itself brings is read. Expressions are read by our own reader and never executed.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from .._reading import reason_of
from ..errors import MaterialError
from .arrhenius import arrhenius
from .constants import REFERENCE_TEMPERATURE
from .entries import is_number
from .guard import Guarded
from .kinetics import ButlerVolmer, RootExchange
from .laws import Constant, Formula, Outside, Table
from .material import Material
from .plausible import oddities, refuse_impossible
from .potential import without_noise

_ELECTRODES = ("positive", "negative")
_CONCENTRATION_KEYS = (
    "Initial concentration [mol.m-3]",
    "Initial electrolyte concentration [mol.m-3]",
)
_LITRE = 1000.0
"""Salt concentration where a file of a single-particle model gives none [mol m-3]."""


def read_bpx(
    text: str,
    electrode: str | None = None,
    *,
    temperature: float = REFERENCE_TEMPERATURE,
    file: str = "BPX file",
) -> Material:
    """Read the active material of one electrode.

    BPX writes j0 = F K sqrt((c_e/c_e0) x (1 - x)) with K in [mol m-2 s-1]. Here it is
    j0 = F k sqrt(c_e c_s (c_s_max - c_s)), hence k = K / (c_s_max sqrt(c_e0)), where c_e0 is the
    file's initial electrolyte concentration, or 1 mol/L where it has no electrolyte (as those of
    single-particle models). Away from the file's reference temperature,
    diffusivity and rate constant follow their activation energies; the entropic change of the
    potential is not applied.

    Args:
        text: The file's content.
        electrode: "positive" or "negative"; may be left out where the file has only one.
        temperature: Temperature that the laws shall hold at [K].
        file: Name of the file, which opens every message.

    Raises:
        MaterialError: The file is no BPX, misses a key, or holds a blended electrode.
    """
    return _parsed(text, temperature=temperature, file=file).material(electrode)


def electrodes_in(text: str, *, file: str = "BPX file") -> tuple[str, ...]:
    """Which electrodes a BPX file has, "positive" first.

    Raises:
        MaterialError: The file is no BPX.
    """
    return tuple(_parsed(text, temperature=REFERENCE_TEMPERATURE, file=file).electrodes)


def _parsed(text: str, *, temperature: float, file: str) -> _Bpx:
    try:
        content = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise MaterialError(f"{file}: is not JSON ({reason_of(error)})") from None
    return _Bpx(content, temperature=temperature, file=file)


class _Bpx:
    """One parsed file: looks up keys, and says which one is wrong."""

    def __init__(self, content: Any, *, temperature: float, file: str) -> None:
        self.content = content
        self.file = file
        self.temperature = temperature
        self.remarks: list[str] = []
        self.isothermal = {"ocp"}
        self.parameters = self._section(content, "Parameterisation")

    def material(self, electrode: str | None) -> Material:
        """Make the material of an electrode."""
        side = self._choose(electrode)
        section = self._section(self.parameters, f"{side.capitalize()} electrode")
        if "Particle" in section:
            raise self._error(
                f"{side} electrode", "is blended (key 'Particle'); expected one active material"
            )
        c_s_max = self._plausible(section, "Maximum concentration [mol.m-3]", "c_s_max")
        limits = (
            self._number(section, "Minimum stoichiometry"),
            self._number(section, "Maximum stoichiometry"),
        )
        header = _optional(self.content, "Header")
        title = header.get("Title") or Path(self.file).stem
        reference = header.get("References")
        source = f"{Path(self.file).name}: {reference or title}"
        ocp, remarks = without_noise(self._law(section, "OCP [V]", "tangent"))
        keys = ("c_s_max", "x_min", "x_max", "diffusivity", "ocp", "rate_constant")
        try:
            return Material(
                name=f"{title}, {side} electrode",
                c_s_max=c_s_max,
                stoichiometry_limits=limits,
                diffusivity=self._diffusivity(section),
                ocp=Guarded(ocp),
                kinetics=self._kinetics(section, c_s_max),
                temperature=self.temperature,
                sources=dict.fromkeys(keys, source)
                | dict.fromkeys(("alpha_a", "alpha_c"), "BPX standard: symmetric kinetics"),
                notes=self._notes(),
                reference_temperature=self._reference_temperature(),
                isothermal=frozenset(self.isothermal),
                remarks=(*remarks, *self.remarks),
            )
        except MaterialError as error:
            message = str(error)
            if not message.startswith(self.file):
                message = f"{self.file}: {message}"
            raise MaterialError(message) from None

    @property
    def electrodes(self) -> list[str]:
        """Those that the file has."""
        return [s for s in _ELECTRODES if f"{s.capitalize()} electrode" in self.parameters]

    def _choose(self, electrode: str | None) -> str:
        present = self.electrodes
        if electrode is None and len(present) == 1:
            return present[0]
        if electrode not in present:
            got = "no choice" if electrode is None else f"'{electrode}'"
            expected = " or ".join(f"'{side}'" for side in present) or "a file with an electrode"
            raise self._error("electrode", f"got {got}, expected {expected}")
        return electrode

    def _diffusivity(self, section: dict[str, Any]) -> Constant | Formula | Table:
        law = self._law(section, "Diffusivity [m2.s-1]", "constant")
        return law.scaled(self._warmed(section, "Diffusivity", "diffusivity"))

    def _kinetics(self, section: dict[str, Any], c_s_max: float) -> ButlerVolmer:
        normalised = self._number(section, "Reaction rate constant [mol.m-2.s-1]")
        rate = normalised / (c_s_max * math.sqrt(self._electrolyte_concentration()))
        rate *= self._warmed(section, "Reaction rate constant", "kinetics")
        return ButlerVolmer(0.5, 0.5, RootExchange(rate))

    def _electrolyte_concentration(self) -> float:
        """Return c_e0; BPX 1.0 moved it from the electrolyte to the state."""
        for where in (_optional(self.parameters, "Electrolyte"), _optional(self.content, "State")):
            for section in (where, *(v for v in where.values() if isinstance(v, dict))):
                for key in _CONCENTRATION_KEYS:
                    if section.get(key) is not None:
                        return self._plausible(section, key, "concentration")
        self.remarks.append(
            "its file has no electrolyte: the rate constant is taken as one at a salt "
            f"concentration of {_LITRE:g} mol/m^3"
        )
        return _LITRE

    def _warmed(self, section: dict[str, Any], what: str, law: str) -> float:
        """By what a law has grown since the reference temperature; 1 where nothing tells it."""
        key = f"{what} activation energy [J.mol-1]"
        if section.get(key) is None:
            self.isothermal.add(law)
            return 1.0
        energy = self._number(section, key, signed=True)
        self.remarks += oddities("activation energy", energy, name=key)
        reference = self._reference_temperature()
        return arrhenius(energy, self.temperature, reference, name=f"{self.file}: {key}")

    def _reference_temperature(self) -> float:
        cell = _optional(self.parameters, "Cell")
        key = "Reference temperature [K]"
        if cell.get(key) is None:
            return REFERENCE_TEMPERATURE
        value = self._number(cell, key)
        refuse_impossible("temperature", value, name=f"{self.file}: Cell: {key}")
        return value

    def _plausible(self, section: dict[str, Any], key: str, name: str) -> float:
        """A number that is needed while the file is read; its oddities are remarks."""
        value = self._number(section, key)
        refuse_impossible(name, value, name=f"{self.file}: {key}")
        if name == "concentration":
            self.remarks += oddities(name, value, name=key)
        return value

    def _notes(self) -> tuple[str, ...]:
        notes: tuple[str, ...] = (
            "Read from a BPX file: bulk properties only; particle radius, porosity, surface area "
            "and effective conductivities describe a porous electrode and are left aside.",
        )
        if abs(self.temperature - self._reference_temperature()) > 0.01:
            notes += (
                "The potential is that at the file's reference temperature: the entropic change "
                "is not applied.",
            )
        return notes

    def _law(
        self, section: dict[str, Any], key: str, outside: Outside
    ) -> Constant | Formula | Table:
        entry = section.get(key)
        name = f"{self.file}: {key}"
        if isinstance(entry, str):
            formula = Formula(entry, self.temperature, outside, key=name)
            return Constant(float(formula(0.5))) if formula.is_constant else formula
        if isinstance(entry, dict):
            if not (_is_numbers(entry.get("x")) and _is_numbers(entry.get("y"))):
                raise self._error(key, 'expected a table {"x": [...], "y": [...]} of numbers')
            if len(entry["x"]) != len(entry["y"]):
                raise self._error(
                    key, f"got {len(entry['x'])} x and {len(entry['y'])} y, expected as many"
                )
            table = Table.of(entry["x"], entry["y"], outside=outside, key=name)
            return replace(table, value=tuple(float(v) for v in table.value))
        return Constant(self._number(section, key, signed=not key.startswith("Diffusivity")))

    def _number(self, section: dict[str, Any], key: str, *, signed: bool = False) -> float:
        value = section.get(key)
        if value is None:
            raise self._error(key, "is missing")
        if not is_number(value) or not math.isfinite(value) or (value < 0 and not signed):
            raise self._error(
                key, f"got {value!r}, expected a number" + ("" if signed else " >= 0")
            )
        return float(value)

    def _section(self, parent: Any, key: str) -> dict[str, Any]:
        section = parent.get(key) if isinstance(parent, dict) else None
        if not isinstance(section, dict):
            raise self._error(key, "is missing; expected a BPX file")
        return section

    def _error(self, key: str, what: str) -> MaterialError:
        return MaterialError(f"{self.file}: {key}: {what}")


def _optional(parent: dict[str, Any], key: str) -> dict[str, Any]:
    section = parent.get(key)
    return section if isinstance(section, dict) else {}


def _is_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(map(is_number, values))
