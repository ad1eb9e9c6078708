"""What cannot be meant is refused, what is odd is told: the same for all doors to a material."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanotrode.errors import InputError, MaterialError
from nanotrode.materials import library, plating_library
from nanotrode.materials.bpx import read_bpx
from nanotrode.materials.card import read_card
from nanotrode.materials.constants import GAS_CONSTANT
from nanotrode.materials.kinetics import ButlerVolmer, ConstantExchange, RootExchange
from nanotrode.materials.laws import Constant, Formula, Table
from nanotrode.materials.plating_card import read_plating_card
from nanotrode.materials.plausible import RANGES, oddities, refuse_impossible

CARDS = resources.files("nanotrode.materials.cards")
LFP = (CARDS / "LiFePO4.toml").read_text(encoding="utf-8")
LITHIUM = (resources.files("nanotrode.materials.plating_cards") / "Li.toml").read_text("utf-8")


def card(**lines: str) -> str:
    """LiFePO4's card with entries replaced, or added in front."""
    text = LFP
    for key, entry in lines.items():
        line = f"{key} = {{ {entry}, source = 'assumed' }}"
        text, count = re.subn(rf"(?m)^{key} = .*$", lambda _, line=line: line, text)
        text = text if count else f"{line}\n{text}"
    return text


def bpx(**changes: Any) -> str:
    """A small file of one electrode, with keys replaced; None takes one out."""
    section = {
        "Diffusivity [m2.s-1]": 1e-14,
        "OCP [V]": "4.2 - 0.8*x",
        "Reaction rate constant [mol.m-2.s-1]": 2e-5,
        "Minimum stoichiometry": 0.4,
        "Maximum stoichiometry": 0.96,
        "Maximum concentration [mol.m-3]": 46000,
    }
    cell: dict[str, Any] = {"Reference temperature [K]": 298.15}
    salt: dict[str, Any] = {"Initial concentration [mol.m-3]": 1000}
    for key, value in changes.items():
        place = {"reference": cell, "salt": salt}.get(key, section)
        names = {"reference": "Reference temperature [K]", "salt": next(iter(salt))}
        name = names.get(key) or next((k for k in section if k.startswith(key)), f"{key} [J.mol-1]")
        place[name] = value
    content = {
        "Header": {"Title": "made up"},
        "Parameterisation": {"Cell": cell, "Electrolyte": salt, "Positive electrode": section},
    }
    return json.dumps(content)


def test_the_table_is_sound() -> None:
    for key, known in RANGES.items():
        assert known.possible[0] <= known.usual[0] < known.usual[1] <= known.possible[1], key
        for slip in known.slips:
            assert slip.factor > 0, key


def test_the_page_on_materials_shows_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "materials.md").read_text(encoding="utf-8")
    for key, known in RANGES.items():
        (low, high), (least, most) = known.possible, known.usual
        zero = ", or 0" if known.zero else ""
        name = key.replace(".", ": ")
        row = f"| {name} | {known.unit} | {low:g} to {high:g}{zero} | {least:g} to {most:g} |"
        assert row in page


@pytest.mark.parametrize("name", library.names())
@pytest.mark.parametrize("temperature", [298.15, 298.65])
def test_what_comes_with_nanotrode_is_usual(name: str, temperature: float) -> None:
    assert library.load(name, temperature=temperature).warnings == ()


@pytest.mark.parametrize("name", plating_library.names())
def test_the_cards_of_hosts_are_usual(name: str) -> None:
    card = plating_library.load(name)
    assert card.warnings == ()
    assert getattr(getattr(card, "lithiation", None), "warnings", ()) == ()


