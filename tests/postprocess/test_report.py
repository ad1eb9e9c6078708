"""The pages hold what the folders hold, and no text of a user's becomes markup."""

from __future__ import annotations

import base64
import json
import logging
import re
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest
from small_run import SERIES, make_mesh, make_snapshot, write_series
from small_sweep import HOSTILE, UTILISATION, write_sweep

from nanotrode.errors import InputError
from nanotrode.postprocess.catalogue import find_field
from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.fields import read_outputs
from nanotrode.postprocess.report import make, packing
from nanotrode.postprocess.report.curves import charts_of
from nanotrode.postprocess.report.model import make_model
from nanotrode.postprocess.report.parts import without_paths
from nanotrode.postprocess.report.sweep_table import read_sweep


class Page(HTMLParser):
    """A page's tags and visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def unpack(text: str, kind: str) -> np.ndarray:
    """What `arrays.js` does."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
    width = np.dtype(kind).itemsize
    return np.ascontiguousarray(planes.reshape(width, -1).T).view(kind).ravel()


def data_of(page: str, name: str):
    return json.loads(re.search(rf'id="{name}">(.*?)</script>', page, re.S)[1])


@pytest.fixture
def run(written):
    write_series(written)
    summary = {
        "metrics": {UTILISATION: 0.85924, f"{UTILISATION} error": 0.0123, HOSTILE: 1.0},
        "steps": [{"step": "Discharge at 1C", "ended": "reached 2.5 V", "time [s]": 7200.0}],
        "warnings": ["the mesh is too coarse", HOSTILE],
    }
    (written / "summary.json").write_text(json.dumps(summary))
    study = {"name": HOSTILE, "question": f"Is it even?\n\n{HOSTILE}"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in study.items()]
    (written / "study.toml").write_text("\n".join(lines))
    (written / "log.txt").write_text("wrote /home/somebody/runs/a/voltage.png\n")
    return written


def test_a_run_s_page_answers_and_asks_no_network(run):
    text = make.report(run).read_text()
    page = Page(text)
    assert "Is it even?" in page.text
    assert "0.859 ± 0.012" in page.text
    assert "Discharge at 1C (reached 2.5 V)" in page.text
    assert "Warningsthe mesh is too coarse" in page.text
    addresses = [attrs[k] for _, attrs in page.tags for k in ("src", "href") if k in attrs]
    assert all(address.startswith("data:") for address in addresses)
    assert "somebody" not in text


def test_what_users_wrote_is_text_and_never_markup(run):
    text = make.report(run).read_text()
    page = Page(text)
    assert page.text.count("onerror") >= 4  # title, heading, question, metric
    assert not any("onerror" in attrs for _, attrs in page.tags)
    assert "</script><img" not in text


def test_values_and_places_survive_packing(run):
    outputs = read_outputs(run)
    model = make_model(outputs)
    field = next(f for f in model["fields"] if f["key"] == "current_density")
    piece = field["data"][1]
    levels = unpack(piece["text"], "<u2")
    values = piece["low"] + levels / model["levels"] * (piece["high"] - piece["low"])
    expected = find_field(outputs[1], "current_density").values(outputs[1])
    assert values.min() == pytest.approx(expected.min())
    assert values.max() == pytest.approx(expected.max())
    body = model["bodies"]["surface"]
    places = unpack(body["points"], "<u2").reshape(3, -1).T / 65535
    assert len(places) == body["count"] == len(levels)
    # the field is linear in height, and so it must be in the page
    slope = np.polyfit(places[:, 2], values, 1)
    np.testing.assert_allclose(np.polyval(slope, places[:, 2]), values, atol=2e-3 * np.ptp(values))
    faces = np.cumsum(unpack(body["faces"], "<i4"))
    assert faces.min() == 0
    assert faces.max() == body["count"] - 1


def test_a_concentration_is_packed_with_its_stoichiometry(run):
    fields = {f["key"]: f for f in make_model(read_outputs(run))["fields"]}
    assert fields["concentration"]["like"] is not None
    assert fields["concentration"]["data"][0]["text"] == ""
    assert fields["concentration"]["data"][2]["high"] == pytest.approx(1.2e4)


def test_fields_that_nobody_foresaw_are_shown(tmp_path):
    mesh = make_mesh()
    snapshot = make_snapshot(mesh, 1)
    nodes = len(snapshot.surface["overpotential"])
    snapshot.surface["deposit thickness [m]"] = np.linspace(0, 2e-8, nodes)
    VtkWriter(tmp_path, mesh).write(snapshot)
    field = next(
        f for f in make_model(read_outputs(tmp_path))["fields"] if f["key"] == "deposit_thickness"
    )
    assert field["scale"]["unit"] == "nm"
    assert field["scale"]["heading"] == "Deposit thickness"


def test_packing_keeps_twelve_bits():
    values = np.linspace(-3.0, 5.0, 1000)
    levels = packing.to_levels(values)
    back = levels.low + levels.steps / packing.LEVELS * (levels.high - levels.low)
    np.testing.assert_allclose(back, values, atol=8.0 / packing.LEVELS)
    assert packing.alike(levels, packing.to_levels(10 * values + 1))
    assert not packing.alike(levels, packing.to_levels(values**2))
    assert (packing.to_levels(np.full(5, 2.0)).steps == 0).all()


