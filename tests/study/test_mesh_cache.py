"""A second run finds the mesh of the first, and says so."""

from __future__ import annotations

import pytest

from nanotrode.errors import NanotrodeError
from nanotrode.study import build
from nanotrode.study.loading import load_study


def test_the_same_geometry_is_meshed_once_whatever_else_changes(
    tmp_path, monkeypatch, caplog, small_text
):
    monkeypatch.setenv("NANOTRODE_CACHE", str(tmp_path / "kept"))
    file = tmp_path / "small.toml"
    file.write_text(small_text, encoding="utf-8")
    with caplog.at_level("INFO", logger="nanotrode"):
        first = build.make_mesh(load_study(file))
        assert "meshed nanowire-array in" in caplog.text
        again = build.make_mesh(load_study(file, ["initial.stoichiometry=0.1"]))
        assert "the mesh was made before: " in caplog.text
    assert again.digest() == first.digest()
    caplog.clear()
    with caplog.at_level("INFO", logger="nanotrode"):
        other = build.make_mesh(load_study(file, ["mesh.layers=2"]))
    assert "meshed nanowire-array in" in caplog.text
    assert other.digest() != first.digest()
    assert len(list((tmp_path / "kept" / "meshes").glob("*.npz"))) == 2


@pytest.mark.parametrize("wrong", ["mesh.layers=-1", 'mesh.first_layer="0 nm"'])
def test_senseless_layers_are_refused_with_their_key(tmp_path, small_text, wrong):
    file = tmp_path / "small.toml"
    file.write_text(small_text, encoding="utf-8")
    with pytest.raises(NanotrodeError, match=wrong.split("=")[0].split(".")[1]):
        load_study(file, [wrong])
