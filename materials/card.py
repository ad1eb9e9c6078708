"""Material cards: TOML in which every number stands beside its source."""

from __future__ import annotations

from typing import Any

from ..errors import MaterialError
from .arrhenius import arrhenius
from .constants import REFERENCE_TEMPERATURE
from .entries import Entries, is_number
from .guard import Guarded
from .kinetics import REFERENCE_CONCENTRATION, ButlerVolmer, ConstantExchange, RootExchange
from .laws import Constant, Formula, Outside, Table
from .material import Material
from .plausible import oddities, refuse_impossible
from .potential import without_noise
from .sourcing import remarks as source_remarks

_TEXTS = ("name", "formula", "ion", "reference", "notes", "licence")
_NUMBERS = {
    "c_s_max": "mol/m^3",
    "x_min": "",
    "x_max": "",
    "alpha_a": "",
    "alpha_c": "",
    "rate_constant": "m^2.5 mol^-0.5 s^-1",
    "exchange_current_density": "A/m^2",
    "density": "kg/m^3",
    "voltage_min": "V",
    "voltage_max": "V",
    "diffusivity_activation_energy": "J/mol",
    "kinetics_activation_energy": "J/mol",
    "reference_temperature": "K",
    "electronic_conductivity": "S/m",
    "volume_change": "",
    "temperature_min": "K",
    "temperature_max": "K",
}
_LAWS = {"diffusivity": "m^2/s", "ocp": "V"}
_PLAIN = ("charge_number", "illustrative", "two_phase")
_OPTIONAL = ("electronic_conductivity", "volume_change", "temperature_min", "temperature_max")
_KNOWN = (*_TEXTS, *_NUMBERS, *_LAWS, *_PLAIN)
_REQUIRED = ("name", "ion", "charge_number", "c_s_max", "x_min", "x_max", "diffusivity", "ocp")
_FORMS = ("value", "formula", "table")


def read_card(
    text: str, *, temperature: float = REFERENCE_TEMPERATURE, file: str = "card"
) -> Material:
    """Read a card; docs/materials.md tells its keys.

    Args:
        text: The card, TOML.
        temperature: Temperature that `T` in formulas stands for [K].
        file: Name of the file, which opens every message.

    Raises:
        MaterialError: The card is incomplete or a key is at fault.
    """
    entries = Entries.parse(text, file=file)
    return _Card(entries, temperature=temperature, file=file).material()


