"""Writing whole or not at all."""

from __future__ import annotations

import pytest

from nanotrode._files import atomic_path, remove_leftovers, write_text


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "deep" / "summary.json"
    write_text(target, "old")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(target.parent.iterdir()) == [target]


def test_the_target_appears_only_at_the_end(tmp_path):
    target = tmp_path / "fields.vtu"
    with atomic_path(target) as temporary:
        temporary.write_text("new")
        assert temporary.parent == target.parent
        assert temporary.suffix == ".vtu"
        assert not target.exists()
    assert target.read_text() == "new"


def test_leftovers_of_a_killed_process_are_removed(tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text("kept")
    (tmp_path / ".part-12345-kept.txt").write_text("half")
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]
