"""The first minute: what bootstrap.py says and does on machines that lack something."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """bootstrap.py as a module of an empty checkout."""
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("NANOTRODE_PYTHON", "NANOTRODE_APT", "NANOTRODE_SYSTEM_CHECK"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.spec_from_file_location("bootstrap", tmp_path / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fake_python(path: Path, answer: dict) -> Path:
    """A program that answers as a Python would, whatever it is asked."""
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    path.chmod(0o755)
    return path


def test_without_a_python_it_says_what_it_looked_at_and_makes_nothing(tmp_path, bootstrap):
    old = fake_python(tmp_path / "old", {"usable": True, "series": "3.9", "version": "3.9.18"})
    answer = subprocess.run(
        [sys.executable, tmp_path / "bootstrap.py", "install"],
        env={**os.environ, "NANOTRODE_PYTHON": str(old)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert f"{old}: 3.9.18" in answer.stderr
    assert "NANOTRODE_PYTHON=/path/to/python3.12" in answer.stderr
    assert not (tmp_path / ".venv").exists()


def test_candidates_are_run_and_the_first_that_fits_is_taken(tmp_path, bootstrap, monkeypatch):
    shim = tmp_path / "shim"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    told = {"usable": True, "version": "3.11.7", "series": "3.11"}
    old = fake_python(tmp_path / "old", told)
    threaded = fake_python(tmp_path / "free", {"usable": False, "series": "3.13", "version": ""})
    fits = fake_python(tmp_path / "fits", {**told, "series": "3.13", "version": "3.13.5"})
    paths = [str(path) for path in (shim, old, threaded, fits, tmp_path / "absent")]
    monkeypatch.setattr(bootstrap, "candidates", lambda: paths)
    assert bootstrap.find_python()["version"] == "3.13.5"


def test_what_the_system_lacks_is_one_line_to_run(bootstrap, monkeypatch):
    python = {
        "series": "3.13",
        "of_distribution": True,
        "pip": False,
        "compiler": "no-such-compiler",
        "header": False,
        "include": "/usr/include/python3.13",
    }
    monkeypatch.setattr(bootstrap, "loads", lambda library: library != "libGLU.so.1")
    monkeypatch.setenv("NANOTRODE_APT", "0")
    with pytest.raises(bootstrap.Stop) as stop:
        bootstrap.check_system(python)
    wanted = "python3.13-venv gcc libc6-dev python3.13-dev libglu1-mesa"
    assert f"apt-get install --no-install-recommends {wanted}" in str(stop.value)
    assert "no-such-compiler" in str(stop.value)


def test_an_environment_that_somebody_else_made_is_left_alone(tmp_path, bootstrap, monkeypatch):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "precious").touch()
    monkeypatch.setattr(bootstrap, "check_platform", lambda: None)
    monkeypatch.setattr(bootstrap, "check_system", lambda python: python)
    monkeypatch.setattr(bootstrap, "find_python", lambda: {"executable": sys.executable})
    with pytest.raises(bootstrap.Stop, match="not made by this script"):
        bootstrap.make_environment()
    assert (tmp_path / ".venv" / "precious").exists()


def test_an_environment_is_kept_until_pins_or_place_change(tmp_path, bootstrap):
    assert not bootstrap.is_ready()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    bootstrap.write_stamp(sys.executable, "")
    assert not bootstrap.is_ready()  # an installation that was interrupted
    bootstrap.write_stamp(sys.executable, bootstrap.fingerprint())
    assert bootstrap.is_ready()
    (tmp_path / "constraints.txt").write_text("numpy==2.0.0\n")
    assert bootstrap.is_sound(bootstrap.read_stamp())
    assert not bootstrap.is_ready()
    bootstrap.ROOT = "/elsewhere"
    assert not bootstrap.is_sound(bootstrap.read_stamp())


def test_every_command_is_a_make_target(bootstrap):
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^install .*:$", makefile, flags=re.MULTILINE).group().rstrip(":").split()
    assert set(targets) == set(bootstrap.COMMANDS)
    assert (ROOT / bootstrap.DEMO).is_file()
