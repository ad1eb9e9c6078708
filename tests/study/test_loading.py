"""Study files: what is filled in, and the one line that each mistake is answered with."""

from __future__ import annotations

import math
import re
import time
import tomllib
from dataclasses import fields
from importlib import resources
from typing import Literal, get_args, get_origin

import pytest
from pydantic import ValidationError

from nanotrode.errors import StudyError
from nanotrode.study.build import SHAPES, initial_state, make_material, make_shape
from nanotrode.study.fields import Table
from nanotrode.study.geometries import GEOMETRIES
from nanotrode.study.loading import load_study
from nanotrode.study.to_toml import to_toml


def complaint(path, overrides=()) -> list[str]:
    with pytest.raises(StudyError) as error:
        load_study(path, overrides)
    return str(error.value).splitlines()


def lines_of(mistakes: list[str]) -> list[int]:
    return [int(mistake.split(":")[1]) for mistake in mistakes]


def test_quantities_are_si_and_defaults_are_filled_in(good):
    study = load_study(good)
    assert study.name == "good"
    assert study.geometry.radius == 5e-8
    assert study.temperature == 298.15
    assert study.electrolyte.concentration == 1000.0
    assert study.solver.tolerance == 1e-4
    assert make_shape(study).count == 4


def test_what_is_written_back_reads_as_the_same_study(good, tmp_path):
    study = load_study(good, ["geometry.tilt=5 deg", "initial.stoichiometry=0.5"])
    copy = tmp_path / "copy.toml"
    text = to_toml(study.model_dump(mode="json", exclude_none=True))
    copy.write_text(text, encoding="utf-8")
    assert load_study(copy) == study
    assert tomllib.loads(text)["geometry"]["radius"] == "50 nm"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("radius =", "raduis =", 4, "geometry.raduis: unknown key; did you mean 'radius'?"),
        ('"50 nm"', "50", 4, "geometry.radius: a bare number has no unit"),
        ('"50 nm"', '"2,5 nm"', 4, 'has a comma; decimals take a point, as in "2.5 nm"'),
        ("[geometry]", "temperature = 25\n[geometry]", 1, 'write such as "25 degC"'),
        ("[geometry]", 'temperature = "25"\n[geometry]', 1, 'write such as "25 degC"'),
        ("[geometry]", "temperature = 298.15\n[geometry]", 1, 'write such as "298.15 K"'),
        ("stoichiometry = 0.02", 'voltage = "3.4 V vs Li"', 12, 'write "3.4 V"'),
        ("Rest for 1 minute", "Rest for 1", 17, "(write such as '1 min')"),
        ('"Rest for 1 minute"', "[[0, 1], [1, 2]]", 17, "got [[0, 1], [1, 2]]; a step is a text"),
        ('"50 nm"', '"50 V"', 4, "geometry.radius: '50 V' is a voltage, but a length is needed"),
        ('"50 nm"', '"-50 nm"', 4, "geometry.radius: '-50 nm' is not above 0"),
        ('"200 nm"', '"90 nm"', 6, "geometry.pitch: "),
        ("nanowire-array", "nanowire-aray", 2, "did you mean 'nanowire-array'?"),
        ("kind =", "knd =", 2, "geometry.knd: unknown key; did you mean 'kind'?"),
        ("count = 4", "count = 4.5", 3, "geometry.count: got 4.5, expected a whole number"),
        ('"LiFePO4"', '"LiFePO4"\ndiffusivity = 1', 10, '"1 cm^2/s" or "1 m^2/s"'),
        ("count = 4", "count = 0", 3, "geometry.count: got 0, expected 1 or more"),
        ("count = 4", "stoichiometry = 4", 3, "did you mean 'initial.stoichiometry'?"),
        ("[material]", "[materiel]", 8, "materiel: unknown key; did you mean 'material'?"),
        ("LiFePO4", "LiFePO", 9, "did you mean 'LiFePO4'?"),
        ('name = "LiFePO4"', "", 8, "material: give either a name"),
        ('name = "LiFePO4"', 'file = "none.toml"', 9, "none.toml: cannot be read"),
        ("0.02", "1.2", 12, "initial.stoichiometry: got 1.2, expected less than 1"),
        ("0.02", "0.999", 12, "0.999 is outside what LiFePO4 can have; expected 0.00637"),
        ("stoichiometry = 0.02", 'voltage = "5 V"', 12, "expected 2."),
        ("stoichiometry = 0.02", "", 11, "initial: give either a stoichiometry"),
        ("Discharge at", "Dischrage at", 16, "protocol.0.steps.0: 'Dischrage at 20C"),
        ("2.5 V", "2.5", 16, "'2.5' is a bare number and has no unit"),
        ("2.5 V", "4.5 V", 16, "never reaches 4.5 V: a discharge lowers the potential"),
        ("Rest for 1 minute", "Rest", 17, "'for' is missing"),
        ("[[protocol]]", "[[protocl]]", 14, "did you mean 'protocol'?"),
        ("steps = [", "repeat = 0\nsteps = [", 15, "protocol.0.repeat: got 0, expected 1 or more"),
        ('"50 nm"', "50 nm", 4, 'a quantity or a text needs quotes: radius = "50 nm"'),
    ],
)
def test_one_mistake_is_one_line_with_its_place(changed, old, new, line, said):
    path = changed(old, new)
    (only,) = complaint(path)
    assert only.startswith(f"{path}:{line}: ")
    assert said in only


