"""Users' files: regular ones alone, of a size that fits, and one line whatever a parser raises."""

from __future__ import annotations

import os

import numpy as np
import pytest

from nanotrode._reading import bounded_memory, read_bytes, read_text, reading
from nanotrode.errors import InputError, ShapeError


def test_a_device_and_a_pipe_are_no_files(tmp_path):
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.toml")
    for name in ("zero.toml", "pipe.toml"):
        with pytest.raises(OSError, match="a device or a pipe"):
            read_bytes(tmp_path / name)


def test_what_is_too_large_is_not_read_to_its_end(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(OSError, match="larger than 20 MB"):
        read_bytes(tmp_path / "large")


def test_a_byte_order_mark_and_line_ends_of_windows_are_no_text(tmp_path):
    (tmp_path / "card.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert read_text(tmp_path / "card.toml") == "a = 1\nb = 2\n"


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeyError("points"), r"KeyError: 'points'"),
        (IndexError("list index out of range"), "list index out of range"),
        (SyntaxError("not a TIFF file (header b'' not valid)"), "not a TIFF file"),
        (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
        (SystemExit(1), "SystemExit: 1"),
        (OverflowError(), "OverflowError"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (ValueError("one\ntwo\x1b[31m" + 1000 * "x"), r"one two\\x1b\[31mx+\.\.\. \(\d+ char"),
    ],
)
def test_whatever_a_parser_raises_is_one_line_with_the_file(raised, said):
    with (
        pytest.raises(
            ShapeError, match=rf"file: 'stack.tif' cannot be read as an image \(.*{said}"
        ) as caught,
        reading("stack.tif", "an image", error=ShapeError, key="file"),
    ):
        raise raised
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


def test_our_own_errors_pass_through():
    with pytest.raises(InputError, match=r"^as it was$"), reading("a", "a mesh"):
        raise InputError("as it was")


def test_memory_is_bounded_and_free_again():
    with (
        pytest.raises(InputError, match="asks for more memory than there is for a mesh"),
        reading("a.msh", "a mesh"),
        bounded_memory(500_000_000),
    ):
        np.zeros(1_000_000_000, dtype=np.uint8)
    assert np.zeros(1_000_000_000, dtype=np.uint8).nbytes == 1_000_000_000
