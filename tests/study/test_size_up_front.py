"""How large a structure is, told before it is begun, and how far it is, into a pipe."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest

from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.implicit import families
from nanotrode.geometry.implicit.image import Image
from nanotrode.geometry.shapes import Film
from nanotrode.geometry.sizing import Sizing
from nanotrode.study import cli, forecast
from nanotrode.study.stages import Stages

FILE = Path(__file__).parents[1] / "data" / "electrode_64.tiff"
LABELS = {"electrolyte": 0, "electrode": 85, "binder": 170}


def image(**about):
    about = {"crop": ((0, 12), (0, 12), (16, 28)), "labels": LABELS} | about
    return Image(str(FILE), 1e-7, **about)


def cells(expected):
    number, million = re.search(r"about ([\d.\u202f]+)( million)? cells", str(expected)).groups()
    return float(number.replace("\u202f", "")) * (1e6 if million else 1)


@pytest.mark.parametrize(
    "shape",
    [
        image(),
        image(headroom=2e-7),
        image(smoothing=0.0),
        image(smoothing=0.0, headroom=2e-7),
        families.Gyroid(cell=1e-6, porosity=0.6),
        families.Gyroid(cell=1e-6, porosity=0.6, headroom=2e-7),
    ],
    ids=["image", "headroom", "voxels", "voxels and headroom", "gyroid", "gyroid and headroom"],
)
def test_cells_are_foreseen_within_a_third(shape):
    found = len(build_mesh(shape, order=1).cells)
    assert cells(forecast.forecast_mesh(shape, Sizing(), described=False)) == pytest.approx(
        found, rel=0.33
    )


def test_what_is_not_cut_from_a_lattice_has_no_forecast():
    assert forecast.forecast_mesh(Film(thickness=1e-6), Sizing(), described=True) is None
    assert forecast.forecast_mesh(None, Sizing(), described=True) is None


def test_more_than_the_machine_has_is_told():
    small, large = (forecast.forecast_image((n, n, n), 3) for n in (256, 5000))
    assert str(small).startswith("256 × 256 × 256 = 16.8 million voxels, 3 phases, ")
    assert "more memory than" not in str(small)
    assert "more memory than the" in str(large)
    assert 60 < small.seconds < 300  # 3 CPU minutes is what it may take


def test_the_size_comes_first(capsys, tmp_path):
    study = tmp_path / "image.toml"
    study.write_text(
        f'[geometry]\nkind = "image"\nfile = "{FILE}"\nvoxel = "100 nm"\nsmoothing = 0\n'
        "labels = { electrolyte = 0, electrode = 85, binder = 170 }\n"
        "crop = [[0, 12], [0, 12], [16, 28]]\n",
        encoding="utf-8",
    )
    assert cli.main(["mesh", str(study)]) == 0
    out = capsys.readouterr().out
    kept = int((image().voxels.tags != 2).sum())
    assert cells(out.splitlines()[0]) == pytest.approx(5 * kept, rel=0.02)
    about = ["--voxel", "100 nm", "--label", "electrolyte=0", "--label", "electrode=85,170"]
    assert cli.main(["describe", str(FILE), *about, "--crop", "0:8,0:8,0:8", "--out",
                     str(tmp_path)]) == 0  # fmt: skip
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("8 × 8 × 8 = 510 voxels, 2 phases, ")
    assert second == "electrode_64"


def test_a_pipe_gets_a_line_now_and_then(capsys):
    with Stages(show=True, pause=0.05) as stages:
        stages.at("meshing")
        time.sleep(0.4)
        stages.at("transport")
        stages.solving(7, 0.0123)
        time.sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert 3 < len(lines) < 14
    assert lines[0].endswith("s  meshing")
    assert lines[-1].endswith("s  transport: iteration 7, 1.2 % left")
    with Stages(show=False, pause=0.01) as stages:
        stages.at("meshing")
        time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_solver_and_widths_say_how_far_they_are():
    from nanotrode.geometry import descriptors
    from nanotrode.geometry.voxels import Voxels
    from nanotrode.solver.effective_voxels import effective_transport_of_voxels

    tags = np.random.default_rng(0).integers(1, 3, (12, 12, 12)).astype(np.uint8)
    begun, left = [], []
    descriptors.measure(Voxels(tags, 1e-7), tell=begun.append)
    assert begun == ["electrode", "electrolyte"]
    effective_transport_of_voxels(tags == 1, 0, tell=lambda number, error: left.append(error))
    assert len(left) >= 3
    assert left[-1] < 1e-4
