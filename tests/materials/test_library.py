from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials import library
from nanotrode.materials.card import read_card
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.kinetics import RootExchange
from nanotrode.materials.laws import Constant
from nanotrode.materials.sourcing import fault

NUMBERS = {"c_s_max", "x_min", "x_max", "diffusivity", "ocp", "alpha_a", "alpha_c", "density"}
SODIUM = {"hard-carbon", "NVPF"}
ILLUSTRATIVE = {"LTO", "TiO2-B"}
ZINC = {"H2V3O8": 461.7, "Zn3V2O8_1.85H2O": 233.4, "Na0.95MnO2": 60.0}
CARD = (resources.files("nanotrode.materials.cards") / "LiFePO4.toml").read_text()


@pytest.mark.parametrize("name", library.names())
def test_every_number_of_every_card_has_a_source(name: str) -> None:
    material = library.load(name)
    assert set(material.sources) >= NUMBERS | {"voltage_min", "voltage_max"}
    assert len({"rate_constant", "exchange_current_density"} & set(material.sources)) == 1
    for key, source in material.sources.items():
        assert not fault(source), f"{name}: {key}: {source}"


@pytest.mark.parametrize("name", library.names())
def test_cards_make_sound_materials(name: str) -> None:
    material = library.load(name)
    low, high = material.stoichiometry_limits
    assert material.name == name
    assert material.ocp_falls
    assert (material.diffusivity(np.linspace(-1, 2, 301)) > 0).all()
    assert material.voltage_limits is not None
    empty, full = float(material.ocp(low)), float(material.ocp(high))
    assert material.voltage_limits[0] < empty
    assert full < material.voltage_limits[1]
    assert material.illustrative == (name in ZINC or name in ILLUSTRATIVE)
    assert material.charge_number == (2 if name in ZINC else 1)
    metal = "Zn/Zn2+" if name in ZINC else "Na/Na+" if name in SODIUM else "Li/Li+"
    assert material.reference == metal


@pytest.mark.parametrize("name", ZINC)
def test_zinc_cards_give_back_the_capacity_they_were_made_from(name: str) -> None:
    material = library.load(name)
    assert material.specific_capacity is not None
    assert material.specific_capacity / 3600.0 == pytest.approx(ZINC[name], rel=1e-3)


def test_lifepo4_is_the_published_set() -> None:
    material = library.load("LiFePO4")
    assert material.c_s_max == 22806.0
    assert material.diffusivity == Constant(5.9e-18)
    exchange = material.kinetics.exchange_current
    assert isinstance(exchange, RootExchange)
    assert exchange.rate_constant * FARADAY == pytest.approx(6e-7, rel=1e-5)
    expected = 3.4077 - 0.020269 * 0.5 + 0.5 * np.exp(-75) - 0.9 * np.exp(-15)
    assert float(material.ocp(0.5)) == pytest.approx(expected, rel=1e-14)


def test_nmc622_table_follows_its_four_reactions() -> None:
    material = library.load("NMC622")
    potential = np.linspace(3.45, 4.4, 201)
    f = FARADAY / (8.31446261815324 * 298.15)
    x = np.zeros_like(potential)
    for u, share, width in (
        (3.62274, 0.13442, 0.96710),
        (3.72645, 0.32460, 1.39712),
        (3.90575, 0.21118, 3.50500),
        (4.22955, 0.32980, 5.52757),
    ):
        x += share / (1 + np.exp(f * (potential - u) / width))
    np.testing.assert_allclose(material.ocp(x), potential, atol=1e-3)


def test_names_are_found_in_any_case_and_near_misses_are_named() -> None:
    assert library.load("lifepo4").name == "LiFePO4"
    with pytest.raises(MaterialError, match="did you mean 'graphite'"):
        library.load("grafite")
    with pytest.raises(MaterialError, match=r"unknown material 'zzz'.*LiFePO4.*path"):
        library.load("zzz")


@pytest.mark.parametrize(
    ("said", "card"),
    [("Si", "silicon"), ("NCM811", "NMC811"), ("NMC523", "NMC532"), ("Li4Ti5O12", "LTO"),
     ("hard carbon", "hard-carbon"), ("Na3V2(PO4)2F3", "NVPF"), ("sillicon", "silicon")],
)  # fmt: skip
def test_other_names_lead_to_the_card(said: str, card: str) -> None:
    with pytest.raises(MaterialError, match=f"did you mean '{card}'"):
        library.load(said)


def test_temperature_reaches_the_formulas() -> None:
    cold, warm = (library.load("H2V3O8", temperature=t) for t in (273.15, 333.15))
    assert cold.temperature == 273.15
    gain = float(warm.ocp(0.1) - cold.ocp(0.1))
    assert gain == pytest.approx(8.31446261815324 * 60.0 / (2 * FARADAY) * np.log(9.0))


