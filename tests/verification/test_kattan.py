"""The physical counterpart of Kattan and Saeed against solutions in one dimension.

`spectral` is a second one, with numbers typed in by hand: it checks the finite volumes that the
command itself shows beside its runs, and one of the runs directly.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from spectral import Spectral

from nanotrode.study import cli
from nanotrode.study.loading import load_study
from nanotrode.study.reproduce.kattan import agreement, electrodes
from nanotrode.study.reproduce.kattan.cases import PHOSPHATE, Case
from nanotrode.study.reproduce.kattan.electrodes import FEW, FILM, MANY
from nanotrode.study.reproduce.kattan.harvest import Harvest, resting
from nanotrode.study.run import run_study

ALLOWED = 0.01
HELD, START = PHOSPHATE.held, PHOSPHATE.start
MATERIALS = ("LiFePO4", "NMC811")
POINTS = {FILM: 60, FEW: 50, MANY: 40}


@pytest.fixture(params=POINTS, ids=lambda electrode: electrode.key)
def electrode(request):
    return request.param


def spectral(electrode) -> Spectral:
    return Spectral(electrode.dimension, electrode.depth, START, POINTS[electrode])


def test_finite_volumes_agree_with_collocation_at_a_potential_held(electrode):
    earliest = 0.01 if electrode.poles else 10.0  # the film's few points see no thinner a depth
    times = np.geomspace(earliest, 0.2 * Case(electrode, held=HELD).duration, 12)
    expected = spectral(electrode).held(HELD, times)
    found = agreement.radial(Case(electrode, held=HELD)).hold(HELD, times)
    assert np.ptp(expected["mean"]) > 0.4
    assert found.j == pytest.approx(expected["j"], rel=1e-3)
    assert found.mean == pytest.approx(expected["mean"], abs=1e-4)


def test_finite_volumes_agree_with_collocation_at_constant_current(electrode):
    j = 0.586 * electrodes.FOOTPRINT / electrode.side_area
    times = np.linspace(10, 3000 if electrode.poles else 45, 8)
    expected = spectral(electrode).driven(j, times)
    found = agreement.radial(Case(electrode)).drive(j, times)
    assert np.ptp(expected["potential"]) > 0.01
    assert found.potential == pytest.approx(expected["potential"], abs=1e-4)
    assert found.mean == pytest.approx(expected["mean"], abs=1e-8)


def test_the_film_in_3d_agrees_with_both(tmp_path):
    case = Case(FILM)
    path = tmp_path / "film.toml"
    path.write_text(case.study, encoding="utf-8")
    run_study(load_study(path), tmp_path / "run")
    run = Harvest(case, tmp_path / "run")
    shown = (run.time > 1.0) & (run.time < 45.0)
    expected = spectral(FILM).driven(float(run.current[-1]), run.time[shown])
    assert run.potential[shown] == pytest.approx(expected["potential"], abs=2e-4)
    compared = agreement.compare(run)
    assert len(compared) == 4
    assert max(one.difference for one in compared) < 1e-3


def test_equilibrium_where_charging_ends():
    material = Case(FILM).material
    at_rest = resting(material, HELD)
    assert material.ocp(np.array([at_rest]))[0] == pytest.approx(HELD, abs=1e-9)
    assert 0.01 < at_rest < 0.012


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_the_whole_command(tmp_path, capsys):
    """Each 3-D figure within 1 % of one dimension, each claim with its verdict, all files there."""
    assert cli.main(["reproduce", "kattan", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    compared = _rows(tmp_path / "agreement.csv")
    assert len(compared) == 43
    with capsys.disabled():
        for row in compared:
            off = float(row["difference [%]"])
            print(f"\n{row['electrode']:22} {row['quantity']:75} {off:.4f} %", end="")
    assert all(float(row["difference [%]"]) < 100 * ALLOWED for row in compared)
    verdicts = [row["verdict"].partition(":")[0] for row in _rows(tmp_path / "claims.csv")]
    assert [verdicts.count(v) for v in ("depends", "not a result", "trivially true")] == [4, 3, 3]
    drawn = [
        f"{kind}-current-{name}.png" for kind in ("charging", "constant") for name in MATERIALS
    ]
    for name in ("report.md", "readings.csv", "electrons.csv", "figure-10.png", *drawn):
        assert (tmp_path / name).exists()
        assert f"wrote {tmp_path / name}" in said
    figures = {row["figure"]: row for row in _rows(tmp_path / "counterpart-LiFePO4.csv")}
    early = figures["held at 3.5 V: charging current at 10 ms [mA cm-2]"]
    assert float(early["200 over 20 poles"]) == pytest.approx(np.sqrt(10), rel=0.01)
    again = cli.main(["reproduce", "kattan", "--out", str(tmp_path)])
    assert again == 0
    assert "step 1 of 1" not in capsys.readouterr().err  # nothing was run twice
