"""What a card may say beside its values: ranges, marks, terms, and what counts as a source."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials import library, plating_library
from nanotrode.materials.card import read_card
from nanotrode.materials.catalogue import describe_card
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.plating_card import read_plating_card
from nanotrode.materials.sourcing import dois, fault

FOLDER = resources.files("nanotrode.materials")
CARD = (FOLDER / "cards" / "LiCoO2.toml").read_text(encoding="utf-8")
LITHIUM = (FOLDER / "plating_cards" / "Li.toml").read_text(encoding="utf-8")


def card(text: str = CARD, **entries: str) -> str:
    """A card with lines replaced, or added in front."""
    for key, entry in entries.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", lambda _, k=key, e=entry: f"{k} = {e}", text)
        text = text if count else f"{key} = {entry}\n{text}"
    return text


def test_a_number_tells_between_which_it_may_lie() -> None:
    made = read_card(
        card(
            diffusivity='{ value = "1e-13 m^2/s", low = "1e-10 cm^2/s", source = "assumed" }',
            density='{ value = "5 kg/L", low = "4.9 kg/L", high = "5.1 kg/L", source = "assumed" }',
            alpha_a='{ value = "0.5", low = "0.5", high = "0.5", source = "assumed" }',
        )
    )
    assert made.ranges == {
        "diffusivity": (1e-14, 1e-13),
        "density": (4900.0, 5100.0),
        "alpha_a": (0.5, 0.5),
    }
    assert float(made.diffusivity(0.3)) == 1e-13


def test_a_law_tells_by_what_it_may_be_multiplied() -> None:
    law = '{ formula = "1e-13*exp(-x)", unit = "m^2/s", factor_low = "0.1", source = "assumed" }'
    assert read_card(card(diffusivity=law)).ranges == {"diffusivity.factor": (0.1, 1.0)}


def test_a_range_is_as_warm_as_its_value() -> None:
    text = card(
        diffusivity='{ value = "1e-13 m^2/s", high = "4e-13 m^2/s", source = "assumed" }',
        diffusivity_activation_energy='{ value = "30 kJ/mol", source = "assumed" }',
    )
    warm = read_card(text, temperature=320.0)
    low, high = warm.ranges["diffusivity"]
    assert low == float(warm.diffusivity(0.5)) > 1.5e-13
    assert high == pytest.approx(4 * low)


@pytest.mark.parametrize(
    ("key", "entry", "said"),
    [
        ("density", '{ value = "5 g/cm^3", low = "6 g/cm^3", source = "assumed" }',
         "card: density: got 5000 kg/m^3 with a range of 6000 to 5000, expected low <= value"),
        ("density", '{ value = "5 g/cm^3", high = "4.9 kg/L", source = "assumed" }',
         "range of 5000 to 4900"),
        ("alpha_a", '{ value = "0.5", high = "0.4", source = "assumed" }',
         "card: alpha_a: got 0.5 with a range of 0.5 to 0.4"),
        ("density", '{ value = "5 g/cm^3", low = "4", source = "assumed" }',
         "card: density.low: a bare number"),
        ("density", '{ value = "5 g/cm^3", low = 4, source = "assumed" }', "density.low: "),
        ("density", '{ value = "5 g/cm^3", low = "4 V", source = "assumed" }',
         "density.low: '4 V' is a voltage"),
        ("density", '{ value = "5 g/cm^3", factor_low = "0.1", source = "assumed" }',
         "card: density: got value, factor_low, source; expected source and one of value"),
        ("diffusivity", '{ formula = "1e-9", unit = "St", low = "1 m^2/s", source = "assumed" }',
         "card: diffusivity: got formula, unit, low, source"),
        ("diffusivity", '{ formula = "1e-9", unit = "St", factor_low = "0", source = "assumed" }',
         "card: diffusivity: factor_low: expected more than 0"),
        ("diffusivity", '{ formula = "1e-9", unit = "St", factor_high = "0", source = "arXiv:x" }',
         "expected factor_low <= value <= factor_high"),
        ("ocp", '{ formula = "4 - x", unit = "V", factor_low = "0.5", source = "assumed" }',
         "card: ocp: got formula, unit, factor_low, source"),
        ("two_phase", '"yes"', "card: two_phase: got 'yes', expected true or false"),
        ("two_phase", "1", "card: two_phase: got 1, expected true or false"),
        ("licence", "0", "card: licence: got 0, expected text"),
        ("volume_change", '{ value = "-1.2", source = "assumed" }', "volume_change: got -1.2"),
        ("electronic_conductivity", '{ value = "1 S", source = "assumed" }', "conductivity"),
        ("temperature_min", '{ value = "20 K", source = "assumed" }', "temperature_min: got 20 K"),
        ("temperature_min", '{ value = "1100 K", source = "assumed" }', "temperature_min: got"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(key: str, entry: str, said: str) -> None:
    with pytest.raises(MaterialError, match=re.escape(said)):
        read_card(card(**{key: entry}))


def test_temperatures_turned_round_are_refused() -> None:
    with pytest.raises(MaterialError, match="temperature_min: got 320 K, expected no more than"):
        library.load("LiCoO2").replace(temperature_min=320.0, temperature_max=300.0)
    with pytest.raises(MaterialError, match="density: got a range of 2 to 1"):
        library.load("LiCoO2").replace(ranges={"density": (2.0, 1.0)})


def test_marks_and_terms_are_attributes() -> None:
    made = read_card(
        card(
            two_phase="true",
            licence='"CC-BY-4.0"',
            electronic_conductivity='{ value = "1e-9 S/cm", source = "assumed" }',
            volume_change='{ value = "-0.02", source = "assumed" }',
            temperature_min='{ value = "10 degC", source = "assumed" }',
            temperature_max='{ value = "40 degC", source = "assumed" }',
        )
    )
    assert made.two_phase
    assert made.licence == "CC-BY-4.0"
    assert made.electronic_conductivity == pytest.approx(1e-7)
    assert made.volume_change == -0.02
    assert (made.temperature_min, made.temperature_max) == pytest.approx((283.15, 313.15))
    assert "two_phase" not in made.sources
    assert made.sources["volume_change"] == "assumed"
    plain = read_card(card(licence='""'))
    assert (plain.two_phase, plain.electronic_conductivity, plain.licence) == (False, None, "")


def test_per_cent_of_a_change_of_volume_is_told() -> None:
    (said,) = read_card(card(volume_change='{ value = "6.8", source = "assumed" }')).warnings
    assert "per cent? Then it is 0.068" in said


@pytest.mark.parametrize(("temperature", "told"), [(298.15, 0), (283.15, 0), (320.0, 1), (250, 1)])
def test_a_run_outside_the_temperatures_of_a_card_is_told(temperature: float, told: int) -> None:
    ends = {
        "temperature_min": '{ value = "10 degC", source = "assumed" }',
        "temperature_max": '{ value = "40 degC", source = "assumed" }',
    }
    made = read_card(card(**ends), temperature=temperature)
    assert sum("hold from 10 degC to 40 degC" in text for text in made.warnings) == told
    lithium = read_plating_card(card(LITHIUM, **ends))
    assert len(lithium.warnings_at(temperature)) == told
    assert lithium.warnings == ()


def test_an_anode_outside_the_temperatures_of_one_of_its_cards_is_told() -> None:
    anode = plating_library.load_anode("LLTO", lithiation=True)
    assert anode.warnings_at(360.0) == ()
    deposit = replace(anode.deposit, temperature_max=313.15)
    (told,) = replace(anode, deposit=deposit).warnings_at(360.0)
    assert told == "Li: its numbers hold to 40 degC, and are used at 86.85 degC"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("doi:10.1149/2.053304jes", ""),
        ("doi:10.1016/0038-1098(93)90841-A, of a ceramic", ""),
        ("a set (doi:10.1149/1945-7111/ab9050), rounded", ""),
        ("arXiv:1709.03970", ""),
        ("arXiv:cond-mat/0701023", ""),
        ("https://github.com/FaradayInstitution/BPX", ""),
        ("assumed", ""),
        ("computed from doi:10.1149/2.0341708jes, table 1", ""),
        ("measured here, GITT, May 2026", ""),
        ("doi:1149/2.053304jes", "'doi:1149/2.053304jes' is no DOI"),
        ("doi:10.1149", "'doi:10.1149' is no DOI"),
        ("doi:", "'doi:' is no DOI"),
        ("doi:10.1149/2.053304jes, doi:10.x/y", "'doi:10.x/y' is no DOI"),
        ("assumed: usual, given from memory", "'from memory' is no source"),
        ("Doherty et al., Carbon 2009", "it cannot be looked up"),
        ("mine", "it cannot be looked up"),
        ("presumed", "it cannot be looked up"),
    ],
)
def test_a_source_can_be_looked_up_or_says_that_it_is_assumed(source: str, said: str) -> None:
    assert fault(source).startswith(said)
    assert bool(fault(source)) == bool(said)


def test_dois_are_found_without_the_marks_around_them() -> None:
    text = "doi:10.1016/0038-1098(93)90841-A, (doi:10.1039/d4fd00012a). DOI: 10.1000/x; doi:1"
    assert dois(text) == ("10.1016/0038-1098(93)90841-A", "10.1039/d4fd00012a", "10.1000/x")


def test_a_card_with_a_poor_source_is_told_once_and_not_refused() -> None:
    poor = {key: f'{{ value = "0.5", source = "{s}" }}' for key, s in
            {"alpha_a": "mine", "alpha_c": "mine", "x_min": "doi:7"}.items()}  # fmt: skip
    first, second = read_card(card(**poor)).warnings
    assert "the source of its x_min: 'doi:7' is no DOI" in first
    assert "the source of its alpha_a, alpha_c: it cannot be looked up" in second
    (said,) = read_plating_card(card(LITHIUM, alpha_a=poor["alpha_a"])).warnings
    assert said.startswith("Li: the source of its alpha_a: ")


def test_a_host_s_ranges_reach_its_plateaus() -> None:
    solid = plating_library.load_solid("LLTO")
    assert solid.lithiation is not None
    assert solid.lithiation.ranges["plateaus.1.potential"] == (1.16, 1.22)


def test_lithium_s_exchange_current_has_the_range_of_its_sources() -> None:
    assert plating_library.load_deposit("Li").ranges["exchange_current_density"] == (0.1, 71.0)


def test_rows_tell_ranges_marks_terms_and_what_is_assumed(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        card(
            two_phase="true",
            density='{ value = "5 g/cm^3", high = "5.1 g/cm^3", source = "mine" }',
            volume_change='{ value = "0.02", source = "assumed: a guess" }',
        ),
        encoding="utf-8",
    )
    rows = {row.key: row for row in describe_card(path)}
    assert rows["density"].value == "5000 kg/m^3 (5000 to 5100)"
    assert rows["volume_change"] == ("volume_change", "0.02", "assumed: a guess")
    assert rows["two_phase"].value.startswith("yes")
    assert rows["licence"].value == "CC0-1.0"
    assert rows["assumed"].value == "3 of 12 numbers: " + ", ".join(
        ("voltage_min", "voltage_max", "volume_change")
    )
    assert "cannot be looked up" in rows["warning"].value
    lithium = {row.key: row.value for row in describe_card("Li")}
    assert lithium["exchange_current_density"] == "5 A/m^2 (0.1 to 71)"
    assert lithium["licence"] == "CC0-1.0"


@pytest.mark.parametrize(
    ("unit", "factor"), [("m^1.9 mol^-0.3 s^-1", 1000**-0.2), ("m^2.5 mol^-0.5 s^-1", 1.0)]
)
def test_a_rate_constant_in_the_unit_of_its_own_exponents(unit: str, factor: float) -> None:
    made = read_card(
        card(
            alpha_a='{ value = "0.3", source = "assumed" }',
            alpha_c='{ value = "0.7", source = "assumed" }',
            rate_constant=f'{{ value = "4e-11 {unit}", high = "8e-11 {unit}", source = "s" }}',
        )
    )
    k = made.kinetics.exchange_current.rate_constant
    assert k == pytest.approx(4e-11 * factor)
    assert made.ranges["rate_constant"] == pytest.approx((k, 2 * k))
    j0, _ = made.kinetics.exchange_current.evaluate(
        np.array([0.8]), c_e=300.0, c_s_max=made.c_s_max, share=made.kinetics.anodic_share
    )
    own = k * 1000**0.2 * FARADAY * (300.0 * 0.2 * made.c_s_max) ** 0.3
    assert float(j0[0]) == pytest.approx(own * (0.8 * made.c_s_max) ** 0.7)


@pytest.mark.parametrize("tiny", ["1e-308", "1e-9"])
def test_a_coefficient_next_to_nothing_has_no_unit_of_its_own(tiny: str) -> None:
    text = card(
        alpha_a=f'{{ value = "{tiny}", source = "assumed" }}',
        rate_constant='{ value = "4e-11 m^2.5 mol^-0.5 s^-1", source = "s" }',
    )
    assert read_card(text).kinetics.exchange_current.rate_constant == 4e-11


@pytest.mark.parametrize(("alphas", "told"), [((0.3, 0.7), 0), ((0.3, 0.5), 1), ((1.0, 1.0), 1)])
def test_coefficients_that_miss_the_number_of_electrons_are_told(alphas, told: int) -> None:
    text = card(**{
        key: f'{{ value = "{value}", source = "assumed" }}'
        for key, value in zip(("alpha_a", "alpha_c"), alphas, strict=True)
    })  # fmt: skip
    assert sum("Nernst" in warning for warning in read_card(text).warnings) == told