class _Card:
    """One parsed card of an insertion material."""

    def __init__(self, entries: Entries, *, temperature: float, file: str) -> None:
        self.entries = entries
        self.temperature = temperature
        self.file = file
        self.remarks: list[str] = []
        self.isothermal = {"diffusivity", "kinetics", "ocp"}
        self.grown: dict[str, float] = {}
        self.energies: dict[str, float] = {}

    def material(self) -> Material:
        """Make the material of the card."""
        self._check_keys()
        # the sources are collected while the numbers are read: read all before handing them on
        c_s_max = self._number("c_s_max")
        limits = (self._number("x_min"), self._number("x_max"))
        reference = self._optional("reference_temperature") or REFERENCE_TEMPERATURE
        density, voltage_limits = self._optional("density"), self._voltage_limits()
        optional: dict[str, Any] = {key: self._optional(key) for key in _OPTIONAL}
        try:
            diffusivity = self._law("diffusivity", "constant").scaled(
                self._warmed("diffusivity", reference)
            )
            ocp, remarks = without_noise(self._law("ocp", "tangent"))
            kinetics = self._kinetics(self._warmed("kinetics", reference))
            remarks += (*self.remarks, *source_remarks(self.entries.sources))
            return Material(
                c_s_max=c_s_max,
                stoichiometry_limits=limits,
                diffusivity=diffusivity,
                ocp=Guarded(ocp),
                kinetics=kinetics,
                density=density,
                voltage_limits=voltage_limits,
                temperature=self.temperature,
                sources=self.entries.sources,
                ranges=self._ranges(),
                reference_temperature=reference,
                isothermal=frozenset(self.isothermal),
                activation_energies=self.energies,
                remarks=remarks,
                **optional,
                **self._plain(),
            )
        except MaterialError as error:
            raise self._named(error) from None

    def _plain(self) -> dict[str, Any]:
        """What has neither unit nor source."""
        texts = {key: self.entries.text(key) for key in _TEXTS if key != "notes"}
        flags = ("illustrative", "two_phase")
        return {
            **texts,
            **{key: self.entries.plain(key, bool, default=False) for key in flags},
            "charge_number": self.entries.plain("charge_number", int),
            "notes": self.entries.paragraphs("notes"),
        }

    def _ranges(self) -> dict[str, tuple[float, float]]:
        """The ranges, as warm as the values themselves."""
        kinetics = self.grown["kinetics"]
        grown = {"rate_constant": kinetics, "exchange_current_density": kinetics}
        grown["diffusivity"] = self.grown["diffusivity"]
        return {
            key: (grown.get(key, 1.0) * low, grown.get(key, 1.0) * high)
            for key, (low, high) in self.entries.ranges.items()
        }

    def _check_keys(self) -> None:
        self.entries.check_keys(_KNOWN, _REQUIRED)
        given = [k for k in ("rate_constant", "exchange_current_density") if k in self.entries]
        if len(given) != 1:
            raise self.entries.error(
                "rate_constant", "expected exactly one of rate_constant, exchange_current_density"
            )

    def _number(self, key: str) -> float:
        return self.entries.number(key, _NUMBERS[key])

    def _optional(self, key: str) -> float | None:
        return self._number(key) if key in self.entries else None

    def _warmed(self, law: str, reference: float) -> float:
        """By what a law has grown since its reference temperature; 1 where nothing tells it."""
        key = f"{law}_activation_energy"
        energy = self._optional(key)
        self.grown[law] = 1.0
        if energy is not None:
            self.energies[law] = energy
            self.isothermal.discard(law)
            self.remarks += oddities("activation energy", energy, name=key)
            self.grown[law] = arrhenius(energy, self.temperature, reference, name=key)
        return self.grown[law]

    def _named(self, error: MaterialError) -> MaterialError:
        message = str(error)
        return error if message.startswith(self.file) else MaterialError(f"{self.file}: {message}")

    def _law(self, key: str, outside: Outside) -> Constant | Formula | Table:
        entry = self.entries.sourced(key, allowed=_FORMS, factors=key == "diffusivity")
        name, unit = self.entries.name(key), _LAWS[key]
        if "value" in entry:
            return Constant(self.entries.value(entry, unit, key))
        self.entries.factors(entry, key)
        scale = self.entries.quantity(f"1 {entry.get('unit', '')}", unit, f"{key}.unit")
        if "formula" in entry:
            if not isinstance(entry["formula"], str):
                raise self.entries.error(key, f"formula: got {entry['formula']!r}, expected text")
            formula = Formula(entry["formula"], self.temperature, outside, scale, name)
            if formula.knows_temperature:
                self.isothermal.discard(key)
                self._check_heat(key, formula)
            return formula
        x, value = self._columns(entry["table"], key)
        return Table.of(x, [scale * v for v in value], outside=outside, key=name)

    def _check_heat(self, key: str, formula: Formula) -> None:
        """Hold a diffusivity's growth with T, as an activation energy, to what is plausible."""
        if key != "diffusivity":
            return
        energy, name = formula.activation_energy, f"the activation energy in its {key}"
        refuse_impossible("activation energy", energy, name=name)
        self.remarks += oddities("activation energy", energy, name=name)

    def _columns(self, rows: Any, key: str) -> tuple[list[float], list[float]]:
        if not isinstance(rows, list) or any(not _is_pair(row) for row in rows):
            raise self.entries.error(
                key, "table: expected rows [x, value], such as [[0, 3.5], [1, 3.2]]"
            )
        return [float(row[0]) for row in rows], [float(row[1]) for row in rows]

    def _kinetics(self, factor: float) -> ButlerVolmer:
        alphas = self._number("alpha_a"), self._number("alpha_c")
        if "exchange_current_density" in self.entries:
            j0 = factor * self._number("exchange_current_density")
            return ButlerVolmer(*alphas, ConstantExchange(j0))
        share = ButlerVolmer(*alphas, ConstantExchange(1.0)).anodic_share
        return ButlerVolmer(*alphas, RootExchange(factor * self._rate_constant(share)))

    def _rate_constant(self, share: float) -> float:
        """The k as at alpha_a = alpha_c; one in the unit of its own exponents is brought there."""
        rounded = round(share, 2)
        if abs(share - rounded) > 1e-9 or rounded in (0.0, 0.5, 1.0):
            return self._number("rate_constant")
        unit = f"m^{1 + 3 * rounded:.4g} mol^-{rounded:.2g} s^-1"
        try:
            own = self.entries.number("rate_constant", unit)
        except MaterialError:
            return self._number("rate_constant")
        factor = REFERENCE_CONCENTRATION ** (share - 0.5)
        if "rate_constant" in self.entries.ranges:
            low, high = self.entries.ranges["rate_constant"]
            self.entries.ranges["rate_constant"] = (factor * low, factor * high)
        return factor * own

    def _voltage_limits(self) -> tuple[float, float] | None:
        if "voltage_min" not in self.entries and "voltage_max" not in self.entries:
            return None
        return self._number("voltage_min"), self._number("voltage_max")


def _is_pair(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(map(is_number, row))