def test_a_card_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = CARD.replace('name = "LiFePO4"', 'name = "mine"')
    text = re.sub(
        r"(?m)^diffusivity = .*$",
        'diffusivity = { table = [[0, 2], [0.5, 1], [1, 3]], unit = "cm^2/s", source = "mine" }',
        text,
    )
    path.write_text(text)
    material = library.load(path)
    assert material.name == "mine"
    np.testing.assert_allclose(material.diffusivity([0.0, 0.5, 1.0]), [2e-4, 1e-4, 3e-4])
    assert material.sources["diffusivity"] == "mine"


def test_replace_makes_a_checked_copy() -> None:
    material = library.load("LiFePO4")
    assert material.replace(diffusivity=Constant(1e-15)).diffusivity == Constant(1e-15)
    assert material.diffusivity == Constant(5.9e-18)
    with pytest.raises(MaterialError, match="diffusivity: got -1e-15"):
        material.replace(diffusivity=Constant(-1e-15))
    with pytest.raises(MaterialError, match="charge_number: got 0"):
        material.replace(charge_number=0)


def edited(key: str, line: str) -> str:
    text, count = re.subn(rf"(?m)^{key} = .*$", lambda _: line, CARD)
    assert count == 1
    return text


@pytest.mark.parametrize(
    ("key", "line", "message"),
    [
        ("c_s_max", "", "card: c_s_max: is missing"),
        ("c_s_max", 'c_smax = { value = "1 mol/L", source = "s" }', "did you mean 'c_s_max'"),
        ("c_s_max", "c_s_max = 22806", 'c_s_max: got 22806, expected { value = "...", source'),
        ("c_s_max", 'c_s_max = { value = "22806 mol/m^3" }', "c_s_max: has no source"),
        ("c_s_max", 'c_s_max = { value = "2", source = "s" }', "c_s_max: a bare number"),
        ("c_s_max", 'c_s_max = { value = "2 m", source = "s" }', "but a concentration is needed"),
        ("c_s_max", 'c_s_max = { value = "-2 mol/L", source = "s" }', "expected a positive"),
        (
            "c_s_max",
            'c_s_max = { formula = "x", source = "s" }',
            "expected source and one of value",
        ),
        ("x_max", 'x_max = { value = "1.2", source = "s" }', "expected within 0 to 1"),
        ("x_max", 'x_max = { value = "0.001", source = "s" }', "a lower and a higher"),
        ("ocp", 'ocp = { formula = "y", unit = "V", source = "s" }', "card: ocp: unknown name 'y'"),
        ("ocp", 'ocp = { formula = "x", source = "s" }', "ocp.unit"),
        ("ocp", 'ocp = { formula = "x", unit = "A", source = "s" }', "but a voltage is needed"),
        ("ocp", 'ocp = { formula = 3, unit = "V", source = "s" }', "expected text"),
        ("ocp", 'ocp = { table = [1, 2], unit = "V", source = "s" }', "expected rows"),
        ("ocp", 'ocp = { table = [[1, 2], [1, 3]], unit = "V", source = "s" }', "x must rise"),
        (
            "diffusivity",
            'diffusivity = { formula = "1e-14*(0.5 - x)", unit = "m^2/s", source = "s" }',
            "expected a positive value for 0 <= x <= 1",
        ),
        ("alpha_a", 'alpha_a = { value = "0", source = "s" }', "alpha_a: got 0"),
        ("rate_constant", "", "exactly one of rate_constant"),
        ("charge_number", 'charge_number = "1"', "charge_number: got '1', expected a whole"),
        ("charge_number", "charge_number = 1.0", "charge_number: got 1.0"),
        ("name", "name = ", "is not TOML"),
        ("name", "name = 3", "name: got 3, expected text"),
        ("voltage_min", 'voltage_min = { value = "5 V", source = "s" }', "voltage_limits"),
        ("voltage_min", "", "voltage_min: is missing"),
    ],
)
def test_a_faulty_card_is_refused_by_file_key_and_remedy(key: str, line: str, message: str) -> None:
    with pytest.raises(MaterialError, match=re.escape(message)) as caught:
        read_card(edited(key, line))
    assert str(caught.value).startswith("card: ")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match=r"nowhere.toml: cannot be read \(No such file"):
        library.load(tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MaterialError, match="is not UTF-8"):
        library.load(tmp_path / "binary.toml")


@pytest.mark.parametrize("name", library.names())
def test_describe_gives_each_number_with_its_source(name: str) -> None:
    material = library.load(name)
    rows = {row.key: row for row in library.describe(material)}
    assert set(material.sources) <= set(rows)
    for key, source in material.sources.items():
        assert rows[key].source == source
    assert "mAh/g" in rows["capacity"].value
    assert ("illustrative" in rows) == material.illustrative


def test_the_page_on_materials_is_current() -> None:
    page = (Path(__file__).parents[2] / "docs" / "materials.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"(?m)^\| `([^`]+)`(?: \(illustrative\))? \|", page))
    assert set(library.names()) <= rows
    sample = page.split("```toml\n")[1].split("```")[0]
    material = read_card(sample)
    assert material.name == "my LiFePO4"
    assert material.density is None