def test_many_mistakes_are_told_together_in_the_order_of_the_file(changed):
    path = changed('radius = "50 nm"', 'raduis = "50 nm"\ntip = "sharp"\nseed = -1')
    lines = complaint(path)
    assert [line.split(":")[1] for line in lines] == ["4", "5", "6"]


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(
        'name = "../../x"\n'  # 1: schema
        "temperature = 25\n"  # 2: units
        '[geometry]\nkind = "nanowire-array"\ncount = 4\nradius = "50 nm"\nlength = "500 nm"\n'
        'pitch = "90 nm"\n'  # 8: geometry
        "[mesh]\norder = 3\n"  # 10: schema
        '[material]\nname = "perovskite"\n'  # 12: materials
        "[initial]\nstoichiometry = 0.02\n"
        "[[protocol]]\nrepeat = 0\n"  # 16: schema, in the table of the steps
        "steps = [\n"
        '"Rest for 10",\n'  # 18: words
        "3,\n"  # 19: schema
        '"Hodl at 4 V for 1 s",\n]\n'  # 20: words
        "[solvr]\n"  # 22: schema
    )
    lines = complaint(path)
    assert lines_of(lines) == [1, 2, 8, 10, 12, 16, 18, 19, 20, 22]


def test_limits_are_told_beside_other_mistakes(changed):
    path = changed("Discharge at 20C until 2.5 V", "Discharge at 20C until 4.5 V")
    path.write_text(path.read_text().replace("count = 4", "count = 0"))
    assert [line.split(":")[1] for line in complaint(path)] == ["3", "16"]


def test_after_a_step_that_cannot_be_read_nothing_is_known(changed):
    path = changed("Discharge at 20C until 2.5 V", "Hodl at 4.5 V for 1 s")
    path.write_text(path.read_text().replace("Rest for 1 minute", "Discharge at 1C until 4.4 V"))
    (only,) = complaint(path)
    assert "did you mean 'Hold'?" in only


def test_all_wrong_overrides_are_told_at_once(good):
    lines = complaint(good, ["geometry.radius", "protocol.7.repeat=2"])
    assert len(lines) == 2
    lines = complaint(good, ["geometry.radius=60", "temperature=25"])
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("old", "new", "said", "unsaid"),
    [
        ("[geometry]", 'name = "../../x"\n[geometry]', "expected the name of a folder", "quotes"),
        ("[geometry]", 'name = ".x"\n[geometry]', "expected the name of a folder", "quotes"),
        ('name = "LiFePO4"', 'name = ""', "the text is empty", "quotes"),
        ('name = "LiFePO4"', "name = 3", "got 3, expected a text in quotes", None),
        ("LiFePO4", "perovskite", "unknown material 'perovskite'", "mean"),
        ("LiFePO4", "LiFeSO4", "unknown material 'LiFeSO4'", "mean"),
        ("LiFePO4", "NMC433", "unknown material 'NMC433'", "mean"),
        ("LiFePO4", "LFP", "did you mean 'LiFePO4'?", None),
        ("LiFePO4", "nmc", "did you mean 'NMC811'?", None),
        ("LiFePO4", "graphit", "did you mean 'graphite'?", None),
        ("nanowire-array", "cylinder", "did you mean 'nanowire-array'?", None),
        ("nanowire-array", "hexagon", "got 'hexagon', expected 'film'", "mean"),
        # no key of this geometry, and so no hint to it
        ("[material]", '[mesh]\nthickness = "1 um"\n[material]', "unknown key; known are", "mean"),
        ("[material]", '[mesh]\nradius = "1 um"\n[material]', "did you mean 'geometry.rad", None),
        # a plating study's table
        ("[initial]", "[initial]\nanode = 3", "unknown key; known are", "mean"),
        ("count = 4", "count = 4\ncount = 5", "the key is said twice", "quotes"),
    ],
)
def test_hints_are_what_fits_the_place(changed, old, new, said, unsaid):
    (only,) = complaint(changed(old, new))
    assert said in only
    assert unsaid is None or unsaid not in only