IMPOSSIBLE = [
    ({"c_s_max": "value = '22.806 mol/m^3'"}, r"c_s_max: got 22.806 .*mol/L\? Then it is 22806"),
    ({"density": "value = '3.6 kg/m^3'"}, r"density: got 3.6 kg/m\^3.*g/cm\^3\? Then it is 3600"),
    ({"ocp": "formula = '3400 - 20*x', unit = 'V'"}, r"ocp: got 33.* V.*in mV\? Then it is 3.3"),
    ({"ocp": "value = '0 V'"}, "ocp: is 0 V at every x"),
    ({"ocp": "formula = '0*x', unit = 'V'"}, "ocp: is 0 V at every x"),
    (
        {"ocp": "table = [[0, 3.6], [50, 3.4], [100, 2.6]], unit = 'V'"},
        "table's x run from 0 to 100, expected stoichiometries, .* per cent",
    ),
    ({"ocp": "table = [[-0.1, 3.6], [1, 2.6]], unit = 'V'"}, "table's x run from -0.1 to 1,"),
    ({"ocp": "table = [[0, 3.6], [1.2, 2.6]], unit = 'V'"}, "table's x run from 0 to 1.2,"),
    ({"diffusivity": "table = [[0, 1], [100, 1]], unit = 'm^2/s'"}, "diffusivity: the table's x"),
    ({"ocp": "table = [[0, 3.6], [170, 2.6]], unit = 'V'"}, r"to 170,.*a capacity\? Then divide"),
    ({"c_s_max": "value = '22806 mol/L'"}, r"in place of mol/L\? Then it is 22806"),
    (
        {"diffusivity": "formula = '1e-17*exp(-1e9/R*(1/T - 1/310))', unit = 'm^2/s'"},
        "activation energy in its diffusivity: got",
    ),
    ({"ocp": "table = [[0, 2.6], [0.5, 3.4], [1, 3.6]], unit = 'V'"}, "ocp: rises with x, from"),
    ({"ocp": "formula = '2.5 + x', unit = 'V'"}, "ocp: rises with x, from 2.50"),
    ({"ocp": "table = [[0.5, 3.4]], unit = 'V'"}, "at least two"),
    ({"ocp": "table = [[0, 3.4], [0, 3.3], [1, 3]], unit = 'V'"}, "x must rise; got 0 and then 0"),
    ({"ocp": "table = [[0, 3.4], [1, nan]], unit = 'V'"}, "not finite"),
    ({"ocp": "table = [['0', 3.4], ['1', 3]], unit = 'V'"}, "expected rows"),
    ({"ocp": f"table = [[0, 1{'0' * 400}], [1, 3]], unit = 'V'"}, "expected rows"),
    ({"alpha_a": "value = '50'"}, r"alpha_a: got 50, .* electrons, 1 .*per cent\? Then it is 0.5"),
    ({"alpha_c": "value = '-0.5'"}, "alpha_c: got -0.5, expected a positive"),
    ({"x_min": "value = '0.98'", "x_max": "value = '0.01'"}, "a lower and a higher one"),
    ({"x_max": "value = '98'"}, "expected within 0 to 1"),
    ({"diffusivity_activation_energy": "value = '1e9 J/mol'"}, "energy: got 1e.09 J/mol, expected"),
    ({"reference_temperature": "value = '25 K'"}, r"got 25 K, .*degC\? Then it is 298.15 K"),
    ({"voltage_min": "value = '2500 V'", "voltage_max": "value = '3600 V'"}, "got 2500 V.*mV"),
]


@pytest.mark.parametrize(("lines", "message"), IMPOSSIBLE, ids=lambda value: str(value)[:50])
def test_a_card_that_cannot_be_meant_is_refused(lines: dict[str, str], message: str) -> None:
    with pytest.raises(MaterialError, match=message) as caught:
        read_card(card(**lines), temperature=310.0)
    assert str(caught.value).startswith("card: ")


ODD = [
    ({"diffusivity": "value = '1e-10 m^2/s'"}, r"1e-10 m\^2/s is unusual.*cm\^2/s\? .* 1e-14"),
    ({"rate_constant": "value = '6e-7 m^2.5 mol^-0.5 s^-1'"}, "m_ref.*6.21856e-12"),
    ({"ocp": "value = '3.43 V'"}, "its potential is 3.43 V at every x"),
    ({"density": "value = '200 kg/m^3'"}, "density = 200"),
    (
        {"alpha_a": "value = '1.2'", "alpha_c": "value = '0.2'"},
        "alpha_a = 1.2 and alpha_c = 0.2 are",
    ),
    (
        {"diffusivity": "formula = '1e-17*exp(-30/R*(1/T - 1/298.15))', unit = 'm^2/s'"},
        r"activation energy in its diffusivity = 30\.?\d* J/mol is .*kJ/mol\? Then it is 300",
    ),
    (
        {"alpha_a": "value = '1'", "alpha_c": "value = '1'"},
        "alpha_a = 1 and alpha_c = 1 are unusual.* electrons, 1",
    ),
    (
        {"ocp": "table = [[0.1, 3.6], [0.9, 3.0]], unit = 'V'"},
        "table of its ocp reaches from x = 0.1 to 0.9.* 0.00637 to 0.98",
    ),
    (
        {"kinetics_activation_energy": "value = '35 J/mol'"},
        r"is unusual.*kJ/mol\? Then it is 35000",
    ),
    ({"diffusivity_activation_energy": "value = '0.3 J/mol'"}, r"is unusual.*eV\? Then"),
    ({"diffusivity_activation_energy": "value = '-30 kJ/mol'"}, "-30000 J/mol is unusual"),
    ({"voltage_min": "value = '0.1 V'", "voltage_max": "value = '1 V'"}, "cut-offs.*lie beside"),
]


