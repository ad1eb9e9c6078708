"""What a message repeats of a user's text: escaped, cut, and a hint only where it fits."""

from __future__ import annotations

import pickle
import time

import pytest

from nanotrode._messages import did_you_mean, message, near_miss, plain, quoted
from nanotrode.errors import StudyError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50 µm", "50 µm"),
        ("a\x1b[31mred\x07", "a\\x1b[31mred\\x07"),
        ("two\nlines\t", "two\\nlines\\t"),
        ("right\u202eto left", "right\\u202eto left"),
        ("\x00\ud800", "\\x00\\ud800"),
    ],
)
def test_what_cannot_be_printed_is_escaped(text, shown):
    assert plain(text) == shown
    assert quoted(text) == f"'{shown}'"
    shown.encode()


def test_long_texts_are_cut_and_their_length_told():
    assert plain("x" * 1_600_000) == "x" * 60 + "... (1600000 characters)"
    assert len(quoted(["x" * 100_000] * 10_000)) < 120
    assert len(quoted(10**6000)) < 120


def test_anything_can_be_quoted():
    class Odd:
        def __repr__(self):
            raise RuntimeError

    nested: list = []
    for _ in range(5000):
        nested = [nested]
    assert quoted(3.5) == "3.5"
    assert quoted(None) == "None"
    assert "Odd" in quoted(Odd())
    assert len(quoted(nested)) < 100


def test_every_error_of_the_family_is_fit_for_a_terminal():
    error = StudyError("one\x1b[2J\ntwo " + "x" * 1_000_000)
    first, second = str(error).split("\n")
    assert first == "one\\x1b[2J"
    assert len(second) < 1600
    assert len(message("\n".join("abc" for _ in range(100_000)))) < 1000
    # errors cross from one rank to the others
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("word", "options", "near"),
    [
        ("raduis", ["radius", "length"], "radius"),
        ("RADIUS", ["radius", "length"], "radius"),
        ("foo", ["core", "bulk"], None),
        ("x" * 1_000_000, ["x" * 40], None),
        ("", ["a"], None),
        ("X", ["x"], "x"),
        ("y", ["x"], None),
    ],
)
def test_near_misses(word, options, near):
    started = time.process_time()
    assert near_miss(word, options) == near
    assert did_you_mean(word, options) == (f"; did you mean '{near}'?" if near else "")
    assert time.process_time() - started < 0.5