@pytest.mark.parametrize(
    "text",
    [
        '"\\u001b[31m' + "x" * 1_500_000 + '" = 1',
        'name = "' + "x" * 1_500_000 + '"',
        "a." * 20_000 + "b = 1",
        "x = " + "[" * 250 + "]" * 250,
        "\n".join(f"k{number} = 1" for number in range(60_000)),
        '[[protocol]]\nsteps = ["Rest for ' + "1" * 20_000 + ' s"]',
        "[[protocol]]\nsteps = [" + '"Rest",' * 20_000 + "]",
        "[[protocol]]\nrepeat = 1" + "0" * 4_000 + '\nsteps = ["Rest for 1 s"]',
        "[mesh]\nsegments = 1" + "0" * 4_000,
    ],
)
def test_large_input_is_answered_soon_and_shortly(tmp_path, text):
    path = tmp_path / "large.toml"
    path.write_text(text)
    started = time.process_time()
    with pytest.raises(StudyError) as error:
        load_study(path)
    assert time.process_time() - started < 5.0
    assert len(str(error.value)) < 20_000
    assert str(error.value).replace("\n", "").isprintable()


def test_a_long_override_is_cut(good):
    (only,) = complaint(good, ["geometry.radius=" + "\x1b" * 1_000_000])
    assert len(only) < 1_000
    assert only.isprintable()


def test_a_missing_key_is_called_missing(changed):
    path = changed('radius = "50 nm"\n', "")
    assert complaint(path) == [f'{path}:1: geometry.radius: missing; expected such as "50 nm"']


@pytest.mark.parametrize("text", ["", "geometry = 3"])
def test_a_study_of_nothing_names_what_it_needs(tmp_path, text):
    path = tmp_path / "empty.toml"
    path.write_text(text)
    lines = complaint(path)
    assert any("material: missing" in line for line in lines)
    assert any("geometry" in line for line in lines)


def test_overrides_win_and_are_named_in_their_own_mistakes(good):
    assert load_study(good, ["geometry.radius=60 nm"]).geometry.radius == 6e-8
    assert load_study(good, ["mesh.order=2"]).mesh.order == 2
    changed = load_study(good, ["protocol.0.steps.1=Rest for 2 s", "protocol[0].repeat=3"])
    assert changed.protocol[0].steps[1] == "Rest for 2 s"
    assert changed.protocol[0].repeat == 3
    assert complaint(good, ["geometry.radius=60"]) == [
        "--set geometry.radius=60: geometry.radius: a bare number has no unit; "
        'write such as "60 nm"'
    ]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("geometry.raduis=60 nm", "did you mean 'radius'?"),
        ("geometry.radius", "expected KEY=VALUE"),
        ("=3", "expected KEY=VALUE"),
        ("protocol.7.repeat=2", "expected a number from 0 to 0, got '7'"),
        ("initial.stoichiometry.x=2", "holds a value and has no key 'x'"),
        ("initial.stoichiometry=0.999", "outside what LiFePO4 can have"),
        ("protocol.0.steps.0=Charge at 1C until 1 V", "a charge raises the potential"),
    ],
)
def test_a_wrong_override_is_named(good, override, said):
    (only,) = complaint(good, [override])
    assert only.startswith(f"--set {override}: ")
    assert said in only


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = [1,\nb", "2: "),
        (b"\xff\xfe", "not a text file in UTF-8"),
        (None, "no such file"),
    ],
)
def test_an_unreadable_file_is_told(tmp_path, content, said):
    path = tmp_path / "study.toml"
    if content is not None:
        path.write_bytes(content)
    (only,) = complaint(path)
    assert only.startswith(f"{path}:")
    assert said in only


def test_what_a_study_gives_has_no_range_from_the_card(good, tmp_path):
    card = resources.files("nanotrode.materials.cards") / "LiCoO2.toml"
    text = card.read_text(encoding="utf-8")
    for key in ("diffusivity", "rate_constant", "alpha_c"):
        text, count = re.subn(rf'(?m)^({key} = {{ value = ("[^"]*"))', r"\1, low = \2", text)
        assert count == 1
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    given = 'diffusivity = "1e-17 m^2/s"\nexchange_current_density = "1 A/m^2"'
    study = tmp_path / "study.toml"
    study.write_text(
        good.read_text("utf-8")
        .replace("0.02", "0.6")
        .replace('name = "LiFePO4"', f'file = "own.toml"\n{given}'),
        "utf-8",
    )
    assert set(make_material(load_study(study)).ranges) == {"alpha_c"}


