"""Whether a study may be run in a folder: nothing is lost without a word, nor too early."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import InputError
from nanotrode.materials import catalogue
from nanotrode.study import cards, cli, folder, repeat
from nanotrode.study import claim as claims
from nanotrode.study.loading import load_study
from nanotrode.study.provenance import study_digest

OURS = (
    "study.toml", "provenance.json", "mesh.msh", "log.txt", "fields.pvd", "timeseries.csv",
    "summary.json", "checkpoint.npz", "checkpoint-before.npz", "voltage.png", "report.html",
    "fields/0000.vtm", "fields/0000/electrode.vtu", "fields/0000/interface.vtu",
    "fields/electrolyte-0000.vtu",
)  # fmt: skip
THEIRS = (
    "notes.md", "overpotential.png", "fields/mine.txt", "fields/2024-11-30.txt",
    "fields/0000/mine.vtu", "fields/0001/electrode.txt", "fields/electrolyte.vtu", ".hidden",
)  # fmt: skip
"""A user's own files, some of them in our folders and named nearly like ours."""


@pytest.fixture
def study(small_text: str, tmp_path: Path):
    path = tmp_path / "small.toml"
    path.write_text(small_text, encoding="utf-8")
    return load_study(path)


def changed(study, **tables):
    values = {
        name: getattr(study, name).model_copy(update=update) for name, update in tables.items()
    }
    return study.model_copy(update=values)


def with_protocol(study, *tables):
    told = [study.protocol[0].model_copy(update=table) for table in tables]
    return study.model_copy(update={"protocol": tuple(told)})


def claim(out, study, **asked):
    return claims.claim(out, study, **({"resume": False, "force": False} | asked))


@pytest.fixture
def made(study, tmp_path):
    """A folder that holds a run of the study, its files being their names, and a user's files."""
    out = tmp_path / "out"

    def make(finished: str | None = "2026-01-01"):
        claim(out, study)
        papers = folder.read_provenance(out) | {"finished": finished}
        write(out, *OURS[2:], *THEIRS)
        folder.write_provenance(out, papers)
        time = json.dumps({"time": 3.0})
        np.savez(out / "checkpoint.npz", numbers=time)
        return out

    return make


def write(out, *names, text="old"):
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)


def files(out) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


@pytest.fixture
def kept():
    """Nothing in a folder changes within the block."""

    class Kept:
        def __init__(self, out):
            self.out = out

        def __enter__(self):
            self.before = files(self.out)

        def __exit__(self, *error):
            assert files(self.out) == self.before

    return Kept


# --- a finished run ------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"resume": True}, {"resume": True, "force": True}])
def test_a_finished_run_is_left_alone(made, study, kept, asked):
    out = made()
    with kept(out):
        assert claim(out, study, **asked).state == "finished"


def test_a_finished_run_is_left_alone_while_it_is_made_again(made, study, kept):
    out = made()
    before = files(out)
    found = claim(out, study, force=True)
    assert found.state == "new"
    assert found.work.parent.parent == out
    after = files(out)
    assert {name: after[name] for name in before} == before


def finish(work):
    write(work, *OURS[2:-3], "fields/0001.vtm", text="new")
    folder.write_provenance(work, folder.read_provenance(work) | {"finished": "2027-01-01"})


def test_the_old_goes_when_the_new_is_whole_and_a_users_files_stay(made, study):
    out = made()
    finish(claim(out, study, force=True).work)
    with pytest.raises(FileNotFoundError):
        (out / repeat.NEW / repeat.MOVES).stat()
    repeat.settle(out)
    there = files(out)
    assert {name for name, text in there.items() if text == b"old"} == set(THEIRS)
    assert {name for name, text in there.items() if text == b"new"} == {
        *OURS[2:-3],
        "fields/0001.vtm",
    }
    assert folder.read_provenance(out)["finished"] == "2027-01-01"
    assert not (out / repeat.NEW).exists()


class Killed(BaseException):
    """The process is no more."""


def test_killed_between_any_two_moves_the_next_command_completes_it(made, study, monkeypatch):
    """Each change of the disk in turn is the last one before a kill."""
    states = 0
    for last in range(200):
        out = made()
        finish(claim(out, study, force=True).work)
        if not killed_after(last, monkeypatch, lambda out=out: repeat.settle(out)):
            break
        states += 1
        papers = folder.read_provenance(out)
        assert papers, "the folder is still ours"
        moved = any(text == b"new" for name, text in files(out).items() if name in OURS)
        assert not (papers["finished"] == "2026-01-01" and moved)
        found = claim(out, study, resume=True)
        assert found.state == "finished"
        assert {name for name, text in files(out).items() if text == b"old"} == set(THEIRS)
        assert folder.read_provenance(out)["finished"] == "2027-01-01"
        shutil.rmtree(out)
    assert states > 20


