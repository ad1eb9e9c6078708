"""A mesh is made once; a cache that is damaged, full or in the way costs time, not the run."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nanotrode.geometry import Film, NanowireArray, Sizing, cache
from nanotrode.geometry.cache import build_or_find, cache_folder, recipe

WIRE = NanowireArray(1, radius=5e-8, length=2e-7)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NANOTRODE_CACHE", str(tmp_path))
    return tmp_path / "meshes"


def test_the_second_time_it_is_found_bit_for_bit(folder):
    first, second = build_or_find(WIRE), build_or_find(WIRE)
    assert first.found is None
    assert second.found is not None
    assert second.found.parent == folder
    assert second.mesh.digest() == first.mesh.digest()
    assert second.mesh.multiplicity == first.mesh.multiplicity
    assert second.mesh.shape == first.mesh.shape
    assert [file.suffix for file in folder.iterdir()] == [".npz"]


def test_whatever_changes_the_mesh_changes_its_name(monkeypatch):
    others = [
        recipe(replace(WIRE, radius=6e-8), None, 2),
        recipe(WIRE, Sizing(segments=20), 2),
        recipe(WIRE, Sizing(diffusion_length=1e-8), 2),
        recipe(WIRE, None, 1),
        recipe(Film(2e-7), None, 2),
    ]
    monkeypatch.setattr(cache, "_mesher", lambda: "another mesher")
    others.append(recipe(WIRE, None, 2))
    monkeypatch.undo()
    assert len({recipe(WIRE, None, 2), *others}) == 7
    assert recipe(WIRE, Sizing(), 2) == recipe(WIRE, None, 2)


@pytest.mark.parametrize("damage", [b"", b"PK nonsense", None])
def test_a_damaged_entry_is_made_again(folder, damage):
    good = build_or_find(WIRE).mesh
    (file,) = folder.iterdir()
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(bytes(content) if damage is None else damage)
    again = build_or_find(WIRE)
    assert again.found is None
    assert again.mesh.digest() == good.digest()
    assert build_or_find(WIRE).found == file


def test_the_oldest_go_when_there_are_too_many(folder, monkeypatch):
    build_or_find(WIRE)
    (old,) = folder.iterdir()
    os.utime(old, (1, 1))
    monkeypatch.setattr(cache, "MOST_BYTES", int(1.5 * old.stat().st_size))
    build_or_find(replace(WIRE, radius=5.1e-8))
    assert old not in folder.iterdir()
    assert len(list(folder.iterdir())) == 1


def test_without_a_place_to_write_meshes_are_made_all_the_same(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("NANOTRODE_CACHE", str(blocked))
    assert build_or_find(WIRE).found is None
    assert build_or_find(WIRE).found is None


def test_where_it_is(monkeypatch):
    monkeypatch.setenv("NANOTRODE_CACHE", "0")
    assert cache_folder() is None
    monkeypatch.delenv("NANOTRODE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/nanotrode/meshes")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "nanotrode" / "meshes"