def test_a_material_can_be_changed_in_the_study(changed):
    path = changed(
        '"LiFePO4"', '"LiFePO4"\ndiffusivity = "1e-13 cm^2/s"\nalpha_a = 0.4\nrate_constant = '
        '"1e-11 m^2.5 mol^-0.5 s^-1"'
    )  # fmt: skip
    material = make_material(load_study(path))
    assert material.diffusivity([0.5])[0] == pytest.approx(1e-17)
    assert material.kinetics.alpha_a == 0.4
    assert material.kinetics.alpha_c == 0.5
    assert material.sources["diffusivity"] == "given in the study"


def test_a_core_that_conducts_is_told_to_the_material(changed):
    path = changed('"LiFePO4"', '"LiFePO4"\nelectronic_conductivity = "10 mS/cm"')
    assert make_material(load_study(path)).electronic_conductivity == pytest.approx(1.0)
    path = changed('"LiFePO4"', '"LiFePO4"\nelectronic_conductivity = "0 S/m"')
    with pytest.raises(StudyError, match="electronic_conductivity: got '0 S/m', expected more"):
        load_study(path)


def test_own_files_are_found_beside_the_study_file(changed, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    path = changed('kind = "nanowire-array"', 'kind = "mesh"\nfile = "mine.msh"')
    lines = complaint(path)
    assert any("geometry.regions: missing" in line for line in lines)
    text = path.read_text().split("[material]")[1]
    path.write_text(
        '[geometry]\nkind = "mesh"\nfile = "mine.msh"\nunit = "1 nm"\n'
        f"regions = {{ electrode = 1 }}\nboundaries = {{ interface = 2 }}\n[material]{text}"
    )
    assert complaint(path) == [f"{path}:3: geometry.file: no such file: {tmp_path / 'mine.msh'}"]
    (tmp_path / "mine.msh").touch()
    wrong = ["geometry.regions.elektrode=3", "geometry.boundaries.interface=[1]"]
    assert [line.split(": ", 2)[2] for line in complaint(path, wrong)] == [
        "unknown key; did you mean 'electrode'?",
        "got [1], expected a tag's number or a group's name in quotes",
    ]
    assert load_study(path).geometry.file == str(tmp_path / "mine.msh")


SPINODAL = """
name = "spinodal"
ion = "Li+"
charge_number = 1
c_s_max = { value = "22806 mol/m^3", source = "assumed" }
x_min = { value = "0.01", source = "assumed" }
x_max = { value = "0.98", source = "assumed" }
diffusivity = { value = "5.9e-18 m^2/s", source = "assumed" }
alpha_a = { value = "0.5", source = "assumed" }
alpha_c = { value = "0.5", source = "assumed" }
rate_constant = { value = "6.2e-12 m^2.5 mol^-0.5 s^-1", source = "assumed" }
ocp = { formula = "3.42 - (R*T/F)*(log(x/(1-x)) + 4.5*(1-2*x))", unit = "V", source = "assumed" }
"""


def test_of_several_stoichiometries_one_is_taken_and_named(changed, tmp_path):
    """3.42 V of a regular solution; its lower root by fixed-point iteration outside our code."""
    x = 0.01
    for _ in range(200):
        x = 1.0 / (1.0 + math.exp(4.5 * (1.0 - 2.0 * x)))
    (tmp_path / "card.toml").write_text(SPINODAL, encoding="utf-8")
    path = changed('name = "LiFePO4"', 'file = "card.toml"')
    study = load_study(path, ["initial={voltage='3.42 V'}"])
    found = initial_state(study, make_material(study))
    assert found.stoichiometry == pytest.approx(x, abs=1e-9)
    assert "taken is 0.01225, the least lithiated that is stable" in found.remarks[0]
    (line,) = complaint(path, ["initial={voltage='3.6 V'}"])
    assert "3.6 V is no equilibrium potential of spinodal; expected 3.383 V to 3.457 V" in line


def test_a_plateau_asks_for_a_stoichiometry_on_its_own_line(changed, tmp_path):
    flat = 'table = [[0, 3.5], [0.2, 3.43], [0.8, 3.43], [1, 3]], unit = "V", source = "s" }'
    text = SPINODAL.split("ocp =")[0] + "ocp = { " + flat
    (tmp_path / "card.toml").write_text("\ufeff" + text, encoding="utf-8")
    path = changed('name = "LiFePO4"', 'file = "card.toml"')
    (line,) = complaint(path, ["initial={voltage='3.43 V'}"])
    assert "initial.voltage: spinodal stands at 3.43 V all along x = 0.2 to 0.8" in line


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("temperature=3000 K", "temperature: got 3000 K, expected 150 to 1000 K"),
        ("temperature=25 K", "is it in degC? Then it is 298.15 K"),
        ("electrolyte.concentration=1e9 mol/L", "electrolyte.concentration: got 1e+12 mol/m^3"),
        ("material.diffusivity=1e20 m^2/s", "material.diffusivity: got 1e+20 m^2/s"),
        ("material.rate_constant=1e20 m^2.5 mol^-0.5 s^-1", "material.rate_constant: got 1e+20"),
        ("material.alpha_a=50", "material.alpha_a: LiFePO4: alpha_a: got 50, expected"),
        ("initial={voltage='3400 V'}", "is it in mV? Then it is 3.4 V"),
    ],
)
def test_a_study_is_held_to_the_table_of_what_is_plausible(good, override, said):
    (line,) = complaint(good, [override])
    assert said in line


