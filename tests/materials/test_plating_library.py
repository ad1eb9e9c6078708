"""Cards of plating hosts: every number with its source, and what a faulty card is answered."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials import library, plating_library
from nanotrode.materials.catalogue import describe_card
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.plating import Coat, Deposit, Plateau, Solid
from nanotrode.materials.plating_card import number_names, read_plating_card
from nanotrode.materials.sourcing import fault

FOLDER = resources.files("nanotrode.materials.plating_cards")
CARD = (FOLDER / "LLTO.toml").read_text(encoding="utf-8")
LATTICES = ("LLTO", "LLTO-activated", "LLTO-grain-boundaries")
BARRIERS = {"LLTO@CNT": 0.0, "LLTO": 0.061, "CNT": 0.095, "Cu foil": 0.1}


@pytest.mark.parametrize("name", plating_library.names())
def test_every_number_of_every_card_has_a_source(name: str) -> None:
    card = plating_library.load(name)
    assert card.name == name
    assert card.about
    assert set(card.sources) == set(number_names(type(card)))
    for row in describe_card(name):
        assert row.source == "" or not fault(row.source), f"{name}: {row.key}: {row.source}"
        if row.key not in ("name", "kind", "about", "note", "assumed", "licence"):
            assert row.source, f"{name}: {row.key}"


def test_no_name_is_given_twice() -> None:
    folded = [one.casefold() for one in (*library.names(), *plating_library.names())]
    assert len(set(folded)) == len(folded)


@pytest.mark.parametrize("name", plating_library.ANODES)
def test_the_anodes_start_with_the_barriers_of_their_measured_curves(name: str) -> None:
    anode = plating_library.load_anode(name)
    front = anode.coat or anode.solid
    assert front.nucleation_barrier == BARRIERS[name]
    assert "Fig. 4a" in front.sources["nucleation_barrier"]
    assert "an input, no prediction" in front.sources["nucleation_barrier"]
    assert anode.collector.name == "Cu"
    assert (anode.salt.name, anode.deposit.name, anode.side) == ("LHCE", "Li", None)
    assert anode.solid.lithiation is None


def test_anodes_differ_in_solid_and_coat_alone() -> None:
    anodes = [plating_library.load_anode(name) for name in plating_library.ANODES]
    assert len({(anode.salt, anode.deposit, anode.collector) for anode in anodes}) == 1
    llto, cnt, foil = anodes[0], anodes[2], anodes[3]
    assert anodes[1].solid == llto.solid
    assert (cnt.solid.ionic_conductivity, foil.solid.ionic_conductivity) == (0.0, 0.0)
    assert llto.coat is not None
    assert cnt.coat is not None
    assert llto.coat.electronic_conductivity == cnt.coat.electronic_conductivity


def test_what_an_anode_has_besides_is_asked_for() -> None:
    anode = plating_library.load_anode(
        "LLTO",
        electrolyte="LiPF6-EC-EMC",
        side_reaction="electrolyte-reduction",
        lithiation=True,
    )
    assert anode.salt.transference == 0.2594
    assert anode.side is not None
    assert anode.solid.lithiation is not None
    assert anode.solid.lithiation.plateaus == (
        Plateau(potential=1.575, share=0.5),
        Plateau(potential=1.19, share=0.5),
    )
    sources = anode.sources()
    assert set(sources) == {"solid", "collector", "salt", "deposit", "side", "lithiation"}
    assert sources["lithiation"]["plateaus.1.share"].startswith("assumed")
    assert anode.solid.without_lithiation().lithiation is None


def test_lithium_is_as_thick_as_its_charge_says() -> None:
    lithium = plating_library.load_deposit("Li")
    assert 36000.0 / FARADAY * lithium.molar_volume == pytest.approx(4.839285e-6, rel=1e-7)


@pytest.mark.parametrize("name", ["LLTO-lithiated", "LLTO-activated"])
def test_llto_conducts_ten_times_better_once_cycled(name: str) -> None:
    pristine, full = (plating_library.load_solid(n) for n in ("LLTO", name))
    assert pristine.lithiation is not None
    gain = pristine.lithiation.conductivity_gain
    assert full.ionic_conductivity == pytest.approx(gain * pristine.ionic_conductivity)
    assert full.electronic_conductivity == pytest.approx(gain * pristine.electronic_conductivity)


@pytest.mark.parametrize("name", LATTICES)
def test_llto_takes_no_more_than_one_lithium_per_titanium(name: str) -> None:
    lithiation = plating_library.load_solid(name).lithiation
    assert lithiation is not None
    molar = 0.5 * 6.94 + 0.5 * 138.905 + 47.867 + 3 * 15.999  # Li0.5La0.5TiO3 [g/mol]
    assert lithiation.c_max == pytest.approx(4.84e6 / molar, rel=1e-4)
    cells = 1.0 / (3.87e-10**3 * 6.02214076e23)  # one titanium in each [mol/m3]
    assert lithiation.c_max == pytest.approx(cells, rel=2e-3)
    vacant = (1.0 - 0.3 - 0.57) * lithiation.c_max  # A sites of Li0.3La0.57TiO3
    low, high = lithiation.ranges["c_max"]
    assert low == pytest.approx(vacant, rel=0.01)
    assert high == lithiation.c_max


@pytest.mark.parametrize("name", LATTICES)
def test_lithium_in_llto_is_as_slow_as_the_slower_of_ions_and_electrons(name: str) -> None:
    solid = plating_library.load_solid(name)
    assert solid.lithiation is not None
    ions, electrons = solid.ionic_conductivity, solid.electronic_conductivity
    per_siemens = GAS_CONSTANT * 298.15 / (FARADAY**2 * 14300.0)
    both = per_siemens * ions * electrons / (ions + electrons)
    assert solid.lithiation.diffusivity == pytest.approx(both, rel=0.03)
    low, high = solid.lithiation.ranges["diffusivity"]
    few = solid.ranges["electronic_conductivity"][0]
    assert low == pytest.approx(per_siemens * ions * few / (ions + few), rel=0.03)
    assert high == pytest.approx(per_siemens * ions, rel=0.03)


def test_the_carbonate_follows_the_laws_it_was_read_from() -> None:
    salt = plating_library.load_salt("LiPF6-EC-EMC")
    assert salt.conductivity == pytest.approx(0.1297 - 2.51 + 3.329)
    assert salt.diffusivity == pytest.approx(8.794e-11 - 3.972e-10 + 4.862e-10)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: plating_library.load_solid("LTTO"),
            "unknown material 'LTTO'; did you mean 'LLTO'",
        ),
        (lambda: plating_library.load_coat("LLTO"), "'LLTO' is a solid, but a coat is needed"),
        (lambda: plating_library.load_anode("LLTO@CTN"), "did you mean 'LLTO@CNT'"),
        (
            lambda: plating_library.load_anode("zinc"),
            "expected one of LLTO@CNT, LLTO, CNT, Cu foil",
        ),
        (lambda: plating_library.load_anode("CNT", electrolyte="Li"), "but a salt is needed"),
    ],
)
def test_what_is_not_there_is_told(call, said: str) -> None:
    with pytest.raises(MaterialError, match=re.escape(said)):
        call()


def test_a_card_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(CARD.replace('"1e-3 S/cm", low = "2e-5 S/cm"', '"0.3 S/m"'), encoding="utf-8")
    assert plating_library.load_solid(path).ionic_conductivity == 0.3
    assert describe_card(path)[3].value == "0.3 S/m"
    own = resources.files("nanotrode.materials.cards") / "LiFePO4.toml"
    path.write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    assert describe_card(path)[0].value == "LiFePO4"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "solid"', "", "card: kind: got ''; expected one of solid, coat"),
        ('kind = "solid"', 'kind = "solit"', "kind: got 'solit'; did you mean 'solid'"),
        ('kind = "solid"', 'kind = "salt"', "ionic_conductivity: unknown key"),
        ('name = "LLTO"', "", "card: name: is missing"),
        ('"1e-3 S/cm"', '"1e-3"', "ionic_conductivity: a bare number"),
        ('"1e-3 S/cm", low = "2e-5 S/cm"', '"-1 S/m"',
         "card: ionic_conductivity: got -1, expected 0 or more"),
        ('"61 mV"', '"61 mA"', "but a voltage is needed"),
        ("c_max =", "cmax =", "card: lithiation.cmax: unknown key; did you mean 'c_max'"),
        ('"28675 mol/m^3", low = "3700 mol/m^3"', '"0 mol/m^3"',
         "card: lithiation.c_max: got 0, expected more than 0"),
        ('share = { value = "0.5"', 'share = { value = "0.7"', "their shares add up to 1.4"),
        ('"1.22 V", source = "doi:10.1039/d4nr04455j, Fig. 4b, midway between its two peaks"',
         '"1.22 V"', "card: lithiation.plateaus.1.potential: has no source"),
    ],
)  # fmt: skip
def test_a_faulty_card_is_refused_by_file_key_and_remedy(old: str, new: str, said: str) -> None:
    assert old in CARD
    with pytest.raises(MaterialError, match=re.escape(said)) as caught:
        read_plating_card(CARD.replace(old, new))
    assert str(caught.value).startswith("card: ")


def test_a_law_of_the_barrier_that_is_none_is_refused_in_card_and_python() -> None:
    text = (FOLDER / "Li.toml").read_text(encoding="utf-8")
    card = read_plating_card(f'barrier_law = "equilibrium"\n{text}', file="card")
    assert isinstance(card, Deposit)
    assert card.barrier_law == "equilibrium"
    lithium = plating_library.load_deposit("Li")
    assert lithium.barrier_law == "kinetic"
    with pytest.raises(MaterialError, match=r"barrier_law: got 'kinetics'; did you mean 'kinetic'"):
        replace(lithium, barrier_law="kinetics")
    with pytest.raises(MaterialError, match=r"card: barrier_law: got 'no', expected one of"):
        read_plating_card(f'barrier_law = "no"\n{text}', file="card")


def test_numbers_are_checked_without_a_card_too() -> None:
    coat = Coat(name="c", electronic_conductivity=1e3, nucleation_barrier=0.0)
    with pytest.raises(MaterialError, match="electronic_conductivity: got 0, expected more"):
        replace(coat, electronic_conductivity=0.0)
    with pytest.raises(MaterialError, match="ionic_conductivity: got inf, expected 0 or more"):
        replace(plating_library.load_solid("Cu"), ionic_conductivity=float("inf"))
    assert isinstance(plating_library.load("Cu"), Solid)


def test_the_page_on_plating_hosts_is_current() -> None:
    page = (Path(__file__).parents[2] / "docs" / "materials.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"(?m)^\| `([^`]+)`", page))
    assert set(plating_library.names()) <= rows
    sample = page.split("## Plating hosts")[1].split("```toml\n")[1].split("```")[0]
    assert read_plating_card(sample, file="page").name == "my coat"
