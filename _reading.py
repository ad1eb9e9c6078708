"""Reading of users' files: regular files alone, of a size that fits, and one line when it fails.

Parsers of other people raise anything when a file is damaged. Here that becomes one of our
errors, which names the file and says what was found.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

from ._messages import plain
from .errors import InputError, NanotrodeError

MOST_TEXT = 20_000_000
"""Bytes of a text (a study, a card, a BPX file), at most."""
LONGEST_REASON = 300
"""Characters that are repeated of what another program's parser says."""


def check_regular(path: str | os.PathLike[str]) -> int:
    """See that a path leads to a regular file, never to a device or a pipe; its size [bytes].

    Raises:
        OSError: It does not.
    """
    name = os.fspath(path)
    if "\0" in name:
        raise OSError(errno.EINVAL, "the name holds a null character", name)
    status = os.stat(name)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder", name)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "is a device or a pipe, no file", name)
    return status.st_size


def read_bytes(path: str | os.PathLike[str], *, most: int = MOST_TEXT) -> bytes:
    """The content of a regular file.

    Raises:
        OSError: It cannot be read, is no regular file, or holds more than `most` bytes.
    """
    check_regular(path)
    with open(path, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"is larger than {most / 1e6:g} MB", os.fspath(path))
    return content


def read_text(path: str | os.PathLike[str], *, most: int = MOST_TEXT) -> str:
    """The content of a regular text file in UTF-8, with or without a byte order mark.

    Raises:
        OSError: As `read_bytes`.
        UnicodeDecodeError: It is not UTF-8.
    """
    return read_bytes(path, most=most).decode("utf-8-sig").replace("\r\n", "\n")


@contextlib.contextmanager
def reading(
    path: str | os.PathLike[str], what: str, *, error: type[InputError] = InputError, key: str = ""
) -> Iterator[None]:
    """Turn whatever a parser raises into one error that names the file.

    What a parser only warns of is let pass without a word: our own checks say what is missing.

    Args:
        path: The file, for the message.
        what: What it should have been, such as "an image".
        error: Class of error to raise.
        key: The user's key that names the file, which then opens the message.
    """
    name = f"{key}: '{plain(os.fspath(path))}'" if key else plain(os.fspath(path), 200)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except NanotrodeError:
        raise
    except MemoryError:
        raise error(f"{name} asks for more memory than there is for {what}") from None
    except (Exception, SystemExit) as failure:  # some parsers end the process
        raise error(f"{name} cannot be read as {what} ({reason_of(failure)})") from failure


def reason_of(failure: BaseException) -> str:
    """Why something failed, in one line: the system's words, or the parser's."""
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror
    if isinstance(failure, RecursionError):
        return "nested too deeply"
    said = " ".join(str(failure).split())
    name = type(failure).__name__
    if " " not in said:  # a key or a number alone says nothing without its class
        said = f"{name}: {said}" if said else name
    return plain(said, LONGEST_REASON)


@contextlib.contextmanager
def silent_libraries() -> Iterator[None]:
    """Keep what libraries in C write to the error stream from the terminal."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def bounded_memory(most: int) -> Iterator[None]:
    """Let a block take at most `most` more bytes; beyond, it meets a MemoryError.

    Where the system knows no such limit (other than Linux), nothing is bounded.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        before = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError, ValueError):
        yield
        return
    limit = pages * resource.getpagesize() + most
    if before[0] != resource.RLIM_INFINITY:
        limit = min(limit, before[0])
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