def test_the_current_of_a_cell_is_refused_before_any_meshing(changed):
    (line,) = complaint(changed("Discharge at 20C", "Discharge at 1 A"))
    assert ":16: " in line
    assert "C for this electrode, which holds 9.35e-15 A.h" in line
    assert "Give a C-rate, or a current per area" in line


def test_a_study_that_gives_its_own_numbers_is_not_told_of_the_card_s(good):
    hot = ["temperature=60 degC"]
    assert len(make_material(load_study(good, hot)).warnings) == 1
    own = [*hot, "material.diffusivity=1e-17 m^2/s", "material.exchange_current_density=1 A/m^2"]
    assert make_material(load_study(good, own)).warnings == ()


def test_a_potential_at_the_start_becomes_its_stoichiometry(changed):
    study = load_study(changed("stoichiometry = 0.02", 'voltage = "3.4 V"'))
    material = make_material(study)
    x = initial_state(study, material).stoichiometry
    assert material.ocp([x])[0] == pytest.approx(3.4, abs=1e-12)


@pytest.mark.parametrize("kind", SHAPES)
def test_each_table_has_the_keys_of_its_shape(kind):
    shape, table = SHAPES[kind], GEOMETRIES[kind]
    assert set(table.model_fields) - {"kind", "preset"} == {field.name for field in fields(shape)}


def test_every_kind_but_the_own_mesh_has_a_shape():
    assert set(SHAPES) | {"mesh"} == set(GEOMETRIES)


def test_a_single_run_has_nothing_to_learn_from(good):
    (line,) = complaint(good, ["solver.reduced=true"])
    assert "solver.reduced: a reduced model learns from the other runs of a sweep" in line


def _tables(table=Table):
    for below in table.__subclasses__():
        yield below
        yield from _tables(below)


def _takes(annotation, kinds) -> bool:
    if get_origin(annotation) is Literal:
        return any(type(value) in kinds for value in get_args(annotation))
    return annotation in kinds or any(_takes(part, kinds) for part in get_args(annotation))


NUMBERS = [
    (table, name)
    for table in _tables()
    for name, info in table.model_fields.items()
    if _takes(info.annotation, (int, float)) and not _takes(info.annotation, (bool,))
]


@pytest.mark.parametrize(("table", "name"), NUMBERS)
def test_true_is_no_number(table, name):
    for given in (True, False, [True, 3], [[0, True]]):
        with pytest.raises(ValidationError) as error:
            table.model_validate({name: given})
        assert name in {one["loc"][0] for one in error.value.errors()}, given


def test_there_are_numbers_in_many_tables():
    assert len(NUMBERS) > 45
    assert {"repeat", "count", "order", "samples", "target"} <= {name for _, name in NUMBERS}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("count = 4", "count = true", ":3: geometry.count: got true, expected a whole number"),
        ("[material]", "[mesh]\norder = true\n[material]", "mesh.order: got true, expected 1 or 2"),
        ("0.02", "true", "initial.stoichiometry: got true, expected a plain number"),
        (
            "steps = [",
            "repeat = false\nsteps = [",
            "protocol.0.repeat: got false, expected a whole",
        ),
    ],
)
def test_true_is_told_on_its_line(changed, old, new, said):
    (line,) = complaint(changed(old, new))
    assert said in line
