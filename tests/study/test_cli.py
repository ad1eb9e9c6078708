"""The command line: answers, exit codes, and how little it imports."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import nanotrode
from nanotrode.study import cli
from nanotrode.study.geometries import GEOMETRIES
from nanotrode.study.loading import load_study

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ["dolfinx", "petsc4py", "mpi4py", "gmsh", "pyvista", "vtkmodules", "matplotlib"]
HEAVY += ["meshio", "pint", "scipy"]


def answer(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["reproduce", "--help"], ["--version"], ["schema"]]
)
def test_help_imports_nothing_heavy(arguments):
    script = (
        "import json, sys\nfrom nanotrode.study.cli import main\n"
        f"code = main({arguments!r})\n"
        f"print(json.dumps([code, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]


def test_python_m_nanotrode_is_the_command_line():
    command = [sys.executable, "-m", "nanotrode", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"nanotrode {nanotrode.__version__}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rum"], 'Did you mean "run"'),
        (["run"], "STUDY"),
        (["run", "nowhere.toml"], "nowhere.toml: no such file"),
        (["new", "nanowire"], "nanowire-array"),
        (["render", "nowhere"], "nowhere: no such folder"),
        (["materials", "--electrode", "positive"], "--electrode: of which BPX file?"),
        (["materials", "LiFePO"], "did you mean 'LiFePO4'"),
        (["mesh", "nowhere.toml", "--out", "mesh.stl"], "expected a file that ends in .msh"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(capsys, arguments, said):
    code, out, err = answer(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_wrong_study_ends_before_any_meshing(capsys, changed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "nanotrode.study.build.make_mesh", lambda study: pytest.fail("this must not be reached")
    )
    path = changed("radius", "raduis")
    code, _, err = answer(capsys, "run", path)
    assert code == 2
    assert err == f"{path}:4: geometry.raduis: unknown key; did you mean 'radius'?\n"
    assert not (tmp_path / "runs").exists()


def test_a_failed_solve_is_exit_code_3_and_debug_shows_where(capsys, good, monkeypatch):
    from nanotrode.errors import SolverError

    def fail(*arguments, **options):
        raise SolverError("the solve failed at t = 3 s")

    monkeypatch.setattr("nanotrode.study.run.run_study", fail)
    code, _, err = answer(capsys, "run", good)
    assert (code, err) == (3, "the solve failed at t = 3 s\n")
    monkeypatch.setenv("NANOTRODE_DEBUG", "1")
    assert "Traceback" in answer(capsys, "run", good)[2]


def test_an_unforeseen_failure_has_no_traceback(capsys, good, monkeypatch):
    monkeypatch.setattr("nanotrode.study.run.run_study", lambda *a, **k: 1 / 0)
    code, _, err = answer(capsys, "run", good)
    assert code == 3
    assert err.startswith("an unforeseen failure, ZeroDivisionError")
    assert err.count("\n") == 1


def test_an_interrupted_run_says_how_to_go_on(capsys, good, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("nanotrode.study.run.run_study", interrupt)
    code, _, err = answer(capsys, "run", good, "--set", "geometry.radius=60 nm")
    assert code == 130
    assert err == (
        f"interrupted; go on with: nanotrode run {good} --set 'geometry.radius=60 nm' --resume\n"
    )


def test_materials_are_listed_and_shown(capsys):
    code, out, _ = answer(capsys, "materials")
    assert code == 0
    assert "165 mAh/g (two phases); 7 of 13 numbers assumed, 3 with a range" in out
    assert "462 mAh/g (illustrative); 11 of 11 numbers assumed" in out
    code, out, _ = answer(capsys, "materials", "LiFePO4")
    assert "22806 mol/m^3   [doi:10.1149/2.053304jes]" in out
    assert "5.9e-18 m^2/s (5.3e-19 to 6.9e-17)   [" in out
    assert "two_phase                  yes" in out
    assert "licence                    CC0-1.0" in out


def test_cards_of_plating_hosts_are_listed_and_shown(capsys):
    _, out, _ = answer(capsys, "materials")
    assert "CNT-on-LLTO            coat: carbon nanotubes on LLTO" in out
    code, out, _ = answer(capsys, "materials", "llto")
    assert code == 0
    assert "0.1 S/m (0.002 to 0.1)   [doi:10.1021/cm0300516" in out
    assert "lithiation.plateaus.1.potential     1.19 V" in out
    code, _, err = answer(capsys, "materials", "LLTOO")
    assert code == 2
    assert "did you mean 'LLTO'?" in err


def image_of_two_phases(path):
    from PIL import Image

    page = np.zeros((8, 8), dtype=np.uint8)
    page[:, 4:] = 255
    first, *others = [Image.fromarray(page)] * 8
    first.save(path, save_all=True, append_images=others)


@pytest.mark.parametrize("kind", GEOMETRIES)
def test_a_new_study_is_commented_and_loads(capsys, tmp_path, kind):
    code, out, _ = answer(capsys, "new", kind)
    assert code == 0
    assert out.count("# ") > 10
    path = tmp_path / "new.toml"
    assert answer(capsys, "new", kind, "--out", path)[0] == 0
    assert path.read_text() == out
    assert answer(capsys, "new", kind, "--out", path)[0] == 2
    if kind == "mesh":
        (tmp_path / "own.msh").touch()
    if kind == "image":
        image_of_two_phases(tmp_path / "electrode.tif")
    assert load_study(path).geometry.kind == kind


def test_the_committed_schema_is_current(capsys):
    code, out, _ = answer(capsys, "schema")
    assert code == 0
    committed = (ROOT / "docs" / "study.schema.json").read_text(encoding="utf-8")
    assert committed == out, "write it again: nanotrode schema > docs/study.schema.json"


def test_the_schema_knows_every_key_and_its_unit(capsys):
    schema = json.loads(answer(capsys, "schema")[1])
    wire = schema["$defs"]["NanowireArrayTable"]
    assert wire["properties"]["radius"]["x-si-unit"] == "m"
    assert wire["properties"]["radius"]["examples"] == ["50 nm"]
    assert wire["additionalProperties"] is False
    assert schema["$defs"]["Study"]["properties"]["temperature"]["default"] == "25 degC"


def test_every_commented_key_of_a_new_study_exists(capsys):
    for kind in GEOMETRIES:
        text = answer(capsys, "new", kind)[1]
        lines = [line.removeprefix("# ") for line in text.splitlines()]
        uncommented = "\n".join(line for line in lines if line.startswith("[") or " = " in line)
        tables = tomllib.loads(uncommented.replace("steps = [\n", "steps = []\n"))
        assert set(tables["geometry"]) <= set(GEOMETRIES[kind].model_fields)


BPX = ROOT / "tests" / "data" / "nmc111_graphite_bpx.json"


def test_a_bpx_file_is_shown_with_all_its_electrodes(capsys):
    """No message asks for a choice that the command cannot take."""
    code, out, err = answer(capsys, "materials", str(BPX))
    assert (code, err) == (0, "")
    assert out.startswith(f"{BPX}: positive and negative electrode\n")
    # maximum concentrations, as the file has them
    assert out.index("46200 mol/m^3") < out.index("29730 mol/m^3")
    code, out, _ = answer(capsys, "materials", str(BPX), "--electrode", "negative")
    assert code == 0
    assert "29730" in out
    assert "46200" not in out
    code, _, err = answer(capsys, "materials", "LLTO", "--electrode", "negative")
    assert (code, err.count("\n")) == (2, 1)
    assert "only BPX files (.json) have several" in err


@pytest.mark.parametrize("command", ["run", "mesh", "describe", "sweep"])
@pytest.mark.parametrize("content", [b"\x93NUMPY\x01\x00v", b"import this\n"])
def test_what_is_no_study_file_is_called_so(capsys, tmp_path, command, content):
    path = tmp_path / "thing.py"
    path.write_bytes(content)
    code, _, err = answer(capsys, command, str(path))
    assert (code, err.count("\n")) == (2, 1)
    assert "is no study file; expected one in TOML" in err


def test_a_file_that_is_no_card_is_told_what_one_is(capsys, tmp_path):
    path = tmp_path / "card.csv"
    path.write_text("x,y\n", encoding="utf-8")
    code, _, err = answer(capsys, "materials", str(path))
    assert code == 2
    assert err == f"{path}: expected a card (.toml) or a BPX file (.json)\n"
