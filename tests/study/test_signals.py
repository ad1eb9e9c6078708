"""Told to end, a command stops with what it has: one line, the signal's exit code, resumable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nanotrode.solver.stopping import Wish
from nanotrode.study.cases import launch
from nanotrode.study.signals import ECHO, Orders, Stopped

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


FILM = """\
[geometry]
kind = "film"
thickness = "100 nm"
[mesh]
order = 1
segments = 12
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.02
[output]
pictures = false
report = false
[[protocol]]
steps = ["Discharge at 2C until 2.5 V", "Charge at 2C until 3.6 V"]
repeat = 40
"""
"""A study that runs for some seconds."""


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(FILM, encoding="utf-8")
    return path


@pytest.fixture
def begin():
    """Begin a run as a process of its own, whose end a test waits for or not."""
    begun = []

    def do(study, out, *before):
        words = [*before, sys.executable, "-m", "nanotrode", "run", str(study), "--out", str(out)]
        process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=hear_all,
        )  # fmt: skip
        begun.append(process)
        return process

    yield do
    for process in begun:
        process.kill()
        process.communicate()


def hear_all():
    """As from a terminal: a shell's background jobs do not hear SIGINT."""
    for kind in CODES:
        signal.signal(kind, signal.SIG_DFL)


def wait_for(path: Path, process):
    until = time.monotonic() + 60.0
    while not path.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("ranks", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("file", ["provenance.json", "checkpoint.npz"])
def test_a_run_that_is_told_to_end(begin, study, tmp_path, number, ranks, file):
    out = tmp_path / "out"
    before = () if ranks == 1 else (launch.mpiexec(), "-n", str(ranks))
    process = begin(study, out, *before)
    wait_for(out / file, process)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    if number == signal.SIGHUP and ranks > 1:
        return  # MPICH's launcher ends its ranks by force
    assert process.returncode == CODES[number], said
    by = "" if number == signal.SIGINT else f" by {number.name}"
    *earlier, last = said.splitlines()
    assert last == f"interrupted{by}; go on with: nanotrode run {study} --out {out} --resume"
    assert "" not in earlier
    for noise in ("PETSC", "Traceback", "Abort"):
        assert noise not in said
    assert not list(out.glob(".*")), "neither a lock nor half a file is left"
    if file == "checkpoint.npz":
        assert "its checkpoint is written" in (out / "log.txt").read_text()


def test_the_same_order_by_two_ways_is_one(begin, study, tmp_path):
    out = tmp_path / "out"
    process = begin(study, out)
    wait_for(out / "checkpoint.npz", process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)  # the same order, by another way
    assert process.wait(60) in (130, 143)


def test_stopped_and_continued_a_run_goes_on_and_nobody_else_does(begin, study, tmp_path):
    study.write_text(FILM.replace("repeat = 40", "repeat = 1"), encoding="utf-8")
    out = tmp_path / "out"
    process = begin(study, out)
    wait_for(out / "log.txt", process)
    os.kill(process.pid, signal.SIGSTOP)
    second = begin(study, out)
    assert f"process {process.pid} on" in second.communicate(timeout=60)[1]
    assert second.returncode == 2
    os.kill(process.pid, signal.SIGCONT)
    assert process.wait(60) == 0


class Clock:
    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr("nanotrode.study.signals.time.monotonic", lambda: self.now)


def told(kind=signal.SIGTERM):
    os.kill(os.getpid(), kind)


def test_an_order_ends_a_command_at_once():
    orders = Orders()
    with pytest.raises(Stopped) as caught, orders.obeyed():
        told()
    assert caught.value.number == signal.SIGTERM
    assert orders.wish() is Wish.GO_ON, "the next command is not told"


def test_where_it_is_held_it_becomes_a_wish_and_then_an_urgent_one(monkeypatch):
    orders, clock = Orders(), Clock(monkeypatch)
    with orders.obeyed(), orders.held():
        assert orders.wish() is Wish.GO_ON
        told()
        assert orders.wish() is Wish.SOON
        clock.now = 60.0
        assert orders.wish() is Wish.NOW
        with pytest.raises(Stopped), orders.held(False):
            pytest.fail("what comes next is not begun")


def test_told_again_it_ends_at_once_but_an_echo_is_no_second_order(monkeypatch):
    orders, clock = Orders(), Clock(monkeypatch)
    with orders.obeyed(), orders.held():
        told(signal.SIGINT)
        clock.now = 0.5 * ECHO
        told(signal.SIGTERM)
        clock.now = 2.0 * ECHO
        with pytest.raises(Stopped):
            told(signal.SIGINT)


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Orders().obeyed():
            told(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
