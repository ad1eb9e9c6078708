"""What a result rests on: assumed, illustrative and unsourced numbers are named, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nanotrode.materials import library, plating_library
from nanotrode.materials.card import read_card
from nanotrode.materials.catalogue import card_text, numbers_in
from nanotrode.materials.origins import GIVEN, origins_of

KNOWN = "doi:10.1000/x"
CARD = """
name = "host"
ion = "Li+"
charge_number = 1
illustrative = {illustrative}
notes = "{notes}"
c_s_max = {{ value = "20000 mol/m^3", source = "{c_s_max}" }}
x_min = {{ value = "0.01", source = "doi:10.1000/x" }}
x_max = {{ value = "0.98", source = "doi:10.1000/x" }}
diffusivity = {{ value = "{D} m^2/s", source = "doi:10.1000/x" }}
ocp = {{ formula = "4 - x", unit = "V", source = "doi:10.1000/x" }}
alpha_a = {{ value = "0.5", source = "assumed: symmetric" }}
alpha_c = {{ value = "0.5", source = "assumed: symmetric" }}
rate_constant = {{ value = "1e-11 m^2.5 mol^-0.5 s^-1", source = "doi:10.1000/x" }}
"""


def card(*, c_s_max=KNOWN, illustrative="false", D="1e-15", notes="a"):
    return CARD.format(c_s_max=c_s_max, illustrative=illustrative, D=D, notes=notes)


def test_a_card_whose_deciding_numbers_are_cited_rests_on_no_assumption():
    origins = origins_of(read_card(card()))
    assert "each has a source" in origins.rests_on()
    assert origins.warnings() == []
    assert origins.as_table()["cards"] == {"material": "host"}
    assert origins.as_table()["sources"]["material"]["alpha_a"] == "assumed: symmetric"


@pytest.mark.parametrize("source", ["assumed: usual", "doi:10.1000/x; assumed: its density"])
def test_an_assumed_number_that_decides_is_named(source):
    origins = origins_of(read_card(card(c_s_max=source)))
    assert origins.rests_on() == "assumed numbers: c_s_max of host"


@pytest.mark.parametrize("end", ["high assumed, ten times", "low: assumed", "range assumed"])
def test_an_assumed_range_makes_no_number_assumed(end):
    origins = origins_of(read_card(card(c_s_max=f"{KNOWN}; {end}")))
    assert "assumed numbers" not in origins.rests_on()


def test_an_illustrative_card_is_named_and_warned_of():
    origins = origins_of(read_card(card(illustrative="true")))
    assert origins.rests_on() == "illustrative numbers: host"
    assert ["illustrative" in text for text in origins.warnings()] == [True]


def test_a_material_of_a_script_has_numbers_without_a_source():
    bare = replace(library.load("LiCoO2"), name="mine", sources={"ocp": KNOWN})
    told = origins_of(bare).rests_on()
    assert told == (
        "numbers without a source: c_s_max, x_min, x_max, diffusivity, rate_constant of mine"
    )


def test_what_a_study_sets_is_its_own_and_no_card_s():
    given = dict(library.load("LiCoO2").sources) | {"diffusivity": GIVEN, "alpha_a": GIVEN}
    told = origins_of(replace(library.load("LiCoO2"), sources=given)).rests_on()
    assert "numbers of the study's own: diffusivity of LiCoO2" in told


def test_both_kinds_of_runs_tell_it_in_one_way():
    anode = plating_library.load_anode("LLTO@CNT", lithiation=True)
    insertion, plating = origins_of(library.load("LiFePO4")), origins_of(anode)
    assert insertion.as_table().keys() == plating.as_table().keys()
    assert plating.cards["solid"] == "LLTO"
    assert plating.cards["lithiation"] == "LLTO, lithiated"
    assert plating.sources["salt"]["conductivity"].startswith("assumed")
    assert "exchange_current_density, coverage_thickness of Li" in plating.rests_on()


@pytest.mark.parametrize("name", library.names())
def test_every_shipped_card_says_what_it_rests_on(name):
    material = library.load(name)
    told = origins_of(material).rests_on()
    assert ("illustrative" in told) == material.illustrative
    assert "without a source" not in told


def test_words_and_sources_of_a_card_change_no_result_and_numbers_do():
    plain = numbers_in(card())
    assert numbers_in(card(notes="b", c_s_max="assumed: x")) == plain
    assert numbers_in(card(D="2e-15")) != plain
    assert numbers_in("not = = TOML") == "not = = TOML"


def test_the_text_of_a_card_is_whole():
    assert read_card(card_text("LiFePO4").text).c_s_max == library.load("LiFePO4").c_s_max
    assert card_text("LLTO").text.startswith('kind = "solid"')