def killed_after(count, monkeypatch, action) -> bool:
    """Whether an action died because only so many of its changes of the disk were let through."""
    left = count

    def counted(change):
        def changing(*given, **options):
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return change(*given, **options)

        return changing

    with monkeypatch.context() as patch:
        for name in ("replace", "rename", "unlink", "rmdir", "mkdir"):
            patch.setattr(os, name, counted(getattr(os, name)))
        try:
            action()
        except Killed:
            return True
    return False


def test_an_interrupted_repeat_goes_on_or_begins_again(made, study, kept):
    out = made()
    work = claim(out, study, force=True).work
    (work / "checkpoint.npz").touch()
    with kept(out), pytest.raises(InputError, match="unfinished repeat of this study"):
        claim(out, study)
    found = claim(out, study, resume=True)
    assert (found.state, found.work) == ("unfinished", work)
    assert (work / "checkpoint.npz").exists()
    assert claim(out, study, force=True).state == "new"
    assert not (work / "checkpoint.npz").exists()


@pytest.mark.parametrize("whole", [False, True])
def test_a_repeat_is_found_in_a_folder_that_was_renamed(made, study, tmp_path, whole):
    out, moved = made(), tmp_path / "moved"
    work = claim(out, study, force=True).work
    (work / "timeseries.csv").write_text("new")
    if whole:
        finish(work)
    out.rename(moved)
    assert claim(moved, study, resume=True).state == ("finished" if whole else "unfinished")
    if whole:
        assert (moved / "timeseries.csv").read_text() == "new"


def test_links_into_other_folders_are_followed_and_stay(made, study, tmp_path):
    out, scratch = made(), tmp_path / "scratch"
    (out / "fields").rename(scratch)
    (out / "fields").symlink_to(scratch)
    (tmp_path / "link").symlink_to(out)
    link = tmp_path / "link"
    finish(claim(link, study, force=True).work)
    repeat.settle(link)
    assert (out / "fields").is_symlink()
    assert (scratch / "mine.txt").read_text() == "old"
    assert (scratch / "0000.vtm").read_text() == "new"


# --- an unfinished one ---------------------------------------------------------------------------


def test_an_unfinished_run_is_not_lost_without_a_word(made, study, kept):
    out = made(finished=None)
    with kept(out), pytest.raises(InputError, match="--resume, or start again with --force"):
        claim(out, study)
    with kept(out):
        assert claim(out, study, resume=True).state == "unfinished"
    found = claim(out, study, force=True)
    assert (found.state, found.work) == ("new", repeat.place(out))
    assert (out / "checkpoint.npz").exists()


def test_with_nothing_to_resume_a_run_begins(study, tmp_path):
    assert claim(tmp_path / "out", study, resume=True).state == "new"


def test_killed_while_a_folder_is_claimed_it_can_be_claimed_again(study, tmp_path, monkeypatch):
    for last in range(20):
        out = tmp_path / f"{last}"
        if not killed_after(last, monkeypatch, lambda out=out: claim(out, study)):
            break
        for asked in ({"resume": True}, {"force": True}):
            assert claim(out, study, **asked).state in ("new", "unfinished")
    assert last > 3


def test_a_case_that_its_sweep_has_prepared_is_begun_in_its_place(study, tmp_path):
    write(tmp_path / "case", "case.json", "output.txt", "study.toml")
    found = claim(tmp_path / "case", study, resume=True, force=True)
    assert (found.state, found.work) == ("new", tmp_path / "case")


# --- something else ------------------------------------------------------------------------------


def test_another_studys_folder_is_refused_with_what_differs(made, study, kept):
    out, other = made(), changed(study, initial={"stoichiometry": 0.5})
    for resume in (False, True):
        with kept(out), pytest.raises(InputError, match=r"another study \(other initial.stoich"):
            claim(out, other, resume=resume)
    found = claim(out, other, force=True)
    assert (found.state, found.work) == ("new", repeat.place(out))


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("theirs", ["chapter.tex", "study.toml", "provenance.json", "fields/a"])
def test_what_nanotrode_did_not_make_is_never_written_into(study, tmp_path, kept, theirs, force):
    out = tmp_path / "thesis"
    write(out, theirs, text='{"by": "another program"}')
    with kept(out), pytest.raises(InputError, match="was not made by nanotrode"):
        claim(out, study, force=force)


def test_a_file_is_no_folder(study, tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="is a file"):
        claim(tmp_path / "out", study, force=True)


def test_hidden_files_alone_make_no_folder_anothers(study, tmp_path):
    write(tmp_path / "out", ".gitkeep", ".part-1-provenance.json", ".owner.json")
    assert claim(tmp_path / "out", study).state == "new"


