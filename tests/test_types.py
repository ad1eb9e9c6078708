"""What a type checker sees of `import nanotrode`: the names that are loaded, with their types."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import nanotrode

ROOT = Path(__file__).resolve().parents[1]

SCRIPT = """\
from typing import assert_type

import nanotrode as nt
from nanotrode import Film, NanotrodeError

film = Film(thickness=100e-9)
mesh = nt.build_mesh(film, sizing=nt.Sizing(segments=12), order=1)
run = nt.Simulation(
    mesh,
    "LiFePO4",
    protocol="Discharge at 1C until 2.5 V",
    initial_stoichiometry=0.02,
    temperature="25 degC",
    settings=nt.SolverSettings(tolerance=1e-3),
    output=nt.OutputPlan(fraction=0.2),
)
try:
    result = run.run("runs/film", observers=[nt.VtkWriter("runs/film", mesh)])
except NanotrodeError as error:
    print(error.exit_code)
else:
    assert_type(result, nt.Result)
    print(f"{result.voltage[-1]:.3f} V")
assert_type(nt.material("LiFePO4"), nt.Material)
assert_type(nt.Protocol.from_text(["Rest for 1 s"], repeat=2), nt.Protocol)
assert_type(nt.__version__, str)
nt.Film(thicknes=1e-7)  # type: ignore[call-arg]
nt.Film(thickness=[1])  # type: ignore[arg-type]
nt.Simulaton  # type: ignore[attr-defined]
"""


def test_scripts_are_type_checked(tmp_path, request):
    """The examples and a small script of a user's own, with mypy as it comes.

    The first time takes mypy some 15 s, since it reads the whole package; later a second.
    """
    (tmp_path / "nanotrode").symlink_to(ROOT)
    user = tmp_path / "user.py"
    user.write_text(SCRIPT)
    (tmp_path / "mypy.ini").write_text("[mypy]\n")
    examples = sorted((ROOT / "examples").glob("*.py"))
    assert examples
    options = ["--follow-imports=silent", "--warn-unused-ignores", "--check-untyped-defs"]
    options += [f"--cache-dir={request.config.cache.mkdir('mypy')}", "--config-file=mypy.ini"]
    answer = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *map(str, examples), str(user)],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(tmp_path), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_what_is_seen_is_what_is_loaded():
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    seen = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            for name in node.names:
                seen[name.asname or name.name] = f"{node.module}:{name.name}"
    assert seen == nanotrode._NAMES
    assert set(nanotrode.__all__) == {"__version__", *nanotrode._NAMES}


def test_a_name_that_is_not_there_is_told_with_the_one_that_was_meant():
    with pytest.raises(AttributeError, match="did you mean 'Simulation'"):
        nanotrode.Simulaton  # noqa: B018