def test_every_column_that_varies_gets_a_curve():
    series = SERIES | {"Deposit thickness [m]": np.linspace(0, 1e-8, 5), "Flag [-]": np.ones(5)}
    titles = [chart.title for chart in charts_of(series, ["Discharge", "Rest", "Charge"])]
    assert titles[:2] == ["Electrode potential", "Potential over capacity"]
    assert "Local current density" in titles
    assert "Deposit thickness" in titles
    assert "Flag" not in titles


def test_a_folder_that_is_none_is_said(tmp_path):
    with pytest.raises(InputError, match=r"neither fields\.pvd nor"):
        make.report(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        make.report(tmp_path / "x")


def test_a_report_that_fails_costs_a_warning(run, caplog, monkeypatch):
    monkeypatch.setattr(make, "report_run", lambda directory: 1 / 0)
    with caplog.at_level(logging.WARNING):
        assert make.make_report(run) is None
    assert "no report.html" in caplog.text


def test_a_sweep_is_read_with_its_error_bars(tmp_path):
    table = read_sweep(write_sweep(tmp_path, make_mesh()))
    assert [column.name for column in table.inputs] == [
        "geometry.radius [m]", "geometry.count", "geometry.tip",
    ]  # fmt: skip
    assert [column.name for column in table.metrics] == [UTILISATION, "Discharged [A.h]"]
    assert table.metrics[0].errors[0] == 0.01
    assert table.metrics[0].values[-1] is None
    assert table.states.count("failed") == 1


def test_a_table_that_a_spreadsheet_saved_with_a_mark_is_read(tmp_path):
    folder = write_sweep(tmp_path, make_mesh())
    plain = read_sweep(folder)
    file = folder / "results.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_sweep(folder) == plain


def test_a_sweep_s_page_knows_every_case(tmp_path):
    text = make.report(write_sweep(tmp_path, make_mesh())).read_text()
    page = Page(text)
    data = data_of(text, "sweep")
    assert [case["name"] for case in data["cases"]] == [f"{n:04d}" for n in range(12)]
    assert data["cases"][0]["link"] == "cases/0000/report.html"
    assert (tmp_path / data["cases"][0]["link"]).exists()
    assert data["cases"][1]["link"] is None  # it left nothing to make a page from
    assert data["columns"][0]["unit"] == "nm"
    assert data["columns"][0]["values"][:2] == pytest.approx([20, 30])
    assert "Which radius?" in page.text
    assert "12 cases, 11 done, 1 failed" in page.text
    assert "0.903 ± 0.010" in page.text
    assert "</script><img" not in text


def write_studies(folder):
    """Frameworks of two kinds, two seeds each; a name in braces, a list and a wide range vary."""
    rows = [
        "case,status,reason,rate,geometry.particle_size,plating.coat_conductivity,"
        "plating.coat_conductivity [S/m],geometry.seed,electrode: pore volume [m3],"
        "First plating: capacity [mA.h.cm-2],End of plating: variation of the deposit [-]"
    ]
    for number in range(4):
        fine, seed = divmod(number, 2)
        size = '"[""4 um"", ""6 um""]"' if fine else '"[""7 um"", ""10 um""]"'
        conductivity, variation = ("1 S/m,1" if fine else "1e3 S/m,1000"), 0.1 * (fine + 1 + seed)
        rows.append(
            f"{number},done,,{1 + fine}C,{size},{conductivity},{seed},1e-15,"
            f"{0.25 + 1e-9 * number},{variation}"
        )
    (folder / "results.csv").write_text("\n".join(rows) + "\n")
    (folder / "spread.csv").write_text(
        "rate,plating.coat_conductivity,plating.coat_conductivity [S/m],n,"
        "End of plating: variation of the deposit [-] mean,"
        "End of plating: variation of the deposit [-] standard deviation,"
        "End of plating: variation of the deposit [-] standard error\n"
        "1C,1e3 S/m,1000,2,0.15,0.07,0.05\n2C,1 S/m,1,2,0.25,0.07,0.05\n"
    )
    (folder / "sweep.toml").write_text(
        'name = "frameworks"\nquestion = "At {rate}?"\n[sweep.over]\nrate = ["1C", "2C"]\n'
        'geometry.particle_size = [["7 um", "10 um"], ["4 um", "6 um"]]\n'
    )
    return folder


def test_a_sweep_s_columns_are_sorted_by_what_they_tell(tmp_path):
    text = make.report(write_studies(tmp_path)).read_text()
    columns = data_of(text, "sweep")["columns"]
    told = {column["words"]: column for column in columns}
    assert [c["words"] for c in columns if c["kind"] == "input"] == [
        "rate", "particle size", "coat conductivity", "seed",
    ]  # fmt: skip
    assert told["particle size"]["values"][0] == "7 um to 10 um"
    assert told["coat conductivity"]["log"]
    assert not told["seed"]["log"]
    assert [c["words"] for c in columns if c["kind"] == "metric"] == [
        "End of plating: variation of the deposit"
    ]  # the capacity is the same in all cases


def test_a_sweep_s_page_says_what_seeds_make_of_it(tmp_path):
    page = Page(make.report(write_studies(tmp_path)).read_text())
    assert "At 1C or 2C?" in page.text
    assert "Over the seeds" in page.text
    assert "0.250 ± 0.070" in page.text


def test_a_broken_table_is_said(tmp_path):
    (tmp_path / "results.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="a 'case'"):
        make.report(tmp_path)


def test_paths_of_this_machine_stay_here():
    assert without_paths("wrote /home/a/b/c.png 1/2 mA/cm2") == "wrote c.png 1/2 mA/cm2"