def test_a_study_that_the_user_wrote_in_its_folder_is_kept(made, study):
    out = made(finished=None)
    own = "# my own words\n" + (out / "study.toml").read_text()
    (out / "study.toml").write_text(own)
    claim(out, study, resume=True)
    assert (out / "study-as-given.toml").read_text() == own
    assert load_study(out / "study.toml") == study
    claim(out, study, resume=True)
    assert not (out / "study-as-given-1.toml").exists()


# --- more of the same ----------------------------------------------------------------------------

CYCLE = ("Discharge at 10C until 2.8 V", "Rest for 20 s")
LONGER = {
    "more cycles": [{"repeat": 3}],
    "a step more": [{"steps": (*CYCLE, "Rest for 1 s")}],
    "a table more": [{}, {"steps": ("Charge at 1C until 3.9 V",)}],
    "written out": [{}, {}, {}],
}
OTHER = {
    "another step": [{"steps": (CYCLE[0], "Rest for 21 s", "Rest for 1 s")}],
    "a step before": [{"steps": ("Rest for 1 s", *CYCLE)}],
    "fewer": [{"steps": CYCLE[:1]}],
    "in other cycles": [{"steps": CYCLE[:1]}, {"steps": CYCLE[1:]}, {"steps": CYCLE}],
}


@pytest.mark.parametrize("finished", ["2026-01-01", None])
@pytest.mark.parametrize("tables", LONGER.values(), ids=LONGER)
def test_a_run_goes_on_with_more_steps_at_its_end(made, study, tables, finished):
    out, longer = made(finished), with_protocol(study, *tables)
    with pytest.raises(InputError, match=r"holds the first 2 of this study's \d protocol steps"):
        claim(out, longer)
    found = claim(out, longer, resume=True)
    assert (found.state, found.work) == ("unfinished", out)
    assert load_study(out / "study.toml") == longer
    assert folder.read_provenance(out)["study"] == study_digest(longer)
    assert (out / "timeseries.csv").read_text() == "old"


@pytest.mark.parametrize("tables", OTHER.values(), ids=OTHER)
def test_another_protocol_is_another_study(made, study, kept, tables):
    out = made()
    with kept(out), pytest.raises(InputError, match="holds another study"):
        claim(out, with_protocol(study, *tables), resume=True)


def test_more_steps_of_another_study_are_another_study(made, study):
    other = changed(with_protocol(study, {"repeat": 2}), initial={"stoichiometry": 0.1})
    with pytest.raises(InputError, match="holds another study"):
        claim(made(), other, resume=True)


def test_without_a_checkpoint_a_finished_run_is_not_made_again_by_more_steps(made, study, kept):
    out = made()
    (out / "checkpoint.npz").unlink()
    (out / "checkpoint-before.npz").unlink()
    with kept(out), pytest.raises(InputError, match="no checkpoint to go on from"):
        claim(out, with_protocol(study, {"repeat": 2}), resume=True)


def test_a_faster_step_that_would_have_made_another_mesh_is_told(made, study):
    out = made()
    assert claim(out, with_protocol(study, {"repeat": 2}), resume=True).warnings == ()
    fast = with_protocol(study, {"repeat": 2}, {"steps": ("Charge at 5000C until 3.9 V",)})
    assert "another mesh" in claim(out, fast, resume=True).warnings[0]


def test_a_card_that_was_corrected_makes_another_study(study, made, monkeypatch):
    out, read = made(), catalogue.card_text
    monkeypatch.setattr(
        cards, "card_text", lambda name: read(name)._replace(text=read(name).text + "# a comment")
    )
    assert claim(out, study).state == "finished"
    corrected = read("LiFePO4").text.replace("22806", "22900")
    monkeypatch.setattr(cards, "card_text", lambda name: read(name)._replace(text=corrected))
    with pytest.raises(InputError, match="its material card LiFePO4 has been changed since"):
        claim(out, study)


def refuse(path):
    raise PermissionError(errno.EACCES, "Permission denied", str(path / "fields" / "0001.vtm"))


@pytest.mark.parametrize("what", ["clear_results", "look", "repeat.settle"])
def test_a_folder_that_the_system_refuses_is_the_user_s_affair(
    made, study, tmp_path, monkeypatch, capsys, what
):
    """Exit 2 with file and cause, before any meshing: there is nothing to resume."""
    out = tmp_path / "new" if what == "clear_results" else made()
    monkeypatch.setattr(f"nanotrode.study.claim.{what}", lambda path, *_, **__: refuse(path))
    monkeypatch.setattr(repeat, "is_whole", lambda path: what == "repeat.settle")
    path = str(tmp_path / "small.toml")
    assert cli.main(["run", path, "--out", str(out), "--force"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "0001.vtm: Permission denied" in line
    assert "--resume" not in line


def test_a_name_that_is_too_long_for_a_folder_is_told(study, tmp_path, capsys):
    assert (
        cli.main(["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / (300 * "x"))]) == 2
    )
    assert "File name too long" in capsys.readouterr().err
