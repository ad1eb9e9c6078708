"""What the machine refuses: one line with file and cause, exit code 2, before any meshing."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "nanotrode"]


def nanotrode(*arguments, here: Path, shell: str = "", **environment: str):
    """Run the command as a user does; standard streams may be changed by `shell`."""
    if shell:
        command = ["sh", "-c", f'"$0" "$@" {shell}', *COMMAND, *map(str, arguments)]
    else:
        command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=here, env=os.environ | environment
    )


def one_line(done, *said: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "unforeseen" not in done.stderr
    for text in said:
        assert text in done.stderr


NOWHERE = "/proc/nowhere"
"""A folder that nobody, not even root, can make."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "film", "--out", f"{NOWHERE}/film.toml"),
        ("mesh", "good.toml", "--out", f"{NOWHERE}/mesh.msh"),
        ("mesh", "good.toml", "--summary", f"{NOWHERE}/mesh.json"),
        ("describe", "good.toml", "--out", NOWHERE),
        ("run", "good.toml", "--out", NOWHERE),
    ],
)
def test_a_target_that_cannot_be_written(good, arguments):
    done = nanotrode(*arguments, here=good.parent)
    one_line(done, NOWHERE, "No such file or directory")
    assert done.stdout == ""  # nothing was meshed or measured for it


def test_a_name_that_is_too_long(good):
    name = 300 * "a" + ".msh"
    one_line(nanotrode("mesh", good, "--out", name, here=good.parent), name, "File name too long")
    one_line(nanotrode("run", 300 * "a" + ".toml", here=good.parent), "File name too long")


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_what_is_no_file_is_not_read(tmp_path, kind):
    path = tmp_path / "study.toml"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    for command in ("run", "mesh", "materials"):
        one_line(nanotrode(command, "./study.toml", here=tmp_path), "study.toml: cannot be read")


def test_output_that_is_full_closed_or_of_another_encoding(tmp_path):
    full = nanotrode("materials", here=tmp_path, shell=">/dev/full")
    one_line(full, "No space left on device")
    closed = nanotrode("materials", here=tmp_path, shell=">&-")
    assert (closed.returncode, closed.stderr) == (0, "")
    broken = nanotrode("schema", here=tmp_path, shell="| head -c 1")
    assert broken.stderr == ""
    spelled = nanotrode("schema", here=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert spelled.returncode == 0, spelled.stderr


def test_a_disk_that_is_full_names_the_file(good):
    """A limit of the files' size stands for it; the system's words are others."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    command = [*COMMAND, "mesh", str(good), "--out", "mesh.msh"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=good.parent, preexec_fn=limit
    )
    one_line(done, "mesh.msh: File too large")
    assert not list(good.parent.glob(".part*"))


def compiler(folder: Path, does: str) -> str:
    """A compiler that does something else."""
    path = folder / "mycc"
    path.write_text(f"#!/bin/sh\n{does}\n", encoding="ascii")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_compiler_that_fails_is_told_before_meshing(good, tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    broken = compiler(tmp_path, "echo 'cc1: fatal error: no such file' >&2; exit 1")
    done = nanotrode("run", good, "--out", "run", here=tmp_path, CC=broken, **cache)
    one_line(done, f"the C compiler {broken} fails (cc1: fatal error: no such file)")
    assert not (tmp_path / "run").exists()
    missing = nanotrode("run", good, here=tmp_path, CC="/nowhere/cc", **cache)
    one_line(missing, "no C compiler found (looked for /nowhere/cc)")


def test_compiled_forms_that_cannot_be_kept_are_told_before_meshing(good):
    done = nanotrode("run", good, here=good.parent, XDG_CACHE_HOME=NOWHERE)
    one_line(done, f"{NOWHERE}/fenics: compiled forms cannot be kept there", "XDG_CACHE_HOME")


def test_a_mesh_cache_that_cannot_be_written_is_no_error(good):
    done = nanotrode("mesh", good, here=good.parent, NANOTRODE_CACHE=NOWHERE)
    assert done.returncode == 0, done.stderr