@pytest.mark.parametrize(("lines", "message"), ODD, ids=lambda value: str(value)[:50])
def test_a_card_that_is_odd_is_told(lines: dict[str, str], message: str) -> None:
    warnings = read_card(card(**lines)).warnings
    assert len(warnings) == 1
    assert re.search(message, warnings[0])
    assert warnings[0].startswith("LiFePO4: ")


def test_an_ion_of_another_charge_is_told() -> None:
    text = LFP.replace('ion = "Li+"', 'ion = "Zn2+"')
    assert text != LFP
    assert read_card(text).warnings == ("LiFePO4: its ion is Zn2+, and its charge_number 1",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reference": 25}, r"Reference temperature \[K\]: got 25 K.*degC\? Then it is 298.15 K"),
        ({"Diffusivity": 1e30}, "diffusivity: got 1e.30"),
        ({"Reaction rate constant activation energy": 1e9}, "got 1e.09 J/mol"),
        ({"Maximum concentration": 0}, r"Maximum concentration \[mol.m-3\]: got 0 mol/m\^3"),
        ({"Maximum concentration": 46.0}, r"mol/L\? Then it is 46000"),
        ({"OCP": 0}, "is 0 V at every x"),
        ({"OCP": {"x": [0, 50, 100], "y": [4.2, 3.8, 3.4]}}, "per cent"),
        ({"OCP": {"x": [0, 1], "y": [4200, 3400]}}, "mV"),
        ({"OCP": {"x": [0, 1], "y": [3.4, 4.2]}}, "rises with x"),
        ({"OCP": {"x": ["0", "1"], "y": [4.2, 3.4]}}, "of numbers"),
        ({"OCP": {"x": [0], "y": [4.2]}}, "at least two"),
        ({"Minimum stoichiometry": float("nan")}, "expected a number"),
        ({"Minimum stoichiometry": 0.97}, "a lower and a higher one"),
        ({"reference": 10**400}, r"Reference temperature \[K\]: got 10+"),
        ({"OCP": {"x": [0, 1], "y": [10**400, 3]}}, "of numbers"),
        ({"salt": 1e9}, r"Initial concentration \[mol.m-3\]: got 1e.09"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bpx_file_that_cannot_be_meant_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MaterialError, match=message) as caught:
        read_bpx(bpx(**changes), temperature=310.0, file="cell.json")
    assert str(caught.value).startswith("cell.json: ")


def test_a_single_particle_file_is_read_as_at_one_mole_per_litre() -> None:
    content = json.loads(bpx())
    del content["Parameterisation"]["Electrolyte"]
    alone, with_salt = read_bpx(json.dumps(content)), read_bpx(bpx())
    assert alone.kinetics == with_salt.kinetics
    assert with_salt.warnings == ()
    assert len(alone.warnings) == 1
    assert "no electrolyte" in alone.warnings[0]
    # the standard's j0 = F K sqrt(x (1 - x)) at that concentration
    j0, _ = alone.kinetics.exchange_current.evaluate(np.array([0.5]), c_e=1000.0, c_s_max=46000.0)
    assert float(j0[0]) == pytest.approx(96485.33212 * 2e-5 * 0.5, rel=1e-12)


def test_a_counter_electrode_without_a_potential_leaves_the_other_one_readable() -> None:
    content = json.loads(bpx())
    sections = content["Parameterisation"]
    sections["Negative electrode"] = sections["Positive electrode"] | {"OCP [V]": 0}
    text = json.dumps(content)
    assert read_bpx(text, "positive").warnings == ()
    with pytest.raises(MaterialError, match="negative electrode: ocp: is 0 V at every x"):
        read_bpx(text, "negative")


def test_a_salt_of_one_mole_per_cubic_metre_is_told() -> None:
    (told,) = read_bpx(bpx(salt=1.2)).warnings
    assert "is it in mol/L? Then it is 1200 mol/m^3" in told


def test_activation_energies_of_a_card_act_as_arrhenius_says() -> None:
    """Against the law worked out by hand: 40 kJ/mol from 20 to 60 degC."""
    text = card(
        diffusivity_activation_energy="value = '40 kJ/mol'",
        kinetics_activation_energy="value = '50 kJ/mol'",
        reference_temperature="value = '20 degC'",
    )
    warm, base = (read_card(text, temperature=t) for t in (333.15, 293.15))
    change = 1 / 293.15 - 1 / 333.15
    ratio = float(warm.diffusivity(0.5) / base.diffusivity(0.5))
    assert ratio == pytest.approx(np.exp(40e3 / GAS_CONSTANT * change), rel=1e-12)
    rates = [m.kinetics.exchange_current.rate_constant for m in (warm, base)]
    assert rates[0] / rates[1] == pytest.approx(np.exp(50e3 / GAS_CONSTANT * change), rel=1e-12)
    assert warm.warnings == ()


def test_a_card_that_knows_no_temperature_says_so_away_from_25_degrees() -> None:
    (told,) = read_card(LFP, temperature=333.15).warnings
    assert "its diffusivity and exchange current, used at 60 degC, are as measured at 25" in told
    formula = "formula = '6e-18*exp(-30e3/R*(1/T - 1/298.15))', unit = 'm^2/s'"
    (told,) = read_card(card(diffusivity=formula), temperature=333.15).warnings
    assert "its exchange current, used at 60 degC, is as measured at 25" in told
    assert read_card(card(diffusivity=formula), temperature=298.15).warnings == ()


def test_python_is_asked_the_same() -> None:
    material = library.load("LiFePO4")
    for changes, message in (
        ({"c_s_max": 22.8}, "mol/L"),
        ({"ocp": Constant(0.0)}, "0 V at every x"),
        ({"ocp": Table((0.0, 100.0), (3.6, 2.6))}, "per cent"),
        ({"ocp": Formula("2 + x")}, "rises"),
        ({"temperature": 3000.0}, "temperature: got 3000 K, expected 150 to 1000 K"),
        ({"temperature": 25.0}, "degC"),
        ({"kinetics": ButlerVolmer(5.0, 0.5, ConstantExchange(1.0))}, "alpha_a: got 5"),
        ({"kinetics": ButlerVolmer(0.5, 0.5, RootExchange(1e10))}, "rate_constant: got 1e.10"),
    ):
        with pytest.raises(MaterialError, match=message):
            material.replace(**changes)
    odd = material.replace(diffusivity=Constant(1e-6))
    assert odd.warnings[0].startswith("LiFePO4: diffusivity = 1e-06 m^2/s is unusual")


def test_a_whole_number_of_kelvin_is_a_temperature() -> None:
    exact, whole = (library.load("H2V3O8", temperature=t) for t in (300.0, 300))
    assert float(exact.ocp(0.3)) == float(whole.ocp(0.3))


@pytest.mark.parametrize("exponent", range(-18, 11))
def test_any_diffusivity_that_means_infinitely_fast_is_let_through(exponent: int) -> None:
    library.load("LiFePO4").replace(diffusivity=Constant(10.0**exponent))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("molar_volume", "12.97 m^3/mol", r"got 12.97 m\^3/mol.*cm\^3/mol\? Then it is 1.297e-05"),
        ("film_thickness", "20 m", r"film_thickness: got 20 m, .*nm\? Then it is 2e-08"),
        ("alpha_a", "50", "alpha_a: got 50"),
        ("electronic_conductivity", "1e30 S/m", "electronic_conductivity: got"),
    ],
)
def test_the_cards_of_hosts_are_held_to_the_same_table(key: str, value: str, message: str) -> None:
    line = f'{key} = {{ value = "{value}", source = "assumed" }}'
    text, count = re.subn(rf"(?m)^{key} = .*$", line, LITHIUM)
    assert count == 1
    with pytest.raises(MaterialError, match=message):
        read_plating_card(text)


def test_odd_numbers_of_a_host_are_told() -> None:
    text = re.sub(
        r"(?m)^molar_volume = .*$",
        'molar_volume = { value = "1 mL/mol", source = "assumed" }',
        LITHIUM,
    )
    (told,) = read_plating_card(text).warnings
    assert told == "Li: molar_volume = 1e-06 m^3/mol is unusual, most are 3e-06 to 0.0001 m^3/mol"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_is_never_possible(value: float) -> None:
    for key in RANGES:
        with pytest.raises(InputError):
            refuse_impossible(key, value)
        assert oddities(key, value)


@pytest.mark.parametrize(("noise", "told"), [(0.0, 0), (0.2, 1)])
def test_a_diffusivity_with_noise_is_told(noise: float, told: int) -> None:
    """300 points that rise and fall smoothly, or with normal noise besides."""
    x = np.linspace(0.0, 1.0, 300)
    value = 1e-15 * (1 + 0.5 * np.sin(6 * x))
    value *= np.exp(noise * np.random.default_rng(0).standard_normal(len(x)))
    law = Table(tuple(x), tuple(value))
    found = replace(library.load("LiFePO4"), diffusivity=law).warnings
    assert len(found) == told
    assert all("diffusivity goes up and down" in text for text in found)
