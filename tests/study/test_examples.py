"""Every example runs, keeps its charge, and gives the number that it is known for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nanotrode.geometry import build_mesh
from nanotrode.study.build import element_order, make_shape, make_sizing
from nanotrode.study.loading import load_geometry, load_study
from nanotrode.study.run import run_study

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

# mean stoichiometry at the end of the first discharge
PINNED = {
    "film": 0.6761,
    "wire": 0.9700,
    "nanowire": 0.9701,
    "nanowires_200": 0.9708,
    "belts": 0.8896,
    "h2v3o8": 0.9258,
    "zn3v2o8": 0.9207,
    "na_mno2": 0.8711,
    "own_mesh": 0.9762,
    "tomogram": 0.9578,
}
SLOW = {"nanowire", "nanowires_200", "tomogram", "h2v3o8", "zn3v2o8"}
EVENNESS = 0.048
"""Coefficient of variation of the deposit of examples/plating.toml when plating ends."""


OTHERS = ("llto_cnt", "plating")
CASES = [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in PINNED]


@pytest.mark.parametrize("name", CASES)
def test_an_example_gives_its_number(name, tmp_path):
    study = load_study(EXAMPLES / f"{name}.toml", ["output.pictures=false", "output.report=false"])
    result = run_study(study, tmp_path / name)
    first = result.series["Step"] == 0
    discharged = result.series["Mean stoichiometry"][first][-1]
    assert discharged == pytest.approx(PINNED[name], rel=5e-3)
    assert result.summary["conservation"]["charge balance error"] < 1e-8
    assert len(result.events) == len(study.protocol[0].steps)


def test_the_plating_example_gives_its_number(tmp_path):
    study = load_study(EXAMPLES / "plating.toml", ["output.pictures=false", "output.report=false"])
    result = run_study(study, tmp_path / "plating")
    evenness = result.summary["metrics"]["End of plating: variation of the deposit [-]"]
    assert evenness == pytest.approx(EVENNESS, rel=0.05)
    assert result.summary["ledger"]["largest disagreement"] < 1e-8
    assert result.summary["largest loss budget error"] < 1e-6


def test_the_script_draws_its_picture(tmp_path):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "wire.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PMI_")},
    )
    assert done.returncode == 0, done.stderr
    capacity = float(re.search(r"([\d.]+) uAh/cm2", done.stdout)[1])
    assert capacity == pytest.approx(83.635, rel=5e-3)
    assert (tmp_path / "runs" / "wire-py" / "current_density.png").stat().st_size > 10_000


def test_every_example_is_run():
    assert {path.stem for path in EXAMPLES.glob("*.toml")} == {*PINNED, *OTHERS}


@pytest.mark.parametrize("name", [*PINNED, *OTHERS])
def test_every_example_says_what_it_shows(name):
    assert (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8").startswith("# ")


def test_the_scaffold_s_geometry_is_as_in_the_paper():
    """46 % porous, particles of 5-8 um, pores of 5-10 um, all coated; here in coarse cells."""
    study = load_geometry(EXAMPLES / "llto_cnt.toml", ["mesh.interface=2 um"])
    shape = make_shape(study)
    mesh = build_mesh(shape, sizing=make_sizing(study), order=element_order(study))
    size = shape.size
    assert min(size[:2]) >= 30e-6
    assert size[2] == pytest.approx(42e-6)
    solid = mesh.volume("electrode")
    assert 1 - solid / (size[0] * size[1] * size[2]) == pytest.approx(0.46, abs=2e-3)
    assert mesh.area("coating") == pytest.approx(mesh.area("interface"))
    diameters = shape.particle_diameters
    assert 5e-6 <= diameters.min() < 5.5e-6
    assert 7.5e-6 < diameters.max() <= 8e-6
    assert mesh.quality().min_dihedral >= 15
