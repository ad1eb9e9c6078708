"""The quick form of `nanotrode reproduce lin`: every part, for real, with few coarse runs."""

from __future__ import annotations

import csv

import pytest

from nanotrode.study import cli
from nanotrode.study.reproduce.lin.plan import quick

pytestmark = pytest.mark.slow


def test_every_part_of_the_reproduction_goes_through(tmp_path, capsys):
    assert cli.main(["reproduce", "lin", "--quick", "--out", str(tmp_path)]) == 0
    assert len(list((tmp_path / "runs").glob("*/summary.json"))) == len(quick().cases)
    with (tmp_path / "paper-and-model.csv").open(encoding="utf-8") as file:
        rows = {row["about"]: row for row in csv.DictReader(file)}
    # 20 um of LLTO without electrons start at the copper, a foil shows its own barrier
    assert rows["LLTO: on the copper and at the bottom first"]["verdict"] == "agrees"
    foil = rows["nucleation overpotential of Cu foil"]
    assert foil["verdict"] == "input returned"
    assert 95.0 < float(foil["over all inputs"].split()[0]) < 105.0
    assert rows["a large surface lowers the local current density"]["ours is"] == "by construction"
    for name in ("inputs", "depth-profiles", "first-voltages", "regimes"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    again = capsys.readouterr()
    assert cli.main(["reproduce", "lin", "--quick", "--out", str(tmp_path)]) == 0
    assert "begun" in again.out
    assert "begun" not in capsys.readouterr().out
